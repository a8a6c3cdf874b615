"""Effects: what must happen in the rooms because the room team decided it.

The decision is kept first, with its effects; then they happen, in the order of their
room, and are tried again until they have. Trying again changes nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from sqlalchemy import Row

from chat import protocol
from chat.backplane import Backplane
from chat.clock import Clock
from chat.drafts import Draft
from chat.errors import Gone, NotYours, StoreDown, Unavailable
from chat.identity import Identity
from chat.model import Handle, MemberId, RoomName
from chat.store import cases, excerpts
from chat.store import effects as store
from chat.store.database import Database

ANSWER_SECONDS: Final = 5.0
REPEAT_SECONDS: Final = 30 * 86_400
"""How long it is known that something has happened, though the store was told not."""

logger = logging.getLogger(__name__)


class Effects:
    """Takes messages down and releases them, and tells every process of sanctions."""

    def __init__(
        self,
        *,
        database: Database,
        backplane: Backplane,
        identity: Identity,
        clock: Clock,
        sanctioned: Callable[[Handle], Awaitable[None]],
    ) -> None:
        self._database = database
        self._backplane = backplane
        self._identity = identity
        self._clock = clock
        self._sanctioned = sanctioned
        self._one_at_a_time = asyncio.Lock()

    async def settle(self) -> bool:
        """Let everything happen that is due; return whether nothing is left to do.

        What cannot happen yet is tried again at the next call.
        """
        async with self._one_at_a_time:
            try:
                return await self._all_settled()
            except StoreDown:
                return False

    async def _all_settled(self) -> bool:
        async with self._database.read() as tx:
            due = await store.due(tx)
        stuck: set[str] = set()
        return all([await self._settled(effect, stuck) for effect in due])

    async def _settled(self, effect: Row[Any], stuck: set[str]) -> bool:
        """Let one thing happen, after all that its room waits for already."""
        if effect.room in stuck:
            return False
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                position = await self._happen(effect)
        except (Unavailable, TimeoutError):
            stuck.add(effect.room)
            return False
        await self._done(effect, position)
        return True

    async def _happen(self, effect: Row[Any]) -> int:
        """Return where in the room it stands, or 0.

        What fails for a mistake of ours is done with: it must not stop the others.
        """
        try:
            return await _HAPPENS[effect.kind](self, effect)
        except (Gone, NotYours):
            return 0
        except (Unavailable, StoreDown, TimeoutError):
            raise
        except Exception:
            logger.exception("an effect failed", extra={"effect": effect.id})
            return 0

    async def _take_down(self, effect: Row[Any]) -> int:
        member, target = await self._target(effect)
        if not target:
            return 0
        at = self._clock.seconds()
        frame = protocol.taken_back(effect.room, at, target, by_team=True)
        draft = Draft(
            "t", MemberId(member), _id(effect), at, frame, target,
            repeat_seconds=REPEAT_SECONDS,
        )  # fmt: skip
        await self._backplane.append(RoomName(effect.room), draft)
        return target

    async def _target(self, effect: Row[Any]) -> tuple[bytes, int]:
        """Return whose message is meant, and where it stands now."""
        if not effect.case_id:
            return bytes.fromhex(effect.payload["member"]), effect.payload["target"]
        async with self._database.read() as tx:
            row = await cases.with_id(tx, effect.case_id)
        return (row.member, row.position) if row else (b"", 0)

    async def _release(self, effect: Row[Any]) -> int:
        """Let the room hear a message; it stands where the room is by now."""
        async with self._database.read() as tx:
            row = await cases.with_id(tx, effect.case_id)
            excerpt = await excerpts.of(tx, effect.case_id)
        text = next((said.masked for said in excerpt if said.is_subject), "")
        if row is None or not text:
            return 0
        return await self._said(effect, row, text)

    async def _said(self, effect: Row[Any], row: Row[Any], text: str) -> int:
        at, member = self._clock.seconds(), MemberId(row.member)
        frame = protocol.said(row.room, at, row.who, text, row.reply)
        sealed = self._sealed_for(member, row)
        # Under its own id, so that whoever reports it reports to this case.
        id_, once = row.message_id, _id(effect)
        draft = Draft(
            "s", member, id_, at, frame, sealed=sealed, once=once,
            repeat_seconds=REPEAT_SECONDS,
        )  # fmt: skip
        receipt = await self._backplane.append(RoomName(row.room), draft)
        return receipt.position

    def _sealed_for(self, member: MemberId, row: Row[Any]) -> bytes:
        """Return the handle as the room's log keeps it."""
        if not row.sealed:
            return b""
        handle = self._identity.unseal(row.sealed, row.key)
        return self._identity.seal(handle, member)

    async def _sanction(self, effect: Row[Any]) -> int:
        await self._sanctioned(Handle(bytes.fromhex(effect.payload["handle"])))
        return 0

    async def _done(self, effect: Row[Any], position: int) -> None:
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            first = await store.done(tx, effect.id, now, position)
            if first and position and effect.kind == "release":
                await cases.change(tx, effect.case_id, {"position": position})


_HAPPENS: Final[dict[str, Callable[[Effects, Row[Any]], Awaitable[int]]]] = {
    "take_down": Effects._take_down,
    "release": Effects._release,
    "sanction": Effects._sanction,
}


def _id(effect: Row[Any]) -> bytes:
    """Return an id that no page can have given, the same at each attempt."""
    return b"effect" + int(effect.id).to_bytes(8)
