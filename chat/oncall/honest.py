"""Honest hours: when a member may count on somebody being here.

An hour is named only if it is covered in the week ahead, and, where we know how it
usually is, if somebody usually was here. No hour is named because it is hoped.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
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


def honest_hours(cells: Iterable[Cell], *, known: bool) -> list[Open]:
    """Return when somebody is usually here, the same hours of several days together.

    `known` says whether `present` was measured: if not, the rota has to do.
    """
    open_by_day: dict[int, set[int]] = {day: set() for day in range(7)}
    for cell in cells:
        if _is_open(cell, open_by_day[cell.at.weekday], known=known):
            open_by_day[cell.at.weekday].add(cell.at.hour)
    days_of: dict[tuple[int, int], list[int]] = {}
    for day, hours in open_by_day.items():
        for stretch in _stretches(sorted(hours)):
            days_of.setdefault(stretch, []).append(day)
    found = [Open(tuple(days), *stretch) for stretch, days in days_of.items()]
    return sorted(found)


def told(hours: Iterable[Open]) -> str:
    """Return honest hours as members read them, in one sentence."""
    hours = list(hours)
    if not hours:
        return "There are no hours yet at which someone is always here."
    if hours == [_ALWAYS]:
        return "Someone is usually here, day and night."
    return f"Someone is usually here {'; '.join(_told(each) for each in hours)}."


def clock_of(hours: Iterable[Open], zone: str) -> str:
    """Return the zone by whose clock hours are told; empty where they name none."""
    hours = list(hours)
    return "" if not hours or hours == [_ALWAYS] else zone


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


def _is_open(cell: Cell, open_before: set[int], *, known: bool) -> bool:
    if cell.hours is None:
        # What the clock skips breaks nothing off, and is nothing by itself.
        return cell.at.hour - 1 in open_before
    return cell.covered and (cell.present >= USUALLY or not known)


def _stretches(hours: list[int]) -> list[tuple[int, int]]:
    """Return hours that follow each other as from when to when."""
    grouped = groupby(enumerate(hours), key=lambda each: each[1] - each[0])
    stretches = ([hour for _, hour in group] for _, group in grouped)
    return [(stretch[0], stretch[-1] + 1) for stretch in stretches]


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
