"""The plan: a change of the rota is made whole, by who may, and written down."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from chat import bulletin
from chat.oncall.hours import Hours
from chat.oncall.plan import Plan
from chat.oncall.planned import Planned
from chat.oncall.refusals import (
    BadShift,
    NoSuchShift,
    NotOnShift,
    NotReady,
    NotYourShift,
    NotYourSwap,
    RotaMistake,
    ShiftOverlaps,
    SwapOver,
    UnknownZone,
)
from chat.oncall.rota import Rota
from chat.oncall.rotabook import Rotabook
from chat.oncall.shifts import Origin, Shift
from chat.oncall.stages import PeerId
from chat.oncall.swaps import SwapId
from chat.oncall.weekly import LineId
from chat.roles import Role
from chat.store import peers, staff
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.schema import audit
from tests.oncall.needs import HERON, OTTER, WREN
from tests.oncall.shifts import a_room
from tests.support.clock import NOON, FakeClock

BIRCH = "birch"
"""A coordinator. It is a Saturday, at noon."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TONIGHT = Hours(NOON + 14 * HOUR, NOON + 16 * HOUR)

MONDAYS: dict[str, Any] = {
    "weekday": 0,
    "starts": time(18),
    "ends": time(22),
    "turns": ((WREN,),),
    "since": date(2026, 11, 23),
}
MONDAY = Hours(NOON + 2 * DAY + 6 * HOUR, NOON + 2 * DAY + 10 * HOUR)


class Office:
    """A plan on a database, and the same as another process has it."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.rung: list[bytes] = []
        self.plan = self.another()

    def another(self) -> Plan:
        return Plan(
            database=self.database,
            clock=self.clock,
            ring=self._ring,
            planned=Planned(),
            rooms=[a_room("Grief", "grief", "open")],
        )

    async def _ring(self, frame: bytes) -> None:
        self.rung.append(frame)

    async def book(self) -> Rotabook:
        """Return the rotabook as a process that has just begun reads it."""
        return await self.another().book()

    async def shifts(self, hours: Hours) -> list[Shift]:
        return (await self.book()).rota.shifts(hours)

    async def recorded(self) -> list[tuple[str, str, str]]:
        async with self.database.read() as tx:
            asked = select(audit.c.actor, audit.c.verb, audit.c.detail)
            return [tuple(row) for row in await tx.execute(asked.order_by(audit.c.id))]


@pytest.fixture
async def office(database: Database, clock: FakeClock) -> Office:
    """Have Birch, Wren and Otter, and Heron who has not done the course."""
    async with database.begin() as tx:
        for name in (BIRCH, WREN, OTTER, HERON):
            await staff.add(tx, staff.Account(name, name.title(), Role.PEER, 0))
        for name in (BIRCH, WREN, OTTER):
            await peers.keep(tx, name, ready_at=kept(NOON))
    return Office(database, clock)


@pytest.fixture
def plan(office: Office) -> Plan:
    return office.plan


async def test_at_first_nothing_is_planned(office: Office):
    assert await office.book() == Rotabook(Rota("UTC"))


async def test_a_weekly_line_is_kept_as_it_was_entered(office: Office, plan: Plan):
    id_ = await plan.add_weekly(
        BIRCH,
        **MONDAYS | {"turns": ((WREN, OTTER), (HERON,)), "until": date(2027, 1, 4)},
        backup=True,
        tags=("grief",),
        languages=("en", "af"),
    )

    [line] = (await office.book()).rota.weekly
    assert (line.id, line.weekday, line.starts, line.ends) == (
        id_,
        0,
        time(18),
        time(22),
    )
    assert line.turns == ((WREN, OTTER), (HERON,))
    assert (line.since, line.until) == (date(2026, 11, 23), date(2027, 1, 4))
    assert (line.backup, line.tags, line.languages) == (True, ("grief",), ("en", "af"))


async def test_each_change_is_written_down_and_rung(office: Office, plan: Plan):
    line = await plan.add_weekly(BIRCH, **MONDAYS)
    await plan.override(BIRCH, WREN, OTTER, MONDAY)
    swap = await plan.offer_swap(OTTER, MONDAY)
    await plan.withdraw_swap(OTTER, swap)
    await plan.stop(BIRCH, line, date(2026, 12, 7))
    await plan.set_zone(BIRCH, "Africa/Johannesburg")

    assert await office.recorded() == [
        (BIRCH, "rota_add", "weekly"),
        (BIRCH, "rota_override", "wren to otter"),
        (OTTER, "rota_swap", "offered"),
        (OTTER, "rota_swap", "withdrawn"),
        (BIRCH, "rota_stop", "until 2026-12-07"),
        (BIRCH, "rota_zone", "Africa/Johannesburg"),
    ]
    assert office.rung == [bulletin.rota()] * 6


async def test_hours_are_taken_in_one_go(office: Office, plan: Plan):
    await plan.take_hours(WREN, TONIGHT)

    [shift] = await office.shifts(TONIGHT)
    assert (shift.peer, shift.hours, shift.origin) == (WREN, TONIGHT, Origin.TEMPORARY)


async def test_without_the_course_nobody_takes_hours(office: Office, plan: Plan):
    await plan.take_hours(WREN, TONIGHT)
    swap = await plan.offer_swap(WREN, TONIGHT)

    with pytest.raises(NotReady):
        await plan.take_hours(HERON, TONIGHT)
    with pytest.raises(NotReady):
        await plan.take_swap(HERON, swap)

    assert [shift.peer for shift in await office.shifts(TONIGHT)] == [WREN]


async def test_hours_that_were_taken_can_be_given_back_by_who_took_them(
    office: Office, plan: Plan
):
    id_ = await plan.take_hours(WREN, TONIGHT)

    with pytest.raises(NotYourShift):
        await plan.give_back(OTTER, id_)
    await plan.give_back(WREN, id_)

    assert await office.shifts(TONIGHT) == []
    with pytest.raises(NoSuchShift):
        await plan.give_back(WREN, id_)


# Not there after all.


async def test_whoever_lets_their_shift_go_is_on_it_no_more(
    office: Office, plan: Plan, clock: FakeClock
):
    await plan.add_weekly(BIRCH, **MONDAYS)
    clock.advance(55 * 3600)

    await plan.let_go(WREN)

    had, left = await office.shifts(MONDAY)
    assert (had.peer, had.hours) == (WREN, Hours(MONDAY.starts, clock.now()))
    assert (left.peer, left.hours) == (None, Hours(clock.now(), MONDAY.ends))
    assert (WREN, "rota_override", "let go") in await office.recorded()


async def test_whoever_is_not_there_tonight_has_no_shift_that_begins_tonight(
    office: Office, plan: Plan
):
    tomorrow = Hours(TONIGHT.starts + DAY, TONIGHT.ends + DAY)
    await plan.take_hours(WREN, TONIGHT)
    await plan.take_hours(WREN, tomorrow)

    await plan.let_go(WREN, within=15 * HOUR)

    shifts = await office.shifts(Hours(NOON, NOON + 2 * DAY))
    assert [(one.peer, one.hours) for one in shifts] == [
        (None, TONIGHT), (WREN, tomorrow),
    ]  # fmt: skip


async def test_nobody_s_hours_but_one_s_own_are_let_go(office: Office, plan: Plan):
    await plan.take_hours(WREN, TONIGHT)
    await plan.take_hours(OTTER, TONIGHT)

    await plan.let_go(WREN, within=DAY)

    assert {shift.peer for shift in await office.shifts(TONIGHT)} == {None, OTTER}


async def test_without_a_shift_nothing_is_written_of_letting_go(
    office: Office, plan: Plan
):
    await plan.let_go(WREN, within=DAY)
    await plan.return_to(WREN, within=DAY)

    assert (await office.recorded(), office.rung) == ([], [])


async def test_hours_that_were_let_go_by_mistake_come_back(office: Office, plan: Plan):
    await plan.take_hours(WREN, TONIGHT)
    await plan.let_go(WREN, within=DAY)

    await plan.return_to(WREN, within=DAY)

    assert [shift.peer for shift in await office.shifts(TONIGHT)] == [WREN]
    assert (await office.book()).rota.overrides == ()


async def test_whoever_returns_gets_back_only_what_they_let_go_themselves(
    office: Office, plan: Plan
):
    await plan.take_hours(WREN, TONIGHT)
    await plan.override(BIRCH, WREN, None, TONIGHT)

    await plan.return_to(WREN, within=DAY)

    assert [shift.peer for shift in await office.shifts(TONIGHT)] == [None]


async def test_whoever_returns_keeps_what_they_took_meanwhile(
    office: Office, plan: Plan
):
    await plan.take_hours(WREN, TONIGHT)
    await plan.let_go(WREN, within=DAY)
    await plan.take_hours(WREN, Hours(TONIGHT.starts, TONIGHT.starts + HOUR))

    await plan.return_to(WREN, within=DAY)

    shifts = await office.shifts(TONIGHT)
    assert sorted(str(shift.peer) for shift in shifts) == ["None", "wren"]


async def test_an_override_shows_who_stands_in_for_whom_and_can_be_taken_back(
    office: Office, plan: Plan
):
    await plan.add_weekly(BIRCH, **MONDAYS)

    id_ = await plan.override(BIRCH, WREN, OTTER, MONDAY)

    [shift] = await office.shifts(MONDAY)
    assert (shift.peer, shift.instead_of) == (OTTER, WREN)
    await plan.remove(BIRCH, id_)
    assert [shift.peer for shift in await office.shifts(MONDAY)] == [WREN]


async def test_overrides_stay_in_the_order_in_which_they_were_made(
    office: Office, plan: Plan
):
    await plan.add_weekly(BIRCH, **MONDAYS)

    # All at one moment, each with an id that says nothing of when.
    for peer, to in [(WREN, OTTER), (OTTER, HERON), (HERON, PeerId(BIRCH))]:
        await plan.override(BIRCH, peer, to, MONDAY)

    assert [shift.peer for shift in await office.shifts(MONDAY)] == [BIRCH]


async def test_a_swap_is_taken_once(office: Office, plan: Plan):
    await plan.add_weekly(BIRCH, **MONDAYS)
    swap = await plan.offer_swap(WREN, MONDAY)

    await office.another().take_swap(OTTER, swap)

    [shift] = await office.shifts(MONDAY)
    assert (shift.peer, shift.instead_of, shift.origin) == (OTTER, WREN, Origin.SWAP)
    with pytest.raises(SwapOver):
        await plan.take_swap(PeerId(BIRCH), swap)


async def test_a_swap_offered_to_one_is_for_nobody_else(office: Office, plan: Plan):
    await plan.add_weekly(BIRCH, **MONDAYS)
    swap = await plan.offer_swap(WREN, MONDAY, OTTER)

    for peer in (PeerId(BIRCH), WREN):
        with pytest.raises(NotYourSwap):
            await plan.take_swap(peer, swap)
    with pytest.raises(NotYourSwap):
        await plan.withdraw_swap(OTTER, swap)

    assert [shift.peer for shift in await office.shifts(MONDAY)] == [WREN]


async def test_the_same_hours_are_not_offered_twice(plan: Plan):
    await plan.add_weekly(BIRCH, **MONDAYS)
    await plan.offer_swap(WREN, MONDAY)

    with pytest.raises(BadShift):
        await plan.offer_swap(WREN, Hours(MONDAY.starts + HOUR, MONDAY.ends))


async def test_a_line_stopped_before_its_first_day_never_was(
    office: Office, plan: Plan
):
    id_ = await plan.add_weekly(BIRCH, **MONDAYS)

    await plan.stop(BIRCH, id_, date(2026, 11, 22))

    assert (await office.book()).rota.weekly == ()


async def test_what_is_over_for_long_is_not_read_any_more(
    office: Office, plan: Plan, clock: FakeClock
):
    await plan.add_weekly(BIRCH, **MONDAYS | {"until": date(2026, 11, 24)})
    await plan.take_hours(WREN, TONIGHT)
    assert (await office.book()).rota.temporary

    clock.advance(7 * 86400)

    assert await office.book() == Rotabook(Rota("UTC"))


async def test_closed_hours_are_kept_once_and_can_be_opened_again(
    office: Office, plan: Plan
):
    id_ = await plan.close(BIRCH, 6, time(1), time(5))
    with pytest.raises(BadShift):
        await plan.close(BIRCH, 6, time(1), time(5))

    assert [line.starts for line in (await office.book()).closed] == [time(1)]
    await plan.remove(BIRCH, id_)
    assert (await office.book()).closed == ()


async def test_another_zone_moves_the_weekly_lines(office: Office, plan: Plan):
    await plan.add_weekly(BIRCH, **MONDAYS)

    await plan.set_zone(BIRCH, "Africa/Johannesburg")

    [shift] = await office.shifts(Hours(MONDAY.starts - 3 * HOUR, MONDAY.ends))
    assert shift.hours.starts == MONDAY.starts - 2 * HOUR


async def test_a_zone_in_which_somebody_would_be_there_twice_is_refused(
    office: Office, plan: Plan
):
    await plan.add_weekly(BIRCH, **MONDAYS)
    before = Hours(MONDAY.starts - 2 * HOUR, MONDAY.starts)
    await plan.add_temporary(BIRCH, WREN, before)

    with pytest.raises(ShiftOverlaps) as refused:
        await plan.set_zone(BIRCH, "Africa/Johannesburg")

    assert refused.value.field == "zone"
    assert (await office.book()).rota.zone == "UTC"


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is the same on every database."""

Doing = Callable[[Plan], Awaitable[object]]


@on_sqlite
@pytest.mark.parametrize(
    ("does", "refusal", "field"),
    [
        (lambda plan: plan.set_zone(BIRCH, "Mars/Base"), UnknownZone, "zone"),
        (lambda plan: _weekly(plan, ends=time(18)), RotaMistake, "ends"),
        (lambda plan: _weekly(plan, weekday=7), BadShift, "weekday"),
        (lambda plan: _weekly(plan, turns=()), BadShift, "turns"),
        (lambda plan: _weekly(plan, turns=((PeerId("x"),),)), BadShift, "turns"),
        (lambda plan: _weekly(plan, tags=("nosuch",)), BadShift, "tags"),
        (lambda plan: _weekly(plan, languages=("xx",)), BadShift, "languages"),
        (lambda plan: _weekly(plan, since=date(9999, 1, 1)), BadShift, "since"),
        (lambda plan: _weekly(plan, until=date(9999, 1, 1)), BadShift, "until"),
        (lambda plan: _once(plan, PeerId("x")), BadShift, "peer"),
        (lambda plan: _once(plan, WREN, -3, -1), BadShift, "ends"),
        (lambda plan: _once(plan, WREN, 2, 1), RotaMistake, "ends"),
        (lambda plan: _once(plan, WREN, 11000, 11001), BadShift, "starts"),
        (lambda plan: plan.override(BIRCH, WREN, OTTER, TONIGHT), NotOnShift, "peer"),
        (
            lambda plan: plan.override(BIRCH, WREN, PeerId("x"), TONIGHT),
            BadShift,
            "to",
        ),
        (lambda plan: plan.offer_swap(WREN, TONIGHT), NotOnShift, "starts"),
        (
            lambda plan: plan.offer_swap(WREN, TONIGHT, PeerId("x")),
            BadShift,
            "to",
        ),
        (lambda plan: plan.take_swap(WREN, SwapId("x")), SwapOver, ""),
        (lambda plan: plan.stop(BIRCH, LineId("x"), NOON.date()), NoSuchShift, ""),
        (
            lambda plan: plan.stop(BIRCH, LineId("x"), date(2026, 1, 1)),
            BadShift,
            "until",
        ),
        (lambda plan: plan.remove(BIRCH, LineId("x")), NoSuchShift, ""),
    ],
)
async def test_a_mistake_is_told_where_it_was_entered_and_nothing_is_half_saved(
    office: Office, plan: Plan, does: Doing, refusal: type[RotaMistake], field: str
):
    with pytest.raises(refusal) as refused:
        await does(plan)

    assert refused.value.field == field
    assert await office.book() == Rotabook(Rota("UTC"))
    assert (await office.recorded(), office.rung) == ([], [])


async def _weekly(plan: Plan, **changes: Any) -> LineId:
    return await plan.add_weekly(BIRCH, **MONDAYS | changes)


async def _once(plan: Plan, peer: PeerId, starts: float = 1, ends: float = 2) -> LineId:
    def at(hours: float) -> datetime:
        return NOON + hours * HOUR

    return await plan.add_temporary(BIRCH, peer, Hours(at(starts), at(ends)))


async def test_two_coordinators_at_once_make_no_overlap(office: Office):
    plans = [office.another() for _ in range(4)]

    done = await asyncio.gather(
        *(plan.add_temporary(BIRCH, WREN, TONIGHT) for plan in plans),
        return_exceptions=True,
    )

    refused = [each for each in done if isinstance(each, ShiftOverlaps)]
    assert (len(refused), len(await office.shifts(TONIGHT))) == (3, 1)
