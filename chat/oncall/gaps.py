"""Gaps: whoever could fill hours that nobody has is told of them, three days ahead.

Of each gap everybody hears once, never in their quiet hours, and never of hours that
are over or meant to be closed; of hours that somebody had and gives back, once more. So
does whoever is asked to take a shift.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.errors import StoreDown
from chat.oncall.alerting import Ways
from chat.oncall.closing import closed
from chat.oncall.coverage import AHEAD, SHORTEST, Wanted, could_fill, gaps_within
from chat.oncall.hours import ONE_DAY, Hours, instant, left_over, zone_of
from chat.oncall.planned import Planned
from chat.oncall.rota import Rota
from chat.oncall.rotabook import STAYS, Rotabook
from chat.oncall.sending import PAGE
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Stage
from chat.oncall.team import Mate, Team
from chat.oncall.ways import new_id
from chat.store import alerts, rota, warnings
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.ways import Way

LOOK_SECONDS: Final = 300.0

_FORGOTTEN: Final = timedelta(days=14)
_AN_HOUR: Final = timedelta(hours=1)

logger = logging.getLogger(__name__)


class Hole(NamedTuple):
    """A gap, or as much of one as lies in one day, and who could fill it."""

    hours: Hours
    """From its first moment on, even if that is over."""
    could_fill: tuple[PeerId, ...]

    def keys(self, peer: PeerId) -> list[str]:
        """Return by what it is known that somebody was warned: hour by hour.

        So a gap that becomes longer, or is cut in two by a shift, is none that is new.
        """
        return [f"{hour}{peer}" for hour in _hourly(self.hours)]


class Gaps:
    """Warns of gaps."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        planned: Planned,
        team: Team,
        ways: Ways,
    ) -> None:
        self._database = database
        self._clock = clock
        self._planned = planned
        self._team = team
        self._ways = ways

    async def run(self) -> None:
        """Look for gaps until cancelled."""
        while True:
            try:
                await self.warn()
            except StoreDown:
                logger.warning("gaps are looked for later: the database is down")
            except Exception:
                # A mistake here must not keep the others from calling anybody.
                logger.exception("gaps could not be looked for")
            await asyncio.sleep(LOOK_SECONDS)

    async def warn(self) -> int:
        """Tell those who could fill a gap, or are asked; return how many were told.

        Raises:
            StoreDown: If the database does not answer.

        """
        now = self._clock.now()
        async with self._database.begin() as tx:
            mates = await self._team.everyone(tx, now)
            book, _ = await self._planned.at(tx, now)
            found = holes(book, mates, now)
            known = await warnings.known(tx)
            awake = [mate for mate in mates if not mate.terms.is_quiet(now)]
            new = {mate.id: _new_gaps(mate, found, known) for mate in awake}
            asked = {mate.id: _new_swaps(mate, book, known, now) for mate in awake}
            told = await self._tell(tx, "gap", new, now)
            told += await self._tell(tx, "swap", asked, now)
            await warnings.forget(tx, kept(now - _FORGOTTEN))
            await rota.forget(tx, kept(now - STAYS - _FORGOTTEN))
        return told

    async def _tell(
        self,
        tx: AsyncConnection,
        kind: str,
        new: Mapping[PeerId, set[str]],
        now: datetime,
    ) -> int:
        """Alert all to whom there is anything new; return how many those are."""
        whom = [peer for peer, keys in new.items() if keys]
        by = await self._ways(tx, whom)
        rows = [
            _alert(kind, peer, way, now)
            for peer in whom
            for way in (None, *by.get(peer, ()))
        ]
        await alerts.add(tx, rows)
        await warnings.add(tx, set[str]().union(*new.values()), kept(now))
        return len(whom)


def holes(book: Rotabook, mates: Iterable[Mate], now: datetime) -> list[Hole]:
    """Return the gaps of the next 72 hours, day by day, those of today from its start.

    A day is one of the rota's zone. So a gap has the same first moment each time that
    it is looked for, whatever the time has come to.
    """
    span = _span(book.rota.zone, now)
    shifts = book.rota.shifts(span)
    peers = {mate.id: mate.as_cover for mate in mates}
    intended = closed(book.closed, book.rota.zone, span)
    gaps = gaps_within(span, shifts, peers, Wanted(), now, intended=intended)
    return [
        Hole(part, could_fill(ahead, shifts, peers))
        for gap in gaps
        for part in by_day(gap.hours, book.rota.zone)
        if (ahead := part.shared_with(Hours(now, span.ends)))
        and ahead.length >= SHORTEST
    ]


async def tell_anew(
    tx: AsyncConnection, before: Rota, after: Rota, *, by: str, now: datetime
) -> None:
    """Have all but one warned again of gaps that a change of the rota opens.

    Of those there were, they may have heard long before somebody took them; and who
    makes a gap knows of it.
    """
    span = _span(after.zone, now)
    had = [*before.gaps(span), Hours(span.starts, now)]
    parts = [part for gap in after.gaps(span) for part in by_day(gap, after.zone)]
    opened = [part for part in parts if left_over(part, had)]
    hours = {hour for part in opened for hour in _hourly(part)}
    await warnings.forget_beginning(tx, hours)
    await warnings.add(tx, [f"{hour}{by}" for hour in hours], kept(now))


def _span(zone: str, now: datetime) -> Hours:
    there = zone_of(zone)
    midnight = instant(there, now.astimezone(there).date(), time())
    return Hours(midnight, now + AHEAD)


def _hourly(hours: Hours) -> list[str]:
    """Return the beginnings of the keys of some hours."""
    hour = hours.starts.replace(minute=0, second=0, microsecond=0)
    found = []
    while hour < hours.ends:
        found.append(f"gap {hour:%Y-%m-%dT%H} ")
        hour += _AN_HOUR
    return found


def by_day(hours: Hours, zone: str) -> Iterator[Hours]:
    """Return hours cut at each midnight of a zone."""
    there, starts = zone_of(zone), hours.starts
    while starts < hours.ends:
        tomorrow = starts.astimezone(there).date() + ONE_DAY
        midnight = instant(there, tomorrow, time())
        yield Hours(starts, min(midnight, hours.ends))
        starts = midnight


def _new_gaps(mate: Mate, found: Iterable[Hole], known: set[str]) -> set[str]:
    """Return of which gaps that they could fill somebody has not heard."""
    mine = (hole.keys(mate.id) for hole in found if mate.id in hole.could_fill)
    new = (key for keys in mine if keys[0] not in known for key in keys)
    return set(new) - known


def _new_swaps(mate: Mate, book: Rotabook, known: set[str], now: datetime) -> set[str]:
    """Return of which shifts that they are asked to take somebody has not heard."""
    open_ = (swap for swap in book.swaps if swap.stage is Stage.OFFERED)
    asked = (swap for swap in open_ if swap.to == mate.id and swap.hours.ends > now)
    return {f"swap {swap.id}" for swap in asked} - known


def _alert(
    kind: str, peer: PeerId, way: Way | None, now: datetime
) -> Mapping[str, object]:
    return {
        "id": new_id(),
        "kind": kind,
        "staff_id": peer,
        "way_id": way.id if way else "",
        "way": way.kind if way else PAGE,
        "made_at": kept(now),
    }
