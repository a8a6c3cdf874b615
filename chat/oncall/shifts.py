"""Shifts, and what changes the weekly ones: temporary shifts and overrides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from chat.oncall.hours import LONGEST_SHIFT, Hours, left_over, ordered
from chat.oncall.refusals import BadShift
from chat.oncall.stages import PeerId
from chat.oncall.weekly import LineId

LONGEST_OVERRIDE: Final = timedelta(days=100)


class Origin(StrEnum):
    """Why somebody has a shift."""

    WEEKLY = "weekly"
    TEMPORARY = "temporary"
    OVERRIDE = "override"
    SWAP = "swap"
    LET_GO = "let_go"
    DUTY = "duty"
    """No shift of the rota: they are on duty without one, until a moment."""


class Shift(NamedTuple):
    """Somebody's turn: from when to when, and for which rooms."""

    hours: Hours
    peer: PeerId | None
    """None: whoever had it gave it away, and nobody has taken it."""
    line: LineId
    """What in the rota it comes from."""
    origin: Origin
    backup: bool = False
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    instead_of: PeerId | None = None
    """Who would have had it."""
    regular: bool = False
    """Whether it comes back, whoever has it this time: it is of a weekly line."""

    def covers(self, at: datetime) -> bool:
        """Tell whether it is on at a moment."""
        return self.hours.covers(at)


@dataclass(frozen=True, slots=True)
class Temporary:
    """A shift that takes place once, beside the weekly ones.

    Raises:
        ShiftInverted: If it ends before it starts, or is longer than a shift may be.

    """

    id: LineId
    peer: PeerId
    hours: Hours
    backup: bool = False
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # An hour more than on the wall, for the night in which one comes twice.
        ordered(*self.hours, LONGEST_SHIFT + timedelta(hours=1))

    @property
    def shift(self) -> Shift:
        """The shift that it is, until it is given away."""
        return Shift(
            self.hours, self.peer, self.id, Origin.TEMPORARY,
            self.backup, self.tags, self.languages,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Override:
    """Some of somebody's hours given to somebody else, or to nobody.

    Raises:
        ShiftInverted: If it ends before it starts, or is too long.
        BadShift: If it gives hours to who has them.

    """

    id: LineId
    peer: PeerId
    """Whose hours they are."""
    to: PeerId | None
    hours: Hours
    origin: Origin = Origin.OVERRIDE

    def __post_init__(self) -> None:
        ordered(*self.hours, LONGEST_OVERRIDE)
        if self.to == self.peer:
            raise BadShift("these are their own hours", "to")

    def of(self, shift: Shift) -> Iterator[Shift]:
        """Return what becomes of a shift: the hours beside the override stay."""
        given = self.hours.shared_with(shift.hours)
        if shift.peer != self.peer or given is None:
            yield shift
            return
        for kept in left_over(shift.hours, [given]):
            yield shift._replace(hours=kept)
        yield shift._replace(
            hours=given,
            peer=self.to,
            origin=self.origin,
            instead_of=shift.instead_of or self.peer,
        )


def on_duty(
    until: Mapping[PeerId, datetime | None], shifts: Iterable[Shift], now: datetime
) -> list[Shift]:
    """Return when those who are on duty until a moment are so without a shift.

    In their shifts they are there for whatever these are for; beside them for all.
    """
    shifts = [shift for shift in shifts if not shift.backup]
    return [
        Shift(hours, peer, LineId(""), Origin.DUTY)
        for peer, ends in until.items()
        if ends is not None
        for hours in left_over(
            Hours(now, ends), [each.hours for each in shifts if each.peer == peer]
        )
    ]
