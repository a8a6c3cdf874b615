"""One room on one process: the stays of its own members, and everyone it has heard of.

Nothing waits here: what time it is, and what Redis said, is told by `presence`.
"""

from collections.abc import Iterable
from typing import Final

from chat.model import Member, MemberId, Who
from chat.roster import Change, Roster, State
from chat.standing import LEASE_SECONDS, Standing, Told

RENEW_SECONDS: Final = 30
"""How often each lease is renewed; several renewals may fail before it lapses."""


class Stay:
    """A member's stay in a room on this process, for as many tabs as they have.

    There are as many as members, so what is nearly always one thing or none is kept
    in tuples, and what was told as its parts.
    """

    __slots__ = (
        "_told_as",
        "_told_state",
        "beaten",
        "hidden",
        "leaves_at",
        "member",
        "seats",
    )

    def __init__(self, member: Member, now: float) -> None:
        self.member = member
        self.seats: tuple[object, ...] = ()
        self.hidden: tuple[object, ...] = ()  # those whose tab is
        self.beaten = now
        self.leaves_at: float | None = None
        self._told_as: Member | None = None
        self._told_state = State.LEFT

    def standing(self, now: float) -> Standing:
        """Return what there is to tell of the member."""
        return Standing(self.member, self._state(now))

    def _state(self, now: float) -> State:
        if self.leaves_at is not None and self.leaves_at <= now:
            return State.LEFT
        if now - self.beaten > LEASE_SECONDS:
            return State.LEFT
        away = self.seats and len(self.hidden) == len(self.seats)
        return State.AWAY if away else State.HERE

    @property
    def told(self) -> Standing | None:
        """What was told last, if anything was."""
        if self._told_as is None:
            return None
        return Standing(self._told_as, self._told_state)

    def tell(self, standing: Standing | None) -> None:
        """Know what was told; None if it is not known who heard it."""
        self._told_as = standing.member if standing else None
        self._told_state = standing.state if standing else State.LEFT

    @property
    def lapsed(self) -> bool:
        """Whether the others were told that the member has left."""
        return self._told_as is not None and self._told_state is State.LEFT

    def sit(self, seat: object, *, away: bool) -> bool:
        """Take a seat, or know if its tab is hidden; return whether that is new."""
        new = seat not in self.seats or (seat in self.hidden) is not away
        self.rise(seat)
        self.seats += (seat,)
        self.hidden += (seat,) if away else ()
        return new

    def rise(self, seat: object) -> bool:
        """Leave a seat; return whether it was taken."""
        taken = seat in self.seats
        self.seats = tuple(other for other in self.seats if other is not seat)
        self.hidden = tuple(other for other in self.hidden if other is not seat)
        return taken


class Here:
    """Who is in a room: our own by their stays, the others by what they are said of."""

    def __init__(self, node: bytes) -> None:
        self.roster = Roster()
        self.told_at = 0.0
        self._node = node
        self._stays: dict[MemberId, Stay] = {}
        self._restless: set[MemberId] = set()  # of whom there may be something to tell
        self._typing: set[Who] = set()
        self._renewed = 0.0
        self._since_asked: list[Told] | None = None

    @property
    def members(self) -> int:
        """How many members of ours are in the room."""
        return len(self._stays)

    def __contains__(self, member: object) -> bool:
        # One who has just come in is not in the roster until the others were told.
        return member in self._stays or member in self.roster

    # Our own members ----------------------------------------------------------------

    def sits(self, member: Member) -> bool:
        """Tell whether a member has a seat here under that very name."""
        stay = self._stays.get(member.id)
        return stay is not None and stay.member == member and bool(stay.seats)

    def sit(self, member: Member, seat: object, now: float) -> bool:
        """Give a member a seat; return whether it is one that they did not have."""
        stay = self._stays.setdefault(member.id, Stay(member, now))
        stay.member = member
        new = seat not in stay.seats
        if new:
            stay.sit(seat, away=False)
        self._stir(stay, now)
        return new

    def beat(self, member: Member, seat: object, now: float, *, away: bool) -> None:
        """Know that a page is still there, and whether it is hidden."""
        stay = self._stays.get(member.id)
        if stay is None or seat not in stay.seats:
            return
        changed = stay.sit(seat, away=away) or stay.lapsed
        stay.beaten = now
        if changed:
            self._stir(stay, now)

    def _stir(self, stay: Stay, now: float) -> None:
        stay.beaten = now
        stay.leaves_at = None
        self._hear(stay.standing(now))
        self._restless.add(stay.member.id)

    def _hear(self, standing: Standing) -> None:
        self.roster.hear(self._node, [standing.change()])

    def rise(self, member: Member, seat: object, leaves_at: float) -> None:
        """Take a seat away; the stay ends with the last one, at a moment to come."""
        stay = self._stays.get(member.id)
        if stay is None or not stay.rise(seat):
            return
        if not stay.seats:
            stay.leaves_at = leaves_at
        self._restless.add(member.id)

    def typing(self, who: Who) -> None:
        """Know that a member of ours is writing."""
        self._typing.add(who)

    # What Redis and the others are told ---------------------------------------------

    def restless(self, now: float) -> bool:
        """Tell whether there is anything to tell of our members, or to renew."""
        return bool(
            self._restless or self._typing or now - self._renewed >= RENEW_SECONDS
        )

    def due(self, now: float) -> list[Stay]:
        """Return the stays of which there may be something to tell or to renew."""
        if now - self._renewed >= RENEW_SECONDS:
            self._renewed = now
            self._restless.update(self._stays)
        return [self._stays[m] for m in self._restless if m in self._stays]

    def now_typing(self) -> list[Who]:
        """Return who is writing, once."""
        typing, self._typing = list(self._typing), set()
        return typing

    def told(self, stay: Stay, standing: Standing, now: float) -> list[Member]:
        """Know that something was told; return those whose names are free now."""
        before = stay.told
        stay.tell(standing)
        free = [before.member] if before and before.member != standing.member else []
        if stay.standing(now) != standing:
            return free  # they came back, or looked away, while we told
        self._hear(standing)
        left = standing.state is State.LEFT
        if left or stay.leaves_at is None:
            self._restless.discard(standing.member.id)
        if left and not stay.seats:
            self._stays.pop(standing.member.id, None)
            free.append(standing.member)
        return free

    def say_again(self) -> None:
        """Let everything be told once more: somebody may not have heard it."""
        self._restless.update(self._stays)
        for stay in self._stays.values():
            stay.tell(None)

    # What they tell -----------------------------------------------------------------

    def hear(self, told: Told, now: float) -> None:
        """Take what a process says of its members."""
        if self._since_asked is not None:
            self._since_asked.append(told)
        if told.node != self._node:
            self.roster.hear(told.node, told.changes)
        for who in told.typing:
            self.roster.typing(who, now)

    def ask(self) -> None:
        """Remember what is heard until `learn`: the answer may be older than that."""
        self._since_asked = []

    def learn(self, everyone: Iterable[tuple[bytes, Change]], now: float) -> None:
        """Take what Redis knows of everyone in place of what was heard before."""
        self.roster.replace((n, c) for n, c in everyone if n != self._node)
        for stay in self._stays.values():
            self._hear(stay.standing(now))
        since, self._since_asked = self._since_asked, None
        for told in since or ():
            self.hear(told, now)
