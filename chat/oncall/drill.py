"""Drills: a marked need that nobody has is raised, watched and ended, now and then.

Whatever raised one may die: whichever process has its round next ends what is left.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.oncall.audiences import Standby
from chat.oncall.drilled import Drilled, Outcome, Times, outcome
from chat.oncall.known import HOUSE, Known
from chat.oncall.needs import Needs
from chat.oncall.stages import NeedId
from chat.store import drills, rota
from chat.store.database import Database
from chat.store.instants import kept, moment

WAIT: Final = timedelta(minutes=10)
"""How long a drill waits for somebody, unless told otherwise."""
LONGEST_WAIT: Final = timedelta(hours=1)

PLAN: Final = "the plan"
"""By whom a drill is that nobody asked for."""
OPERATOR: Final = "the operator"
"""By whom one is that waits for as long as the command was told to."""

_LOOKS_PER_SECOND: Final = 2
_NEXT: Final = "drill"
"""The key under which it is kept when the next one comes."""

Standbys = Callable[[AsyncConnection, datetime], Awaitable[Sequence[Standby]]]


class Drills:
    """Raises drills, and keeps how they went."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        needs: Needs,
        standbys: Standbys,
        every_hours: float = 0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Plan one in every so many hours; 0: only those that somebody asks for."""
        self._database = database
        self._clock = clock
        self._needs = needs
        self._standbys = standbys
        self._every = timedelta(hours=every_hours)
        self._chance = chance

    async def begin(self, by: str) -> NeedId:
        """Raise a drill; return the id of its need.

        Raises:
            StoreDown: If the database does not answer; so with all that follows.

        """
        async with self._database.begin() as tx:
            known = await self._raised(tx, by)
        await self._needs.told(known)
        return known.need.id

    async def hold(self, by: str, wait: timedelta = WAIT) -> Drilled:
        """Raise a drill and return how it went; it is over as well when cancelled."""
        id_ = await self.begin(by)
        try:
            while True:
                drilled = await self.look(id_, wait)
                if drilled.is_over:
                    return drilled
                await asyncio.sleep(1 / _LOOKS_PER_SECOND)
        except asyncio.CancelledError:
            await asyncio.shield(self.look(id_, timedelta(0)))
            raise

    async def look(self, id_: str, wait: timedelta = WAIT) -> Drilled:
        """Return how far a drill has come; end it when somebody spoke, or it is time.

        One that calls nobody, because nobody is there, does not wait.

        Raises:
            NoSuchNeed: If there is none.

        """
        known = await self._needs.known(id_)
        times = await self._times(known)
        late = self._clock.now() - known.need.raised_at >= wait
        nobody = known.need.climb.nobody and times.alerted is None
        over = not known.need.is_open or times.spoken is not None or late or nobody
        return await (self._end(known, times) if over else self._shown(id_, times))

    async def latest(self) -> list[Drilled]:
        """Return the last drills, the latest first."""
        async with self._database.read() as tx:
            return [_drilled(row) for row in await drills.latest(tx)]

    async def round(self) -> None:
        """End what is over, and raise what is planned for now; call it once a minute.

        Of many processes that have their round at once, one raises it.
        """
        async with self._database.read() as tx:
            left = await drills.going_on(tx)
        for row in left:
            await self.look(row.need_id, LONGEST_WAIT if row.by == OPERATOR else WAIT)
        if self._every and await self._is_time():
            await self._as_planned()

    # The plan: one drill at a random moment of each span of so many hours.

    async def _is_time(self) -> bool:
        async with self._database.read() as tx:
            decided = await rota.decided(tx, (_NEXT,))
        return self._due(decided.get(_NEXT)) is not None

    async def _as_planned(self) -> None:
        raised = None
        async with self._database.begin() as tx:
            decided = await rota.decided(tx, (_NEXT,))
            plan = self._due(decided.get(_NEXT))
            if plan is None:
                return
            if plan.pop("now"):
                raised = await self._raised(tx, PLAN)
            await rota.decide(tx, _NEXT, plan, HOUSE, kept(self._clock.now()))
        if raised:
            await self._needs.told(raised)

    def _due(self, plan: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Return what to plan instead, and whether to drill now; None: all is well."""
        now, every = kept(self._clock.now()), self._every // timedelta(milliseconds=1)
        span = now // every
        if not plan or plan["span"] != span or plan["every"] != every:
            ends = (span + 1) * every
            at = now + int((ends - now) * self._chance())
            return {"span": span, "every": every, "at": at, "done": False, "now": False}
        if plan["done"] or now < plan["at"]:
            return None
        return {**plan, "done": True, "now": True}

    async def _raised(self, tx: AsyncConnection, by: str) -> Known:
        known = await self._needs.ledger.drill(tx)
        at = known.need.raised_at
        on_duty = await self._on_duty(tx, at)
        await drills.add(tx, known.need.id, by=by, at=kept(at), on_duty=on_duty)
        return known

    # How it went.

    async def _times(self, known: Known) -> Times:
        """Return how long it took, by the need's own times.

        Who accepted and fell silent accepted all the same: the events know.
        """
        since = known.need.raised_at
        accepted = [
            each.at
            for each in await self._needs.events(known.need.id)
            if each.kind == "accepted"
        ]
        moments = known.alerted_at, known.opened_at, min(accepted, default=None)
        return Times(*(_after(since, at) for at in (*moments, known.spoken_at)))

    async def _end(self, known: Known, times: Times) -> Drilled:
        """End a drill in one of a need's four ways, and keep how it went."""
        id_, now, ended = known.need.id, self._clock.now(), None
        async with self._database.begin() as tx:
            known = await self._needs.ledger.locked(tx, id_)
            row = await drills.with_id(tx, id_)
            found = outcome(known.need, times, on_duty=row.on_duty)
            await drills.end(
                tx, id_, times=times._asdict(), outcome=found, over_at=kept(now)
            )
            if known.need.is_open:
                need = known.need.withdraw(now)
                ended = await self._needs.ledger.keep(
                    tx, known, need, "withdrew", HOUSE, end=str(need.end)
                )
        if ended:
            await self._needs.told(ended)
        return await self._shown(id_, times)

    async def _on_duty(self, tx: AsyncConnection, now: datetime) -> bool:
        return any(each.is_at_work for each in await self._standbys(tx, now))

    async def _shown(self, id_: str, times: Times) -> Drilled:
        async with self._database.read() as tx:
            row = await drills.with_id(tx, id_)
        return _drilled(row, None if row.over_at else times)


def _after(since: datetime, at: datetime | None) -> int | None:
    return None if at is None else max(0, kept(at) - kept(since))


def _drilled(row: Row[Any], so_far: Times | None = None) -> Drilled:
    return Drilled(
        id=row.need_id,
        by=row.by,
        at=moment(row.at),
        on_duty=row.on_duty,
        times=so_far or Times(row.alerted, row.opened, row.accepted, row.spoken),
        outcome=Outcome(row.outcome) if row.outcome else None,
    )
