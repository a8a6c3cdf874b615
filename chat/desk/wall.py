"""The wall: moments as a clock in the rota's zone shows them, on staff pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from chat.oncall.hours import ONE_DAY, Hours, instant, zone_of

WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip

PIECE_HOURS: Final = 4
"""Hours that somebody can take with one tap, where there are many more."""

_EASY: Final = timedelta(hours=6)
_DASH: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Wall:
    """A clock on the wall, and what it shows now."""

    zone: str
    now: datetime

    @property
    def today(self) -> date:
        """The day that it is."""
        return self.now.astimezone(zone_of(self.zone)).date()

    def day_of(self, at: datetime) -> date:
        """Return the day that a moment belongs to."""
        return at.astimezone(zone_of(self.zone)).date()

    def midnight(self, day: date) -> datetime:
        """Return the moment at which a day begins."""
        return instant(zone_of(self.zone), day, time())

    def day(self, day: date) -> str:
        """Return a day in words: `Today`, `Mon 23 Nov`."""
        near = {self.today: "Today", self.today + ONE_DAY: "Tomorrow"}
        return near.get(day) or f"{day:%a} {day.day} {day:%b}"

    def hours(self, hours: Hours) -> str:
        """Return hours in words; in the nights of the change with the clock's name."""
        first = self.day_of(hours.starts)
        if hours == (self.midnight(first), self.midnight(first + ONE_DAY)):
            return "all day"
        starts, ends = (at.astimezone(zone_of(self.zone)) for at in hours)
        if starts.utcoffset() == ends.utcoffset():
            return f"{starts:%H:%M}{_DASH}{ends:%H:%M}"
        return f"{starts:%H:%M %Z}{_DASH}{ends:%H:%M %Z}"

    def span(self, hours: Hours) -> str:
        """Return hours with the day on which they begin."""
        return f"{self.day(self.day_of(hours.starts))}, {self.hours(hours)}"

    def from_to(self, hours: Hours) -> str:
        """Return hours that may go on for days."""
        first, last = self.day_of(hours.starts), self.day_of(hours.ends)
        if last - first <= ONE_DAY:
            return self.span(hours)
        starts, ends = (at.astimezone(zone_of(self.zone)) for at in hours)
        return f"{self.day(first)} {starts:%H:%M} to {self.day(last)} {ends:%H:%M}"

    def pieces(self, hours: Hours) -> Iterator[Hours]:
        """Return hours in pieces that somebody can take, each within one day."""
        if hours.length <= _EASY:
            yield hours
            return
        there, starts = zone_of(self.zone), hours.starts
        while starts < hours.ends:
            wall = starts.astimezone(there)
            next_hour = (wall.hour // PIECE_HOURS + 1) * PIECE_HOURS
            day = wall.date() + ONE_DAY * (next_hour // 24)
            ends = min(instant(there, day, time(next_hour % 24)), hours.ends)
            yield Hours(starts, ends)
            starts = ends
