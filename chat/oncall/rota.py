"""The rota: who is on shift at a moment, and who will be.

It is weekly lines, temporary shifts beside them, and overrides, which give some of
somebody's hours to somebody else. A change returns another rota or raises: nothing is
ever half made.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from chat.oncall.hours import (
    ONE_DAY,
    Hours,
    days_of,
    left_over,
    wall_hours,
    wall_length,
    zone_of,
)
from chat.oncall.refusals import BadShift, NoSuchShift, NotOnShift, ShiftOverlaps
from chat.oncall.shifts import Origin, Override, Shift, Temporary
from chat.oncall.stages import PeerId
from chat.oncall.weekly import LineId, Weekly


@dataclass(frozen=True, slots=True)
class Rota:
    """The plan, in the hours of one named zone."""

    zone: str
    weekly: tuple[Weekly, ...] = ()
    once: tuple[Temporary | Override, ...] = ()
    """As they were made, one after the other: an override finds what those before it
    left. Hours that somebody takes later are theirs, though they gave others away."""

    def __post_init__(self) -> None:
        zone_of(self.zone)

    @property
    def temporary(self) -> tuple[Temporary, ...]:
        """The temporary shifts alone."""
        return tuple(each for each in self.once if isinstance(each, Temporary))

    @property
    def overrides(self) -> tuple[Override, ...]:
        """The overrides alone."""
        return tuple(each for each in self.once if isinstance(each, Override))

    def shifts(self, span: Hours) -> list[Shift]:
        """Return every shift that is on at some time of a span, whole, in order.

        Overrides are done, and show: in `origin` and `instead_of`.
        """
        shifts = [shift for line in self.weekly for shift in self._weekly(line, span)]
        for each in self.once:
            if isinstance(each, Override):
                shifts = [part for shift in shifts for part in each.of(shift)]
            elif each.hours.shared_with(span):
                shifts.append(each.shift)
        on = (shift for shift in shifts if shift.hours.shared_with(span))
        return sorted(on, key=lambda each: (each.hours, each.line, each.peer or ""))

    def on_shift(self, at: datetime) -> list[Shift]:
        """Return the shifts that are on at a moment and that somebody has."""
        shifts = self.shifts(Hours(at, at + timedelta.resolution))
        return [shift for shift in shifts if shift.peer is not None]

    def gaps(self, span: Hours) -> list[Hours]:
        """Return when of a span nobody is on shift, backups not counted."""
        shifts = self.shifts(span)
        taken = (shift.hours for shift in shifts if shift.peer and not shift.backup)
        return left_over(span, taken)

    def plus_weekly(self, line: Weekly) -> "Rota":
        """Return the rota with another weekly line.

        Raises:
            ShiftOverlaps: If somebody would have two shifts at once.

        """
        for other in self.weekly:
            if clash := other.clash(line):
                peer, day = clash
                told = f"{peer} has {_weekly_words(other)} already, from {day}"
                raise ShiftOverlaps(told, "starts")
        changed = replace(self, weekly=(*self.weekly, line))
        peers = {peer for turn in line.turns for peer in turn}
        for each in self.once:
            changed._check(each.hours, peers | _who_has(each))
        return changed

    def plus_temporary(self, shift: Temporary) -> "Rota":
        """Return the rota with another temporary shift.

        Raises:
            ShiftOverlaps: If somebody would have two shifts at once.

        """
        changed = replace(self, once=(*self.once, shift))
        return changed._check(shift.hours, _who_has(shift))

    def plus_override(self, override: Override) -> "Rota":
        """Return the rota with some hours given to somebody else.

        Raises:
            NotOnShift: If whose hours they are has none then.
            ShiftOverlaps: If who gets them would have two shifts at once.

        """
        if not any(one.peer == override.peer for one in self.shifts(override.hours)):
            raise NotOnShift(f"{override.peer} has no shift then", "peer")
        changed = replace(self, once=(*self.once, override))
        return changed._check(override.hours, _who_has(override))

    def tonight(self, starts: time, ends: time, now: datetime) -> Hours:
        """Return the next hours of a wall clock that are not over: 2 to 4 tonight.

        What is over of them already is left out.

        Raises:
            ShiftInverted: If they end when they start, or are longer than a shift.

        """
        wall_length(starts, ends)
        zone = zone_of(self.zone)
        today = now.astimezone(zone).date()
        days = (today + day * ONE_DAY for day in range(-1, 3))
        all_hours = (wall_hours(zone, day, starts, ends) for day in days)
        # The clock is never changed two nights running, so one of them is there.
        hours = next(each for each in all_hours if each and each.ends > now)
        return Hours(max(hours.starts, now), hours.ends)

    def moved_to(self, zone: str, now: datetime) -> "Rota":
        """Return the rota in the hours of another zone; what is over is not looked at.

        Raises:
            UnknownZone: If there is no such zone.
            ShiftOverlaps: If somebody would have two shifts at once then.

        """
        try:
            changed = replace(self, zone=zone)
            for each in self.once:
                if each.hours.ends > now:
                    changed._check(each.hours, _who_has(each))
        except ShiftOverlaps as error:
            raise ShiftOverlaps(error.told, "zone") from error
        return changed

    def stopped(self, id_: LineId, until: date) -> "Rota":
        """Return the rota with a weekly line that is no more from a day on.

        Raises:
            NoSuchShift: If it is not in the rota.
            BadShift: If it ends earlier: others may have its hours since.

        """
        line = next((line for line in self.weekly if line.id == id_), None)
        if line is None:
            raise NoSuchShift("that line is not in the rota any more")
        if line.until is not None and line.until < until:
            raise BadShift("it ends before that already", "until")
        return replace(
            self,
            weekly=tuple(
                replace(line, until=until) if line.id == id_ else line
                for line in self.weekly
            ),
        )

    def without(self, id_: LineId) -> "Rota":
        """Return the rota without something that is in it.

        Raises:
            NoSuchShift: If it is not.
            ShiftOverlaps: If who gets hours back, or from them, has others by now.

        """
        changed = replace(
            self,
            weekly=tuple(each for each in self.weekly if each.id != id_),
            once=tuple(each for each in self.once if each.id != id_),
        )
        if changed == self:
            raise NoSuchShift("that line is not in the rota any more")
        takers = {peer for each in self.overrides for peer in _who_has(each)}
        for override in self.overrides:
            if override.id == id_:
                changed._check(override.hours, {override.peer, *takers})
        return changed

    def _weekly(self, line: Weekly, span: Hours) -> Iterator[Shift]:
        zone = zone_of(self.zone)
        for day in days_of(span, zone):
            hours = line.hours(zone, day)
            if hours and hours.shared_with(span):
                for peer in line.turn(day):
                    yield Shift(
                        hours, peer, line.id, Origin.WEEKLY,
                        line.backup, line.tags, line.languages, regular=True,
                    )  # fmt: skip

    def _check(self, span: Hours, peers: Iterable[PeerId]) -> "Rota":
        """Return the same rota, if nobody of these has two shifts at once in a span."""
        shifts = self.shifts(span)
        for peer in sorted(peers):
            theirs = [shift for shift in shifts if shift.peer == peer]
            for one, other in pairwise(theirs):
                if one.hours.shared_with(other.hours):
                    told = f"{peer} would have two shifts at once: {self._words(one)}"
                    raise ShiftOverlaps(f"{told} and {self._words(other)}", "starts")
        return self

    def _words(self, shift: Shift) -> str:
        starts, ends = (at.astimezone(zone_of(self.zone)) for at in shift.hours)
        return f"{starts:%Y-%m-%d %H:%M} to {ends:%H:%M}"


def _who_has(each: Temporary | Override) -> set[PeerId]:
    """Return who has its hours because of it, if anybody has."""
    peer = each.to if isinstance(each, Override) else each.peer
    return set() if peer is None else {peer}


_DAYS: Final = (
    "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays",
)  # fmt: skip


def _weekly_words(line: Weekly) -> str:
    return f"{_DAYS[line.weekday]} {line.starts:%H:%M} to {line.ends:%H:%M}"
