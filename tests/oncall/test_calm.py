"""Calm: nobody is refused, and nobody has every phone ring all night."""

from datetime import timedelta

import pytest

from chat.model import Grade, Handle
from chat.oncall.known import ONE_OF_MANY
from chat.oncall.stages import State
from tests.support.needs import HERON, OTTER, WREN, a_handle, news_of
from tests.support.on_call import OnCall

# What the databases do differently, `test_workers.py` tries.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def in_vain(on_call: OnCall, times: int) -> Handle:
    """Return a device that raised needs, and took each back."""
    handle = a_handle()
    for _ in range(times):
        await on_call.house.press(handle)
        on_call.clock.advance(1)
        await on_call.house.needs.withdraw(handle)
    return handle


async def rings_after(on_call: OnCall, seconds: float) -> int:
    on_call.clock.advance(seconds)
    await on_call.worker().tick()
    return len(on_call.outside.got)


@pytest.mark.parametrize(
    ("times", "pause"), [(0, 0), (1, 0), (2, 20), (3, 40), (9, 60)]
)
async def test_who_presses_again_and_again_is_heard_and_rings_a_little_later(
    on_call: OnCall, times: int, pause: int
):
    handle = await in_vain(on_call, times)

    raised = await on_call.house.press(handle)

    assert raised.new
    assert (await news_of(on_call.house.needs, raised.id)).next_in == pause
    if pause:
        assert await rings_after(on_call, pause - 1) == 0
        assert await rings_after(on_call, 1) == 1
    else:
        assert await rings_after(on_call, 0) == 1


async def test_one_of_very_many_is_called_for_a_minute_later_and_after_the_others(
    on_call: OnCall,
):
    many = await on_call.house.press(source=ONE_OF_MANY)
    on_call.clock.advance(1)
    other = await on_call.house.press()

    assert many.new
    listed = [each.need.id for each in await on_call.house.needs.open_needs()]
    assert listed == [other.id, many.id]
    assert await rings_after(on_call, 0) == 1
    await rings_after(on_call, 58)
    assert on_call.pushed(many.id) == []
    await rings_after(on_call, 1)
    assert on_call.pushed(many.id) == [WREN]


async def test_danger_among_very_many_is_called_for_at_once(on_call: OnCall):
    await on_call.house.press(source=ONE_OF_MANY, grade=Grade.HIGH)

    assert await rings_after(on_call, 0) == 1


async def test_danger_knows_no_pause(on_call: OnCall):
    handle = await in_vain(on_call, 5)
    await on_call.house.press(handle, grade=Grade.HIGH)

    assert await rings_after(on_call, 0) == 1


async def test_danger_that_is_told_of_in_a_pause_ends_it(on_call: OnCall):
    handle = await in_vain(on_call, 5)
    await on_call.house.press(handle)
    assert await rings_after(on_call, 0) == 0

    await on_call.house.press(handle, grade=Grade.IMMINENT, source="crisis")

    assert await rings_after(on_call, 0) == 1


async def test_danger_hurries_nothing_where_there_is_nobody_to_call(on_call: OnCall):
    for peer in (WREN, OTTER, HERON):
        on_call.change(peer, reachable=False)
    handle = a_handle()
    id_ = (await on_call.house.press(handle, grade=Grade.HIGH)).id
    await on_call.worker().tick()
    climb = (await on_call.house.needs.known(id_)).need.climb

    await on_call.house.press(handle, words="please", grade=Grade.HIGH)

    assert (await on_call.house.needs.known(id_)).need.climb == climb


@pytest.mark.parametrize("source", ["crisis", "report", "stay"])
async def test_what_nobody_pressed_knows_no_pause(on_call: OnCall, source: str):
    handle = await in_vain(on_call, 5)
    await on_call.house.press(handle, source=source)

    assert await rings_after(on_call, 0) == 1


async def test_an_hour_later_it_counts_no_more(on_call: OnCall):
    handle = await in_vain(on_call, 5)
    on_call.clock.advance(3600)
    await on_call.house.press(handle)

    assert await rings_after(on_call, 0) == 1


async def test_others_need_not_wait_for_it(on_call: OnCall):
    await in_vain(on_call, 5)
    await on_call.house.press()

    assert await rings_after(on_call, 0) == 1


async def test_who_talked_with_somebody_may_come_back_at_once(on_call: OnCall):
    handle = a_handle()
    for _ in range(5):
        raised = await on_call.house.press(handle)
        await on_call.house.needs.accept(raised.id, WREN)
        await on_call.house.needs.spoke(raised.id, WREN)
        await on_call.house.needs.withdraw(handle)

    await on_call.house.press(handle)

    assert await rings_after(on_call, 0) == 1


async def test_nor_do_call_backs_ring_without_end(on_call: OnCall):
    handle = a_handle()
    id_ = (await on_call.house.press(handle)).id
    rung = []
    for _ in range(4):
        later = on_call.clock.now() + timedelta(seconds=1)
        await on_call.house.needs.call_back(handle, later)
        rung.append(await rings_after(on_call, 1))

    need = (await on_call.house.needs.known(id_)).need
    assert rung == [1, 1, 1, 1]
    assert need.state is State.RAISED
    assert await rings_after(on_call, 60) == 2


async def test_who_presses_before_their_call_back_does_not_get_around_it(
    on_call: OnCall,
):
    handle = a_handle()
    for _ in range(4):
        await on_call.house.press(handle)
        later = on_call.clock.now() + timedelta(hours=1)
        await on_call.house.needs.call_back(handle, later)

    await on_call.house.press(handle)

    assert await rings_after(on_call, 0) == 0
    assert await rings_after(on_call, 60) == 1
