"""Drills: raised as any need, measured by its own times, and never left open."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall.audiences import Standby
from chat.oncall.drill import LONGEST_WAIT, OPERATOR, PLAN, WAIT, Drills
from chat.oncall.drilled import WORDS, Outcome, Times
from chat.oncall.stages import Climb, End, NeedId, State
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.needs import WREN, NeedsHouse

A_DAY = 24 * 3600
PRESENT = Standby(WREN, reachable=True, on_duty=True)


class Watch:
    """A house that drills, and who is on duty in it."""

    def __init__(self, house: NeedsHouse, every_hours: float = 0) -> None:
        self.house = house
        self.clock = house.clock
        self.needs = house.needs
        self.there = [PRESENT]
        self.lot = 0.5
        self.drills = Drills(
            database=house.database,
            clock=house.clock,
            needs=house.needs,
            standbys=self._standbys,
            every_hours=every_hours,
            chance=lambda: self.lot,
        )

    async def _standbys(self, _tx: AsyncConnection, _now: object) -> list[Standby]:
        return self.there

    async def calls(self, id_: NeedId, *, nobody: bool = False) -> None:
        """Take the first step, as a worker does."""
        async with self.house.database.begin() as tx:
            known = await self.needs.ledger.locked(tx, id_)
            next_ = Climb(self.clock.now() + timedelta(seconds=40), 1)
            need = (
                known.need.waiting(next_._replace(step=0, round=2, nobody=True))
                if nobody
                else known.need.offered(next_)
            )
            await self.needs.ledger.keep(tx, known, need, "called")

    async def is_answered(self, id_: NeedId) -> None:
        """Have a peer come, as quickly as peers do."""
        self.clock.advance(1.5)
        await self.calls(id_)
        self.clock.advance(10)
        await self.needs.accept(id_, WREN)
        self.clock.advance(5)
        await self.needs.spoke(id_, WREN)


@pytest.fixture
def watch(database: Database, clock: FakeClock) -> Watch:
    return Watch(NeedsHouse(database, clock))


@pytest.fixture
def planning(database: Database, clock: FakeClock) -> Watch:
    return Watch(NeedsHouse(database, clock), every_hours=24)


async def test_a_drill_is_marked_and_has_no_member(watch: Watch):
    known = await watch.needs.known(await watch.drills.begin("Birch"))

    assert known.need.drill
    assert known.told.handle == b""
    assert not (await watch.drills.look(known.need.id)).is_over


async def test_how_long_it_took_is_measured_from_the_press(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    await watch.is_answered(id_)

    drilled = await watch.drills.look(id_)

    assert drilled.outcome is Outcome.ANSWERED
    assert drilled.times == Times(1500, None, 11_500, 16_500)


async def test_once_somebody_spoke_it_is_ended_and_kept(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    await watch.is_answered(id_)

    drilled = await watch.drills.look(id_)

    need = (await watch.needs.known(id_)).need
    assert (need.state, need.end) == (State.ENDED, End.ACCEPTED_AND_SPOKE)
    assert await watch.drills.latest() == [drilled]
    assert await watch.drills.look(id_) == drilled


async def test_nobody_on_duty_is_said_at_once_and_honestly(watch: Watch):
    watch.there = []
    id_ = await watch.drills.begin("Birch")
    await watch.calls(id_, nobody=True)

    drilled = await watch.drills.look(id_)

    assert drilled.outcome is Outcome.NOBODY_ON_DUTY
    assert (await watch.needs.known(id_)).need.end is End.WITHDREW


async def test_a_coordinator_who_happens_to_be_there_is_nobody_on_duty(watch: Watch):
    watch.there = [Standby(WREN, reachable=True, coordinator=True)]
    id_ = await watch.drills.begin("Birch")
    await watch.calls(id_, nobody=True)

    assert (await watch.drills.look(id_)).outcome is Outcome.NOBODY_ON_DUTY


async def test_a_coordinator_who_is_called_in_vain_is_nobody_on_duty(watch: Watch):
    watch.there = [Standby(WREN, reachable=True, coordinator=True)]
    id_ = await watch.drills.begin("Birch")
    await watch.calls(id_)
    watch.clock.advance(WAIT.total_seconds())

    drilled = await watch.drills.look(id_)

    assert drilled.outcome is Outcome.NOBODY_ON_DUTY
    assert drilled.words == "Nobody was on duty: a coordinator at most was called."


async def test_a_coordinator_who_comes_when_nobody_is_on_duty_is_told_as_that(
    watch: Watch,
):
    watch.there = [Standby(WREN, reachable=True, coordinator=True)]
    id_ = await watch.drills.begin("Birch")
    await watch.is_answered(id_)

    drilled = await watch.drills.look(id_)

    assert drilled.outcome is Outcome.ANSWERED
    assert drilled.words == "Nobody was on duty: a coordinator came and spoke."
    assert drilled.as_json()["on_duty"] is False


async def test_who_was_on_duty_is_asked_when_it_begins(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    await watch.calls(id_)
    watch.there = []
    watch.clock.advance(WAIT.total_seconds())

    assert (await watch.drills.look(id_)).outcome is Outcome.NOT_ACCEPTED


async def test_somebody_on_duty_whom_nothing_reaches_is_told_apart(watch: Watch):
    watch.there = [replace(PRESENT, reachable=False)]
    id_ = await watch.drills.begin("Birch")
    await watch.calls(id_, nobody=True)

    assert (await watch.drills.look(id_)).outcome is Outcome.UNREACHABLE


async def test_a_service_in_which_nothing_calls_is_told_apart(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    watch.clock.advance(WAIT.total_seconds())

    assert (await watch.drills.look(id_)).outcome is Outcome.NO_WORKER


async def test_an_alert_that_nobody_accepts_ends_in_time(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    await watch.calls(id_)
    watch.clock.advance(WAIT.total_seconds() - 1)
    assert not (await watch.drills.look(id_)).is_over
    watch.clock.advance(1)

    drilled = await watch.drills.look(id_)

    assert drilled.outcome is Outcome.NOT_ACCEPTED
    assert not (await watch.needs.known(id_)).need.is_open


async def test_who_accepted_and_said_nothing_is_told(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    await watch.calls(id_)
    await watch.needs.accept(id_, WREN)
    watch.clock.advance(WAIT.total_seconds())

    drilled = await watch.drills.look(id_)

    assert drilled.outcome is Outcome.SILENT
    assert drilled.times.accepted == 0


async def test_whoever_gives_up_waiting_leaves_no_drill_open(watch: Watch):
    holding = asyncio.create_task(watch.drills.hold(OPERATOR))
    while not (found := await watch.drills.latest()):
        await asyncio.sleep(0.01)
    holding.cancel()

    with pytest.raises(asyncio.CancelledError):
        await holding

    assert not (await watch.needs.known(found[0].id)).need.is_open


async def test_a_drill_whose_owner_died_is_ended_by_a_round(watch: Watch):
    id_ = await watch.drills.begin(OPERATOR)
    await watch.drills.round()
    assert (await watch.needs.known(id_)).need.is_open
    watch.clock.advance(LONGEST_WAIT.total_seconds())

    await watch.drills.round()

    assert not (await watch.needs.known(id_)).need.is_open


async def test_off_by_default(watch: Watch):
    for _ in range(3):
        watch.clock.advance(A_DAY)
        await watch.drills.round()

    assert await watch.drills.latest() == []


async def test_one_is_raised_in_every_span_at_a_random_moment(planning: Watch):
    days = 4
    for _ in range(days * 24):
        await planning.drills.round()
        planning.clock.advance(3600)

    found = await planning.drills.latest()
    assert {each.by for each in found} == {PLAN}
    assert days - 1 <= len(found) <= days + 1


async def test_the_lot_decides_when(planning: Watch):
    planning.lot = 0.999
    await planning.drills.round()
    planning.clock.advance(3600)
    await planning.drills.round()
    assert await planning.drills.latest() == []

    planning.clock.advance(A_DAY)
    planning.lot = 0
    await planning.drills.round()
    await planning.drills.round()

    assert len(await planning.drills.latest()) == 1


async def test_of_many_processes_one_raises_it(database: Database, clock: FakeClock):
    watches = [Watch(NeedsHouse(database, clock), every_hours=24) for _ in range(3)]
    for watch in watches:
        watch.lot = 0
    await watches[0].drills.round()

    await asyncio.gather(*(watch.drills.round() for watch in watches))

    assert len(await watches[0].drills.latest()) == 1


async def test_two_who_end_it_at_once_keep_one_result(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    await watch.is_answered(id_)

    first, second = await asyncio.gather(*(watch.drills.look(id_) for _ in range(2)))

    assert first == second


async def test_a_drill_is_never_told_as_a_members(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    await watch.is_answered(id_)

    told = (await watch.drills.look(id_)).as_json()

    assert told["drill"] is True
    assert told["seconds"]["spoken"] == 16.5
    assert told["outcome"] == "answered"
    assert told["on_duty"] is True


async def test_for_people_it_is_told_in_words(watch: Watch):
    id_ = await watch.drills.begin("Birch")
    await watch.is_answered(id_)

    told = (await watch.drills.look(id_)).lines()

    assert told[0].startswith("DRILL 20")
    assert told[2].split() == ["first", "opened", "never"]
    assert told[4].split() == ["first", "line", "16.5", "s"]
    assert told[-1] == "Somebody came and spoke."


def test_every_outcome_has_words():
    assert set(WORDS) == set(Outcome)
