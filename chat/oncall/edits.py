"""Edits: what a change makes of the rotabook, judged before anything is written."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from chat.oncall.closing import Closed
from chat.oncall.hours import Hours, zone_of
from chat.oncall.refusals import (
    BadShift,
    NoSuchShift,
    NotReady,
    NotYourShift,
    ShiftOverlaps,
    SwapOver,
)
from chat.oncall.rotabook import Line, Rotabook
from chat.oncall.shifts import Origin, Override, Temporary
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Stage, Swap, SwapId
from chat.oncall.terms import LANGUAGES
from chat.oncall.weekly import LineId, Weekly

FURTHEST: Final = timedelta(days=400)
"""How far ahead, or back, anything in the rota may begin."""

FURTHEST_END: Final = timedelta(days=3660)

MOST_LINES: Final = 500
"""More than any house has; whoever writes more has a script."""


class Edit(NamedTuple):
    """What is to be written."""

    added: tuple[Line, ...] = ()
    changed: tuple[Line, ...] = ()
    removed: tuple[str, ...] = ()
    detail: str = ""
    """What is to be recorded of it."""


NOTHING: Final = Edit()


@dataclass(frozen=True, slots=True)
class Draft:
    """The rotabook and the team as they are while somebody changes something."""

    book: Rotabook
    people: Mapping[str, bool]
    """Everybody of the team by id, and whether they have done the course."""
    tags: Collection[str]
    now: datetime

    # Weekly lines, temporary shifts, overrides ----------------------------------------

    def weekly(self, line: Weekly) -> Edit:
        """Return what is written for another weekly line."""
        self._known({peer for turn in line.turns for peer in turn}, "turns")
        self._suits(line)
        self._near(line.since, FURTHEST, "since")
        if line.until is not None:
            self._near(line.until, FURTHEST_END, "until")
        self._room()
        self.book.rota.plus_weekly(line)
        return Edit(added=(line,), detail="weekly")

    def temporary(self, shift: Temporary) -> Edit:
        """Return what is written for another temporary shift."""
        self._known({shift.peer}, "peer")
        self._suits(shift)
        self._ahead(shift.hours)
        self._room()
        self.book.rota.plus_temporary(shift)
        return Edit(added=(shift,), detail="temporary")

    def taken(self, shift: Temporary) -> Edit:
        """Return what is written for hours that somebody takes themselves."""
        self._ready(shift.peer)
        return self.temporary(shift)

    def override(self, override: Override) -> Edit:
        """Return what is written for hours given to somebody else."""
        self._known({override.peer}, "peer")
        self._known({override.to} - {None}, "to")
        self._ahead(override.hours)
        self._room()
        self.book.rota.plus_override(override)
        return Edit(added=(override,), detail=f"{override.peer} to {override.to}")

    def stop(self, id_: LineId, until: date) -> Edit:
        """Return what is written for a weekly line that is no more from a day on."""
        if until < self._today():
            raise BadShift("that day is over", "until")
        self._near(until, FURTHEST_END, "until")
        rota = self.book.rota
        if any(one.id == id_ and until <= one.since for one in rota.weekly):
            return self.without(id_)
        stopped = rota.stopped(id_, until).weekly
        changed = tuple(line for line in stopped if line.id == id_)
        return Edit(changed=changed, detail=f"until {until}")

    def without(self, id_: str) -> Edit:
        """Return what is written for a line that is in the rota no more."""
        if any(one.id == id_ for one in self.book.closed):
            return Edit(removed=(id_,), detail="closed hours")
        self.book.rota.without(LineId(id_))
        return Edit(removed=(id_,), detail="removed")

    def given_back(self, id_: str, peer: PeerId) -> Edit:
        """Return what is written for a temporary shift that its peer gives back."""
        shift = next((one for one in self.book.rota.temporary if one.id == id_), None)
        if shift is None:
            raise NoSuchShift("that shift is not in the rota any more")
        if shift.peer != peer:
            raise NotYourShift
        return self.without(id_)

    # Not there after all --------------------------------------------------------------

    def let_go(
        self, peer: PeerId, within: timedelta, new_id: Callable[[], LineId]
    ) -> Edit:
        """Return what is written for hours of somebody who is not there for them.

        It is the rest of each shift that is on, or begins within some time.
        """
        made = tuple(
            Override(new_id(), peer, None, hours, Origin.LET_GO)
            for hours in self._hours_of(peer, within)
        )
        return Edit(added=made, detail="let go") if made else NOTHING

    def return_to(self, peer: PeerId, within: timedelta) -> Edit:
        """Return what is written for hours that somebody let go, and has after all.

        Where they have others by now, these are what they have.
        """
        rota, span = self.book.rota, self._soon(within)
        for one in rota.overrides:
            theirs = one.peer == peer and one.origin is Origin.LET_GO
            if theirs and one.hours.shared_with(span):
                with suppress(ShiftOverlaps):
                    rota = rota.without(one.id)
        stay = {one.id for one in rota.overrides}
        before = (one.id for one in self.book.rota.overrides)
        removed = tuple(id_ for id_ in before if id_ not in stay)
        return Edit(removed=removed, detail="returned") if removed else NOTHING

    def _hours_of(self, peer: PeerId, within: timedelta) -> Iterator[Hours]:
        for shift in self.book.rota.shifts(self._soon(within)):
            if shift.peer == peer:
                yield Hours(max(shift.hours.starts, self.now), shift.hours.ends)

    def _soon(self, within: timedelta) -> Hours:
        return Hours(self.now, self.now + within + timedelta.resolution)

    # Swaps ----------------------------------------------------------------------------

    def offer(self, swap: Swap) -> Edit:
        """Return what is written for hours that somebody offers."""
        self._known({swap.to} - {None}, "to")
        offered = (one for one in self.book.swaps if one.stage is Stage.OFFERED)
        theirs = (one.hours for one in offered if one.peer == swap.peer)
        if any(hours.shared_with(swap.hours) for hours in theirs):
            raise BadShift("some of these hours are offered already", "starts")
        self._room()
        return Edit(added=(swap.offered(self.book.rota, self.now),), detail="offered")

    def take(self, id_: SwapId, peer: PeerId) -> Edit:
        """Return what is written for a swap that somebody takes."""
        self._ready(peer)
        before = self.book.rota.overrides
        swap, rota = self._swap(id_).take(peer, self.book.rota, self.now)
        made = rota.overrides[len(before) :]
        return Edit(added=made, changed=(swap,), detail=f"taken from {swap.peer}")

    def withdraw(self, id_: SwapId, peer: PeerId) -> Edit:
        """Return what is written for a swap that is offered no more."""
        swap = self._swap(id_).withdraw(peer, self.now)
        return Edit(changed=(swap,), detail="withdrawn")

    def _swap(self, id_: SwapId) -> Swap:
        for swap in self.book.swaps:
            if swap.id == id_:
                return swap
        raise SwapOver("the swap is over")

    # The house ------------------------------------------------------------------------

    def closed(self, line: Closed) -> Edit:
        """Return what is written for hours in which nobody is expected."""
        same = replace(line, id=LineId(""))
        if any(replace(one, id=LineId("")) == same for one in self.book.closed):
            raise BadShift("these hours are closed already", "starts")
        self._room()
        return Edit(added=(line,), detail="closed hours")

    def zone(self, zone: str) -> Edit:
        """Return what is written for another zone; the lines are as they were."""
        self.book.rota.moved_to(zone, self.now)
        return Edit(detail=zone)

    # What all must be -----------------------------------------------------------------

    def _known(self, peers: Iterable[str | None], field: str) -> None:
        if not self.people.keys() >= set(peers):
            raise BadShift("choose somebody of the team", field)

    def _ready(self, peer: str) -> None:
        if not self.people.get(peer, False):
            raise NotReady

    def _suits(self, line: Weekly | Temporary) -> None:
        for tag in line.tags:
            if tag not in self.tags:
                raise BadShift(f'no room has the tag "{_shown(tag)}"', "tags")
        for language in line.languages:
            if language not in LANGUAGES:
                told = f'there is no language "{_shown(language)}" in the list'
                raise BadShift(told, "languages")

    def _ahead(self, hours: Hours) -> None:
        if hours.ends <= self.now:
            raise BadShift("these hours are over", "ends")
        if hours.starts > self.now + FURTHEST:
            raise BadShift("that is more than a year away", "starts")

    def _near(self, day: date, furthest: timedelta, field: str) -> None:
        if abs(day - self._today()) > furthest:
            raise BadShift("that day is too far away", field)

    def _today(self) -> date:
        return self.now.astimezone(zone_of(self.book.rota.zone)).date()

    def _room(self) -> None:
        rota = self.book.rota
        lines = (rota.weekly, rota.once)
        if sum(map(len, (*lines, self.book.swaps, self.book.closed))) >= MOST_LINES:
            raise BadShift(f"a rota has {MOST_LINES} lines at most", "starts")


def _shown(text: str) -> str:
    return text[:24] if text.isprintable() else "?"
