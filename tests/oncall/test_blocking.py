"""Blocks and notes: what a peer keeps for themselves after a talk."""

from datetime import timedelta

import pytest

from chat.errors import BadText
from chat.model import Handle
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.needs import OTTER, WREN, NeedsHouse, a_handle, notes

HOUR = timedelta(hours=1)


@pytest.fixture
def house(database: Database, clock: FakeClock) -> NeedsHouse:
    return NeedsHouse(database, clock)


async def test_a_note_is_for_whoever_wrote_it(house: NeedsHouse):
    id_ = (await house.talk()).need.id
    await house.needs.join(id_, OTTER)

    await house.needs.note(id_, WREN, " that was hard ")
    await house.needs.finish(id_, WREN, "heard")
    await house.needs.note(id_, WREN, "and good")

    noted = await notes(house.database, id_, WREN)
    assert noted == ["that was hard", "and good"]
    assert await notes(house.database, id_, OTTER) == []
    with pytest.raises(BadText):
        await house.needs.note(id_, WREN, "  ")


async def test_who_blocks_a_member_is_not_offered_their_needs(house: NeedsHouse):
    await house.team(WREN, OTTER)
    known = await house.talk()
    handle = known.told.handle
    other = await house.pressed()

    await house.needs.block(known.need.id, WREN)
    await house.needs.block(known.need.id, WREN)
    await house.needs.let_go(known.need.id, WREN)

    async with house.database.read() as tx:
        assert await house.needs.blocked(tx, handle) == {WREN}
        assert await house.needs.blocked(tx, a_handle()) == set()
        assert await house.needs.blocked(tx, Handle(b"")) == set()
    offered = await house.needs.open_needs(WREN)
    assert [each.need.id for each in offered] == [other]
    assert len(await house.needs.open_needs(OTTER)) == 2


async def test_who_blocks_whom_they_are_with_has_them_until_they_let_go(
    house: NeedsHouse,
):
    await house.team(WREN)
    id_ = (await house.talk()).need.id

    await house.needs.block(id_, WREN)
    assert [each.need.id for each in await house.needs.open_needs(WREN)] == [id_]

    await house.needs.let_go(id_, WREN)
    assert await house.needs.open_needs(WREN) == []


async def test_a_block_tells_nobody_who_is_blocked(house: NeedsHouse):
    await house.team(WREN, OTTER)
    known = await house.talk()
    await house.needs.join(known.need.id, OTTER)

    for peer in (WREN, OTTER):
        await house.needs.block(known.need.id, peer)
    await house.needs.withdraw(known.told.handle)
    await house.needs.forget(house.clock.now() + HOUR)

    dump = await house.dump()
    assert repr(known.told.handle) not in dump
