"""Needs: kept before they are told, one for a device, the most pressing first."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chat import bulletin
from chat.errors import BadText, StoreDown, TextTooLong
from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall.facts import FIRST_LINE, SILENCE
from chat.oncall.needs import SHARES, Known
from chat.oncall.ranking import rank
from chat.oncall.refusals import (
    UnknownShare,
    UnknownWish,
)
from chat.oncall.stages import State
from chat.requests import MOST_NEED_CHARACTERS, MOST_SHARES
from chat.store import needs as store
from chat.store.database import Database
from chat.store.instants import kept
from tests.support.clock import FakeClock
from tests.support.needs import WREN, NeedsHouse, a_handle

HOUR = timedelta(hours=1)


@pytest.fixture
def house(sqlite: Database, clock: FakeClock) -> NeedsHouse:
    return NeedsHouse(sqlite, clock)


@pytest.fixture
def any_house(database: Database, clock: FakeClock) -> NeedsHouse:
    return NeedsHouse(database, clock)


# Raising.


async def test_whoever_needs_to_talk_is_kept_and_everybody_told(house: NeedsHouse):
    handle = a_handle()

    raised = await house.press(
        handle,
        words=" a bad night ",
        wish="listen",
        shares=("grief",),
        language="en-ZA",
    )

    known = await house.needs.known(raised.id)
    assert raised.new
    assert (known.need.state, known.need.raised_at) == (State.RAISED, house.clock.now())
    assert (known.told.words, known.told.wish) == ("a bad night", "listen")
    assert (known.told.shares, known.told.language) == (("grief",), "en")
    assert known.told.tags == ("of-coffee",)
    assert house.rung == [(bulletin.NEED, raised.id, "raised")]
    assert house.news == [(raised.id, handle)]
    assert house.woken == 1
    assert await house.kinds(raised.id) == ["raised"]


async def test_nobody_is_told_before_it_is_kept(house: NeedsHouse):
    handle, seen = a_handle(), list[Known | None]()

    async def look(_frame: bytes) -> None:
        seen.append(await house.of_handle(handle))

    house.needs._ring = look
    await house.press(handle)

    assert seen[0] is not None


async def test_a_store_that_is_down_tells_nobody(tmp_path: Path, clock: FakeClock):
    database = Database("postgresql://nobody@localhost:9/nothing", tmp_path)
    house = NeedsHouse(database, clock)

    with pytest.raises(StoreDown):
        await house.press()

    assert (house.rung, house.news, house.woken) == ([], [], 0)


async def test_pressing_again_is_the_same_need_with_what_is_said_last(
    house: NeedsHouse,
):
    handle = a_handle()
    first = await house.press(handle, words="hello?", wish="listen", shares=("faith",))
    house.clock.advance(20)

    again = await house.press(handle, words="still here", grade=Grade.HIGH)
    empty = await house.press(handle)

    known = await house.needs.known(first.id)
    assert (again.id, again.new) == (empty.id, empty.new) == (first.id, False)
    assert (known.told.words, known.told.wish) == ("still here", "listen")
    assert known.told.shares == ("faith",)
    assert known.need.grade is Grade.HIGH
    assert known.need.raised_at == house.clock.now() - timedelta(seconds=20)
    assert await house.kinds(first.id) == ["raised", "pressed"]


async def test_who_pressed_on_the_front_page_is_known_once_they_are_in_a_room(
    house: NeedsHouse,
):
    handle = a_handle()
    nobody = MemberId(b"")
    id_ = (await house.press(handle, room=RoomName(""), member=nobody, who=b"")).id
    assert (await house.needs.known(id_)).told.tags == ()

    await house.press(handle)
    await house.press(handle, room=RoomName("night"), who=b"later")

    known = await house.needs.known(id_)
    assert (known.need.room, known.told.who) == ("coffee", b"whowh")
    assert known.told.tags == ("of-coffee",)


async def test_two_devices_have_two_needs(house: NeedsHouse):
    first, second = await house.press(), await house.press()

    assert first.id != second.id


async def test_many_who_raise_one_need_at_once_raise_one(
    database: Database, database_url: str | None, tmp_path: Path, clock: FakeClock
):
    handle, other = a_handle(), Database(database_url, tmp_path)
    houses = [NeedsHouse(database, clock), NeedsHouse(other, clock)]

    raised = await asyncio.gather(*(each.press(handle) for each in houses * 4))

    assert len({each.id for each in raised}) == 1
    assert [each.new for each in raised].count(True) == 1
    assert len(await houses[0].needs.open_needs()) == 1
    await other.aclose()


async def test_a_need_that_ended_leaves_room_for_the_next(house: NeedsHouse):
    handle = a_handle()
    first = await house.press(handle)
    await house.needs.withdraw(handle)

    second = await house.press(handle)

    assert second.new
    assert second.id != first.id


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"words": "x" * (MOST_NEED_CHARACTERS + 1)}, TextTooLong),
        ({"words": "a\x00b"}, BadText),
        ({"words": "a\x1bb"}, BadText),
        ({"wish": "money"}, UnknownWish),
        ({"shares": ("alcohol", "unheard-of")}, UnknownShare),
    ],
)
async def test_what_cannot_be_told_is_refused_and_nothing_kept(
    house: NeedsHouse, told: dict[str, Any], refused: type[Exception]
):
    with pytest.raises(refused):
        await house.press(**told)

    assert await house.needs.open_needs() == []
    assert house.news == []


async def test_nobody_is_turned_away_for_what_their_browser_is_set_to(
    house: NeedsHouse,
):
    for language, known_as in {"": "", "%%": "", "AF": "af", "x": ""}.items():
        id_ = (await house.press(language=language)).id
        assert (await house.needs.known(id_)).told.language == known_as


async def test_of_many_shares_the_first_ones_count(house: NeedsHouse):
    codes = (*SHARES, *SHARES)

    id_ = (await house.press(shares=codes)).id

    told = (await house.needs.known(id_)).told
    assert told.shares == tuple(SHARES)[:MOST_SHARES]


async def test_words_are_in_no_repr_that_a_log_could_have(house: NeedsHouse):
    handle = a_handle()
    id_ = (await house.press(handle, words="a secret")).id

    told = (await house.needs.known(id_)).told

    assert "secret" not in repr(told)
    assert repr(handle) not in repr(told)


async def test_a_drill_is_a_need_that_nobody_has(house: NeedsHouse):
    first, second = await house.drill(), await house.drill()

    known = await house.needs.known(first)
    assert known.need.drill
    assert (known.told.source, known.told.handle) == ("drill", b"")
    assert first != second
    assert [e.actor for e in await house.needs.events(first)] == ["house"]
    assert len(await house.needs.open_needs()) == 2
    assert await house.of_handle(Handle(b"")) is None
    assert await house.needs.news(Handle(b"")) is None


# What comes first, and what is due.


async def test_needs_come_by_danger_and_age(house: NeedsHouse):
    calm = await house.pressed()
    house.clock.advance(60)
    grave = await house.pressed(Grade.HIGH)
    house.clock.advance(60)
    later = await house.pressed()

    found = [known.need.id for known in await house.needs.open_needs()]

    assert found == [grave, calm, later]


async def test_one_that_cannot_be_read_hides_no_other(
    house: NeedsHouse, caplog: pytest.LogCaptureFixture
):
    broken, whole = await house.pressed(), await house.pressed()
    async with house.database.begin() as tx:
        await store.change(tx, broken, {"state": "paused"})

    found = await house.needs.open_needs(WREN)

    assert [known.need.id for known in found] == [whole]
    assert "a need cannot be read" in caplog.text


async def test_the_row_says_when_to_look_again_and_who_comes_first(
    any_house: NeedsHouse,
):
    handle = a_handle()
    id_ = (await any_house.press(handle, grade=Grade.LOW)).id
    now = any_house.clock.now()
    row = await any_house.row(id_)
    assert (row.next_at, row.rank) == (kept(now), kept(rank(now, Grade.LOW)))

    await any_house.needs.accept(id_, WREN)
    assert (await any_house.row(id_)).next_at == kept(now + FIRST_LINE)

    await any_house.needs.spoke(id_, WREN)
    assert (await any_house.row(id_)).next_at is None

    await any_house.needs.wrote(id_)
    assert (await any_house.row(id_)).next_at == kept(now + SILENCE)

    await any_house.needs.call_back(handle, now + HOUR)
    row = await any_house.row(id_)
    assert (row.next_at, row.open_for) == (kept(now + HOUR), handle)

    await any_house.needs.withdraw(handle)
    row = await any_house.row(id_)
    assert (row.next_at, row.open_for) == (None, None)


async def test_danger_moves_a_need_up(house: NeedsHouse):
    handle = a_handle()
    first, second = await house.pressed(), (await house.press(handle)).id

    await house.press(handle, grade=Grade.IMMINENT)

    needs = await house.needs.open_needs()
    assert [known.need.id for known in needs] == [second, first]
