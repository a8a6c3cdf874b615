"""Closed hours: when the house means to have nobody on call, and says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time

from chat.oncall.hours import Hours, days_of, wall_hours, zone_of
from chat.oncall.refusals import BadShift
from chat.oncall.weekly import LineId


@dataclass(frozen=True, slots=True)
class Closed:
    """Hours of one weekday in which nobody is expected to be there.

    Raises:
        BadShift: If there is no such weekday.

    """

    id: LineId
    weekday: int
    """0 is Monday; the day on which the hours begin."""
    starts: time
    ends: time
    """Earlier than the start: on the following day. The same: a whole day."""

    def __post_init__(self) -> None:
        if self.weekday not in range(7):
            raise BadShift("there is no such day of the week", "weekday")

    def within(self, zone: str, span: Hours) -> Iterator[Hours]:
        """Return its hours that are on at some time of a span, in order."""
        there = zone_of(zone)
        for day in days_of(span, there):
            if day.weekday() == self.weekday:
                hours = wall_hours(there, day, self.starts, self.ends)
                if hours and hours.shared_with(span):
                    yield hours


def closed(lines: Iterable[Closed], zone: str, span: Hours) -> list[Hours]:
    """Return all hours of a span that are meant to be closed, in order."""
    return sorted(hours for line in lines for hours in line.within(zone, span))
