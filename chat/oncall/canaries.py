"""Canaries: pushes that nobody need look at, to see before a need that they arrive."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.oncall.audiences import Standby
from chat.oncall.stages import PeerId
from chat.oncall.ways import Ways, new_id
from chat.store import alerts
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.ways import Way

KIND: Final = "canary"


class Canaries:
    """Tries the ways of those who are on shift, or on duty without one."""

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
            due = await self._ways.canaries_due(tx, now, _at_work(team))
            await alerts.add(tx, [_alert(way, now) for way in due])
        return len(due)


def _at_work(team: Sequence[Standby]) -> list[PeerId]:
    return [one.peer for one in team if one.on_shift or one.backup or one.on_duty]


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
