"""The escalator: calls whoever a need has come to, on every worker at once.

It holds nothing between two ticks. All of a need's turn is one transaction on rows that
are locked, and a lock dies with whoever has it: any worker may be killed at any time.
"""

import asyncio
import logging
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)  # fmt: skip
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.errors import StoreDown
from chat.metrics import Metrics
from chat.model import Handle
from chat.oncall import alerting, escalation, turns
from chat.oncall.alerting import Calls, Ways
from chat.oncall.audiences import Standby
from chat.oncall.facts import FIRST_LINE, QUIET, SILENCE
from chat.oncall.known import Known, of_row
from chat.oncall.ledger import Change
from chat.oncall.needs import Needs
from chat.oncall.outbox import Outbox
from chat.oncall.policy import Policy
from chat.oncall.rounds import once
from chat.oncall.stages import NeedId, PeerId
from chat.oncall.turns import Around, Turn
from chat.store import alerts, due, needs
from chat.store.database import Database
from chat.store.instants import kept

TICK_SECONDS: Final = 0.5
BREATH_SECONDS: Final = 0.1
MEASURE_SECONDS: Final = 1.0
AT_ONCE: Final = 25
"""How many needs have their turn in one transaction."""

logger = logging.getLogger(__name__)


class Escalator:
    """Takes the steps that are due, until somebody accepts."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        policy: Policy,
        needs: Needs,
        standbys: Callable[[AsyncConnection, datetime], Awaitable[Sequence[Standby]]],
        ways: Ways,
        outbox: Outbox,
        metrics: Metrics,
        fault: Callable[[str], None] = lambda _point: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy
        self._needs = needs
        self._standbys = standbys
        self._ways = ways
        self._outbox = outbox
        self._metrics = metrics
        self._measured_at = float("-inf")
        self._oldest: int | None = None
        self._fault = fault
        self._furthest = max(policy.longest_wait, FIRST_LINE, SILENCE)
        self._lost = set[NeedId]()
        self._telling = set[asyncio.Task[None]]()
        self._woken = asyncio.Event()
        self.ticked_at = float("-inf")
        """When a tick last succeeded, on the clock that only goes forward."""

        outbox.lost = self.look_again

    def look(self) -> None:
        """Look at once at what is due."""
        self._woken.set()

    def look_again(self, needs: Iterable[NeedId]) -> None:
        """Look at needs about which an alert cannot be sent."""
        self._lost.update(needs)
        self.look()

    async def run(self) -> None:
        """Take what is due, until cancelled; whatever goes wrong is tried again."""
        while True:
            try:
                await self.tick()
            except StoreDown:
                logger.warning("nobody can be called while the database is down")
            except Exception:
                logger.exception("a tick failed")
            await self._pause()

    async def _pause(self) -> None:
        # Many who press at once are looked at together.
        await asyncio.sleep(BREATH_SECONDS)
        try:
            async with asyncio.timeout(TICK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def tick(self) -> int:
        """Take all that is due now; return how many needs came further.

        Raises:
            StoreDown: If the database does not answer; what was taken, was taken.

        """
        lost, self._lost = self._lost, set()
        await self._measure()
        ids, team = await self._due(lost)
        self._fault("due")
        moved = 0
        for start in range(0, len(ids), AT_ONCE):
            moved += await self._batch(ids[start : start + AT_ONCE], team, lost)
        self.ticked_at = self._clock.monotonic()
        return moved

    async def _measure(self) -> None:
        if self._clock.monotonic() - self._measured_at < MEASURE_SECONDS:
            return
        now = self._clock.now()
        try:
            async with self._database.read(urgent=True) as tx:
                self._oldest = (await due.waiting(tx)).since
        finally:
            # Whoever waits goes on waiting while nobody can read for how long.
            ago = 0 if self._oldest is None else (kept(now) - self._oldest) / 1000
            self._metrics.oldest_need.set(max(0, ago))
        self._measured_at = self._clock.monotonic()

    async def _due(
        self, lost: Collection[NeedId]
    ) -> tuple[list[NeedId], Sequence[Standby]]:
        """Return the needs to look at, the most pressing first, and who there is."""
        now = self._clock.now()
        async with self._database.read(urgent=True) as tx:
            found = await due.due(
                tx, kept(now), kept(now + self._furthest), kept(now - QUIET)
            )
            if not (found or lost):
                return [], []
            team = await self._standbys(tx, now)
        somebody = any(one.may_be_called for one in team)
        ids = [each.id for each in found if each.by_time or somebody]
        return [NeedId(id_) for id_ in dict.fromkeys([*ids, *lost])], team

    # A batch --------------------------------------------------------------------------

    async def _batch(
        self, ids: Sequence[NeedId], team: Sequence[Standby], lost: Collection[NeedId]
    ) -> int:
        """Give some needs their turn; where one is in the way of others, each alone."""
        try:
            return await self._turns(ids, team, lost)
        except StoreDown:
            raise
        except Exception:
            if len(ids) == 1:
                logger.exception(
                    "a need could not have its turn", extra={"need": ids[0]}
                )
                return 0
        return sum([await self._batch([id_], team, lost) for id_ in ids])

    async def _turns(
        self, ids: Sequence[NeedId], team: Sequence[Standby], lost: Collection[NeedId]
    ) -> int:
        async with self._database.claim(urgent=True) as tx:
            moved, calls = await self._looked(tx, ids, team, lost)
            # Not before what happened was kept: the present calling began with that.
            made_at = self._needs.ledger.now()
            leased = await alerting.write(tx, calls, self._ways, made_at)
            self._fault("before_commit")
        self._fault("after_commit")
        self._outbox.take(leased)
        await self._tell(moved)
        return len(moved)

    async def _tell(self, moved: Sequence[Known]) -> None:
        """Tell how needs stand now; who is called next need not wait to hear of it."""
        if not moved:
            return
        tasks = {
            asyncio.create_task(once(partial(self._needs.told, each))) for each in moved
        }
        self._telling |= tasks
        for task in tasks:
            task.add_done_callback(self._telling.discard)
        await asyncio.wait(tasks, timeout=BREATH_SECONDS)

    async def _looked(
        self,
        tx: AsyncConnection,
        ids: Sequence[NeedId],
        team: Sequence[Standby],
        lost: Collection[NeedId],
    ) -> tuple[list[Known], list[Calls]]:
        """Give needs their turn; return those that came further, and whom to call."""
        called = await self._called(tx, [id_ for id_ in ids if id_ in lost])
        blocks = bool(await needs.who_block(tx))
        left = await due.deserted(tx, ids)
        with_ways = await self._ways(tx, [one.peer for one in team])
        turned = list[tuple[Known, Turn]]()
        for row in await due.lock(tx, ids):
            blocking = await self._blocking(tx, row) if blocks else ()
            around = Around(
                self._policy, team, blocking, called.get(row.id, ()),
                with_ways=with_ways,
                deserted=row.id in left,
                times=await self._times(tx, row),
            )  # fmt: skip
            turned += await self._turn(tx, row, around)
        calls = [Calls(turn.need, call) for _, turn in turned for call in turn.calls]
        return await self._keep(tx, turned), calls

    async def _called(
        self, tx: AsyncConnection, ids: Collection[NeedId]
    ) -> Mapping[str, Collection[str]]:
        return await alerts.called_last(tx, ids) if ids else {}

    async def _blocking(self, tx: AsyncConnection, row: Any) -> Collection[PeerId]:
        return await self._needs.blocked(tx, Handle(row.handle))

    async def _times(self, tx: AsyncConnection, row: Any) -> int:
        """Return how often a device that is called back has been so in vain."""
        if row.end != needs.CALL_BACK:
            return 0
        return await self._needs.ledger.raised_in_vain(tx, Handle(row.handle))

    async def _turn(
        self, tx: AsyncConnection, row: Any, around: Around
    ) -> list[tuple[Known, Turn]]:
        """Give a need its turn, and keep all but a call; nothing: it is as it was."""
        ledger = self._needs.ledger
        known, now = of_row(row), ledger.now()
        turn = turns.turn(known.need, known.told, around, now)
        next_at = escalation.next_moment(self._policy, turn.need, now)
        if turn.need == known.need and row.next_at == kept(next_at):
            return []
        for kind, need, detail in turn.before_calls:
            known = await ledger.keep(tx, known, need, kind, **detail)
            self._fault(kind)
        if not turn.happened:
            known = known._replace(need=turn.need)
            await ledger.rewrite(tx, known)
        return [(known, turn)]

    async def _keep(
        self, tx: AsyncConnection, turned: Sequence[tuple[Known, Turn]]
    ) -> list[Known]:
        """Keep all calls at once: many may press at a time, and all are called for."""
        quiet = [known for known, turn in turned if not turn.calls]
        changes = [
            Change(known, turn.need, turn.happened[-1].kind, turn.happened[-1].detail)
            for known, turn in turned
            if turn.calls
        ]
        called = await self._needs.ledger.keep_all(tx, changes)
        for change in changes:
            self._fault(change.kind)
        return [*quiet, *called]
