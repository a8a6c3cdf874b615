"""The auditor: reads every need again and again, and is loud if one is stuck.

Open ones, and those that are promised for later.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final

from chat import bulletin
from chat.clock import Clock
from chat.metrics import Metrics
from chat.oncall import health
from chat.oncall.health import STUCK, Looked, Trouble
from chat.oncall.known import readable
from chat.oncall.ledger import BEGINNINGS
from chat.oncall.rounds import once
from chat.oncall.stages import State
from chat.oncall.stays import GRACE
from chat.oncall.ways import PAGE_SEEN
from chat.store import alerts, calls, due, stays
from chat.store.database import Database
from chat.store.instants import kept, moment

AUDIT_SECONDS: Final = 10.0
ALARM_AGAIN_SECONDS: Final = 60.0
"""How long the same trouble stays unmentioned once it was told."""

MISSED: Final = GRACE + STUCK
"""How long after its time a check-in may be there."""

ROOM: Final = ""
"""The room of an alarm about needs, which are in none."""

logger = logging.getLogger(__name__)


class Auditor:
    """Looks over the shoulder of every escalator."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ring: Callable[[bytes], Awaitable[None]],
        look: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        """Tell coordinators through `ring`; have this process's escalator `look`."""
        self._database = database
        self._clock = clock
        self._ring = ring
        self._look = look
        self._metrics = metrics
        self._told: dict[Trouble, float] = {}
        self.content = False
        """Whether all was well when it was last looked at."""

    async def run(self) -> None:
        """Audit, until cancelled."""
        while True:
            # First the escalators have a go: what waited for a start is no alarm.
            await asyncio.sleep(AUDIT_SECONDS)
            await once(self.audit)

    async def audit(self) -> Counter[Trouble]:
        """Return what is wrong, after raising the alarm about it.

        Raises:
            StoreDown: If the database does not answer.

        """
        self.content = False
        found = await self._found()
        self.content = not found
        # Whatever it is, a look does no harm, and may be all that is missing.
        self._look()
        for what, number in found.items():
            self._metrics.oncall_alarms.labels(what).inc()
            await self._alarm(what, number)
        return found

    async def _found(self) -> Counter[Trouble]:
        now = self._clock.now()
        async with self._database.read() as tx:
            rows = await due.audited(tx)
            since = await calls.calling_since(tx, BEGINNINGS)
            heard = await calls.heard(tx, BEGINNINGS, page_seen=PAGE_SEEN)
            stuck = await alerts.stuck(tx, kept(now - STUCK))
            missed = await stays.overdue(tx, kept(now - MISSED))
        needs = [looked for row in rows if (looked := _looked(row, since, heard))]
        members = [row for row in rows if row.state != State.ENDED and not row.drill]
        self._metrics.needs_open.set(len(members))
        found = {
            Trouble.STUCK_ALERT: stuck,
            Trouble.OVERDUE_CHECK_IN: missed,
            Trouble.UNREADABLE: len(rows) - len(needs),
        }
        # What was counted no times is not in a sum of counters.
        return health.troubles(needs, now) + Counter(found)

    async def _alarm(self, what: Trouble, number: int) -> None:
        now = self._clock.monotonic()
        if now - self._told.get(what, float("-inf")) < ALARM_AGAIN_SECONDS:
            return
        self._told[what] = now
        logger.critical(
            "somebody who needs to talk may not be heard",
            extra={"what": str(what), "number": number},
        )
        await self._ring(bulletin.alarm(ROOM, what, number))


def _looked(
    row: Any, since: Mapping[str, int], heard: Collection[str]
) -> Looked | None:
    """Return the need of a row; None: it makes no sense, which is an alarm too."""
    known = readable(row)
    if known is None:
        return None
    return Looked(
        known.need,
        moment(row.next_at),
        heard=row.id in heard,
        since=moment(since.get(row.id)),
    )
