"""Promises: for which rooms and languages the house means to have somebody.

Where nobody can be reached at all is a gap for everybody. Beside that a promise may be
broken while somebody is there:

- A room is open at all hours. Nobody is there for it while all who are have a shift for
  other rooms. It counts as long as anything in the rota is for it.
- A language is promised in the hours of the shifts that are for it by name, whoever has
  them, and in no others: nobody who can speak it meant to do so every night.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chat.model import Room
from chat.oncall.coverage import ANYBODY, Gap, Peer, Wanted, gaps_within
from chat.oncall.hours import Hours, left_over
from chat.oncall.rota import Rota
from chat.oncall.shifts import Shift, Temporary
from chat.oncall.stages import PeerId
from chat.oncall.weekly import Weekly

Tags = tuple[str, ...]


class Promise(NamedTuple):
    """For whom there is to be somebody, and when."""

    wanted: Wanted
    rooms: tuple[str, ...]
    """The names of the rooms that it is about; none: every room."""
    hours: tuple[Hours, ...]
    others: tuple[str, ...] = ()
    """The names of all rooms that it is not about, where it is about some."""


class Lack(NamedTuple):
    """Hours in which somebody can be reached, but nobody as it was promised."""

    gap: Gap
    promise: Promise


def lacks(
    rota: Rota,
    span: Hours,
    peers: Mapping[PeerId, Peer],
    rooms: Sequence[Room],
    now: datetime,
    *,
    intended: Iterable[Hours] = (),
) -> list[Lack]:
    """Return where within a span a promise is broken, and it is not a gap for all.

    Nothing of the hours that are meant to be closed.
    """
    shifts = rota.shifts(span)
    found = promises(rota, shifts, span, rooms)
    if not found:
        return []
    alone = [gap.hours for gap in gaps_within(span, shifts, peers, ANYBODY, now)]
    apart = [*intended, *alone]
    return [
        Lack(gap, promise)
        for promise in found
        for hours in promise.hours
        for gap in gaps_within(
            hours, shifts, peers, promise.wanted, now, intended=apart
        )
    ]


def promises(
    rota: Rota, shifts: Sequence[Shift], span: Hours, rooms: Sequence[Room]
) -> list[Promise]:
    """Return what is promised within a span, of which these are the shifts."""
    return [*_to_rooms(rota, span, rooms), *_in_languages(shifts, span, rooms)]


def _to_rooms(rota: Rota, span: Hours, rooms: Sequence[Room]) -> Iterator[Promise]:
    planned: list[Weekly | Temporary] = [*rota.weekly, *rota.temporary]
    lines = [line.tags for line in planned if not line.backup]
    named = {tag for tags in lines for tag in tags}
    if not named:
        return
    alike = defaultdict[Tags, list[str]](list)
    for room in rooms:
        # What no shift is for by name makes no difference between two rooms.
        alike[tuple(sorted(named.intersection(room.tags)))].append(room.name)
    if all(lines):
        alike.pop((), None)
    for tags, names in alike.items():
        others = tuple(room.name for room in rooms if room.name not in names)
        yield Promise(Wanted(tags), tuple(names), (span,), others)


def _in_languages(
    shifts: Iterable[Shift], span: Hours, rooms: Iterable[Room]
) -> Iterator[Promise]:
    meant = defaultdict[Wanted, list[Hours]](list)
    for shift in shifts:
        for language in () if shift.backup else shift.languages:
            meant[Wanted(shift.tags or None, language)].append(shift.hours)
    rooms = list(rooms)
    for wanted, hours in meant.items():
        names = tuple(r.name for r in rooms if set(r.tags) & set(wanted.tags or ()))
        yield Promise(wanted, names, _together(hours, span))


def _together(hours: Iterable[Hours], span: Hours) -> tuple[Hours, ...]:
    """Return what of a span is in any of some hours."""
    return tuple(left_over(span, left_over(span, hours)))
