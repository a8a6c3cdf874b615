"""The lines of the rota as its page lists them: weekly, overrides, swaps, closed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Final, NamedTuple

from chat.desk.wall import WEEKDAYS, Wall
from chat.desk.week import name_of
from chat.oncall.closing import Closed
from chat.oncall.rotabook import Rotabook
from chat.oncall.shifts import Origin
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Stage
from chat.oncall.weekly import Weekly

_DASH: Final = "\N{EN DASH}"


class Line(NamedTuple):
    """A line that a coordinator may stop or take out."""

    id: str
    words: str
    who: str
    notes: str = ""


class Offer(NamedTuple):
    """Hours that somebody offers."""

    id: str
    words: str
    by: str
    to: str
    """Who is asked; empty: everybody."""
    mine: bool
    for_me: bool
    """Whether whoever looks may take it."""


def weeklies(book: Rotabook, names: Mapping[PeerId, str]) -> Sequence[Line]:
    """Return the weekly lines, Monday's first."""
    lines = sorted(book.rota.weekly, key=lambda line: (line.weekday, line.starts))
    return [
        Line(line.id, _wall(line), _turns(line, names), ", ".join(_notes(line)))
        for line in lines
    ]


def closings(book: Rotabook) -> Sequence[Line]:
    """Return the closed hours, Monday's first."""
    lines = sorted(book.closed, key=lambda line: (line.weekday, line.starts))
    return [Line(line.id, _wall(line), "") for line in lines]


def overrides(
    book: Rotabook, wall: Wall, names: Mapping[PeerId, str]
) -> Sequence[Line]:
    """Return the overrides that are not over, in the order in which they were made."""
    return [
        Line(
            each.id,
            wall.from_to(each.hours),
            f"{name_of(each.to, names) if each.to else 'Nobody'} instead of "
            f"{name_of(each.peer, names)}",
            _WHY.get(each.origin, ""),
        )
        for each in book.rota.overrides
        if each.hours.ends > wall.now
    ]


def swaps(
    book: Rotabook, wall: Wall, names: Mapping[PeerId, str], me: str
) -> Sequence[Offer]:
    """Return what is offered and can still be taken, the soonest first."""
    offers = (swap for swap in book.swaps if swap.stage is Stage.OFFERED)
    open_ = (swap for swap in offers if swap.left(book.rota, wall.now))
    return [
        Offer(
            swap.id,
            wall.from_to(swap.hours),
            name_of(swap.peer, names),
            name_of(swap.to, names) if swap.to else "",
            swap.peer == me,
            swap.peer != me and swap.to in {None, me},
        )
        for swap in sorted(open_, key=lambda swap: swap.hours)
    ]


_WHY: Final = {Origin.SWAP: "swapped", Origin.LET_GO: "let go"}


def _wall(line: Weekly | Closed) -> str:
    return f"{WEEKDAYS[line.weekday]}s {_hours(line.starts, line.ends)}"


def _hours(starts: time, ends: time) -> str:
    return f"{starts:%H:%M}{_DASH}{ends:%H:%M}"


def _turns(line: Weekly, names: Mapping[PeerId, str]) -> str:
    weeks = (", ".join(name_of(peer, names) for peer in turn) for turn in line.turns)
    return ", then ".join(weeks)


def _notes(line: Weekly) -> Iterable[str]:
    yield f"from {line.since:%d %b %Y}"
    if line.until:
        yield f"until {line.until:%d %b %Y}"
    if line.backup:
        yield "backup"
    yield from line.tags
    yield from line.languages
