"""Care: what a peer does about a need, and its member; each may, or is told why."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chat.oncall.needs import Known
from chat.oncall.refusals import (
    BadCallBack,
    NeedOver,
    NeedTaken,
    NobodyToHandTo,
    NoSuchNeed,
    NotYourNeed,
)
from chat.oncall.stages import End, NeedId, PeerId, State
from chat.store import needs as store
from chat.store.database import Database
from chat.store.instants import kept
from tests.support.clock import FakeClock
from tests.support.needs import HERON, OTTER, WREN, NeedsHouse, a_handle

HOUR = timedelta(hours=1)


@pytest.fixture
def house(sqlite: Database, clock: FakeClock) -> NeedsHouse:
    return NeedsHouse(sqlite, clock)


# A peer's care.


async def test_of_many_who_accept_at_once_one_has_it(
    database: Database, database_url: str | None, tmp_path: Path, clock: FakeClock
):
    others = [Database(database_url, tmp_path) for _ in range(2)]
    houses = [NeedsHouse(each, clock) for each in (database, *others)]
    id_ = await houses[0].pressed()
    peers = [PeerId(f"peer-{number}") for number in range(12)]

    outcomes = await asyncio.gather(
        *(
            houses[number % 3].needs.accept(id_, peer)
            for number, peer in enumerate(peers)
        ),
        return_exceptions=True,
    )

    won = [each for each in outcomes if isinstance(each, Known)]
    assert len(won) == 1
    assert [type(each) for each in outcomes].count(NeedTaken) == len(peers) - 1
    assert (await houses[1].needs.known(id_)).need == won[0].need
    assert await houses[2].kinds(id_) == ["raised", "accepted"]
    for each in others:
        await each.aclose()


async def test_to_accept_twice_is_told_once(house: NeedsHouse):
    id_ = await house.pressed()

    await house.needs.accept(id_, WREN)
    await house.needs.accept(id_, WREN)

    assert [frame[2] for frame in house.rung] == ["raised", "accepted"]


async def test_a_talk_from_its_first_line_to_its_end(house: NeedsHouse):
    known = await house.talk()
    id_ = known.need.id

    for _ in range(3):
        await house.needs.wrote(id_)
        await house.needs.spoke(id_, WREN)
    known = await house.needs.finish(id_, WREN, "heard")

    assert (known.need.state, known.need.end) == (State.ENDED, End.ACCEPTED_AND_SPOKE)
    assert await house.kinds(id_) == ["raised", "accepted", "spoke", "ended"]
    last = (await house.needs.events(id_))[-1]
    assert (last.actor, last.at) == (WREN, house.clock.now())
    assert last.detail == {"ending": "heard", "end": "accepted_and_spoke"}
    with pytest.raises(NeedOver):
        await house.needs.accept(id_, OTTER)


async def test_why_a_talk_was_over_is_kept_though_its_member_ended_it(
    house: NeedsHouse,
):
    handle = a_handle()
    id_ = (await house.press(handle)).id
    await house.needs.accept(id_, WREN)
    await house.needs.spoke(id_, WREN)
    ended = await house.needs.withdraw(handle)
    told = len(house.news)

    house.clock.advance(60)
    known = await house.needs.finish(id_, WREN, "next_step")

    assert known == ended._replace(need=replace(ended.need, ending="next_step"))
    assert await house.needs.known(id_) == known
    last = (await house.needs.events(id_))[-1]
    assert (last.actor, last.kind) == (WREN, "ended")
    assert len(house.news) == told, "for its member nothing has changed"


async def test_a_need_that_is_let_go_calls_again(house: NeedsHouse):
    id_ = (await house.talk()).need.id

    known = await house.needs.let_go(id_, WREN)

    assert (known.need.state, known.need.peer) == (State.RAISED, None)
    assert known.need.went_silent == (WREN,)
    assert (await house.row(id_)).next_at == kept(house.clock.now())


async def test_a_talk_is_handed_over_warmly(house: NeedsHouse):
    id_ = (await house.talk()).need.id

    await house.needs.hand(id_, WREN, OTTER)
    await house.needs.decline(id_, OTTER)
    with pytest.raises(NobodyToHandTo):
        await house.needs.take_over(id_, OTTER)
    await house.needs.hand(id_, WREN, HERON)
    await house.needs.take_over(id_, HERON)
    await house.needs.spoke(id_, HERON)
    known = await house.needs.finish(id_, HERON, "next_step")

    assert known.need.end is End.HANDED_OVER
    assert await house.kinds(id_) == [
        "raised", "accepted", "spoke", "handing", "declined", "handing", "handed",
        "spoke", "ended",
    ]  # fmt: skip


async def test_a_second_peer_may_sit_in(house: NeedsHouse):
    id_ = await house.pressed()
    with pytest.raises(NotYourNeed):
        await house.needs.join(id_, OTTER)
    await house.needs.accept(id_, WREN)

    await house.needs.join(id_, OTTER)
    known = await house.needs.spoke(id_, OTTER)

    assert known.need.helpers == (WREN, OTTER)
    async with house.database.read() as tx:
        assert await store.talks_of(tx, 0) == {WREN: 1, OTTER: 1}


async def test_a_moment_to_think_buys_time_once_the_member_waits(house: NeedsHouse):
    id_ = (await house.talk()).need.id
    await house.needs.wrote(id_)
    house.clock.advance(100)

    known = await house.needs.needs_a_moment(id_, WREN)

    assert known.need.unanswered_since == house.clock.now()


async def test_who_is_not_with_a_need_changes_nothing_about_it(house: NeedsHouse):
    id_ = (await house.talk()).need.id
    before = await house.dump()

    for attempt in (
        house.needs.spoke(id_, OTTER),
        house.needs.needs_a_moment(id_, OTTER),
        house.needs.let_go(id_, OTTER),
        house.needs.hand(id_, OTTER, HERON),
        house.needs.finish(id_, OTTER, "heard"),
        house.needs.note(id_, OTTER, "a note"),
        house.needs.block(id_, OTTER),
    ):
        with pytest.raises(NotYourNeed):
            await attempt

    assert await house.dump() == before


@pytest.mark.parametrize("id_", ["", "0", "'; --", "\x00", "../../x", "é" * 300])
async def test_a_guessed_id_is_no_need(house: NeedsHouse, id_: str):
    for attempt in (
        house.needs.known(id_),
        house.needs.accept(id_, WREN),
        house.needs.wrote(id_),
        house.needs.note(id_, WREN, "a note"),
    ):
        with pytest.raises(NoSuchNeed):
            await attempt
    assert await house.needs.events(NeedId(id_)) == []


# What its member does.


async def test_a_member_withdraws(house: NeedsHouse):
    handle = a_handle()
    id_ = (await house.press(handle)).id

    known = await house.needs.withdraw(handle)

    assert (known.need.id, known.need.end) == (id_, End.WITHDREW)
    with pytest.raises(NoSuchNeed):
        await house.needs.withdraw(handle)


async def test_a_talk_that_its_member_ends_took_place(house: NeedsHouse):
    known = await house.talk()

    ended = await house.needs.withdraw(known.told.handle)

    assert ended.need.end is End.ACCEPTED_AND_SPOKE


async def test_a_member_is_called_back_when_they_choose(house: NeedsHouse):
    handle, now = a_handle(), house.clock.now()
    id_ = (await house.press(handle)).id
    await house.needs.accept(id_, WREN)

    with pytest.raises(BadCallBack):
        await house.needs.call_back(handle, now)
    await house.needs.call_back(handle, now + HOUR)
    known = await house.needs.call_back(handle, now + 2 * HOUR)

    assert known.need.call_back_at == now + 2 * HOUR
    assert await house.needs.open_needs() == []
    assert await house.of_handle(handle) == known


async def test_a_promised_call_back_can_be_taken_back(house: NeedsHouse):
    handle = a_handle()
    await house.press(handle)
    await house.needs.call_back(handle, house.clock.now() + HOUR)

    known = await house.needs.withdraw(handle)

    assert (known.need.end, known.need.call_back_at) == (End.WITHDREW, None)
    assert await house.of_handle(handle) is None


async def test_who_was_promised_a_call_back_may_press_before(house: NeedsHouse):
    handle = a_handle()
    id_ = (await house.press(handle, words="later")).id
    await house.needs.accept(id_, WREN)
    await house.needs.spoke(id_, WREN)
    await house.needs.call_back(handle, house.clock.now() + HOUR)
    house.clock.advance(60)

    raised = await house.press(handle, words="now after all")

    known = await house.needs.known(id_)
    assert (raised.id, raised.new) == (id_, False)
    assert (known.need.state, known.need.raised_at) == (State.RAISED, house.clock.now())
    assert (known.need.end, known.spoken_at) == (None, None)
    assert (await house.kinds(id_))[-1] == "raised_again"
