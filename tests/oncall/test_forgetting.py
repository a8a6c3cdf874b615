"""Forgetting: what is left of a need an hour after it is over, and a season later."""

from datetime import timedelta

import pytest

from chat.model import Grade, MemberId
from chat.oncall.forgetting import KEPT
from chat.oncall.refusals import NotYourNeed
from chat.store.database import Database
from chat.talkroom import talk_of
from tests.support.clock import FakeClock
from tests.support.needs import COFFEE, WREN, NeedsHouse, a_handle, notes

HOUR = timedelta(hours=1)


@pytest.fixture
def house(sqlite: Database, clock: FakeClock) -> NeedsHouse:
    return NeedsHouse(sqlite, clock)


@pytest.fixture
def any_house(database: Database, clock: FakeClock) -> NeedsHouse:
    return NeedsHouse(database, clock)


async def test_an_hour_after_its_end_nothing_tells_whose_a_need_was(
    any_house: NeedsHouse,
):
    handle = a_handle()
    raised = await any_house.press(
        handle, words="nobody must know", wish="listen", shares=("veteran",)
    )
    await any_house.needs.accept(raised.id, WREN)
    await any_house.needs.spoke(raised.id, WREN)
    await any_house.needs.note(raised.id, WREN, "they said a lot")
    await any_house.needs.finish(raised.id, WREN, "heard")

    any_house.clock.advance(3599)
    assert await any_house.needs.forget(any_house.clock.now()) == []
    assert (await any_house.needs.known(raised.id)).told.words == "nobody must know"

    any_house.clock.advance(1)
    assert await any_house.needs.forget(any_house.clock.now()) == [talk_of(raised.id)]

    dump = await any_house.dump()
    for secret in ("nobody must know", "they said", "veteran", "listen", "whowh"):
        assert secret not in dump
    assert repr(handle) not in dump
    assert repr(b"m" * 16) not in dump
    assert await notes(any_house.database, raised.id, WREN) == [""]


async def test_an_hour_after_its_end_a_need_leads_to_no_case_that_still_has_a_name(
    house: NeedsHouse,
):
    handle = a_handle()
    async with house.database.begin() as tx:
        await house.needs.raise_within(
            tx, handle=handle, room=COFFEE, member=MemberId(b"m" * 16), who=b"whowh",
            source="crisis", case_id="c4se", grade=Grade.HIGH, anew=True,
        )  # fmt: skip
    await house.needs.withdraw(handle)
    assert "c4se" in await house.dump()

    house.clock.advance(3600)
    await house.needs.forget(house.clock.now())

    assert "c4se" not in await house.dump()


async def test_what_is_left_is_how_it_went(house: NeedsHouse):
    known = await house.talk()
    await house.needs.finish(known.need.id, WREN, "heard")
    before = await house.needs.known(known.need.id)
    house.clock.advance(3600)
    await house.needs.forget(house.clock.now())

    left = await house.needs.known(known.need.id)

    assert left.need.raised_at == before.need.raised_at
    assert (left.need.end, left.need.ended_at) == (
        before.need.end,
        before.need.ended_at,
    )
    assert left.spoken_at == before.spoken_at
    assert left.told.tags == ("of-coffee",)
    assert await house.kinds(known.need.id) == ["raised", "accepted", "spoke", "ended"]


async def test_a_talk_is_named_until_it_is_really_gone(house: NeedsHouse):
    known = await house.talk()
    await house.needs.withdraw(known.told.handle)
    house.clock.advance(3600)
    talk = [talk_of(known.need.id)]

    assert await house.needs.forget(house.clock.now()) == talk
    house.clock.advance(7200)
    assert await house.another().needs.forget(house.clock.now()) == talk

    await house.another().needs.faded(talk)
    assert await house.needs.forget(house.clock.now()) == []


async def test_what_is_open_is_not_forgotten_however_old(house: NeedsHouse):
    id_ = (await house.talk()).need.id
    house.clock.advance(100 * 86_400)

    assert await house.needs.forget(house.clock.now()) == []
    assert (await house.needs.known(id_)).told.handle


async def test_a_promise_is_kept_but_not_what_was_said_before_it(house: NeedsHouse):
    handle = a_handle()
    id_ = (await house.press(handle, words="call me", grade=Grade.HIGH)).id
    await house.needs.call_back(handle, house.clock.now() + 30 * HOUR)
    house.clock.advance(3600)

    assert await house.needs.forget(house.clock.now()) == [talk_of(id_)]
    await house.needs.faded([talk_of(id_)])
    assert await house.needs.forget(house.clock.now()) == []

    raised = await house.press(handle)
    assert (raised.id, raised.new) == (id_, False)
    assert (await house.needs.known(id_)).told.words == "call me"
    assert await house.needs.forget(house.clock.now()) == []

    await house.needs.withdraw(handle)
    house.clock.advance(3600)
    assert await house.needs.forget(house.clock.now()) == [talk_of(id_)]
    assert "call me" not in await house.dump()


@pytest.mark.parametrize("wait", [HOUR, 30 * HOUR])
async def test_a_promise_that_is_taken_back_is_forgotten_however_late(
    any_house: NeedsHouse, wait: timedelta
):
    handle = a_handle()
    id_ = (await any_house.press(handle, words="my secret", shares=("grief",))).id
    await any_house.needs.call_back(handle, any_house.clock.now() + 40 * HOUR)
    any_house.clock.advance(wait.total_seconds())
    await any_house.needs.faded(await any_house.needs.forget(any_house.clock.now()))

    await any_house.needs.withdraw(handle)
    any_house.clock.advance(3600)

    assert await any_house.needs.forget(any_house.clock.now()) == [talk_of(id_)]
    dump = await any_house.dump()
    assert "my secret" not in dump
    assert repr(handle) not in dump


async def test_what_was_said_before_another_promise_fades_after_that_one_too(
    house: NeedsHouse,
):
    handle = a_handle()
    id_ = (await house.press(handle)).id
    await house.needs.call_back(handle, house.clock.now() + 30 * HOUR)
    house.clock.advance(7200)
    await house.needs.faded(await house.needs.forget(house.clock.now()))

    await house.needs.call_back(handle, house.clock.now() + 40 * HOUR)
    house.clock.advance(3600)

    assert await house.needs.forget(house.clock.now()) == [talk_of(id_)]


async def test_a_drill_is_forgotten_too(house: NeedsHouse):
    id_ = await house.drill()
    await house.needs.accept(id_, WREN)
    await house.needs.spoke(id_, WREN)
    await house.needs.finish(id_, WREN, "other")
    house.clock.advance(3600)

    assert await house.needs.forget(house.clock.now()) == [talk_of(id_)]


async def test_nobody_is_blocked_who_is_forgotten(house: NeedsHouse):
    await house.team(WREN)
    known = await house.talk()
    await house.needs.withdraw(known.told.handle)
    house.clock.advance(3600)
    await house.needs.forget(house.clock.now())

    with pytest.raises(NotYourNeed):
        await house.needs.block(known.need.id, WREN)


async def test_after_a_season_nothing_is_left(any_house: NeedsHouse):
    known, other = await any_house.talk(), await any_house.talk()
    promised = other.told.handle
    await any_house.needs.note(known.need.id, WREN, "a note")
    await any_house.needs.withdraw(known.told.handle)
    await any_house.needs.call_back(promised, any_house.clock.now() + HOUR)
    any_house.clock.advance(KEPT.total_seconds() + 1)

    await any_house.needs.forget(any_house.clock.now())

    assert known.need.id not in await any_house.dump()
    assert await any_house.of_handle(promised)
