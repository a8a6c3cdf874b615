"""Calls in the store: whom alerts called, and whom they did not reach."""

from datetime import timedelta
from typing import Any

import pytest

from chat.store import calls, ways
from chat.store.calls import CalledPeer
from chat.store.database import Database
from chat.store.instants import kept
from tests.support.clock import FakeClock
from tests.support.needs import OTTER, WREN, NeedsHouse

AGO = timedelta(seconds=90)


@pytest.fixture
async def house(database: Database, clock: FakeClock) -> NeedsHouse:
    house = NeedsHouse(database, clock)
    await house.team(WREN, OTTER)
    return house


async def called(house: NeedsHouse, id_: str, since: int = 0) -> list[CalledPeer]:
    async with house.database.read() as tx:
        return await calls.of_need(tx, id_, since, page_seen=AGO)


async def test_who_was_called_is_counted_since_a_moment(house: NeedsHouse):
    id_ = await house.pressed()
    await house.alert(id_, WREN)
    house.clock.advance(10)
    await house.alert(id_, OTTER)
    await house.alert(id_, OTTER, kind="need_again")
    later = kept(house.clock.now())

    assert {each.staff_id for each in await called(house, id_)} == {WREN, OTTER}
    assert await called(house, id_, later) == [(OTTER, None)]


@pytest.mark.parametrize(
    ("alert", "counts"),
    [
        ({}, True),
        ({"state": "sending", "sent_at": None}, True),
        ({"state": "waiting", "sent_at": None, "attempts": 1}, False),
        ({"state": "sending", "sent_at": None, "attempts": 1}, False),
        ({"state": "failed", "sent_at": None, "attempts": 6}, False),
        ({"state": "failed", "sent_at": None, "opened_at": 1}, True),
        ({"state": "dropped", "sent_at": None}, False),
    ],
)
async def test_a_phone_that_an_alert_does_not_get_to_calls_nobody(
    house: NeedsHouse, alert: dict[str, Any], counts: bool
):
    id_ = await house.pressed()
    await house.alert(id_, WREN, **alert)

    assert bool(await called(house, id_)) is counts


@pytest.mark.parametrize(("ago", "counts"), [(None, False), (91, False), (89, True)])
async def test_an_alert_for_pages_calls_who_has_one_open(
    house: NeedsHouse, ago: float | None, counts: bool
):
    id_ = await house.pressed()
    if ago is not None:
        async with house.database.begin() as tx:
            await ways.saw_page(tx, WREN, kept(house.clock.now()))
        house.clock.advance(ago)
    await house.alert(id_, WREN, way_id="", way="page")

    assert bool(await called(house, id_)) is counts
