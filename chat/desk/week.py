"""The week on the rota's page: who is there when, day by day, and where nobody is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple

from chat.desk.wall import Wall
from chat.desk.wording import whom
from chat.oncall.closing import closed
from chat.oncall.cover import Ahead
from chat.oncall.holes import by_day
from chat.oncall.hours import ONE_DAY, Hours, left_over
from chat.oncall.rotabook import Rotabook
from chat.oncall.shifts import Origin, Shift
from chat.oncall.stages import PeerId

DAYS: int = 7


class Piece(NamedTuple):
    """Hours that somebody can take with one tap."""

    words: str
    starts: str
    ends: str


class Item(NamedTuple):
    """A line of a day."""

    kind: str
    """`shift`, `gap` or `closed`."""
    hours: str
    who: str = ""
    """Who is there, or for whom nobody is: nothing, where nobody is there at all."""
    mine: bool = False
    instead: str = ""
    """Whom they stand in for, by desk name."""
    notes: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()


class Day(NamedTuple):
    """A day and its lines, in order."""

    name: str
    items: tuple[Item, ...]


class Own(NamedTuple):
    """A shift of whoever looks at the page."""

    id: str
    words: str
    starts: str
    ends: str
    notes: tuple[str, ...]
    instead: str
    taken: bool
    """Whether they took it themselves, and may give it back."""
    offered: bool


def days(
    ahead: Ahead, wall: Wall, names: Mapping[PeerId, str], me: str
) -> Sequence[Day]:
    """Return the days ahead, today's first; of today, what is not over."""
    book, span = ahead.book, _span(wall)
    shut = closed(book.closed, wall.zone, span)
    # Whoever left the team is there no more, whatever the rota says.
    shifts = [shift for shift in ahead.shifts(span) if shift.peer in names]
    lines = [
        *_shifts(shifts, wall, names, me),
        *_gaps(shifts, span, shut, wall),
        *_lacks(ahead, span, wall, me),
        *((hours, Item("closed", wall.hours(hours))) for hours in _parts(shut, wall)),
    ]
    lines.sort(key=lambda line: (line[0], line[1].who))
    return [
        Day(wall.day(day), tuple(i for at, i in lines if _on(at, day, wall)))
        for day in (wall.today + ONE_DAY * n for n in range(DAYS))
    ]


def _span(wall: Wall) -> Hours:
    return Hours(wall.now, wall.midnight(wall.today + DAYS * ONE_DAY))


def _on(hours: Hours, day: date, wall: Wall) -> bool:
    return max(wall.day_of(hours.starts), wall.today) == day


def _shifts(
    shifts: Iterable[Shift], wall: Wall, names: Mapping[PeerId, str], me: str
) -> Iterator[tuple[Hours, Item]]:
    for shift in shifts:
        if shift.peer is not None:
            yield (
                shift.hours,
                Item(
                    "shift",
                    wall.hours(shift.hours),
                    name_of(shift.peer, names),
                    shift.peer == me,
                    instead(shift, names),
                    notes(shift),
                ),
            )


def _gaps(
    shifts: Iterable[Shift], span: Hours, shut: Iterable[Hours], wall: Wall
) -> Iterator[tuple[Hours, Item]]:
    taken = (shift.hours for shift in shifts if not shift.backup)
    for hours in _parts(left_over(span, [*taken, *shut]), wall):
        yield hours, Item("gap", wall.hours(hours), pieces=pieces(hours, wall))


def _lacks(
    ahead: Ahead, span: Hours, wall: Wall, me: str
) -> Iterator[tuple[Hours, Item]]:
    for gap, promise in ahead.unplanned(span):
        for hours in by_day(gap.hours, wall.zone):
            may = ahead.could_fill(me, hours, promise.wanted)
            mine = pieces(hours, wall) if may else ()
            yield hours, Item("gap", wall.hours(hours), whom(promise), pieces=mine)


def pieces(hours: Hours, wall: Wall) -> tuple[Piece, ...]:
    """Return what of some hours can be taken with one tap each."""
    return tuple(
        Piece(wall.hours(part), part.starts.isoformat(), part.ends.isoformat())
        for part in wall.pieces(hours)
    )


def _parts(several: Iterable[Hours], wall: Wall) -> Iterator[Hours]:
    return (part for hours in several for part in by_day(hours, wall.zone))


def own(
    book: Rotabook,
    wall: Wall,
    names: Mapping[PeerId, str],
    me: str,
    offered: Iterable[Hours],
) -> Sequence[Own]:
    """Return somebody's own shifts of the next two weeks that are not over."""
    end = wall.midnight(wall.today + 2 * DAYS * ONE_DAY)
    on_offer = list(offered)
    return [
        Own(
            shift.line,
            wall.span(shift.hours),
            max(shift.hours.starts, wall.now).isoformat(),
            shift.hours.ends.isoformat(),
            notes(shift),
            instead(shift, names),
            shift.origin is Origin.TEMPORARY,
            any(hours.shared_with(shift.hours) for hours in on_offer),
        )
        for shift in book.rota.shifts(Hours(wall.now, end))
        if shift.peer == me
    ]


def taken(book: Rotabook, id_: str, me: str) -> Hours | None:
    """Return the hours that somebody took, if they are still theirs."""
    shifts = ((one.id, one.peer, one.hours) for one in book.rota.temporary)
    swaps = ((one.id, one.taken_by, one.hours) for one in book.swaps)
    theirs = (each for each in chain(shifts, swaps) if each[:2] == (id_, me))
    return next((hours for _, _, hours in theirs), None)


def instead(shift: Shift, names: Mapping[PeerId, str]) -> str:
    """Return whom somebody stands in for, by desk name."""
    return name_of(shift.instead_of, names) if shift.instead_of else ""


def notes(shift: Shift) -> tuple[str, ...]:
    """Return what is special about a shift."""
    backup = ("backup",) if shift.backup else ()
    on_duty = ("on duty",) if shift.origin is Origin.DUTY else ()
    return (*backup, *on_duty, *shift.tags, *shift.languages)


def name_of(peer: PeerId, names: Mapping[PeerId, str]) -> str:
    """Return somebody's desk name; who is no longer in the team has none here."""
    return names.get(peer, "somebody who left")
