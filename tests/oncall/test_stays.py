"""Stay with me: whoever does not say that they are there is called for, once."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from chat.errors import StoreDown
from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall.stays import GRACE, Stay, Stays
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.needs import NeedsHouse, a_handle

COFFEE = RoomName("coffee")
TEN = 10 * 60.0


class StayHouse:
    """Check-ins, the needs that come of them, and what everybody was told."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.clock = clock
        self.house = NeedsHouse(database, clock)
        self.told: list[Stay] = []
        self.stays = Stays(
            database=database,
            clock=clock,
            needs=self.house.needs,
            changed=self._changed,
        )

    async def _changed(self, news: bytes) -> None:
        self.told.append(Stay.of_news(news))

    async def stay(self, handle: Handle, minutes: int = 10) -> Stay:
        return await self.stays.stay(
            handle=handle, room=COFFEE, member=MemberId(b"m" * 16), who=b"whowh",
            minutes=minutes, language="en-ZA",
        )  # fmt: skip

    async def needs(self) -> Sequence[Any]:
        return await self.house.needs.open_needs()


@pytest.fixture
def house(database: Database, clock: FakeClock) -> StayHouse:
    return StayHouse(database, clock)


async def test_who_is_there_in_time_is_not_called_for(house: StayHouse):
    handle = a_handle()
    await house.stay(handle)

    for _ in range(3):
        house.clock.advance(TEN + GRACE.total_seconds() - 1)
        await house.stays.round()
        await house.stay(handle)

    assert await house.needs() == []


async def test_who_is_not_is_called_for_once(house: StayHouse):
    handle = a_handle()
    stay = await house.stay(handle)
    house.clock.advance(TEN + GRACE.total_seconds())

    await house.stays.round()
    await house.stays.round()

    (known,) = await house.needs()
    assert (known.told.source, known.told.handle) == ("stay", handle)
    assert (known.told.language, known.need.room) == ("en", COFFEE)
    assert known.need.grade is Grade.MEDIUM
    assert house.told == [stay, Stay(handle, 0, 0)]
    assert await house.stays.all() == []


async def test_who_is_called_for_is_rung_for(house: StayHouse):
    await house.stay(a_handle())
    house.clock.advance(TEN + GRACE.total_seconds())

    await house.stays.round()

    assert [frame[2] for frame in house.house.rung] == ["raised"]
    assert house.house.woken == 1


async def test_who_needs_to_talk_already_has_one_need_still(house: StayHouse):
    handle = a_handle()
    raised = await house.house.press(handle)
    await house.stay(handle)
    house.clock.advance(TEN + GRACE.total_seconds())

    await house.stays.round()

    (known,) = await house.needs()
    assert known.need.id == raised.id


async def test_nobody_is_called_for_who_said_that_it_is_over(house: StayHouse):
    handle = a_handle()
    await house.stay(handle)

    over = await house.stay(handle, 0)
    house.clock.advance(TEN * 10)
    await house.stays.round()

    assert over == Stay(handle, 0, 0)
    assert await house.needs() == []


async def test_a_later_time_takes_the_place_of_the_first(house: StayHouse):
    handle = a_handle()
    await house.stay(handle)
    stay = await house.stay(handle, 30)
    house.clock.advance(2 * TEN)

    await house.stays.round()

    assert await house.stays.all() == [stay]
    assert stay.due == house.clock.seconds() + TEN


async def test_a_device_is_told_of_its_own_check_in_alone(house: StayHouse):
    mine = a_handle()
    stay = await house.stay(mine)

    assert await house.stays.of(mine) == stay
    assert await house.stays.of(a_handle()) is None

    await house.stay(mine, 0)
    assert await house.stays.of(mine) is None


async def test_two_pages_that_say_so_at_once_are_one_check_in(house: StayHouse):
    handle = a_handle()

    said = await asyncio.gather(*(house.stay(handle) for _ in range(4)))

    assert await house.stays.all() == said[:1]


async def test_a_clock_that_is_set_back_delays_nobodys_check_in(house: StayHouse):
    await house.stay(a_handle())
    house.clock.advance(-3600)
    await house.stays.round()
    house.clock.advance(TEN + GRACE.total_seconds())

    await house.stays.round()

    assert len(await house.needs()) == 1


async def test_a_restart_forgets_nobody(
    house: StayHouse, database: Database, clock: FakeClock
):
    await house.stay(a_handle())
    clock.advance(TEN * 20)

    later = StayHouse(database, clock)
    await later.stays.round()

    assert len(await later.needs()) == 1


async def test_one_that_cannot_be_followed_up_keeps_nobody_else_from_being_called_for(
    house: StayHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    broken, whole = a_handle(), a_handle()
    await house.stay(broken)
    await house.stay(whole)
    house.clock.advance(TEN + GRACE.total_seconds())
    raise_ = house.stays._raise

    async def unless_broken(tx: Any, row: Any) -> Any:
        if row.handle == broken:
            raise ValueError
        return await raise_(tx, row)

    monkeypatch.setattr(house.stays, "_raise", unless_broken)
    await house.stays.round()

    assert [known.told.handle for known in await house.needs()] == [whole]
    assert [stay.handle for stay in await house.stays.all()] == [broken]
    assert "could not be followed up" in caplog.text


async def test_workers_who_look_at_once_call_for_somebody_once(house: StayHouse):
    await house.stay(a_handle())
    house.clock.advance(TEN + GRACE.total_seconds())

    await asyncio.gather(*(house.stays.round() for _ in range(3)))

    assert len(await house.needs()) == 1
    assert len(house.told) == 2


async def test_what_fails_between_leaves_it_to_be_done_again(
    house: StayHouse, monkeypatch: pytest.MonkeyPatch
):
    await house.stay(a_handle())
    house.clock.advance(TEN + GRACE.total_seconds())

    async def away(*_: object, **__: object) -> None:
        raise StoreDown

    with monkeypatch.context() as while_away:
        while_away.setattr(house.house.needs.ledger, "raise_", away)
        with pytest.raises(StoreDown):
            await house.stays.round()
    assert (await house.needs(), len(await house.stays.all())) == ([], 1)

    await house.stays.round()

    assert (len(await house.needs()), await house.stays.all()) == (1, [])
