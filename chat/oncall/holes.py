"""Holes: gaps day by day, who could fill each, and by what one knows who was told.

A hole is either one for all, where nobody can be reached, or one for some: somebody is
there, but nobody for some rooms, or in a language that was promised.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from chat.model import Room
from chat.oncall.closing import Closed, closed
from chat.oncall.coverage import (
    AHEAD,
    ANYBODY,
    SHORTEST,
    Peer,
    Wanted,
    could_fill,
    gaps_within,
)
from chat.oncall.hours import ONE_DAY, Hours, instant, left_over, zone_of
from chat.oncall.promises import lacks
from chat.oncall.rota import Rota
from chat.oncall.stages import PeerId

ALL: Final = "gap"
SOME: Final = "some"

_AN_HOUR: Final = timedelta(hours=1)


class Hole(NamedTuple):
    """A gap, or as much of one as lies in one day, and who could fill it."""

    hours: Hours
    """From its first moment on, even if that is over."""
    ahead: Hours
    """What of them is to come."""
    could_fill: tuple[PeerId, ...]
    whom: str = ALL
    """For whom nobody is there: `gap` (for all) or `some`."""

    def news(self, peer: PeerId, known: Collection[str]) -> set[str]:
        """Return what is to be known once somebody has heard of it; empty: no news.

        It is known hour by hour. So a gap that becomes longer, or is cut in two by a
        shift, is none that is new; nor one that was told from now on, while somebody on
        duty had the hours before; nor is one for some in hours that had nobody.
        """
        if peer not in self.could_fill or self._was_told(peer, known):
            return set()
        keys = {f"{key}{peer}" for key in _keys(self.whom, _hourly(self.hours))}
        return keys.difference(known)

    def _was_told(self, peer: PeerId, known: Collection[str]) -> bool:
        first = {_hourly(hours)[0] for hours in (self.hours, self.ahead)}
        whom = {self.whom, ALL}
        return any(f"{key}{peer}" in known for one in whom for key in _keys(one, first))


class Opened(NamedTuple):
    """What a change opens, by the beginnings of keys."""

    told: list[str]
    """Of what those who were told of it before are to be told again."""
    news: list[str]
    """What of that is known to whoever made the change."""


class _Open(NamedTuple):
    """Hours that have nobody, and those that have nobody for some."""

    for_all: Sequence[Hours]
    for_some: Sequence[Hours]


def holes(
    rota: Rota,
    shut: Iterable[Closed],
    peers: Mapping[PeerId, Peer],
    rooms: Sequence[Room],
    now: datetime,
) -> list[Hole]:
    """Return the holes of the next 72 hours, day by day, those of today from its start.

    A day is one of the rota's zone. So a hole has the same first moment each time that
    it is looked for, whatever the time has come to.
    """
    span = _span(rota.zone, now)
    shifts, intended = rota.shifts(span), closed(shut, rota.zone, span)
    for_all = gaps_within(span, shifts, peers, ANYBODY, now, intended=intended)
    for_some = lacks(rota, span, peers, rooms, now, intended=intended)
    found: list[tuple[Hours, Wanted, str]] = [
        *((gap.hours, ANYBODY, ALL) for gap in for_all),
        *((gap.hours, promise.wanted, SOME) for gap, promise in for_some),
    ]
    return [
        Hole(part, ahead, could_fill(ahead, shifts, peers, wanted), whom)
        for hours, wanted, whom in found
        for part in by_day(hours, rota.zone)
        if (ahead := part.shared_with(Hours(now, span.ends)))
        and ahead.length >= SHORTEST
    ]


def opened(
    before: Rota,
    after: Rota,
    peers: Mapping[PeerId, Peer],
    rooms: Sequence[Room],
    now: datetime,
) -> Opened:
    """Return what a change of the rota opens, as if all of these could be reached."""
    span = _span(after.zone, now)
    had, has = (_open(rota, span, peers, rooms, now) for rota in (before, after))
    return _news(had, has, Hours(span.starts, now), after.zone)


def left_by(
    duty: Hours,
    rota: Rota,
    peers: Mapping[PeerId, Peer],
    rooms: Sequence[Room],
    now: datetime,
) -> Opened:
    """Return what opens when somebody's duty without a shift ends before its time."""
    span = _span(rota.zone, now)
    has = _open(rota, span, peers, rooms, now)
    had = _Open(*([*_without(duty, hours)] for hours in has))
    return _news(had, has, Hours(span.starts, now), rota.zone)


def _open(
    rota: Rota,
    span: Hours,
    peers: Mapping[PeerId, Peer],
    rooms: Sequence[Room],
    now: datetime,
) -> _Open:
    lacking = lacks(rota, span, peers, rooms, now)
    return _Open(rota.gaps(span), [lack.gap.hours for lack in lacking])


def _without(taken: Hours, hours: Iterable[Hours]) -> Iterator[Hours]:
    for each in hours:
        yield from left_over(each, [taken])


def _news(had: _Open, has: _Open, over: Hours, zone: str) -> Opened:
    for_all = _opened(has.for_all, [*had.for_all, over], zone)
    for_some = _opened(has.for_some, [*had.for_some, *had.for_all, over], zone)
    # Of an hour that has nobody, no more than that is told.
    for_some = for_some.difference(*map(_hourly, has.for_all))
    news = [*_keys(ALL, for_all), *_keys(SOME, for_some)]
    return Opened([*news, *_keys(ALL, for_some)], news)


def _opened(has: Iterable[Hours], had: Iterable[Hours], zone: str) -> set[datetime]:
    had = list(had)
    parts = (part for hours in has for part in by_day(hours, zone))
    return {hour for part in parts if left_over(part, had) for hour in _hourly(part)}


def by_day(hours: Hours, zone: str) -> Iterator[Hours]:
    """Return hours cut at each midnight of a zone."""
    there, starts = zone_of(zone), hours.starts
    while starts < hours.ends:
        tomorrow = starts.astimezone(there).date() + ONE_DAY
        midnight = instant(there, tomorrow, time())
        yield Hours(starts, min(midnight, hours.ends))
        starts = midnight


def _span(zone: str, now: datetime) -> Hours:
    there = zone_of(zone)
    midnight = instant(there, now.astimezone(there).date(), time())
    return Hours(midnight, now + AHEAD)


def _hourly(hours: Hours) -> list[datetime]:
    """Return the beginnings of the hours of the clock that are touched."""
    hour = hours.starts.replace(minute=0, second=0, microsecond=0)
    found = []
    while hour < hours.ends:
        found.append(hour)
        hour += _AN_HOUR
    return found


def _keys(whom: str, hours: Iterable[datetime]) -> list[str]:
    """Return the beginnings of the keys of some hours."""
    return [f"{whom} {hour:%Y-%m-%dT%H} " for hour in hours]
