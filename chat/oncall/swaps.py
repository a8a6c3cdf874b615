"""Swaps: hours that a peer offers to the others, until one takes them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from chat.oncall.hours import Hours, ordered
from chat.oncall.refusals import NotOnShift, NotYourSwap, SwapOver
from chat.oncall.rota import Rota
from chat.oncall.shifts import LONGEST_OVERRIDE, Origin, Override
from chat.oncall.stages import PeerId
from chat.oncall.weekly import LineId

SwapId = NewType("SwapId", str)


class Stage(StrEnum):
    """How far a swap has come."""

    OFFERED = "offered"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Swap:
    """Hours that somebody offers; until they are taken, they are still theirs."""

    id: SwapId
    peer: PeerId
    hours: Hours
    to: PeerId | None = None
    """Who is asked; None: everybody."""
    stage: Stage = Stage.OFFERED
    taken_by: PeerId | None = None

    def offered(self, rota: Rota, now: datetime) -> "Swap":
        """Return the swap, if there is something in it to be taken.

        Raises:
            ShiftInverted: If it ends before it starts, or is too long.
            SwapOver: If its hours are over.
            NotOnShift: If whoever offers them has none then.

        """
        ordered(*self.hours, LONGEST_OVERRIDE)
        self._still_open(now)
        if not self.left(rota, now):
            raise NotOnShift(f"{self.peer} has no shift then", "starts")
        return self

    def left(self, rota: Rota, now: datetime) -> bool:
        """Tell whether any of the hours are ahead, and still theirs who offers them."""
        if now >= self.hours.ends:
            return False
        ahead = Hours(max(now, self.hours.starts), self.hours.ends)
        return any(shift.peer == self.peer for shift in rota.shifts(ahead))

    def take(self, peer: PeerId, rota: Rota, now: datetime) -> "tuple[Swap, Rota]":
        """Return the swap taken, and the rota in which it is.

        Raises:
            SwapOver: If somebody was quicker, or it was withdrawn, or it is too late.
            NotYourSwap: If somebody else is asked.
            NotOnShift: If whoever offers the hours has lost them meanwhile.
            ShiftOverlaps: If who takes them would have two shifts at once.

        """
        self._still_open(now)
        if peer == self.peer or self.to not in (None, peer):
            raise NotYourSwap
        changed = rota.plus_override(self._override(peer))
        return replace(self, stage=Stage.TAKEN, taken_by=peer), changed

    def withdraw(self, peer: PeerId, now: datetime) -> "Swap":
        """Return the swap withdrawn; the hours stay with whoever offered them."""
        self._still_open(now)
        if peer != self.peer:
            raise NotYourSwap
        return replace(self, stage=Stage.WITHDRAWN)

    def _still_open(self, now: datetime) -> None:
        if self.stage is not Stage.OFFERED:
            raise SwapOver(f"the swap was {self.stage}")
        if now >= self.hours.ends:
            raise SwapOver("its hours are over")

    def _override(self, to: PeerId) -> Override:
        return Override(
            LineId(f"swap-{self.id}"), self.peer, to, self.hours, Origin.SWAP
        )
