"""Coverage: which hours of the week are covered, by peers who can really be reached.

Rostered is what the rota says. Covered means reachable: a peer whose page is not open
and whose phone confirms nothing is no help to anybody. A shift that is on, or begins
soon, counts if its peer can be reached now; a later one if their ways have worked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from chat.oncall.hours import ONE_DAY, Hours, instant, left_over, zone_of
from chat.oncall.shifts import Shift, on_duty
from chat.oncall.stages import PeerId

AHEAD: Final = timedelta(hours=72)
"""How long before a gap it is warned of."""

SOON: Final = timedelta(hours=1)
"""How long before a shift begins its peer must be reached, to count for it."""

SHORTEST: Final = timedelta(minutes=15)
"""A shorter gap is a late bus, and no reason to ring anybody."""

HOURS_A_WEEK: Final = 7 * 24


class WeekHour(NamedTuple):
    """An hour of the week on a wall clock: Monday is 0."""

    weekday: int
    hour: int


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody who takes shifts, as far as cover is concerned."""

    id: PeerId
    reachable: bool
    """An alert would reach them now."""
    likely: bool
    """One would when they are at work, as far as we can tell."""
    languages: tuple[str, ...] = ()
    """None: any."""
    ready: bool = True
    """Their training is done."""
    on_duty_until: datetime | None = None
    """Until when they are called without a shift, if they are."""

    def suits(self, wanted: "Wanted") -> bool:
        """Tell whether they can be there for what is wanted."""
        return _is_in(self.languages, wanted)


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom cover is asked for: a room and a language; empty: whichever."""

    tags: tuple[str, ...] | None = None
    """The room's: any of them is enough, and with none it is for shifts for every room.

    None: whichever room."""
    language: str = ""


ANYBODY: Final = Wanted()


class Cell(NamedTuple):
    """An hour of the week: how many peers at its thinnest, and how many are needed."""

    at: WeekHour
    hours: Hours | None
    """When it comes next; None where the clock skips it."""
    rostered: int
    reachable: int
    present: float
    """How many of the team are usually here then, at a page or reached on a shift."""
    expected: float
    """How many needs are to be expected."""
    closed: bool = False
    """Whether nobody is meant to be there, in any of its minutes."""
    regular: bool = False
    """Whether it is covered by weekly shifts alone."""

    @property
    def covered(self) -> bool:
        """Whether somebody can be reached all through it."""
        return self.reachable > 0


class Gap(NamedTuple):
    """Hours to come in which nobody can be reached."""

    hours: Hours
    rostered: int
    """How many the rota has there at its thinnest; they cannot be reached."""


def week(
    shifts: Iterable[Shift],
    peers: Mapping[PeerId, Peer],
    wanted: Wanted,
    zone: str,
    now: datetime,
    present: Mapping[WeekHour, float],
    expected: Mapping[WeekHour, float],
    *,
    intended: Iterable[Hours] = (),
) -> list[Cell]:
    """Return the next seven days, today's first, hour by hour as a wall clock has them.

    `shifts` are those of the rota; backups count as nobody. `intended` are the hours
    that are meant to be closed. Of the hour that runs, what is left is to be covered.
    """
    intended = list(intended)
    there = _there(shifts, peers, wanted, now)
    reached = [shift for shift in there if _reachable(shift, peers, now)]
    regular = [shift for shift in reached if shift.regular]
    return [
        Cell(
            at,
            hours,
            fewest(there, hours and hours.left_at(now)),
            fewest(reached, hours and hours.left_at(now)),
            present.get(at, 0),
            expected.get(at, 0),
            closed=hours is not None and not left_over(hours, intended),
            regular=fewest(regular, hours and hours.left_at(now)) > 0,
        )
        for at, hours in _hours_ahead(zone, now)
    ]


def span_of_week(zone: str, now: datetime) -> Hours:
    """Return the span whose shifts `week` is to be given."""
    today = now.astimezone(zone_of(zone)).date()
    midnight, there = time(), zone_of(zone)
    end = today + 7 * ONE_DAY
    return Hours(instant(there, today, midnight), instant(there, end, midnight))


def gaps_within(
    span: Hours,
    shifts: Iterable[Shift],
    peers: Mapping[PeerId, Peer],
    wanted: Wanted,
    now: datetime,
    *,
    intended: Iterable[Hours] = (),
) -> list[Gap]:
    """Return when nobody can be reached, but for hours that are meant to be closed."""
    there = _there(shifts, peers, wanted, now)
    reached = [shift.hours for shift in there if _reachable(shift, peers, now)]
    return [
        Gap(hours, fewest(there, hours))
        for open_hours in left_over(span, intended)
        for hours in left_over(open_hours, reached)
    ]


def could_fill(
    hours: Hours,
    shifts: Iterable[Shift],
    peers: Mapping[PeerId, Peer],
    wanted: Wanted = ANYBODY,
) -> tuple[PeerId, ...]:
    """Return who suits and is free for some of these hours, who has least to do first.

    So whoever has a short shift in a long gap is asked about the rest of it. The hours
    are those ahead: whoever is on duty is so from their beginning.
    """
    shifts = with_duty(shifts, peers, hours.starts)
    could = [
        peer.id
        for peer in peers.values()
        if peer.ready
        and peer.likely
        and peer.suits(wanted)
        and _is_free(peer.id, shifts, hours)
    ]
    load = _load(shifts)
    return tuple(sorted(could, key=lambda peer: (load[peer], peer)))


def with_duty(
    shifts: Iterable[Shift], peers: Mapping[PeerId, Peer], now: datetime
) -> list[Shift]:
    """Return shifts, and with them when peers are on duty without one, from now on."""
    shifts = list(shifts)
    until = {each.id: each.on_duty_until for each in peers.values()}
    return [*shifts, *on_duty(until, shifts, now)]


def fewest(shifts: Sequence[Shift], hours: Hours | None) -> int:
    """Return how many peers are there when the fewest are."""
    if hours is None:
        return 0
    return min(_count(shifts, at) for at in _edges(shifts, hours))


def _is_for_room(limits: Sequence[str], wanted: Wanted) -> bool:
    if not limits or wanted.tags is None:
        return True
    return any(tag in limits for tag in wanted.tags)


def _is_in(languages: Sequence[str], wanted: Wanted) -> bool:
    return not languages or not wanted.language or wanted.language in languages


def _there(
    shifts: Iterable[Shift],
    peers: Mapping[PeerId, Peer],
    wanted: Wanted,
    now: datetime,
) -> list[Shift]:
    """Return the shifts and duty of peers who are there for what is wanted."""
    return [
        shift
        for shift in with_duty(shifts, peers, now)
        if not shift.backup
        and _is_for_room(shift.tags, wanted)
        and _is_in(shift.languages, wanted)
        and (peer := _peer(shift, peers))
        and peer.suits(wanted)
    ]


def _peer(shift: Shift, peers: Mapping[PeerId, Peer]) -> Peer | None:
    return None if shift.peer is None else peers.get(shift.peer)


def _reachable(shift: Shift, peers: Mapping[PeerId, Peer], now: datetime) -> bool:
    peer = _peer(shift, peers)
    if peer is None:
        return False
    # Between two shifts a phone is not tried, and says nothing of the next one.
    at_once = shift.hours.starts - SOON <= now < shift.hours.ends
    return peer.reachable if at_once else peer.likely


def _hours_ahead(zone: str, now: datetime) -> list[tuple[WeekHour, Hours | None]]:
    there = zone_of(zone)
    today = now.astimezone(there).date()
    walls = [(today + ONE_DAY * (at // 24), at % 24) for at in range(HOURS_A_WEEK + 1)]
    moments = [instant(there, day, time(hour)) for day, hour in walls]
    return [
        (WeekHour(day.weekday(), hour), Hours(starts, ends) if starts < ends else None)
        for (day, hour), (starts, ends) in zip(walls, pairwise(moments), strict=False)
    ]


def _edges(shifts: Sequence[Shift], hours: Hours) -> list[datetime]:
    """Return the moments of some hours at which who is there may change."""
    moments = {moment for shift in shifts for moment in shift.hours}
    return sorted({hours.starts} | {at for at in moments if hours.covers(at)})


def _count(shifts: Sequence[Shift], at: datetime) -> int:
    return len({shift.peer for shift in shifts if shift.covers(at)})


def _is_free(peer: PeerId, shifts: Iterable[Shift], hours: Hours) -> bool:
    # Whoever gave these hours away is not asked to take them after all.
    theirs = [each.hours for each in shifts if peer in (each.peer, each.instead_of)]
    return any(rest.length >= SHORTEST for rest in left_over(hours, theirs))


def _load(shifts: Iterable[Shift]) -> Mapping[PeerId | None, timedelta]:
    """Return how long everybody's shifts are together."""
    load: defaultdict[PeerId | None, timedelta] = defaultdict(timedelta)
    for shift in shifts:
        load[shift.peer] += shift.hours.length
    return load
