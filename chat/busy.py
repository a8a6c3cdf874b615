"""When a room is usually busy: how many were there, by the slot and by the hour.

A slot is five minutes, a day is a day in UTC. What is kept are counts, never members.
"""

from collections.abc import Mapping
from datetime import date

SLOT_SECONDS = 5 * 60
SLOTS_A_DAY = 288
SLOTS_AN_HOUR = 12
DAYS_KEPT = 90

_DAY_SECONDS = 24 * 60 * 60
_FIRST_DAY = date(1970, 1, 1).toordinal()


def slot(at: int) -> int:
    """Return which slot of its day a moment (seconds since 1970) is in, from 0."""
    return at % _DAY_SECONDS // SLOT_SECONDS


def day(at: int) -> str:
    """Return the day of a moment (seconds since 1970): `2026-11-21`."""
    return date.fromordinal(_FIRST_DAY + at // _DAY_SECONDS).isoformat()


def days(at: int) -> list[str]:
    """Return the days that are kept, the one of this moment first."""
    return [day(at - back * _DAY_SECONDS) for back in range(DAYS_KEPT)]


def by_hour(counts: Mapping[str, Mapping[int, int]], now: int) -> list[float]:
    """Return how many are usually here in each hour (UTC), from counts by day and slot.

    A slot without a count had nobody in it, on a day that has any. What was before
    the first count of all, or is not over yet, is unknown and does not count.
    """
    sums, known = [0] * 24, [0] * 24
    for name, slots in counts.items():
        for number in _known_slots(name, slots, min(counts), now):
            sums[number // SLOTS_AN_HOUR] += slots.get(number, 0)
            known[number // SLOTS_AN_HOUR] += 1
    return [
        round(total / slots, 1) if slots else 0.0
        for total, slots in zip(sums, known, strict=True)
    ]


def _known_slots(name: str, slots: Mapping[int, int], first: str, now: int) -> range:
    if not slots or name > day(now):
        return range(0)
    start = min(slots) if name == first else 0
    end = slot(now) if name == day(now) else SLOTS_A_DAY
    return range(start, end)
