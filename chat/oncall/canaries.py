"""Canaries: pushes that nobody need look at, to see before a need that they arrive.

They go to those who are at work, and to those whose shift begins soon: late enough to
say something of it, and early enough for a phone to answer, or for others to step in.
And to coordinators at all times: they are the last who are called, shift or not. A mail
is opened by hand, so those who are not at work have one a day unless they need it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.oncall.audiences import Standby
from chat.oncall.coverage import SOON
from chat.oncall.stages import PeerId
from chat.oncall.ways import Ways, new_id
from chat.store import alerts
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.ways import Way

KIND: Final = "canary"

BEFORE: Final = 2 * SOON
"""How long before somebody's shift their ways are tried."""

JUST: Final = timedelta(minutes=10)
"""For how long after a call about a need nobody's ways are tried as well."""


class Canaries:
    """Tries the ways of those who are at work now, or will be soon, or are the last."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ways: Ways,
        standbys: Callable[[AsyncConnection, datetime], Awaitable[Sequence[Standby]]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ways = ways
        self._standbys = standbys

    async def round(self) -> int:
        """Write the canaries that are due for the outbox; return how many.

        Raises:
            StoreDown: If the database does not answer.

        """
        now = self._clock.now()
        # One process at a time, so that nobody's phone is tried by each of them.
        async with self._database.begin() as tx:
            team = await self._standbys(tx, now)
            later = await self._standbys(tx, now + BEFORE)
            called = await self._called(tx, team, now)
            whom = (each - called for each in _to_try(team, later))
            due = await self._ways.canaries_due(tx, now, *whom)
            await alerts.add(tx, [_alert(way, now) for way in due])
        return len(due)

    async def _called(
        self, tx: AsyncConnection, team: Sequence[Standby], now: datetime
    ) -> set[str]:
        """Return who was just called about a need, or is about to be: that tries them.

        Of two alerts at once, the one that matters might be missed.
        """
        everybody = {one.peer for one in team}
        called = await alerts.called_since(tx, everybody, kept(now - JUST))
        if await alerts.is_anybody_called(tx):
            called |= {one.peer for one in team if one.is_at_work and one.may_be_called}
        return called


def _to_try(
    team: Sequence[Standby], later: Sequence[Standby]
) -> tuple[set[PeerId], set[PeerId]]:
    """Return who is at work now or soon, and who else is called at last."""
    # Nobody is woken for what has not begun.
    asleep = {one.peer for one in team if one.quiet}
    last = {one.peer for one in team if one.coordinator}
    working = _at_work(team) | (_at_work(later) - asleep)
    return working, last - working - asleep


def _at_work(team: Sequence[Standby]) -> set[PeerId]:
    return {one.peer for one in team if one.is_at_work}


def _alert(way: Way, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "kind": KIND,
        "staff_id": way.staff_id,
        "way_id": way.id,
        "way": way.kind,
        "made_at": kept(now),
        "next_at": kept(now),
    }
