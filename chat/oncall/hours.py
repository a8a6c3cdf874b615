"""Hours: a stretch of time, and what a clock on the wall means by one.

A rota is written in the hours of a wall clock, in a named zone, and kept in instants
(UTC). In the two nights a year in which the clock is changed:

- A time that is skipped means the moment of the change. Of 01:30 to 03:00, where 01:00
  becomes 02:00, the hour from 02:00 is left; of 01:00 to 02:00 nothing, that night.
- A time that comes twice means the first of the two. 01:00 to 02:00 is then two hours
  long, and 01:30 to 03:00 begins the first time that it is half past.

So what touches on the wall touches, nothing overlaps that did not, and no hour that
somebody lives through is left out between two shifts that meet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from chat.oncall.refusals import ShiftInverted, UnknownZone

LONGEST_SHIFT: Final = timedelta(hours=12)
"""On the wall; a longer one is most likely written the wrong way round."""

ONE_DAY: Final = timedelta(days=1)


class Hours(NamedTuple):
    """A stretch of time: two instants, the second of which is no part of it."""

    starts: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.ends - self.starts

    def covers(self, at: datetime) -> bool:
        """Tell whether a moment is in it."""
        return self.starts <= at < self.ends

    def left_at(self, at: datetime) -> "Hours":
        """Return what is left of it at a moment; all of it, unless it is on then."""
        return Hours(at, self.ends) if self.covers(at) else self

    def shared_with(self, other: "Hours") -> "Hours | None":
        """Return what is in both, if anything is."""
        starts, ends = max(self.starts, other.starts), min(self.ends, other.ends)
        return Hours(starts, ends) if starts < ends else None


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of a name such as `Africa/Johannesburg`.

    Raises:
        UnknownZone: If there is none, or this machine has no time zones at all.

    """
    # Others are files that happen to lie beside the zones, or are no place's time.
    if name != "UTC" and ("/" not in name or name.startswith(("posix/", "right/"))):
        raise UnknownZone(_unknown(name), "zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(_unknown(name), "zone") from error


def _unknown(name: str) -> str:
    if "UTC" not in available_timezones():
        return "this machine knows no time zones: install the package tzdata"
    shown = name if name.isprintable() else "?"
    return f'there is no time zone "{shown[:40]}": choose one such as Europe/Paris'


def instant(zone: ZoneInfo, day: date, at: time) -> datetime:
    """Return the moment at which a wall clock shows a time on a day; see above."""
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    # Skipped: read by the clock as it was before, the moment is after the change, and
    # read by the clock as it is after, before it.
    earlier = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change(zone, earlier, first)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return when the clock is changed, between two moments; to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def wall_length(starts: time, ends: time) -> timedelta:
    """Return how long hours on the wall are; those that end earlier run past midnight.

    Raises:
        ShiftInverted: If they are none, or more than a shift may be.

    """
    length = timedelta(minutes=_minutes(ends) - _minutes(starts)) % ONE_DAY
    shown = f"{starts:%H:%M} to {ends:%H:%M}"
    if not length:
        raise ShiftInverted(f"{shown} ends when it starts", "ends")
    if length > LONGEST_SHIFT:
        hours = length / timedelta(hours=1)
        told = f"{shown} is {hours:g} hours long: is it the wrong way round?"
        raise ShiftInverted(told, "ends")
    return length


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def wall_hours(zone: ZoneInfo, day: date, starts: time, ends: time) -> Hours | None:
    """Return the hours that begin on a day; None if the clock skips all of them."""
    last = day if ends > starts else day + ONE_DAY
    hours = Hours(instant(zone, day, starts), instant(zone, last, ends))
    return hours if hours.length else None


def ordered(starts: datetime, ends: datetime, longest: timedelta) -> Hours:
    """Return the hours between two moments.

    Raises:
        ShiftInverted: If they end before they start, or are longer than they may be.

    """
    if ends <= starts:
        raise ShiftInverted("it ends before it starts", "ends")
    if ends - starts > longest:
        most = longest / timedelta(hours=1)
        raise ShiftInverted(f"it is longer than {most:g} hours", "ends")
    return Hours(starts, ends)


def days_of(span: Hours, zone: ZoneInfo) -> Iterator[date]:
    """Return the days of a span, and first the one whose night may run into it."""
    day = span.starts.astimezone(zone).date() - ONE_DAY
    last = span.ends.astimezone(zone).date()
    while day <= last:
        yield day
        day += ONE_DAY


def left_over(span: Hours, taken: Iterable[Hours]) -> list[Hours]:
    """Return what of a span is in none of others, in order."""
    gaps, at = [], span.starts
    for hours in [*sorted(taken), Hours(span.ends, span.ends)]:
        until = min(hours.starts, span.ends)
        if at < until:
            gaps.append(Hours(at, until))
        at = max(at, hours.ends)
    return gaps


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When somebody does not want to be called: the same hours every day."""

    zone: str
    starts: time
    ends: time
    """Earlier than the start: on the following day. The same: the whole day."""

    def cover(self, at: datetime) -> bool:
        """Tell whether a moment is in them, by the clock on the wall.

        Raises:
            UnknownZone: If there is no such zone.

        """
        wall = at.astimezone(zone_of(self.zone)).time()
        if self.starts < self.ends:
            return self.starts <= wall < self.ends
        return wall >= self.starts or wall < self.ends
