"""Needs in the store: asked alike of both databases."""

import pytest

from chat.oncall.known import Known, Told, columns
from chat.store import needs as store
from chat.store.database import Database
from chat.store.instants import kept
from tests.oncall.needs import NOW, a_need
from tests.support.clock import FakeClock
from tests.support.needs import HERON, OTTER, WREN, NeedsHouse, a_handle


@pytest.fixture
def house(database: Database, clock: FakeClock) -> NeedsHouse:
    return NeedsHouse(database, clock)


async def test_a_second_need_of_a_device_is_not_kept(database: Database):
    handle = a_handle()
    row = columns(Known(a_need(), Told("pressed", handle=handle)), NOW)

    async with database.claim() as tx:
        assert await store.add(tx, {"id": "1", **row})
        assert not await store.add(tx, {"id": "2", **row})
        assert await store.add(tx, {"id": "3", **row, "open_for": None})

    async with database.read() as tx:
        found = await store.open_for(tx, handle)
    assert found is not None
    assert found.id == "1"


async def test_talks_are_counted_for_all_who_are_in_them(house: NeedsHouse):
    await house.pressed()
    first, second = await house.talk(WREN), await house.talk(WREN)
    await house.needs.join(first.need.id, OTTER)
    await house.needs.accept(await house.pressed(), HERON)

    async with house.database.read() as tx:
        assert await store.talks_of(tx, 0) == {WREN: 2, OTTER: 1, HERON: 1}

    await house.needs.finish(first.need.id, WREN, "heard")
    await house.needs.let_go(second.need.id, WREN)
    async with house.database.read() as tx:
        assert await store.talks_of(tx, 0) == {HERON: 1}


async def test_a_talk_that_nobody_says_anything_in_keeps_no_peer_from_others(
    house: NeedsHouse,
):
    unanswered, quiet = await house.talk(WREN), await house.talk(WREN)
    await house.talk(OTTER)
    house.clock.advance(3600)
    for known in (unanswered, quiet):
        await house.needs.wrote(known.need.id)
    await house.needs.spoke(quiet.need.id, WREN)
    since = kept(house.clock.now())

    async with house.database.read() as tx:
        assert await store.talks_of(tx, since - 1) == {WREN: 2}
        assert await store.talks_of(tx, since) == {WREN: 1}


async def test_what_happened_is_asked_by_its_kind(house: NeedsHouse):
    id_ = (await house.talk()).need.id
    await house.needs.let_go(id_, WREN)

    async with house.database.read() as tx:
        last = await store.last_event(tx, id_, ("raised", "spoke"))
        none = await store.last_event(tx, id_, ("silent",))

    assert last is not None
    assert (last.kind, last.actor, none) == ("spoke", WREN, None)
