"""Demand: how much is usually asked for in each hour of the week, from counts alone.

What is passed in are counts by day and five-minute slot, in UTC, as `busy` has them;
what comes out is by the hour of a wall clock, so that a spring or an autumn does not
move everybody's evening.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chat.busy import SLOT_SECONDS, SLOTS_A_DAY
from chat.oncall.coverage import WeekHour
from chat.oncall.hours import zone_of

Counts = Mapping[str, Mapping[int, int]]
"""How many there were, by day (`2026-11-21`) and slot of the day (UTC)."""

USUAL_RATE: Final = 0.01
"""Needs an hour for each member in a room, while we know of none: a guess."""

WEEKS_TRUSTED: Final = 4
"""How many weeks of needs weigh as much as the guess from who is there."""

_SLOT: Final = timedelta(seconds=SLOT_SECONDS)


def usual(counts: Counts, zone: str, now: datetime) -> dict[WeekHour, float]:
    """Return how many are usually there in each hour of the week that is known of.

    A slot without a count had nobody in it. What was before the first count of all, or
    is not over, is unknown and does not count.
    """
    there = zone_of(zone)
    sums: defaultdict[WeekHour, int] = defaultdict(int)
    known: defaultdict[WeekHour, int] = defaultdict(int)
    for starts, count in _known(counts, now):
        hour = hour_of(starts, there)
        sums[hour] += count
        known[hour] += 1
    return {hour: sums[hour] / known[hour] for hour in known}


def expected(
    needs: Iterable[datetime],
    members: Mapping[WeekHour, float],
    zone: str,
    since: datetime,
    now: datetime,
) -> dict[WeekHour, float]:
    """Return how many needs to expect in each hour of the week.

    That is (needs seen then + 4 x guess) / (weeks since we count + 4), where the guess
    is how many members are usually there, times needs a member and hour. So a week with
    one need at an hour does not make that hour the busiest, and a year of them does.
    """
    there = zone_of(zone)
    seen: defaultdict[WeekHour, int] = defaultdict(int)
    for raised_at in needs:
        if since <= raised_at <= now:
            seen[hour_of(raised_at, there)] += 1
    weeks = max((now - since) / timedelta(weeks=1), 0.0)
    rate = _rate(sum(seen.values()), members, weeks)
    return {
        hour: (seen[hour] + WEEKS_TRUSTED * rate * members.get(hour, 0))
        / (weeks + WEEKS_TRUSTED)
        for hour in ALL_HOURS
    }


ALL_HOURS: Final = tuple(WeekHour(day, hour) for day in range(7) for hour in range(24))


def hour_of(at: datetime, zone: ZoneInfo) -> WeekHour:
    """Return the hour of the week that a wall clock shows at a moment."""
    wall = at.astimezone(zone)
    return WeekHour(wall.weekday(), wall.hour)


def _rate(needs: int, members: Mapping[WeekHour, float], weeks: float) -> float:
    """Return needs an hour and member, starting from the usual one."""
    member_hours = sum(members.values()) * weeks
    # A thousand member-hours of the usual rate, so that the first need of all does
    # not make it seem as if everybody needed somebody.
    return (needs + 1000 * USUAL_RATE) / (member_hours + 1000)


def _known(counts: Counts, now: datetime) -> Iterator[tuple[datetime, int]]:
    days = {day: slots for day, slots in counts.items() if slots}
    first = min(days, default="")
    for day, slots in days.items():
        midnight = datetime.combine(date.fromisoformat(day), time(), UTC)
        begin = min(slots) if day == first else 0
        for slot in range(begin, SLOTS_A_DAY):
            starts = midnight + slot * _SLOT
            if starts + _SLOT > now:
                break
            yield starts, slots.get(slot, 0)
