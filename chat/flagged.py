"""What waits for the room team, in Redis, until the store has a case for it.

What is flagged is queued by the very script that lets the room hear it, so that nothing
which a human should see is lost, whatever dies when. Any process may open what waits,
and more than one may try: a case is opened once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final, TypeVar, cast

from chat import bulletin, protocol
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.errors import Gone, StoreDown, Unavailable
from chat.history import History, Spoken, flagged_key, keys, unanswered_key
from chat.identity import Identity
from chat.metrics import Metrics
from chat.model import NOWHERE, Handle, MemberId, Position, RoomName, Who
from chat.opening import Opening
from chat.redis import Script, Scripts

EVERY_SECONDS: Final = 5
AGAIN_SECONDS: Final = 60
"""When to try again what could not be opened by a mistake of ours."""

AT_ONCE: Final = 20
BEFORE, AFTER = 5, 3
"""How many messages around one a case keeps."""

AROUND: Final = 20
"""How many events after one are looked at for them: some are reactions."""

_FLAG, _FLAGGED, _OPENED = Script("flag"), Script("flagged"), Script("opened")
_UNANSWERED = Script("unanswered")

logger = logging.getLogger(__name__)

T = TypeVar("T")
Open = Callable[[Opening, Sequence[bytes]], Awaitable[str]]
"""Opens a case, once for each key; `around` are the events just before and after."""


class Flagged:
    """Queues what the room team should see, and opens cases for it."""

    def __init__(
        self,
        *,
        scripts: Scripts,
        catalogue: Catalogue,
        history: History,
        identity: Identity,
        open_: Open,
        ask: Callable[[], Awaitable[object]],
        ring: Callable[[bytes], Awaitable[None]],
        clock: Clock,
        metrics: Metrics,
        repeat_seconds: int,
    ) -> None:
        self._scripts = scripts
        self._catalogue = catalogue
        self._history = history
        self._identity = identity
        self._open = open_
        self._ask = ask
        self._ring = ring
        self._clock = clock
        self._metrics = metrics
        self._repeat_ms = repeat_seconds * 1000
        self.talks: Callable[[], Awaitable[Iterable[RoomName]]] = _no_talks
        """Asked which private rooms there are, beside the rooms of the catalogue."""

        self._talks: tuple[RoomName, ...] = ()
        self._due = asyncio.Event()
        self._down = self._told_down = False
        self._stuck: dict[bytes, float] = {}
        """What could not be opened by a mistake of ours, and when to try again."""

    async def flag(self, opening: Opening, once: bytes, target: int = 0) -> None:
        """Queue something that is no message on its way, or is one already said.

        Raises:
            Gone: If the message is there no more.
            Unavailable: If nobody can say whether it was queued.

        """
        room = opening.room
        known = await self._without_words(opening, target) if target else opening
        outcome = await self._scripts.call(
            _FLAG,
            (flagged_key(room), _once(room, once), keys(room)[1]),
            known.pack(),
            target,
            self._repeat_ms,
        )
        if outcome < 0:
            raise Gone
        self.look()

    async def _without_words(self, opening: Opening, target: int) -> Opening:
        """Return an opening that knows whose message it is about, not what it says.

        Should the message go before anybody looks, its words have gone with it, and
        still it is a case of theirs, and a peer can be called for them.
        """
        spoken = await self._history.spoken(opening.room, target)
        if spoken is None:
            return opening
        return replace(self._as_spoken(opening, spoken), text="", masked="")

    def look(self) -> None:
        """Open what waits, soon."""
        self._due.set()

    async def run(self) -> None:
        """Open what waits until cancelled."""
        while True:
            await self.round()
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._due.wait()
            except TimeoutError:
                pass
            self._due.clear()

    async def round(self) -> None:
        """Open everything that waits now; what cannot be opened waits on."""
        waiting = 0
        self._down = not await self._answers()
        try:
            for room in await self._where_any_waits():
                waiting += await self._drain(room)
        except Unavailable:
            logger.warning("what waits for the room team could not be read")
            return
        self._metrics.waiting_cases.set(waiting)
        await self._tell(waiting)

    async def _private(self) -> Sequence[RoomName]:
        """Return the private rooms; while the store is away, those of before."""
        if not self._down:
            try:
                self._talks = tuple(await self.talks())
            except StoreDown:
                self._down = True
        return self._talks

    async def _answers(self) -> bool:
        """Tell whether the store is there: staff should know before something waits."""
        try:
            await self._ask()
        except StoreDown:
            return False
        return True

    async def _where_any_waits(self) -> list[RoomName]:
        """Return the rooms to look into, those last that could not be looked at.

        All are asked together: in a quiet house there is nothing in any of them.
        """
        rooms = [room.slug for room in self._catalogue.rooms]
        # What cannot be noticed now is noticed in the next round.
        await _together(self._notice_unanswered(room) for room in rooms)
        rooms += await self._private()
        waiting = await _together(self._waiting_in(room) for room in rooms)
        found = dict(zip(rooms, waiting, strict=True))
        unsure = [room for room in found if isinstance(found[room], BaseException)]
        return [room for room in found if room not in unsure and found[room]] + unsure

    async def _waiting_in(self, room: RoomName) -> int:
        left, _ = await self._scripts.call(_FLAGGED, (flagged_key(room),), b"-", 1)
        return cast("int", left)

    async def _notice_unanswered(self, room: RoomName) -> None:
        alone = Opening(
            key=b"", source="unanswered", room=room, at=self._clock.seconds()
        )
        await self._scripts.call(
            _UNANSWERED,
            (unanswered_key(room), keys(room)[1], flagged_key(room)),
            self._clock.seconds(),
            alone.pack(),
        )

    async def _drain(self, room: RoomName) -> int:
        """Open what waits in a room, the oldest first; return how many still wait."""
        queue, after = (flagged_key(room),), b"-"
        while True:
            left, entries = await self._scripts.call(_FLAGGED, queue, after, AT_ONCE)
            for entry, packed, position in entries:
                if self._down:
                    break
                if await self._opened(room, entry, packed, position):
                    left = await self._scripts.call(_OPENED, queue, entry)
            if self._down or len(entries) < AT_ONCE:
                return cast("int", left)
            after = b"(" + entries[-1][0]

    async def _opened(
        self, room: RoomName, entry: bytes, packed: bytes, position: int
    ) -> bool:
        """Open one case; what fails by a mistake of ours waits, and stops no other."""
        if self._stuck.get(entry, 0) > self._clock.monotonic():
            return False
        try:
            opening = await self._completed(Opening.unpack(packed), position)
            await self._open(opening, await self._around(room, position))
        except StoreDown:
            self._down = True
            return False
        except Unavailable:
            raise
        except Exception:
            logger.exception("a case could not be opened", extra={"room": room})
            self._stuck[entry] = self._clock.monotonic() + AGAIN_SECONDS
            return False
        self._stuck.pop(entry, None)
        return True

    async def _completed(self, opening: Opening, position: int) -> Opening:
        """Return an opening with what the room's log knows of its message."""
        opening = replace(opening, position=position)
        if opening.text or not position:
            return opening
        spoken = await self._history.spoken(opening.room, position)
        if spoken:
            return self._as_spoken(opening, spoken)
        by_place = case_key(opening.room, MemberId(b""), position.to_bytes(8))
        return replace(opening, key=opening.key or by_place)

    def _as_spoken(self, opening: Opening, spoken: Spoken) -> Opening:
        member, at, sealed, id_, frame = spoken
        key = case_key(opening.room, member, id_)
        said = cast("Sequence[Any]", protocol.unpack_value(frame)) if frame else ()
        text = said[5] if said else ""
        return replace(
            opening,
            key=key,
            member=member,
            who=Who(said[4]) if said else Who(b""),
            sealed=self._sealed_anew(sealed, member, key),
            id=id_,
            text=text,
            masked=text,
            at=at,
        )

    def _sealed_anew(self, sealed: bytes, member: bytes, key: bytes) -> bytes:
        """Return a handle that a log entry keeps, as the case may keep it."""
        if not sealed:
            return b""
        handle: Handle = self._identity.unseal(sealed, member)
        return self._identity.seal(handle, key)

    async def _around(self, room: RoomName, position: int) -> Sequence[bytes]:
        """Return what was said just before and after a position, oldest first."""
        if not position:
            return ()
        end = Position(position + AROUND)
        page = await self._history.before(room, end, NOWHERE)
        said = [(place, frame) for frame in page.events if (place := _said_at(frame))]
        before = [frame for place, frame in said if place < position]
        after = [frame for place, frame in said if place > position]
        return before[-BEFORE:] + after[:AFTER]

    async def _tell(self, waiting: int) -> None:
        """Let staff pages know when the store goes and comes."""
        if self._down or self._told_down:
            self._told_down = self._down
            await self._ring(bulletin.store(not self._down, waiting))


async def _no_talks() -> Iterable[RoomName]:
    return ()


async def _together(asked: Iterable[Awaitable[T]]) -> list[T | BaseException]:
    """Return the answers of all, or what one has instead, once all have one."""
    return await asyncio.gather(*asked, return_exceptions=True)


def case_key(room: RoomName, member: MemberId, id_: bytes) -> bytes:
    """Return the key of the case about one message, however it is opened."""
    return blake2b(
        room.encode() + b"\0" + member + id_, digest_size=16, person=b"case"
    ).digest()


def _said_at(frame: bytes) -> int:
    """Return where a frame says something; 0: it is no message."""
    kind, _room, position, *_rest = cast("list[Any]", protocol.unpack_value(frame))
    return position if kind == protocol.SAID else 0


def _once(room: RoomName, once: bytes) -> str:
    return f"porchlight:{{{room}}}:once:flag:{once.hex()}"
