"""Presence: who is in a room now, told as a snapshot and then as changes.

Changes are told once a second at most, a broken line as a leave only after a while, and
a killed process takes its members' places with it within fifteen seconds.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from chat import protocol
from chat.clock import Clock
from chat.errors import BadFrame, NameTaken, Unavailable
from chat.here import Here, Stay
from chat.identity import face
from chat.leases import NODE_LEASE_SECONDS, Leases
from chat.metrics import Metrics
from chat.model import Member, MemberId, RoomName, Who
from chat.standing import Told

NODE_BEAT_SECONDS: Final = 2.5
LEAVE_SECONDS: Final = 45
"""A line that broke is told as a leave only after this."""

LARGE_ROOM_SECONDS: Final = 5
"""How often the number in a large room is told, at most."""

_RENEWED_AT_ONCE = 200
_GLANCE: Final = "a page that keeps no line"

logger = logging.getLogger(__name__)


class Presence:
    """Who is in which room, as far as this process serves it."""

    def __init__(
        self,
        *,
        leases: Leases,
        clock: Clock,
        metrics: Metrics,
        fan_out: Callable[[str, bytes], None],
    ) -> None:
        self._leases = leases
        self._clock = clock
        self._metrics = metrics
        self._fan_out = fan_out
        self._rooms: dict[RoomName, Here] = {}
        self._opening: dict[RoomName, Here] = {}
        self._stale: set[RoomName] = set()
        self._beaten = -float(NODE_LEASE_SECONDS)
        self._settled_at = 0.0

    # Rooms --------------------------------------------------------------------------

    async def open(self, room: RoomName) -> None:
        """Learn who is in a room; members may enter it here from then on.

        Raises:
            Unavailable: If Redis does not answer.

        """
        here = self._opening[room] = Here(self._leases.node)
        try:
            await self._learn(room, here)
        finally:
            del self._opening[room]
        # What is found is shown to whoever enters; nobody is here yet to be told.
        here.roster.news(self._clock.monotonic())
        self._rooms[room] = here

    async def _learn(self, room: RoomName, here: Here) -> None:
        here.ask()
        everyone = await self._leases.present(room)
        here.learn(everyone, self._clock.monotonic())

    def close(self, room: RoomName) -> None:
        """Stop knowing a room that this process no longer serves."""
        self._rooms.pop(room, None)

    def knows(self, room: RoomName) -> bool:
        """Tell whether a room is open here."""
        return room in self._rooms

    def empty(self, room: RoomName) -> bool:
        """Tell whether no member of this process has a place in a room."""
        here = self._rooms.get(room)
        return here is None or not here.members

    def count(self, room: RoomName) -> int | None:
        """Return how many are in a room, or None if it is not open here."""
        here = self._rooms.get(room)
        return len(here.roster) if here else None

    def people(self, room: RoomName) -> list[tuple[bytes, bool]] | int:
        """Return (who, away) of everyone here, or how many in a large room."""
        return self._rooms[room].roster.people()

    def taken(self, room: RoomName, member: Member) -> bool:
        """Tell whether somebody else present goes by that name."""
        here = self._rooms.get(room)
        return here is not None and here.roster.taken(face(member.who), member.id)

    def is_here(self, room: RoomName, member: MemberId) -> bool:
        """Tell whether somebody is in a room, as far as it is open here."""
        here = self._rooms.get(room)
        return here is not None and member in here

    # Members of ours ----------------------------------------------------------------

    async def arrive(self, room: RoomName, member: Member, seat: object) -> bool:
        """Take a seat in an open room; from another tab it is the same presence.

        Return whether the seat is new.

        Raises:
            NameTaken: If somebody else who is present goes by that name.
            Unavailable: If Redis does not answer.

        """
        here = self._rooms[room]
        if not here.sits(member) and (
            self.taken(room, member) or not await self._leases.claim(room, member)
        ):
            raise NameTaken
        return here.sit(member, seat, self._clock.monotonic())

    async def glance(self, room: RoomName, member: Member, seconds: float) -> None:
        """Show somebody as here for so long, unless they come again meanwhile.

        Raises:
            NameTaken, Unavailable: As `arrive` says.

        """
        await self.arrive(room, member, _GLANCE)
        until = self._clock.monotonic() + seconds
        self._rooms[room].rise(member, _GLANCE, until)

    def beat(self, room: RoomName, member: Member, seat: object, *, away: bool) -> None:
        """Know that a page is still there, and whether its tab is hidden."""
        if here := self._rooms.get(room):
            here.beat(member, seat, self._clock.monotonic(), away=away)

    def leave(
        self, room: RoomName, member: Member, seat: object, *, at_once: bool
    ) -> None:
        """Give up a seat; the place goes with the last one, late if the line broke."""
        if here := self._rooms.get(room):
            wait = 0 if at_once else LEAVE_SECONDS
            here.rise(member, seat, self._clock.monotonic() + wait)

    def typing(self, room: RoomName, who: Who) -> None:
        """Let the room know that somebody is writing."""
        if here := self._rooms.get(room):
            here.typing(who)

    # Members elsewhere --------------------------------------------------------------

    def heard(self, room: RoomName, news: bytes) -> None:
        """Take what a process says of its members in a room."""
        here = self._rooms.get(room) or self._opening.get(room)
        if here is None:
            return
        try:
            here.hear(Told.read(news), self._clock.monotonic())
        except BadFrame:
            logger.warning("presence not understood", extra={"room": room})

    def missed(self) -> None:
        """Know that changes may have gone unheard, ours and those of the others.

        Ours are told again at once. Of the others we ask when they have had the time
        to do the same; who has no lease then is gone.
        """
        self._say_again()
        self._settled_at = self._clock.monotonic() + NODE_LEASE_SECONDS
        self._stale.update(self._rooms)

    def _say_again(self) -> None:
        for here in self._rooms.values():
            here.say_again()

    # Time passes --------------------------------------------------------------------

    async def run(self) -> None:
        """Let time pass until cancelled."""
        while True:
            await self.tick()
            await asyncio.sleep(1)

    async def tick(self) -> None:
        """Tell what changed, renew what is due, notice who is gone."""
        now = self._clock.monotonic()
        try:
            if now - self._beaten >= NODE_BEAT_SECONDS:
                await self._beat(now)
            if now >= self._settled_at:
                await self._ask_again()
            restless = [r for r in self._rooms.items() if r[1].restless(now)]
            await asyncio.gather(*(self._settle(*room, now) for room in restless))
        except Unavailable:
            logger.warning("presence is late")
        for room, here in self._rooms.items():
            self._tell(room, here, now)
        self._metrics.members.set(sum(h.members for h in self._rooms.values()))

    async def _beat(self, now: float) -> None:
        alive = await self._leases.alive()
        if alive.back:
            # The others gave our members up, or never knew of them.
            self._say_again()
        if now - self._beaten > NODE_LEASE_SECONDS / 2:
            # We were cut off, and so may the others have been: let them beat first.
            self._settled_at = now + NODE_LEASE_SECONDS
        self._beaten = now
        if now >= self._settled_at:
            for here in self._rooms.values():
                here.roster.keep_only(alive.nodes)

    async def _ask_again(self) -> None:
        """Learn anew who is in the rooms where changes may have gone unheard."""
        for room in tuple(self._stale):
            if here := self._rooms.get(room):
                await self._learn(room, here)
            self._stale.discard(room)

    async def _settle(self, room: RoomName, here: Here, now: float) -> None:
        """Bring what Redis and the others know of our members up to date."""
        stays, typing = here.due(now), here.now_typing()
        if not stays and not typing:
            return
        for start in range(0, len(stays) or 1, _RENEWED_AT_ONCE):
            batch = stays[start : start + _RENEWED_AT_ONCE]
            await self._say(room, here, batch, typing if start == 0 else ())

    async def _say(
        self, room: RoomName, here: Here, stays: Sequence[Stay], typing: Sequence[Who]
    ) -> None:
        now = self._clock.monotonic()
        told = [(stay, stay.standing(now)) for stay in stays]
        standings = [standing for _, standing in told]
        changed = [standing for stay, standing in told if standing != stay.told]
        await self._leases.renew(room, standings, changed, typing)
        now = self._clock.monotonic()
        free = [member for stay, s in told for member in here.told(stay, s, now)]
        await asyncio.gather(*(self._leases.free_name(room, m) for m in free))

    def _tell(self, room: RoomName, here: Here, now: float) -> None:
        if here.roster.large and now - here.told_at < LARGE_ROOM_SECONDS:
            return
        if news := here.roster.news(now):
            here.told_at = now
            self._fan_out(room, protocol.presence(room, *news))
