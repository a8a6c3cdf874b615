"""Rooms: opened when somebody comes, shut when nobody is left, and never in between."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chat.model import RoomName
from chat.presence import LEAVE_SECONDS
from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.frames import Joined, Line, Presence, Said
from tests.support.member import JOIN
from tests.support.redis_server import RedisServer
from tests.support.service import House

COFFEE = RoomName("coffee")


@pytest.fixture(autouse=True)
def tidied_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no round of the service's own come between two lines of a test."""
    monkeypatch.setattr("chat.app.TIDY_SECONDS", 3600)


@pytest.fixture
async def other(settings: Settings, clock: FakeClock) -> AsyncIterator[House]:
    async with House.open(settings, clock) as house:
        yield house


def served(house: House) -> bool:
    """Tell whether a process serves the room, in every respect the same."""
    followed = COFFEE in house.service.backplane.followed
    assert followed is house.service.presence.knows(COFFEE)
    return followed


async def test_a_room_is_served_while_somebody_is_in_it(house: House, clock: FakeClock):
    assert not served(house)
    otter = await house.member("coffee")
    tidy_twice(house)
    assert served(house)

    await otter.leave()
    await house.service.presence.tick()
    tidy_twice(house)
    assert not served(house)


def tidy_twice(house: House) -> None:
    house.service.rooms.tidy()
    house.service.rooms.tidy()


async def test_a_room_is_not_shut_the_moment_it_is_empty(house: House):
    otter = await house.member("coffee")
    await otter.leave()
    await house.service.presence.tick()

    house.service.rooms.tidy()

    assert served(house)


async def test_a_room_is_served_while_somebody_may_come_back(
    house: House, clock: FakeClock
):
    otter = await house.member("coffee")
    await otter.socket.close()
    await house.service.presence.tick()
    tidy_twice(house)
    assert served(house)

    clock.advance(LEAVE_SECONDS)
    await house.service.presence.tick()
    tidy_twice(house)
    assert not served(house)


async def test_asking_for_a_name_does_not_keep_a_room_open(house: House):
    otter = await house.member()
    await otter.name()
    assert served(house)

    tidy_twice(house)

    assert not served(house)


async def test_a_room_is_not_shut_while_somebody_is_coming_in(
    settings: Settings, own_redis: RedisServer
):
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    async with House.open(settings) as house:
        otter = await house.member()
        own_redis.freeze()
        await otter.send(JOIN, 9, "coffee", 0, False, 0, 0)
        await eventually(lambda: house.service.rooms._entering[COFFEE])
        tidy_twice(house)
        own_redis.thaw()

        assert isinstance(await otter.answer(Joined, 9), Joined)
        assert await otter.says("made it")


async def test_many_who_come_at_once_open_a_room_once(house: House):
    members = [await house.member() for _ in range(20)]

    joined = await asyncio.gather(*(member.join() for member in members))

    assert house.service.presence.count(COFFEE) == 20
    assert {page.epoch for page in joined} == {joined[0].epoch}


async def test_a_room_that_was_shut_can_be_opened_again(house: House):
    otter = await house.member("coffee")
    await otter.says("before")
    await otter.leave()
    await house.service.presence.tick()
    tidy_twice(house)

    joined = await otter.join()

    assert [e.text for e in joined.events if isinstance(e, Said)] == ["before"]


async def test_members_on_two_processes_are_in_one_room(house: House, other: House):
    otter, wren = await house.member("coffee"), await other.member("coffee")

    await otter.says("over there?")
    heard = await wren.hears(Said)
    await wren.says("over here", reply=heard.position)

    assert (heard.who, heard.text) == (otter.who, "over there?")
    assert (await otter.hears(Said)).text == "over there?"
    assert (await otter.hears(Said)).text == "over here"


async def test_somebody_on_another_process_is_seen_coming(house: House, other: House):
    otter = await house.member("coffee")
    wren = await other.member("coffee")

    while not any(who == wren.who for who, *_ in (await otter.hears(Presence)).changes):
        pass
    assert house.service.presence.count(COFFEE) == 2


async def test_a_message_repeated_on_another_process_is_the_same(
    house: House, other: House
):
    secret, id_ = b"one device, once", b"one id.."
    phone = await house.member("coffee", secret=secret)
    laptop = await other.member("coffee", secret=secret)

    first = await phone.say("just once", id_=id_)
    again = await laptop.say("just once", id_=id_)

    assert first[1:] == again[1:]


async def test_when_redis_is_killed_nobody_is_told_as_left(
    settings: Settings, clock: FakeClock, own_redis: RedisServer
):
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    async with House.open(settings, clock) as house, House.open(settings, clock) as far:
        otter, wren = await house.member("coffee"), await far.member("coffee")
        while (await otter.hears(Presence)).here != 2:
            pass

        own_redis.kill()
        own_redis.start()
        with own_redis.client() as client:
            client.flushall()
        for member in (otter, wren):
            while not (await member.hears(Line)).up:
                pass
        for _ in range(15):
            clock.advance(1)
            for each in (house, far):
                await each.service.presence.tick()

        told = [e for e in await otter.all_heard() if isinstance(e, Presence)]
        assert [
            change for news in told for change in news.changes if not change[1]
        ] == []
        assert house.service.presence.count(COFFEE) == 2
        assert far.service.presence.count(COFFEE) == 2
