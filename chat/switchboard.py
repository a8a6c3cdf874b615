"""The switchboard: everything that gets a human to come, put together."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from chat.backroom import Backroom
from chat.callroom import Callroom
from chat.errors import StoreDown, Unavailable
from chat.ground import Ground
from chat.model import RoomName
from chat.oncall import policy
from chat.oncall.auditor import Auditor
from chat.oncall.canaries import Canaries
from chat.oncall.cover import Cover
from chat.oncall.coverage import AHEAD
from chat.oncall.drill import Drills
from chat.oncall.duty import Duty
from chat.oncall.escalator import Escalator
from chat.oncall.gaps import Gaps
from chat.oncall.heartbeat import Heartbeat
from chat.oncall.hours import Hours
from chat.oncall.notifying.chosen import doors_of, notify_of, vapid_of
from chat.oncall.outbox import Outbox
from chat.oncall.plan import Plan
from chat.oncall.planned import Planned
from chat.oncall.rounds import every
from chat.oncall.stages import NeedId
from chat.oncall.team import Team
from chat.oncall.usual import Usual
from chat.oncall.ways import Ways
from chat.signing.watch import Watch
from chat.store import alerts
from chat.store import needs as store
from chat.store.instants import kept

OFTEN_SECONDS: Final = 5
SELDOM_SECONDS: Final = 60
FRESH_SECONDS: Final = 10
"""How long ago a tick may have succeeded, for all to be well."""
ALERTS_KEPT: Final = timedelta(days=30)

logger = logging.getLogger(__name__)


class Switchboard:
    """Whom there is to call, and what calls them, as one process has it."""

    def __init__(
        self, *, ground: Ground, backroom: Backroom, callroom: Callroom
    ) -> None:
        self._ground = ground
        self._backroom = backroom
        self._callroom = callroom
        self.needs = backroom.needs
        self._people()
        self._calling()
        self._watching()
        self.needs.wake = self.escalator.look

    def _people(self) -> None:
        ground, database = self._ground, self._backroom.database
        call = self._backroom.doorbell.call
        self.ways = Ways(
            database=database,
            clock=ground.clock,
            ring=call,
            opened=self._opened,
            reachable_hours=ground.settings.reachable_hours,
        )
        self.planned = Planned()
        self.plan = Plan(
            database=database,
            clock=ground.clock,
            ring=call,
            planned=self.planned,
            rooms=ground.catalogue.rooms,
        )
        self.duty = Duty(
            database=database,
            clock=ground.clock,
            ring=call,
            rooms=ground.catalogue.rooms,
        )
        self.team = Team(
            planned=self.planned,
            reachable=self.ways.reachable_ids,
            likely=self.ways.likely_ids,
            talks=store.talks_of,
        )
        self.usual = self._usual()
        self.cover = Cover(
            database=database,
            clock=ground.clock,
            planned=self.planned,
            team=self.team,
            usual=self.usual,
            rooms=ground.catalogue.rooms,
        )

    def _usual(self) -> Usual:
        ground = self._ground
        return Usual(
            database=self._backroom.database,
            clock=ground.clock,
            attendance=ground.attendance,
            rooms=[room.slug for room in ground.catalogue.rooms],
        )

    def _calling(self) -> None:
        ground, database = self._ground, self._backroom.database
        self.vapid = vapid_of(ground.settings)
        self.doors = doors_of(ground.settings)
        self.notify = notify_of(
            ground.settings,
            vapid=self.vapid,
            doors=self.doors,
            clock=ground.clock,
            failed=self.ways.failed,
        )
        self.outbox = Outbox(
            database=database,
            clock=ground.clock,
            send=self.notify.send,
            ring=self._backroom.doorbell.call,
            metrics=ground.metrics,
        )
        self.escalator = Escalator(
            database=database,
            clock=ground.clock,
            policy=policy.load(ground.settings.policy_file),
            needs=self.needs,
            standbys=self.team.standbys,
            ways=self.ways.usable,
            outbox=self.outbox,
            metrics=ground.metrics,
        )

    def _watching(self) -> None:
        ground, database = self._ground, self._backroom.database
        self.auditor = Auditor(
            database=database,
            clock=ground.clock,
            ring=self._backroom.doorbell.ring,
            look=self.escalator.look,
            metrics=ground.metrics,
        )
        self.gaps = Gaps(
            database=database,
            clock=ground.clock,
            planned=self.planned,
            team=self.team,
            ways=self.ways.usable,
            rooms=ground.catalogue.rooms,
        )
        self.canaries = Canaries(
            database=database,
            clock=ground.clock,
            ways=self.ways,
            standbys=self.team.standbys,
        )
        self.drills = Drills(
            database=database,
            clock=ground.clock,
            needs=self.needs,
            standbys=self.team.standbys,
            every_hours=ground.settings.drill_every_hours,
        )

    def parts(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what every process does that may call somebody, whoever it serves."""
        parts: list[Callable[[], Awaitable[None]]] = [
            self.escalator.run,
            self.outbox.run,
            self.auditor.run,
            self.gaps.run,
            partial(every, OFTEN_SECONDS, [self._callroom.stays.round]),
            partial(every, SELDOM_SECONDS, self._seldom()),
        ]
        if url := self._ground.settings.heartbeat_url:
            parts.append(Heartbeat(url=url, is_well=self.is_well).run)
        return parts

    def _seldom(self) -> list[Callable[[], Awaitable[object]]]:
        return [
            self.canaries.round,
            self.drills.round,
            self._count,
            self._forget,
            self._forget_ways,
        ]

    async def _count(self) -> None:
        """Count how many of the team are usually here at this time of the week.

        Whoever is at work and would hear a call is here, with no page open as well.
        """
        watch = Watch(scripts=self._ground.scripts, clock=self._ground.clock)
        here = await watch.everybody() | await self._at_work()
        await self.usual.count(len(here))

    async def _at_work(self) -> set[str]:
        try:
            async with self._backroom.database.read() as tx:
                team = await self.team.standbys(tx, self._ground.clock.now())
        except StoreDown:
            return set()
        return {one.peer for one in team if one.is_at_work and one.reachable}

    async def _forget(self) -> None:
        """Leave nothing of what was said in talks that are over for an hour."""
        needs, cards = self.needs, self._callroom.cards
        await self._fade(await needs.forget(self._ground.clock.now()), needs.faded)
        await self._fade(await cards.round(), cards.faded)

    async def _fade(
        self,
        talks: Sequence[RoomName],
        faded: Callable[[Sequence[RoomName]], Awaitable[None]],
    ) -> None:
        """Delete talks; those that cannot be deleted now are tried again."""
        gone = list[RoomName]()
        try:
            for talk in talks:
                await self._ground.keeper.forget(talk)
                gone.append(talk)
        except Unavailable:
            logger.warning("what was said in talks cannot be deleted now")
        if gone:
            await faded(gone)

    async def _forget_ways(self) -> None:
        now = self._ground.clock.now()
        await self.ways.forget(now)
        async with self._backroom.database.claim() as tx:
            await alerts.forget(tx, kept(now - ALERTS_KEPT))

    def is_well(self) -> bool:
        """Tell whether whoever needs to talk would be heard, as far as we know."""
        ago = self._ground.clock.monotonic() - self.escalator.ticked_at
        return ago < FRESH_SECONDS and self.auditor.content

    async def next_shift(self, staff_id: str) -> datetime | None:
        """Return when somebody's shift begins: one that is on, or in three days."""
        now = self._ground.clock.now()
        shifts = (await self.plan.book()).rota.shifts(Hours(now, now + AHEAD))
        theirs = (each.hours.starts for each in shifts if each.peer == staff_id)
        return min(theirs, default=None)

    async def _opened(self, id_: NeedId) -> None:
        await self.needs.told(await self.needs.known(id_))

    async def aclose(self) -> None:
        """Let go of what is held open to push services."""
        await self.notify.aclose()
