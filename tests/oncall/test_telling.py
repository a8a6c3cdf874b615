"""Telling: what a member learns about their own need, at each of its stages."""

from datetime import timedelta

import pytest

from chat.asides import NeedNews
from chat.model import Handle
from chat.oncall.facts import REMEMBERED
from chat.oncall.stages import Climb, NeedId
from chat.store.database import Database
from chat.talkroom import talk_of
from tests.support.clock import FakeClock
from tests.support.needs import HERON, OTTER, WREN, NeedsHouse, a_handle

HANDLE = a_handle()


@pytest.fixture
def house(sqlite: Database, clock: FakeClock) -> NeedsHouse:
    return NeedsHouse(sqlite, clock)


async def news(house: NeedsHouse) -> NeedNews:
    told = await house.needs.news(HANDLE)
    assert told is not None
    return told


async def offered(house: NeedsHouse, id_: NeedId, climb: Climb) -> None:
    """Have the worker take a step, and say which is next."""
    ledger = house.needs.ledger
    async with house.database.claim() as tx:
        known = await ledger.locked(tx, id_)
        await ledger.keep(tx, known, known.need.offered(climb), "called")


async def silent(house: NeedsHouse, id_: NeedId) -> None:
    """Have the worker give back a need whose peer fell silent."""
    ledger = house.needs.ledger
    async with house.database.claim() as tx:
        known = await ledger.locked(tx, id_)
        await ledger.keep(tx, known, known.need.lapse(ledger.now()), "silent")


async def test_who_needs_nothing_is_told_nothing(house: NeedsHouse):
    assert await house.needs.news(HANDLE) is None


async def test_a_need_just_raised_has_a_talk_and_nobody_called_yet(house: NeedsHouse):
    id_ = (await house.press(HANDLE)).id

    assert await news(house) == NeedNews(
        state="raised",
        talk=talk_of(id_),
        alerted=0,
        opened=0,
        next_in=0,
        round=1,
        nobody=False,
        call_back_at=0,
        peers=(),
        why="",
    )


@pytest.mark.parametrize("state", ["sending", "sent", "waiting"])
async def test_peers_are_counted_once_and_those_who_opened_it(
    house: NeedsHouse, state: str
):
    id_ = (await house.press(HANDLE)).id
    await offered(house, id_, Climb(house.clock.now() + timedelta(seconds=40), 1))
    opened = int(house.clock.now().timestamp() * 1000)
    await house.alert(id_, WREN, state=state)
    await house.alert(id_, WREN, opened_at=opened)
    await house.alert(id_, OTTER, state=state)
    await house.alert(id_, HERON, state="failed", sent_at=None)
    await house.alert(id_, HERON, state="dropped", sent_at=None)
    await house.alert(id_, HERON, kind="canary")

    told = await news(house)

    assert (told.state, told.alerted, told.opened) == ("offered", 2, 1)
    assert told.next_in == 40


async def test_who_was_called_before_a_peer_fell_silent_counts_no_more(
    house: NeedsHouse,
):
    id_ = (await house.press(HANDLE)).id
    await house.alert(id_, WREN)
    await house.needs.accept(id_, WREN)
    house.clock.advance(61)
    await silent(house, id_)

    told = await news(house)

    assert (told.state, told.alerted, told.why) == ("raised", 0, "silent")


async def test_who_is_called_counts_although_the_clock_was_set_back(
    house: NeedsHouse,
):
    id_ = (await house.press(HANDLE)).id
    house.clock.advance(-3600)

    await house.alert(id_, WREN)

    assert (await news(house)).alerted == 1


async def test_why_a_need_came_back_is_told_until_somebody_has_it(house: NeedsHouse):
    id_ = (await house.press(HANDLE)).id
    await house.needs.accept(id_, WREN)
    await house.needs.let_go(id_, WREN)
    assert (await news(house)).why == "let_go"

    await house.needs.accept(id_, OTTER)
    assert (await news(house)).why == ""

    await house.needs.hand(id_, OTTER, HERON)
    await house.needs.take_over(id_, HERON)
    assert (await news(house)).why == "handed"


async def test_whoever_missed_a_check_in_is_told_so_while_a_peer_is_called_for_it(
    house: NeedsHouse,
):
    await house.press(HANDLE, source="stay")
    assert (await news(house)).missed

    await house.needs.withdraw(HANDLE)
    assert not (await news(house)).missed

    await house.press(HANDLE)
    assert not (await news(house)).missed


async def test_a_member_knows_who_of_the_talk_are_peers(house: NeedsHouse):
    id_ = (await house.press(HANDLE)).id
    assert (await news(house)).peers == ()
    await house.needs.accept(id_, WREN)
    await house.needs.join(id_, OTTER)

    told = await news(house)

    assert told.peers == (b"wr" + id_[:3].encode(), b"ot" + id_[:3].encode())
    assert told.next_in == -1
    await house.needs.withdraw(HANDLE)
    assert (await news(house)).peers == told.peers


async def test_an_end_is_told_for_an_hour(house: NeedsHouse):
    await house.press(HANDLE)
    await house.needs.withdraw(HANDLE)

    told = await news(house)
    assert (told.state, told.why, told.peers) == ("ended", "withdrew", ())

    house.clock.advance(REMEMBERED.total_seconds())
    assert await house.needs.news(HANDLE) is None


async def test_of_two_ends_the_last_is_told_and_an_open_need_before_both(
    house: NeedsHouse,
):
    first = (await house.press(HANDLE)).id
    await house.needs.accept(first, WREN)
    await house.needs.spoke(first, WREN)
    await house.needs.finish(first, WREN, "heard")
    house.clock.advance(5)
    await house.press(HANDLE)
    assert (await news(house)).state == "raised"

    house.clock.advance(5)
    await house.needs.withdraw(HANDLE)
    assert (await news(house)).why == "withdrew"


async def test_a_promised_call_back_is_told_for_as_long_as_it_takes(
    house: NeedsHouse,
):
    await house.press(HANDLE)
    at = house.clock.now() + timedelta(days=2)
    await house.needs.call_back(HANDLE, at)
    house.clock.advance(40 * 3600)
    await house.needs.forget(house.clock.now())

    told = await news(house)

    assert (told.state, told.why) == ("ended", "call_back")
    assert told.call_back_at == at.timestamp()


async def test_nobody_is_told_of_another_ones_need(house: NeedsHouse):
    await house.press(HANDLE)

    assert await house.needs.news(a_handle()) is None
    assert await house.needs.news(Handle(b"")) is None
