"""A week of phones: where all of them answer, every rostered hour is covered."""

from collections.abc import Mapping
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall.canaries import Canaries
from chat.oncall.coverage import Wanted, span_of_week, week
from chat.oncall.gaps import Gaps
from chat.oncall.plan import Plan
from chat.oncall.planned import Planned
from chat.oncall.stages import PeerId
from chat.oncall.team import Team
from chat.store import peers
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.oncall import alerts
from tests.support.clock import NOON, FakeClock
from tests.support.ways import Team as Phones

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HALVES = {"early": (time(0), time(12)), "late": (time(12), time(0))}
EVERYBODY = [PeerId(f"{half} {day}") for day in range(7) for half in HALVES]
ROUND = timedelta(hours=2)


class Week:
    """Fourteen peers with a shift of twelve hours a week, and a phone each."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.clock = clock
        self.phones = Phones(database, clock)
        self.planned = Planned()
        same = {"database": database, "clock": clock}
        self.plan = Plan(**same, ring=self._ring, planned=self.planned, rooms=())  # type: ignore[arg-type]
        ways = self.phones.ways
        self.team = Team(
            planned=self.planned,
            reachable=ways.reachable_ids,
            likely=ways.likely_ids,
            talks=self._talks,
        )
        self.canaries = Canaries(**same, ways=ways, standbys=self.team.standbys)  # type: ignore[arg-type]
        self.gaps = Gaps(
            **same, planned=self.planned, team=self.team, ways=ways.usable, rooms=()  # type: ignore[arg-type]
        )  # fmt: skip

    async def _ring(self, _frame: bytes) -> None:
        pass

    async def _talks(self, _tx: AsyncConnection, _since: int) -> Mapping[str, int]:
        return {}

    async def come(self) -> None:
        await self.phones.have(*EVERYBODY)
        async with self.phones.database.begin() as tx:
            for name in EVERYBODY:
                await peers.keep(tx, name, ready_at=kept(NOON))
        for name in EVERYBODY:
            await self.phones.way(name)
            half, day = name.split()
            starts, ends = HALVES[half]
            await self.plan.add_weekly(
                "x", weekday=int(day), starts=starts, ends=ends, turns=((name,),),
                since=date(2026, 11, 2),
            )  # fmt: skip

    async def goes_by(self) -> None:
        """Have every canary of eight days confirmed at once."""
        for _ in range(8 * 12):
            self.clock.advance(ROUND.total_seconds())
            await self.canaries.round()
            async with self.phones.database.read() as tx:
                asked = select(alerts.c.id).where(alerts.c.confirmed_at.is_(None))
                sent = (await tx.execute(asked)).scalars().all()
            for alert in sent:
                await self.phones.ways.confirm(alert)

    async def covered(self) -> set[bool]:
        """Return whether the hours of the next seven days are covered."""
        now = self.clock.now()
        async with self.phones.database.read() as tx:
            mates = await self.team.everyone(tx, now)
        found = {mate.id: mate.as_cover for mate in mates}
        shifts = (await self.plan.book()).rota.shifts(span_of_week("UTC", now))
        cells = week(shifts, found, Wanted(), "UTC", now, {}, {})
        return {cell.covered for cell in cells}


async def test_a_rota_whose_every_phone_answers_is_covered_in_every_hour(
    database: Database, clock: FakeClock
):
    phones = Week(database, clock)
    await phones.come()
    assert await phones.covered() == {False}, "no phone has answered yet"

    await phones.goes_by()

    assert await phones.covered() == {True}
    assert await phones.gaps.warn() == 0


async def test_a_gap_is_told_to_all_whose_phones_answer_on_shift_or_not(
    database: Database, clock: FakeClock
):
    phones = Week(database, clock)
    await phones.come()
    await phones.goes_by()
    begins = clock.now().replace(hour=12) + timedelta(days=1)
    (shift,) = (await phones.plan.book()).rota.on_shift(begins)
    assert shift.peer

    await phones.plan.override("x", shift.peer, None, shift.hours)

    assert await phones.gaps.warn() == len(EVERYBODY) - 1
