"""The outbox: alerts on their way to peers, each sent at least once.

An alert is a row before it is sent, and is leased while it is. Whoever sends it and
crashes lets the lease run out, and another sends it: one more alert, never none.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import bulletin
from chat.clock import Clock
from chat.errors import StoreDown
from chat.metrics import Metrics
from chat.oncall import alerting, sending
from chat.oncall.notify import Note, Outcome
from chat.oncall.rounds import once
from chat.oncall.sending import FURTHEST, LEASE, PAGE, RENEW_SECONDS, Leased
from chat.oncall.stages import NeedId
from chat.store import alerts as store
from chat.store import ways
from chat.store.alerts import CALLS, Tried
from chat.store.database import Database
from chat.store.instants import kept

LOOK_SECONDS: Final = 0.5
BREATH_SECONDS: Final = 0.1
"""So that what comes due at about the same time is taken at once."""
TOGETHER_SECONDS: Final = 0.05
"""So that what comes back at about the same time is written down at once."""
AT_ONCE: Final = 50
"""How many alerts are under way at a time to one service: others do not wait for it."""
MOST_LEASED: Final = 200

_UNANSWERED, _GONE, _REFUSED = "unanswered", "gone", "refused"

Result = tuple[Leased, Outcome | None]
"""What became of an alert; None: nobody needed it any more."""

logger = logging.getLogger(__name__)


class Outbox:
    """Sends what is written, and writes down what became of it."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        send: Callable[[str, Note], Awaitable[Outcome]],
        ring: Callable[[bytes], Awaitable[None]],
        metrics: Metrics,
        fault: Callable[[str], None] = lambda _point: None,
    ) -> None:
        """Send by `send`, which never raises, and to open pages by `ring`."""
        self._database = database
        self._clock = clock
        self._send = send
        self._ring = ring
        self._metrics = metrics
        self._fault = fault
        self.lost: Callable[[Iterable[NeedId]], None] = lambda _ids: None
        """Called with needs about which an alert cannot be sent at all."""

        self._new: list[Leased] = []
        self._in_hand: dict[str, Leased] = {}
        self._over: set[str] = set()
        self._results: list[Result] = []
        self._slots = defaultdict[str, asyncio.Semaphore](
            lambda: asyncio.Semaphore(AT_ONCE)
        )
        self._woken = asyncio.Event()
        self._done = asyncio.Event()
        # One transaction of ours at a time: two could wait for each other's rows.
        self._alone = asyncio.Lock()
        self.looks_in = LOOK_SECONDS
        """In how many seconds there is something to send, as far as is known."""

    # Taking ---------------------------------------------------------------------------

    def take(self, alerts: Sequence[Leased]) -> None:
        """Send alerts that were written a moment ago, and leased to this process."""
        self._new += alerts
        self.look()

    def look(self) -> None:
        """See at once what there is to send."""
        self._woken.set()

    async def run(self) -> None:
        """Send, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._recording())
            tasks.create_task(self._renewing())
            while True:
                # What was just written waits for nothing that others left behind.
                for alert in self._written():
                    tasks.create_task(self._deliver(alert))
                for alert in await self._left():
                    tasks.create_task(self._deliver(alert))
                await _either(self._woken, self.looks_in)

    async def deliver(self) -> int:
        """Send all that waits now, and return how many alerts that were."""
        batch = [*self._written(), *await self._left()]
        async with asyncio.TaskGroup() as tasks:
            for alert in batch:
                tasks.create_task(self._deliver(alert))
        await self._record()
        return len(batch)

    def _written(self) -> list[Leased]:
        """Return what was just written here."""
        new, self._new = self._new, []
        return self._taken(new)

    async def _left(self) -> list[Leased]:
        """Return what waits to be tried again, and what others left behind.

        Where that cannot be read, whatever the reason, it is read a tick later.
        """
        self.looks_in = LOOK_SECONDS
        try:
            return self._taken(await self._lease())
        except StoreDown:
            logger.warning("the outbox could not be read")
        except Exception:
            logger.exception("the outbox could not be read")
        return []

    def _taken(self, alerts: Iterable[Leased]) -> list[Leased]:
        # Open pages first: nobody has to take out a phone for those.
        batch = sorted(alerts, key=lambda alert: alert.way != PAGE)
        self._in_hand |= {alert.id: alert for alert in batch}
        return batch

    async def _lease(self) -> list[Leased]:
        now = self._clock.now()
        if not await self._any_waits(now):
            return []
        async with self._alone, self._database.claim(urgent=True) as tx:
            rows = await store.lease(
                tx,
                kept(now),
                kept(now + LEASE),
                furthest=kept(now + FURTHEST),
                limit=MOST_LEASED,
            )
            await self._any_free(tx, now, {row.id for row in rows})
            wanted = [row for row in rows if _is_wanted(row)]
            unwanted = {row.id for row in rows} - {row.id for row in wanted}
            await store.drop(tx, unwanted)
        self._fault("leased")
        return [
            alerting.of_row(row, now) for row in wanted if row.id not in self._in_hand
        ]

    async def _any_waits(self, now: datetime) -> bool:
        """Look without keeping others from writing."""
        async with self._database.read(urgent=True) as tx:
            return await self._any_free(tx, now)

    async def _any_free(
        self, tx: AsyncConnection, now: datetime, but: Collection[str] = ()
    ) -> bool:
        """Tell whether there is something to take, or else know when there will be."""
        free_at = await store.first_free(
            tx, furthest=kept(now + FURTHEST), but={*self._in_hand, *but}
        )
        if free_at is None:
            return False
        ahead = (free_at - kept(now)) / 1000
        if ahead > 0:
            self.looks_in = min(LOOK_SECONDS, max(BREATH_SECONDS, ahead))
        return ahead <= 0

    # Sending --------------------------------------------------------------------------

    async def _deliver(self, alert: Leased) -> None:
        outcome: Outcome | None = Outcome.LATER
        async with self._slots[sending.whither(alert)]:
            try:
                outcome = await self._outcome(alert)
            except Exception:
                # It is tried again, and stops no other.
                logger.exception("an alert could not be sent")
        self._results.append((alert, outcome))
        self._done.set()

    async def _outcome(self, alert: Leased) -> Outcome | None:
        if alert.id in self._over:
            return None
        self._fault("sending")
        outcome = await self._sent(alert)
        self._fault("sent")
        return outcome

    async def _sent(self, alert: Leased) -> Outcome:
        if alert.way != PAGE:
            return await self._send(alert.way, alerting.note_of(alert))
        about = alert.id, alert.staff_id, alert.kind, alert.need_id
        await self._ring(bulletin.alert(*about))
        return Outcome.SENT

    async def _renewing(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._in_hand:
                await once(self._renew)

    async def _renew(self) -> None:
        """Go on sending what is under way, but not what nobody needs any more."""
        until, mine = kept(self._clock.now() + LEASE), dict(self._in_hand)
        async with self._alone, self._database.claim(urgent=True) as tx:
            about = {alert.need_id for alert in mine.values()} - {""}
            await store.renew(tx, list(mine), until)
            over = about - await store.calling(tx, about)
        # Not of needs: one that is given back has other alerts, which are wanted.
        self._over = {alert.id for alert in mine.values() if alert.need_id in over}

    # Recording ------------------------------------------------------------------------

    async def _recording(self) -> None:
        while True:
            await _either(self._done, LOOK_SECONDS)
            await asyncio.sleep(TOGETHER_SECONDS)
            await once(self._record)

    async def _record(self) -> None:
        """Write down what became of alerts."""
        results, self._results = self._results, []
        if not results:
            return
        try:
            async with self._alone, self._database.claim(urgent=True) as tx:
                await self._keep(tx, results)
        except Exception:
            # With the next that is sent, or half a second later.
            self._results = results + self._results
            raise
        self._fault("recorded")
        self._tell(results)

    async def _keep(self, tx: AsyncConnection, results: Sequence[Result]) -> None:
        now = self._clock.now()
        await store.sent(tx, _ids(results, Outcome.SENT), kept(now))
        await store.drop(tx, _ids(results, None))
        await store.tried(tx, [_tried(*each, now) for each in _failed(results)])
        # What never works as it is set up stays: whoever sends says why to its owner.
        for gone in (alert for alert, became in results if became is Outcome.GONE):
            await ways.gone(tx, gone.way_id, gone.address)

    def _tell(self, results: Sequence[Result]) -> None:
        for alert, outcome in results:
            self._in_hand.pop(alert.id, None)
            self._metrics.alerts.labels(alert.way, outcome or "dropped").inc()
        never = [a for a, o in _failed(results) if o is not Outcome.LATER]
        if needs := {NeedId(alert.need_id) for alert in never if alert.kind in CALLS}:
            self.lost(needs)


def _is_wanted(row: Any) -> bool:
    """Tell whether an alert still has somewhere to go, and somebody to call for."""
    has_way = not row.way_id or row.address is not None
    return has_way and (row.kind not in CALLS or row.need_state in store.CALLING)


def _ids(results: Iterable[Result], outcome: Outcome | None) -> list[str]:
    return [alert.id for alert, became in results if became is outcome]


def _failed(results: Iterable[Result]) -> list[tuple[Leased, Outcome]]:
    return [(a, o) for a, o in results if o is not None and o is not Outcome.SENT]


def _tried(alert: Leased, outcome: Outcome, now: datetime) -> Tried:
    if outcome is Outcome.LATER:
        pause = sending.again_after(alert, now)
        again = None if pause is None else kept(now + pause)
        return Tried(alert.id, _UNANSWERED, again)
    return Tried(alert.id, _GONE if outcome is Outcome.GONE else _REFUSED)


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
