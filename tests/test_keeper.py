"""The keeper: talk fades and rooms are counted, whoever is or is not there."""

import pytest

from chat.keeper import Keeper
from chat.model import RoomName
from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.frames import Said
from tests.support.redis_server import RedisServer
from tests.support.service import House

COFFEE = RoomName("coffee")
LOG = "porchlight:{coffee}:log"
A_DAY = 24 * 3600


@pytest.fixture
def keeper(house: House) -> Keeper:
    return house.service.keeper


async def test_talk_that_has_had_its_time_is_taken_out(
    house: House, keeper: Keeper, clock: FakeClock, shared_redis: RedisServer
):
    otter = await house.member("coffee")
    await otter.says("yesterday")
    clock.advance(A_DAY - 60)
    await otter.says("today")
    clock.advance(61)

    await keeper.round()

    with shared_redis.client() as client:
        ((_, entry),) = client.xrange(LOG)
        assert b"today" in entry[b"f"]


async def test_what_fades_is_gone_for_who_comes_in(
    house: House, keeper: Keeper, clock: FakeClock
):
    otter = await house.member("coffee")
    await otter.says("yesterday")
    clock.advance(A_DAY + 1)
    await keeper.round()
    house.service.rooms.tidy()
    await otter.says("today")

    joined = await (await house.member()).join()

    assert [e.text for e in joined.events if isinstance(e, Said)] == ["today"]


async def test_rooms_with_somebody_in_them_are_counted(
    house: House, keeper: Keeper, shared_redis: RedisServer
):
    await house.member("coffee")
    await house.member("coffee")

    await keeper.round()

    with shared_redis.client() as client:
        counted = {key: client.hgetall(key) for key in client.scan_iter("*:slots:*")}
        counted.pop(b"porchlight:{team}:slots:2026-11-21", None)  # counted elsewhere
        assert counted == {b"porchlight:{coffee}:slots:2026-11-21": {b"144": b"2"}}


async def test_a_round_that_cannot_be_finished_is_left_to_the_next(
    settings: Settings,
    clock: FakeClock,
    own_redis: RedisServer,
    caplog: pytest.LogCaptureFixture,
):
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    async with House.open(settings, clock) as house:
        await house.member("coffee")
        own_redis.kill()

        await house.service.keeper.round()
        own_redis.start()
        await house.service.keeper.round()

        with own_redis.client() as client:
            assert list(client.scan_iter("*:slots:*"))
    assert "the keeper's round was cut short" in caplog.messages
