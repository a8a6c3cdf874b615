"""A line of the rota: the same hours every week, and whose turn they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from math import lcm
from typing import Final, NewType
from zoneinfo import ZoneInfo

from chat.oncall.hours import Hours, wall_hours, wall_length
from chat.oncall.refusals import BadShift
from chat.oncall.stages import PeerId

LineId = NewType("LineId", str)
"""One entry of the rota: a weekly line, a temporary shift or an override."""

MOST_TURNS: Final = 26
MOST_PEERS: Final = 12

ONE_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours of one weekday, which go round its turns, a week each.

    Raises:
        BadShift, ShiftInverted: If it cannot be.

    """

    id: LineId
    weekday: int
    """0 is Monday; the day on which the hours begin."""
    starts: time
    ends: time
    """Earlier than the start: on the following day."""
    turns: tuple[tuple[PeerId, ...], ...]
    """Who has it in the first week, in the second, …, and then from the first again."""
    since: date
    """The first day; the first turn is of its week."""
    until: date | None = None
    """From this day on it is no more."""
    backup: bool = False
    tags: tuple[str, ...] = ()
    """The room tags that it is for; none: every room."""
    languages: tuple[str, ...] = ()
    """None: any."""

    def __post_init__(self) -> None:
        if self.weekday not in range(7):
            raise BadShift("there is no such day of the week", "weekday")
        if not 1 <= len(self.turns) <= MOST_TURNS:
            raise BadShift(f"a shift has 1 to {MOST_TURNS} turns", "turns")
        for turn in self.turns:
            self._check_turn(turn)
        if self.until is not None and self.until <= self.since:
            raise BadShift("it is over before its first day", "until")
        wall_length(self.starts, self.ends)

    def _check_turn(self, turn: tuple[PeerId, ...]) -> None:
        if not 1 <= len(turn) <= MOST_PEERS:
            raise BadShift(f"a turn has 1 to {MOST_PEERS} peers", "turns")
        if len(set(turn)) < len(turn):
            raise BadShift("somebody is in one turn twice", "turns")

    def turn(self, day: date) -> tuple[PeerId, ...]:
        """Return whose turn it is in the week of a day."""
        weeks = (_monday(day) - _monday(self.since)) // ONE_WEEK
        return self.turns[weeks % len(self.turns)]

    def takes_place(self, day: date) -> bool:
        """Tell whether its hours begin on a day."""
        over = self.until is not None and day >= self.until
        return day.weekday() == self.weekday and day >= self.since and not over

    def hours(self, zone: ZoneInfo, day: date) -> Hours | None:
        """Return its hours that begin on a day; None if there are none."""
        if not self.takes_place(day):
            return None
        return wall_hours(zone, day, self.starts, self.ends)

    def clash(self, other: "Weekly") -> tuple[PeerId, date] | None:
        """Return who would have both at once, and the first day on which they would."""
        for apart in (-1, 0, 1):
            if not self._touches(other, apart):
                continue
            for day in self._days_until_all_repeats(other):
                their_day = day + timedelta(days=other.weekday - self.weekday)
                their_day += apart * ONE_WEEK
                if other.takes_place(their_day):
                    both = set(self.turn(day)) & set(other.turn(their_day))
                    if both:
                        return min(both), day
        return None

    def _touches(self, other: "Weekly", apart: int) -> bool:
        """Tell whether the hours of one week meet the other's, some weeks apart."""
        starts, ends = self._in_week()
        others_start, others_end = (at + apart * ONE_WEEK for at in other._in_week())
        return max(starts, others_start) < min(ends, others_end)

    def _in_week(self) -> tuple[timedelta, timedelta]:
        starts = timedelta(
            days=self.weekday, hours=self.starts.hour, minutes=self.starts.minute
        )
        return starts, starts + wall_length(self.starts, self.ends)

    def _days_until_all_repeats(self, other: "Weekly") -> Iterator[date]:
        weeks = lcm(len(self.turns), len(other.turns)) + 2
        first = max(_monday(self.since), _monday(other.since)) - ONE_WEEK
        for week in range(weeks):
            day = first + week * ONE_WEEK + timedelta(days=self.weekday)
            if self.takes_place(day):
                yield day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
