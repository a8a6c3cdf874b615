"""Gaps: whoever could fill hours that nobody has is told of them, three days ahead.

Of each gap everybody hears once, never in their quiet hours, and never of hours that
are over or meant to be closed; of hours that somebody had and gives back, once more. So
does whoever is asked to take a shift. Hours that have somebody, but nobody for some
rooms or in a language, are told in the same way, and once whatever is missing.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.errors import StoreDown
from chat.model import Room
from chat.oncall.alerting import Ways
from chat.oncall.coverage import SHORTEST, Peer
from chat.oncall.holes import Hole, Opened, holes, left_by, opened
from chat.oncall.hours import Hours
from chat.oncall.planned import Planned
from chat.oncall.rota import Rota
from chat.oncall.rotabook import STAYS, Rotabook
from chat.oncall.sending import PAGE
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Stage
from chat.oncall.team import Mate, Team
from chat.oncall.terms import terms
from chat.oncall.ways import new_id
from chat.store import alerts, peers, rota, warnings
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.ways import Way

LOOK_SECONDS: Final = 300.0

_FORGOTTEN: Final = timedelta(days=14)

logger = logging.getLogger(__name__)


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
        rooms: Sequence[Room],
    ) -> None:
        """Warn of gaps for all, and for some of these rooms."""
        self._database = database
        self._clock = clock
        self._planned = planned
        self._team = team
        self._ways = ways
        self._rooms = rooms

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
            people = {mate.id: mate.as_cover for mate in mates}
            found = holes(book.rota, book.closed, people, self._rooms, now)
            known = await warnings.known(tx)
            awake = [mate for mate in mates if not mate.terms.is_quiet(now)]
            new = {mate.id: _new_gaps(mate.id, found, known) for mate in awake}
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


async def tell_anew(
    tx: AsyncConnection,
    before: Rota,
    after: Rota,
    rooms: Sequence[Room],
    *,
    by: str,
    now: datetime,
) -> None:
    """Have all but one warned again of gaps that a change of the rota opens.

    Of those there were, they may have heard long before somebody took them; and who
    makes a gap knows of it.
    """
    found = opened(before, after, await _speakers(tx), rooms, now)
    await _forget(tx, found, by, now)


async def tell_of_duty(
    tx: AsyncConnection, left: Hours, rooms: Sequence[Room], *, by: str
) -> None:
    """Have all but one warned again of hours for which they are on duty no more."""
    if left.length < SHORTEST:
        return
    now = left.starts
    book, _ = await Planned().at(tx, now)
    found = left_by(left, book.rota, await _speakers(tx), rooms, now)
    await _forget(tx, found, by, now)


async def _forget(tx: AsyncConnection, found: Opened, by: str, now: datetime) -> None:
    await warnings.forget_beginning(tx, found.told)
    await warnings.add(tx, [f"{key}{by}" for key in found.news], kept(now))


async def _speakers(tx: AsyncConnection) -> Mapping[PeerId, Peer]:
    """Return everybody by what they speak: who can be reached, no rota changes."""
    everyone = [(PeerId(row.id), terms(row)) for row in await peers.everyone(tx)]
    return {
        id_: Peer(id_, reachable=True, likely=True, languages=own.languages)
        for id_, own in everyone
    }


def _new_gaps(peer: PeerId, found: Iterable[Hole], known: set[str]) -> set[str]:
    """Return of which gaps that they could fill somebody has not heard."""
    return set[str]().union(*(hole.news(peer, known) for hole in found))


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
