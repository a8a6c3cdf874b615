"""The lobby: what anybody may see of the rooms, and nobody in them."""

import base64
import json
from typing import Any

from chat import busy
from chat.identity import name_of
from chat.lobby import FRESH_SECONDS, USUAL_SECONDS
from chat.model import RoomName
from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.redis_server import RedisServer
from tests.support.service import House

COFFEE = RoomName("coffee")
ROOM = {
    "slug": str,
    "name": str,
    "programme": str,
    "purpose": str,
    "rules": list,
    "tags": list,
    "for_whom": str,
    "disclaimer": str,
    "history_hours": float,
    "here": int,
    "busy": list,
}


async def page(house: House) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(await house.service.lobby.page())
    return shown


async def here(house: House) -> int:
    """Return how many the list says are in the coffee room."""
    (count,) = [r["here"] for r in (await page(house))["rooms"] if r["slug"] == COFFEE]
    return int(count)


async def test_the_list_has_the_shape_that_the_page_reads(house: House):
    shown = await page(house)

    assert shown.keys() == {"history_hours", "rooms"}
    assert shown["history_hours"] == 24
    for room in shown["rooms"]:
        assert {key: type(value) for key, value in room.items()} == ROOM
        assert [type(count) for count in room["busy"]] == [float] * 24


async def test_the_rooms_are_in_the_order_of_their_file(house: House):
    rooms = (await page(house))["rooms"]

    catalogue = house.service.catalogue.rooms
    assert [room["slug"] for room in rooms] == [room.slug for room in catalogue]


async def test_it_tells_how_many_are_in_a_room_and_not_who(house: House):
    otter, wren = await house.member("coffee"), await house.member("coffee")
    await otter.says("nobody outside hears this")

    shown = (await house.service.lobby.page()).decode()

    assert await here(house) == 2
    assert "nobody outside" not in shown
    for member in (otter, wren):
        assert name_of(member.who) not in shown
        assert member.who.hex() not in shown
        assert base64.b64encode(member.who).decode() not in shown


async def test_the_number_is_no_older_than_ten_seconds(house: House, clock: FakeClock):
    assert await here(house) == 0
    await house.member("coffee")
    assert await here(house) == 0

    clock.advance(FRESH_SECONDS)

    assert await here(house) == 1


async def test_members_on_another_process_count(
    house: House, settings: Settings, clock: FakeClock
):
    async with House.open(settings, clock) as other:
        secret = b"one device, once"
        await other.member("coffee", secret=secret)
        await other.member("coffee")

        assert await here(house) == 2
        assert not house.service.presence.knows(COFFEE)


async def test_members_of_a_dead_process_do_not_count(
    house: House, settings: Settings, clock: FakeClock, shared_redis: RedisServer
):
    async with House.open(settings, clock) as other:
        await other.member("coffee")
        with shared_redis.client() as client:
            client.zrem("porchlight:nodes", other.service.node)

        assert await here(house) == 0


async def test_it_tells_when_a_room_is_usually_busy(house: House, clock: FakeClock):
    await house.service.keeper._attendance.note(COFFEE, 7)
    clock.advance(max(USUAL_SECONDS, busy.SLOT_SECONDS))

    (coffee,) = [r for r in (await page(house))["rooms"] if r["slug"] == COFFEE]

    assert coffee["busy"][12] > 0


async def test_without_redis_the_list_is_shown_all_the_same(
    settings: Settings, own_redis: RedisServer
):
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    async with House.open(settings) as house:
        own_redis.kill()

        shown = await page(house)

        assert shown["rooms"][0]["here"] == 0
