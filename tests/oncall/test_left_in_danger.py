"""Somebody in danger does not wait for a peer who has gone."""

import pytest

from chat.model import Grade, Handle
from chat.oncall.stages import NeedId
from tests.support.needs import HERON, OTTER, WREN, a_handle
from tests.support.on_call import OnCall

# What the databases do differently, `test_workers.py` tries.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def left(on_call: OnCall, handle: Handle, grade: Grade) -> NeedId:
    """Have somebody ask again in a talk whose peer closed their laptop an hour ago."""
    id_ = (await on_call.house.press(handle)).id
    await on_call.house.needs.accept(id_, WREN)
    await on_call.house.needs.spoke(id_, WREN)
    on_call.clock.advance(3600)
    on_call.change(WREN, reachable=False)
    await on_call.house.press(handle, grade=grade, source="crisis")
    return id_


async def test_others_are_called_at_once_where_the_peer_is_out_of_reach(
    on_call: OnCall,
):
    id_ = await left(on_call, a_handle(), Grade.IMMINENT)

    await on_call.worker().tick()

    assert on_call.pushed(id_) == [OTTER]
    assert (await on_call.house.kinds(id_))[-2:] == ["let_go", "called"]


async def test_without_danger_the_peer_has_their_three_minutes(on_call: OnCall):
    id_ = await left(on_call, a_handle(), Grade.NONE)
    worker = on_call.worker()

    await worker.tick()
    assert on_call.pushed(id_) == []
    on_call.clock.advance(180)
    await worker.tick()

    assert on_call.pushed(id_) == [OTTER]


@pytest.mark.parametrize("there", [WREN, HERON])
async def test_whoever_can_be_reached_has_them_too_or_who_sits_in(
    on_call: OnCall, there: str
):
    handle = a_handle()
    id_ = await left(on_call, handle, Grade.HIGH)
    await on_call.house.needs.join(id_, HERON)
    on_call.change(HERON, reachable=there == HERON)
    on_call.change(WREN, reachable=there == WREN)

    await on_call.worker().tick()

    assert on_call.pushed(id_) == []
