"""Presence: who is in a room now, told as a snapshot and then as changes.

Changes are told once a second at most, a broken line as a leave only after a while, and
a killed process takes its members' places with it within fifteen seconds.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, cast

from chat import protocol
from chat.clock import Clock
from chat.errors import BadFrame, NameTaken, Unavailable
from chat.identity import face
from chat.leases import LEASE_SECONDS, NODE_LEASE_SECONDS, Leases, Standing
from chat.metrics import Metrics
from chat.model import Member, MemberId, RoomName, Who
from chat.roster import Change, Roster, State

NODE_BEAT_SECONDS: Final = 2.5
LEAVE_SECONDS: Final = 45
"""A line that broke is told as a leave only after this."""

RENEW_SECONDS: Final = 30
LARGE_ROOM_SECONDS: Final = 5
"""How often the number in a large room is told, at most."""

_RENEWED_AT_ONCE = 200

_News = tuple[bytes, list[tuple[bytes, bytes, int]], list[bytes]]

logger = logging.getLogger(__name__)


class _Place:
    """A member's place in a room on this process, for as many tabs as they have."""

    __slots__ = ("beaten", "leaves_at", "member", "seats", "told")

    def __init__(self, member: Member, now: float) -> None:
        self.member = member
        self.seats: dict[object, bool] = {}  # is its tab hidden?
        self.beaten = now
        self.leaves_at: float | None = None
        self.told = State.LEFT

    def state(self, now: float) -> State:
        if self.leaves_at is not None and self.leaves_at <= now:
            return State.LEFT
        if now - self.beaten > LEASE_SECONDS:
            return State.LEFT
        return State.AWAY if self.seats and all(self.seats.values()) else State.HERE


class _Here:
    """One room as this process knows it: everyone in it, and its own members' places."""

    __slots__ = ("places", "renewed", "restless", "roster", "told", "typing")

    def __init__(self) -> None:
        self.roster = Roster()
        self.places: dict[MemberId, _Place] = {}
        self.restless: set[MemberId] = set()  # whose state may have to be told
        self.typing: set[Who] = set()
        self.renewed = self.told = 0.0


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
        self._rooms: dict[RoomName, _Here] = {}
        self._beaten = -float(NODE_LEASE_SECONDS)
        self._settled_at = 0.0
        self._stale: set[RoomName] = set()

    async def open(self, room: RoomName) -> None:
        """Learn anew who is in a room; members may enter it here from then on.

        Raises:
            Unavailable: If Redis does not answer.

        """
        everyone = await self._leases.present(room)
        here = self._rooms.setdefault(room, _Here())
        here.roster.replace((n, c) for n, c in everyone if n != self._leases.node)
        here.roster.hear(
            self._leases.node,
            [Change(p.member.id, p.member.who, p.told) for p in here.places.values()],
        )

    def missed(self) -> None:
        """Learn anew who is in every open room: changes may have gone unheard."""
        self._settled_at = self._clock.monotonic() + NODE_LEASE_SECONDS
        self._stale.update(self._rooms)

    def close(self, room: RoomName) -> None:
        """Stop knowing a room that this process no longer serves."""
        self._rooms.pop(room, None)

    def knows(self, room: RoomName) -> bool:
        """Tell whether a room is open here."""
        return room in self._rooms

    async def arrive(self, room: RoomName, member: Member, seat: object) -> None:
        """Take a place in an open room; from another tab it is the same place.

        Raises:
            NameTaken: If somebody else who is present goes by that name.
            Unavailable: If Redis does not answer.

        """
        here = self._rooms[room]
        place = here.places.get(member.id)
        if place is None or place.member != member or not place.seats:
            if self.taken(room, member) or not await self._leases.claim(room, member):
                raise NameTaken
            now = self._clock.monotonic()
            place = here.places.setdefault(member.id, _Place(member, now))
        place.member = member
        place.seats.setdefault(seat, False)
        self._stir(here, place)

    def _stir(self, here: _Here, place: _Place) -> None:
        place.beaten = self._clock.monotonic()
        place.leaves_at = None
        self._hear(here, place.member, place.state(place.beaten))
        here.restless.add(place.member.id)

    def _hear(self, here: _Here, member: Member, state: State) -> None:
        here.roster.hear(self._leases.node, [Change(member.id, member.who, state)])

    def beat(self, room: RoomName, member: Member, seat: object, *, away: bool) -> None:
        """Know that a page is still there, and whether its tab is hidden."""
        here = self._rooms.get(room)
        place = here.places.get(member.id) if here else None
        if here is None or place is None or seat not in place.seats:
            return
        changed = place.seats[seat] is not away or place.told is State.LEFT
        place.seats[seat] = away
        place.beaten = self._clock.monotonic()
        if changed:
            self._stir(here, place)

    def leave(
        self, room: RoomName, member: Member, seat: object, *, at_once: bool
    ) -> None:
        """Give up a seat; the place goes with the last one, late if the line broke."""
        here = self._rooms.get(room)
        place = here.places.get(member.id) if here else None
        if here is None or place is None or place.seats.pop(seat, None) is None:
            return
        if not place.seats:
            wait = 0 if at_once else LEAVE_SECONDS
            place.leaves_at = self._clock.monotonic() + wait
        here.restless.add(member.id)

    def typing(self, room: RoomName, who: Who) -> None:
        """Let the room know that somebody is writing."""
        if here := self._rooms.get(room):
            here.typing.add(who)

    def taken(self, room: RoomName, member: Member) -> bool:
        """Tell whether somebody else present goes by that name."""
        here = self._rooms.get(room)
        return here is not None and here.roster.taken(face(member.who), member.id)

    def people(self, room: RoomName) -> list[tuple[bytes, bool]] | int:
        """Return (who, away) of everyone here, or how many in a large room."""
        return self._rooms[room].roster.people()

    def count(self, room: RoomName) -> int | None:
        """Return how many are in a room, or None if it is not open here."""
        here = self._rooms.get(room)
        return len(here.roster) if here else None

    def empty(self, room: RoomName) -> bool:
        """Tell whether no member of this process has a place in a room."""
        here = self._rooms.get(room)
        return here is None or not here.places

    def heard(self, room: RoomName, news: bytes) -> None:
        """Take what another process says of its members in a room."""
        here = self._rooms.get(room)
        if here is None:
            return
        node, changes, typing = _unpacked(news)
        if node != self._leases.node:
            here.roster.hear(node, changes)
        for who in typing:
            here.roster.typing(who, self._clock.monotonic())

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
            while self._stale:
                await self._reopen(self._stale.pop())
            await asyncio.gather(*(self._settle(room, now) for room in self._rooms))
        except Unavailable:
            logger.warning("presence is late")
        for room, here in self._rooms.items():
            self._tell(room, here, now)
        self._metrics.members.set(sum(len(h.places) for h in self._rooms.values()))

    async def _reopen(self, room: RoomName) -> None:
        try:
            await self.open(room)
        except Unavailable:
            self._stale.add(room)
            raise

    async def _beat(self, now: float) -> None:
        alive = await self._leases.alive()
        if now - self._beaten > NODE_LEASE_SECONDS / 2:
            # We were cut off, and so may the others have been: let them beat first.
            self._settled_at = now + NODE_LEASE_SECONDS
        self._beaten = now
        if now >= self._settled_at:
            for here in self._rooms.values():
                here.roster.keep_only(alive)

    async def _settle(self, room: RoomName, now: float) -> None:
        """Bring what Redis and the others know of our members up to date."""
        here = self._rooms[room]
        if now - here.renewed >= RENEW_SECONDS:
            here.renewed = now
            here.restless.update(here.places)
        places = [here.places[m] for m in here.restless if m in here.places]
        if not places and not here.typing:
            return
        typing, here.typing = list(here.typing), set()
        for start in range(0, len(places) or 1, _RENEWED_AT_ONCE):
            batch = places[start : start + _RENEWED_AT_ONCE]
            await self._say(room, here, batch, typing if start == 0 else [], now)

    async def _say(
        self,
        room: RoomName,
        here: _Here,
        places: list[_Place],
        typing: list[Who],
        now: float,
    ) -> None:
        standings = [Standing(p.member, p.state(now)) for p in places]
        changed = [
            standing
            for place, standing in zip(places, standings, strict=True)
            if standing.state is not place.told
        ]
        await self._leases.renew(room, standings, self._news(changed, typing))
        gone = [
            s.member
            for p, s in zip(places, standings, strict=True)
            if self._told(here, p, s)
        ]
        await asyncio.gather(*(self._leases.free_name(room, m) for m in gone))

    def _told(self, here: _Here, place: _Place, standing: Standing) -> bool:
        """Note what was told; return whether the place is given up for good."""
        place.told = standing.state
        if place.state(self._clock.monotonic()) is not standing.state:
            return False  # they came back, or looked away, while we told
        self._hear(here, standing.member, standing.state)
        left = standing.state is State.LEFT
        if left or place.leaves_at is None:
            here.restless.discard(standing.member.id)
        if left and not place.seats:
            here.places.pop(standing.member.id, None)
        return left and not place.seats

    def _news(self, changed: list[Standing], typing: list[Who]) -> bytes:
        if not changed and not typing:
            return b""
        changes = [(s.member.id, s.member.who, int(s.state)) for s in changed]
        return b"p" + protocol.pack((self._leases.node, changes, typing))

    def _tell(self, room: RoomName, here: _Here, now: float) -> None:
        if here.roster.large and now - here.told < LARGE_ROOM_SECONDS:
            return
        news = here.roster.news(now)
        if news is not None:
            here.told = now
            self._fan_out(room, protocol.presence(room, *news))


def _unpacked(news: bytes) -> tuple[bytes, list[Change], list[Who]]:
    try:
        node, changes, typing = cast("_News", protocol.unpack_value(news))
        heard = [Change(MemberId(m), Who(w), State(s)) for m, w, s in changes]
    except (TypeError, ValueError) as error:
        raise BadFrame from error
    return node, heard, [Who(who) for who in typing]
