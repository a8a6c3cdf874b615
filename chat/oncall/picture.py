"""The week as a picture: an SVG to be read at a glance, and the table behind it.

It has no style of its own, because our pages allow none in a line: shades are opacity
of the text's colour, so that it is right on light and on dark, and classes are there
for a style sheet. No colour says anything alone: every cell has a sign as well.
"""

from collections.abc import Iterable
from enum import StrEnum
from html import escape
from typing import Final, NamedTuple

from chat.oncall.coverage import Cell, WeekHour
from chat.oncall.honest import DAYS

BUSY: Final = 0.5
"""From how many needs an hour on it is marked as one that is asked for."""

_CELL: Final = 28
_LEFT: Final = 40
_TOP: Final = 20
_WIDTH: Final = _LEFT + 24 * _CELL
_HEIGHT: Final = _TOP + 7 * _CELL


class Cover(StrEnum):
    """How an hour is covered, the best first."""

    COVERED = "covered"
    """By two peers or more."""
    ALONE = "alone"
    UNREACHABLE = "unreachable"
    """Somebody is rostered, and cannot be reached."""
    GAP = "gap"
    CLOSED = "closed"
    """Nobody is there, and nobody is meant to be."""
    SKIPPED = "skipped"
    """The clock has no such hour this week."""


_WORDS: Final = {
    Cover.COVERED: "covered",
    Cover.ALONE: "one peer alone",
    Cover.UNREACHABLE: "rostered, unreachable",
    Cover.GAP: "nobody",
    Cover.CLOSED: "closed on purpose",
    Cover.SKIPPED: "no such hour this week",
}

_FILLS: Final = {
    Cover.COVERED: 'fill="currentColor" fill-opacity="0.35"',
    Cover.ALONE: 'fill="currentColor" fill-opacity="0.15"',
    Cover.UNREACHABLE: 'fill="url(#cover-hatch)"',
    Cover.GAP: 'fill="none"',
    Cover.CLOSED: 'fill="none"',
    Cover.SKIPPED: 'fill="none"',
}

_HATCH: Final = (
    '<pattern id="cover-hatch" width="6" height="6"'
    ' patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V6" stroke="currentColor" stroke-width="2"'
    ' stroke-opacity="0.25"/></pattern>'
)

_SIGNS: Final = {
    Cover.UNREACHABLE: "!",
    Cover.GAP: "\N{MULTIPLICATION SIGN}",
    Cover.CLOSED: "c",
    Cover.SKIPPED: "\N{EN DASH}",
}
"""What stands where not the number of peers does."""


class Row(NamedTuple):
    """A row of the table: a day, and its 24 hours in words."""

    day: str
    hours: tuple[str, ...]


class Table(NamedTuple):
    """What the picture shows, for those who do not see it."""

    head: tuple[str, ...]
    """The hours: `00:00`."""
    rows: tuple[Row, ...]


def cover(cell: Cell) -> Cover:
    """Return how an hour is covered."""
    if cell.hours is None:
        return Cover.SKIPPED
    if cell.reachable > 1:
        return Cover.COVERED
    if cell.reachable:
        return Cover.ALONE
    if cell.closed:
        return Cover.CLOSED
    return Cover.UNREACHABLE if cell.rostered else Cover.GAP


def picture(cells: Iterable[Cell], title: str) -> str:
    """Return the week as SVG; a page has one."""
    cells = list(cells)
    drawn = "".join(map(_cell, cells))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cover" role="img"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        ' aria-labelledby="cover-title cover-desc">'
        f'<title id="cover-title">{escape(title)}</title>'
        f'<desc id="cover-desc">{escape(summary(cells))}</desc>'
        f"<defs>{_HATCH}</defs>{_head()}{drawn}</svg>"
    )


def summary(cells: Iterable[Cell]) -> str:
    """Return the week in a sentence: how many of its hours are covered, and how."""
    kinds = [cover(cell) for cell in cells]
    counts = [(kind, kinds.count(kind)) for kind in Cover]
    told = "; ".join(f"{_WORDS[kind]}: {count}" for kind, count in counts if count)
    return f"Hours of the week: {told}."


def table(cells: Iterable[Cell]) -> Table:
    """Return the same week in words, Monday first."""
    words = {cell.at: _in_words(cell) for cell in cells}
    days = (
        Row(DAYS[day], tuple(words.get(WeekHour(day, hour), "") for hour in range(24)))
        for day in range(7)
    )
    return Table(tuple(f"{hour:02}:00" for hour in range(24)), tuple(days))


def _in_words(cell: Cell) -> str:
    kind = cover(cell)
    if kind is Cover.SKIPPED:
        return _WORDS[kind]
    return (
        f"{_WORDS[kind]}: {cell.reachable} reachable of {cell.rostered} rostered,"
        f" {cell.present:.1f} usually here, {cell.expected:.1f} needs expected"
    )


def _head() -> str:
    hours = "".join(
        f'<text x="{_LEFT + hour * _CELL}" y="14" font-size="11"'
        f' fill="currentColor">{hour:02}</text>'
        for hour in range(0, 24, 3)
    )
    days = "".join(
        f'<text x="0" y="{_TOP + day * _CELL + 18}" font-size="12"'
        f' fill="currentColor">{word[:3]}</text>'
        for day, word in enumerate(DAYS)
    )
    return hours + days


def _cell(cell: Cell) -> str:
    kind = cover(cell)
    x, y = _LEFT + cell.at.hour * _CELL, _TOP + cell.at.weekday * _CELL
    asked = " asked" if cell.expected >= BUSY else ""
    # A gap has a border all round, so that it does not look like a hole in the page.
    return (
        f'<g class="{kind}{asked}"><rect x="{x + 1}" y="{y + 1}"'
        f' width="{_CELL - 2}" height="{_CELL - 2}" rx="3"'
        f" {_FILLS[kind]}"
        f' stroke="currentColor" stroke-opacity="{_border(kind)}"/>'
        f'<text x="{x + _CELL // 2}" y="{y + 18}" font-size="13" text-anchor="middle"'
        f' fill="currentColor"{_weight(kind)}>{_sign(cell, kind)}</text>'
        f"{_mark(asked, x, y)}</g>"
    )


def _border(kind: Cover) -> float:
    if kind in (Cover.GAP, Cover.UNREACHABLE):
        return 0.9
    return 0.5 if kind is Cover.CLOSED else 0.2


def _weight(kind: Cover) -> str:
    """Return what makes a sign stand out from the lines behind it."""
    return ' font-weight="bold"' if kind is Cover.UNREACHABLE else ""


def _sign(cell: Cell, kind: Cover) -> str:
    return _SIGNS.get(kind, str(cell.reachable))


def _mark(asked: str, x: int, y: int) -> str:
    """Return a bar below an hour that is much asked for."""
    if not asked:
        return ""
    place = f"M{x + 5} {y + _CELL - 5}h{_CELL - 10}"
    return f'<path d="{place}" stroke="currentColor" stroke-width="2"/>'
