"""Where nobody is known to be reachable, whoever has a way is tried all the same."""

import pytest

from chat.oncall.notify import Outcome
from chat.oncall.stages import State
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.needs import HERON, OTTER, WREN, a_handle, news_of
from tests.support.on_call import OnCall

# What the databases do differently, `test_workers.py` tries.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def on_call(database: Database, clock: FakeClock) -> OnCall:
    """Have all three with a phone that was not heard of since yesterday."""
    on_call = OnCall(database, clock)
    await on_call.come()
    for peer in (WREN, OTTER, HERON):
        on_call.change(peer, reachable=False)
    return on_call


async def test_whoever_has_a_phone_is_called_and_the_member_is_told_the_truth(
    on_call: OnCall,
):
    handle = a_handle()
    id_ = (await on_call.house.press(handle)).id

    await on_call.worker().tick()

    assert sorted(on_call.pushed(id_)) == sorted([WREN, OTTER, HERON])
    told = await on_call.house.needs.news(handle)
    assert told is not None
    assert (told.state, told.alerted, told.nobody) == ("offered", 3, True)
    assert {row.kind for row in await on_call.rows()} == {"need"}
    assert await on_call.house.kinds(id_) == ["raised", "nobody", "called"]


async def test_they_are_called_again_with_each_round(on_call: OnCall):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.tick()
    on_call.outside.got.clear()

    on_call.clock.advance(59)
    await worker.tick()
    assert on_call.pushed(id_) == []
    on_call.clock.advance(1)
    await worker.tick()

    assert len(on_call.pushed(id_)) == 3
    assert (await on_call.house.kinds(id_)).count("nobody") == 1


async def test_phones_that_refuse_are_not_tried_again_before_the_next_round(
    on_call: OnCall,
):
    id_ = await on_call.house.pressed()
    on_call.outside.answers[on_call.phones[WREN].id] = Outcome.NO
    worker = on_call.worker()

    for _ in range(5):
        await worker.tick()

    assert len(on_call.pushed(id_)) == 3


async def test_whoever_comes_meanwhile_is_called_at_once(on_call: OnCall):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.tick()
    on_call.outside.got.clear()

    on_call.change(HERON, reachable=True)
    await worker.tick()

    assert on_call.pushed(id_) == [HERON]
    assert not (await news_of(on_call.house.needs, id_)).nobody


async def test_quiet_hours_and_other_talks_hold(on_call: OnCall):
    on_call.change(HERON, on_duty=False, coordinator=True, quiet=True)
    on_call.change(OTTER, talks=2)
    id_ = await on_call.house.pressed()

    await on_call.worker().tick()

    assert on_call.pushed(id_) == [WREN]


async def test_without_any_way_nobody_counts_as_called(on_call: OnCall):
    async with on_call.database.begin() as tx:
        await tx.exec_driver_sql("DELETE FROM ways")
    id_ = await on_call.house.pressed()

    await on_call.worker().tick()

    assert (await on_call.house.needs.known(id_)).need.state is State.RAISED
    assert await on_call.rows() == []


async def test_while_one_of_them_is_reachable_the_others_are_left_alone(
    on_call: OnCall,
):
    on_call.change(HERON, reachable=True)
    id_ = await on_call.house.pressed()
    worker = on_call.worker()

    for _ in range(10):
        await worker.tick()
        on_call.clock.advance(30)

    assert set(on_call.pushed(id_)) == {HERON}
