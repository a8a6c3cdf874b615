"""Cover: the days ahead as they can be counted on, and nothing that is only hoped."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.attendance import Attendance
from chat.busy import SLOT_SECONDS
from chat.errors import StoreDown, Unavailable
from chat.oncall.cover import NOBODY_KNOWS, Cover
from chat.oncall.coverage import Wanted, WeekHour
from chat.oncall.hours import Hours
from chat.oncall.plan import Plan
from chat.oncall.planned import Planned
from chat.oncall.stages import PeerId
from chat.oncall.team import Team
from chat.oncall.usual import LEARNED_SECONDS, LOOKS_AGAIN_SECONDS, TEAM, Usual
from chat.roles import Role
from chat.store import demand, peers, staff
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.oncall import needs
from tests.oncall.needs import OTTER, WREN
from tests.support.clock import NOON, FakeClock
from tests.support.process import COFFEE
from tests.support.processes import Processes

HOUR = timedelta(hours=1)
A_WEEK = 7 * 24
SATURDAY_NOON = WeekHour(5, 12)


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is the same on every database."""


class House:
    """Wren and Otter, their rota, and what is known of former weeks."""

    def __init__(
        self, database: Database, clock: FakeClock, attendance: Attendance
    ) -> None:
        self.database = database
        self.clock = clock
        self.attendance = attendance
        self.reached = {WREN, OTTER}
        planned = Planned()
        self.usual = Usual(
            database=database, clock=clock, attendance=attendance, rooms=[COFFEE]
        )
        self.plan = Plan(
            database=database, clock=clock, ring=self._ring, planned=planned, rooms=()
        )
        self.cover = Cover(
            database=database,
            clock=clock,
            planned=planned,
            team=Team(planned=planned, reachable=self._reachable, talks=self._talks),
            usual=self.usual,
            rooms=(),
        )

    async def _ring(self, _frame: bytes) -> None:
        pass

    async def _reachable(self, _tx: AsyncConnection, _now: datetime) -> set[PeerId]:
        return self.reached

    async def _talks(self, _tx: AsyncConnection, _since: int) -> Mapping[str, int]:
        return {}

    async def need(self, at: datetime, **columns: Any) -> None:
        """Have had a need."""
        async with self.database.begin() as tx:
            row = {
                "id": at.isoformat(), "shares": [], "tags": [], "joined": [],
                "went_silent": [], "raised_at": kept(at), "climb_due": 0, "rank": 0,
            }  # fmt: skip
            await tx.execute(insert(needs).values(row | columns))

    async def every_evening(self) -> None:
        """Have Wren there from 18:00 to 22:00, every day."""
        for day in range(7):
            await self.plan.add_weekly(
                "x", weekday=day, starts=time(18), ends=time(22), turns=((WREN,),),
                since=date(2026, 11, 1),
            )  # fmt: skip


@pytest.fixture
async def house(
    database: Database, redis_url: str, clock: FakeClock
) -> AsyncIterator[House]:
    async with database.begin() as tx:
        for name in (WREN, OTTER):
            await staff.add(tx, staff.Account(name, name.title(), Role.PEER, 0))
            await peers.keep(tx, name, ready_at=kept(NOON))
    processes = Processes(redis_url)
    async with processes.running():
        process = await processes.start()
        yield House(database, clock, Attendance(scripts=process.scripts, clock=clock))


async def test_a_week_says_who_is_rostered_and_who_can_be_reached(house: House):
    await house.plan.take_hours(WREN, Hours(NOON + HOUR, NOON + 3 * HOUR))
    await house.plan.take_hours(OTTER, Hours(NOON + HOUR, NOON + 2 * HOUR))
    house.reached = {OTTER}

    cells = (await house.cover.ahead()).cells(Wanted())

    found = {
        cell.at.hour: (cell.rostered, cell.reachable) for cell in cells if cell.rostered
    }
    assert found == {13: (2, 1), 14: (1, 0)}
    assert len(cells) == A_WEEK


async def test_gaps_are_what_nobody_has_and_nobody_means_to_close(house: House):
    await house.plan.take_hours(WREN, Hours(NOON, NOON + 10 * HOUR))
    await house.plan.close("x", 6, time(), time())

    gaps = (await house.cover.ahead()).gaps(Wanted())

    assert [(gap.hours.starts, gap.hours.ends) for gap in gaps] == [
        (NOON + 10 * HOUR, NOON + 12 * HOUR),
        (NOON + 36 * HOUR, NOON + 72 * HOUR),
    ]


async def test_former_needs_are_what_is_expected_and_drills_are_not(house: House):
    for week in range(1, 5):
        await house.need(NOON - week * timedelta(weeks=1))
        await house.need(NOON - week * timedelta(weeks=1, hours=1), drill=True)

    cells = (await house.cover.ahead()).cells(Wanted())

    expected = {cell.at: cell.expected for cell in cells}
    assert expected[SATURDAY_NOON] == max(expected.values()) > 0.4
    assert sum(expected.values()) == pytest.approx(expected[SATURDAY_NOON])


async def test_only_when_needs_were_raised_is_read(house: House):
    await house.need(NOON)

    async with house.database.read() as tx:
        assert await demand.raised_since(tx, kept(NOON)) == [kept(NOON)]
        assert await demand.raised_since(tx, kept(NOON) + 1) == []


@on_sqlite
async def test_how_many_of_the_team_were_there_is_what_is_usual(house: House):
    await house.usual.count(3)
    house.clock.advance(SLOT_SECONDS)

    cells = (await house.cover.ahead()).cells(Wanted())

    assert {cell.at: cell.present for cell in cells}[SATURDAY_NOON] == 3.0


@on_sqlite
async def test_while_redis_is_away_a_week_is_as_it_was_and_soon_looked_at_again(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    await house.usual.count(3)
    house.clock.advance(SLOT_SECONDS)
    before = await house.usual.week("UTC")
    assert before.present[SATURDAY_NOON] == 3.0

    async def away(_room: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(house.attendance, "counts", away)
        house.clock.advance(LEARNED_SECONDS)
        assert await house.usual.week("UTC") == before
        assert (await house.usual.week("Africa/Johannesburg")).present == {}

    house.clock.advance(LOOKS_AGAIN_SECONDS)
    again = await house.usual.week("Africa/Johannesburg")
    assert again.present[WeekHour(5, 14)] > 0


@on_sqlite
async def test_members_are_told_the_hours_that_are_covered(house: House):
    await house.every_evening()

    told = await house.cover.honest()

    dash = "\N{EN DASH}"
    assert told == {
        "told": f"Someone is usually here 18:00{dash}22:00 every day.",
        "zone": "UTC",
    }
    assert await house.cover.in_words() == (
        f"Someone is usually here 18:00{dash}22:00 every day."
        " By universal time (UTC), which shows Saturday 12:00 now."
    )


@on_sqlite
async def test_one_shift_in_a_new_house_is_told_as_what_it_is(house: House):
    await house.usual.count(3)
    await house.plan.take_hours(WREN, Hours(NOON + 14 * HOUR, NOON + 16 * HOUR))

    dash = "\N{EN DASH}"
    assert (await house.cover.honest())["told"] == (
        f"In the next seven days someone is here 02:00{dash}04:00 on Sunday."
    )


@on_sqlite
async def test_a_weekly_shift_that_somebody_else_has_once_stays_usual(house: House):
    await house.every_evening()
    tonight = Hours(NOON + 6 * HOUR, NOON + 10 * HOUR)
    await house.plan.override("x", WREN, OTTER, tonight)

    dash = "\N{EN DASH}"
    told = (await house.cover.honest())["told"]
    assert told == f"Someone is usually here 18:00{dash}22:00 every day."


@on_sqlite
async def test_an_hour_in_which_nobody_ever_came_is_not_promised(house: House):
    await house.every_evening()
    begun = house.clock.now() - timedelta(days=8)
    for hours in range(8 * 24):
        there = FakeClock(begun + hours * HOUR)
        slots = Attendance(scripts=house.attendance._scripts, clock=there)
        # At 21:00 they have always left already.
        await slots.note(TEAM, 12 if 18 <= there.now().hour < 21 else 0)

    told = await house.cover.honest()

    dash = "\N{EN DASH}"
    assert f"18:00{dash}21:00 every day" in told["told"]


@on_sqlite
async def test_honest_hours_are_a_minute_old_at_most(house: House):
    before = await house.cover.honest()
    await house.every_evening()

    assert await house.cover.honest() is before
    house.clock.advance(60)
    assert "18:00" in (await house.cover.honest())["told"]


@on_sqlite
async def test_while_the_database_is_down_the_last_known_hours_are_told(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    await house.every_evening()
    before = await house.cover.honest()

    def down() -> None:
        raise StoreDown

    monkeypatch.setattr(house.database, "read", down)
    house.clock.advance(60)

    assert await house.cover.honest() == before


@on_sqlite
async def test_what_was_never_known_is_not_told(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    def down() -> None:
        raise StoreDown

    monkeypatch.setattr(house.database, "read", down)

    assert await house.cover.honest() == NOBODY_KNOWS
