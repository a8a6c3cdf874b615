"""Honest hours: when a member may count on somebody being here.

An hour is named only if it is covered in the week ahead. It is usual if, as far as we
have counted, somebody usually was here, and before that if it has a weekly shift; what
somebody took once is told as that. No hour is named because it is hoped.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from itertools import chain, groupby
from typing import Final, NamedTuple

from chat.oncall.coverage import Cell
from chat.oncall.hours import zone_of

USUALLY: Final = 0.5
"""How many of the team must on average have been there, for the hour to be named."""

DAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip

_DASH: Final = "\N{EN DASH}"


class Open(NamedTuple):
    """Some hours of a day, and the days of which they are the hours."""

    days: tuple[int, ...]
    """0 is Monday; in order."""
    starts: int
    ends: int
    """24 is midnight."""


_ALWAYS: Final = Open(tuple(range(7)), 0, 24)


class Honest(NamedTuple):
    """What members may be told: what is so every week, and what only this time."""

    usual: list[Open]
    once: list[Open]


def honest_hours(cells: Iterable[Cell], now: datetime, *, known: bool) -> Honest:
    """Return when somebody is here, the same hours of several days together.

    `known` says whether `present` was measured: if not, the weekly shifts have to do.
    """
    cells = list(cells)
    return Honest(
        _opens(cells, partial(_is_usual, known=known)),
        _opens(cells, partial(_is_once, known=known, now=now)),
    )


def told(honest: Honest) -> str:
    """Return honest hours as members read them."""
    usual, once = (_listed(hours) for hours in honest)
    if not usual and not once:
        return "There are no hours yet at which someone is always here."
    also = " also" if usual else ""
    sentences = [
        f"Someone is usually here{usual}." if usual else "",
        f"In the next seven days someone is{also} here{once}." if once else "",
    ]
    return " ".join(filter(None, sentences))


def clock_of(honest: Honest, zone: str) -> str:
    """Return the zone by whose clock hours are told; empty where they name none."""
    return zone if any(each != _ALWAYS for each in chain(*honest)) else ""


def by_clock(zone: str, now: datetime) -> str:
    """Return by whose clock hours are told and what it shows, for one who may not know.

    Nobody is asked where they are, and whoever reads it may be anywhere.
    """
    if not zone:
        return ""
    there = now.astimezone(zone_of(zone))
    shown = f"{DAYS[there.weekday()]} {there:%H:%M}"
    place = zone.rpartition("/")[2].replace("_", " ")
    whose = "universal time (UTC)" if zone == "UTC" else f"the clock of {place}"
    return f"By {whose}, which shows {shown} now."


def _opens(cells: Iterable[Cell], is_open: Callable[[Cell], bool]) -> list[Open]:
    open_by_day: dict[int, set[int]] = {day: set() for day in range(7)}
    for cell in cells:
        hours = open_by_day[cell.at.weekday]
        # What the clock skips breaks nothing off, and is nothing by itself.
        if is_open(cell) if cell.hours else cell.at.hour - 1 in hours:
            hours.add(cell.at.hour)
    days_of: dict[tuple[int, int], list[int]] = {}
    for day, found in open_by_day.items():
        for stretch in _stretches(sorted(found)):
            days_of.setdefault(stretch, []).append(day)
    return sorted(Open(tuple(days), *stretch) for stretch, days in days_of.items())


def _is_usual(cell: Cell, *, known: bool) -> bool:
    return cell.covered and (cell.present >= USUALLY if known else cell.regular)


def _is_once(cell: Cell, *, known: bool, now: datetime) -> bool:
    if cell.hours is None or cell.hours.ends <= now or cell.regular:
        return False
    return cell.covered and not _is_usual(cell, known=known)


def _stretches(hours: list[int]) -> list[tuple[int, int]]:
    """Return hours that follow each other as from when to when."""
    grouped = groupby(enumerate(hours), key=lambda each: each[1] - each[0])
    stretches = ([hour for _, hour in group] for _, group in grouped)
    return [(stretch[0], stretch[-1] + 1) for stretch in stretches]


def _listed(hours: list[Open]) -> str:
    if hours == [_ALWAYS]:
        return ", day and night"
    return f" {'; '.join(_told(each) for each in hours)}" if hours else ""


def _told(each: Open) -> str:
    if (each.starts, each.ends) == (0, 24):
        return f"all day {_days(each.days)}"
    hours = f"{each.starts:02}:00{_DASH}{each.ends:02}:00"
    return f"{hours} {_days(each.days)}"


def _days(days: tuple[int, ...]) -> str:
    """Return days in words: three and more that follow each other are a span."""
    if len(days) == len(DAYS):
        return "every day"
    spans = [(starts, ends - 1) for starts, ends in _stretches(list(days))]
    words = [word for span in spans for word in _span(*span)]
    *before, last = words
    listed = f"{', '.join(before)} and {last}" if before else last
    return listed if " to " in last and not before else f"on {listed}"


def _span(first: int, last: int) -> list[str]:
    if last - first < 2:
        return [DAYS[day] for day in range(first, last + 1)]
    return [f"{DAYS[first]} to {DAYS[last]}"]
