"""The staff socket: for whoever is signed in, on a page of ours, and no longer."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from chat import bulletin, protocol
from chat.bulletin import SUBPROTOCOL
from chat.desk.guard import COOKIE
from chat.desk.socket import LOOK_AGAIN_SECONDS
from chat.roles import Role
from chat.signing.sittings import IDLE_SECONDS
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.redis_server import RedisServer
from tests.support.staff_house import ORIGIN, Pages, StaffHouse, StaffPage

SIGNED_OUT = (4205, "signed_out")
NEWS = bulletin.case("7f", "urgent", "open", "", [])


@pytest.fixture
async def house(redis_url: str, clock: FakeClock) -> AsyncIterator[StaffHouse]:
    async with StaffHouse.serving(redis_url, clock, b"one") as house:
        yield house


@pytest.fixture
async def other(redis_url: str, clock: FakeClock) -> AsyncIterator[StaffHouse]:
    """Run another process."""
    async with StaffHouse.serving(redis_url, clock, b"two") as house:
        yield house


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    async with AsyncExitStack() as stack:
        yield Pages(stack)


# Who is let in


async def test_whoever_is_signed_in_hears_of_cases(house: StaffHouse, pages: Pages):
    page = await pages.open(house, await house.seat())

    await house.bell.ring(NEWS)

    assert await page.hears() == protocol.unpack_value(NEWS)


@pytest.mark.parametrize("token", [None, "", "ab12." + "A" * 43, "nonsense"])
async def test_whoever_is_not_is_told_so_and_hears_nothing(
    house: StaffHouse, token: str | None
):
    async with StaffPage.at(house, token) as page:
        assert await page.hears() == (bulletin.SIGNED_OUT,)
        assert await page.closed() == SIGNED_OUT

    assert house.followers == 0


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "https://evil.example",
        "http://chat.example",
        "https://chat.example.evil.example",
    ],
)
async def test_another_page_is_not_let_in_though_the_browser_brings_the_cookie(
    house: StaffHouse, origin: str | None
):
    token = await house.seat()

    with pytest.raises(InvalidStatus) as refused:
        await connect(
            house.url,
            origin=None if origin is None else Origin(origin),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={
                "Cookie": f"{COOKIE}={token}",
                "Sec-Fetch-Site": "same-origin",
            },
            proxy=None,
        )

    assert refused.value.response.status_code == 403


async def test_what_members_speak_is_not_spoken_here(house: StaffHouse):
    with pytest.raises(InvalidStatus) as refused:
        await connect(
            house.url,
            origin=Origin(ORIGIN),
            subprotocols=[Subprotocol(protocol.SUBPROTOCOL)],
            additional_headers={"Cookie": f"{COOKIE}={await house.seat()}"},
            proxy=None,
        )

    assert refused.value.response.status_code == 400


async def test_a_house_that_closes_lets_nobody_in(house: StaffHouse):
    house.is_open = False

    with pytest.raises(InvalidStatus) as refused:
        async with StaffPage.at(house, await house.seat()):
            pass

    assert refused.value.response.status_code == 503


async def test_a_peer_is_let_in_and_hears_of_no_case(house: StaffHouse, pages: Pages):
    page = await pages.open(house, await house.seat(Role.PEER))
    moderator = await pages.open(house, await house.seat(staff_id="cd34"))

    await house.bell.ring(NEWS)
    await moderator.hears()
    await house.sittings.end_all("ab12")

    assert await page.hears() == (bulletin.SIGNED_OUT,)


async def test_all_of_the_room_team_hear_of_needs(house: StaffHouse, pages: Pages):
    peer = await pages.open(house, await house.seat(Role.PEER))
    moderator = await pages.open(house, await house.seat(staff_id="cd34"))

    await house.bell.call(bulletin.need("7f", "raised"))

    told = (bulletin.NEED, "7f", "raised")
    assert await peer.hears() == await moderator.hears() == told


async def test_whose_page_is_open_is_noted_for_as_long_as_it_is(
    house: StaffHouse, pages: Pages
):
    await pages.open(house, await house.seat(Role.PEER))
    await eventually(lambda: house.seen == ["ab12"])

    house.turn(LOOK_AGAIN_SECONDS + 1)

    await eventually(lambda: house.seen == ["ab12"] * 2)


async def test_a_page_that_is_open_says_who_is_here(
    house: StaffHouse, other: StaffHouse, pages: Pages
):
    await pages.open(house, await house.seat())
    await pages.open(house, await house.seat(Role.PEER, "cd34"))

    await eventually(lambda: other.watch.others("somebody"))
    assert await other.watch.everybody() == {"ab12"}


# The end


async def test_signing_out_closes_the_socket_on_every_process(
    house: StaffHouse, other: StaffHouse, pages: Pages
):
    token = await house.seat()
    here, there = await pages.open(house, token), await pages.open(other, token)

    await house.sittings.end(await house.me(token))

    assert await here.hears() == await there.hears() == (bulletin.SIGNED_OUT,)
    assert await here.closed() == await there.closed() == SIGNED_OUT
    assert house.followers == other.followers == 0


async def test_signing_out_leaves_the_sockets_of_other_sittings(
    house: StaffHouse, pages: Pages
):
    token, another = await house.seat(), await house.seat()
    going, staying = await pages.open(house, token), await pages.open(house, another)

    await house.sittings.end(await house.me(token))
    await going.closed()
    await house.bell.ring(NEWS)

    assert await staying.hears() == protocol.unpack_value(NEWS)


async def test_being_disabled_closes_all_of_them(
    house: StaffHouse, other: StaffHouse, pages: Pages
):
    mine = [
        await pages.open(house, await house.seat()),
        await pages.open(other, await house.seat()),
    ]
    theirs = await pages.open(house, await house.seat(staff_id="cd34"))

    await other.sittings.end_all("ab12")

    assert [await page.closed() for page in mine] == [SIGNED_OUT] * 2
    await house.bell.ring(NEWS)
    assert await theirs.hears() == protocol.unpack_value(NEWS)


async def test_a_socket_whose_end_was_not_told_is_found_out(
    house: StaffHouse, pages: Pages, shared_redis: RedisServer
):
    page = await pages.open(house, await house.seat())
    shared_redis.flush()  # a server that forgot

    house.turn(LOOK_AGAIN_SECONDS + 1)

    assert await page.closed() == SIGNED_OUT


async def test_so_is_one_whose_process_missed_it(
    house: StaffHouse, pages: Pages, shared_redis: RedisServer
):
    page = await pages.open(house, await house.seat())
    shared_redis.flush()

    house.socket.missed()

    assert await page.closed() == SIGNED_OUT


async def test_an_idle_sitting_ends_and_with_it_its_socket(
    house: StaffHouse, pages: Pages, clock: FakeClock
):
    page = await pages.open(house, await house.seat())
    clock.advance(IDLE_SECONDS - 1)
    house.socket.missed()
    await house.bell.ring(NEWS)
    assert await page.hears() == protocol.unpack_value(NEWS)

    clock.advance(1)
    house.turn(LOOK_AGAIN_SECONDS + 1)

    assert await page.closed() == SIGNED_OUT


async def test_one_at_which_somebody_is_does_not(
    house: StaffHouse, pages: Pages, clock: FakeClock
):
    token = await house.seat()
    page = await pages.open(house, token)

    for _ in range(4):
        clock.advance(IDLE_SECONDS - 60)
        await page.asks(97)
        await page.asks(96, "7f")
        await eventually(lambda: house.looked)
        house.looked.clear()

    assert await house.sittings.look(token, active=False)
    assert house.followers == 1


async def test_whoever_goes_is_forgotten(house: StaffHouse):
    async with StaffPage.at(house, await house.seat()):
        await eventually(lambda: house.followers == 1)

    await eventually(lambda: house.followers == 0)
    assert not house.socket._sessions
    house.turn(LOOK_AGAIN_SECONDS * 3)


# What a page asks


async def test_others_are_told_who_looks_at_a_case_for_as_long_as_they_do(
    house: StaffHouse, pages: Pages
):
    page = await pages.open(house, await house.seat())

    await page.asks(96, "7f")
    await eventually(lambda: house.looked == [("Robin", "7f")])
    house.turn(LOOK_AGAIN_SECONDS + 1)
    await eventually(lambda: house.looked == [("Robin", "7f")] * 2)
    await page.asks(96, "")
    await page.asks(96, "8a")
    await eventually(lambda: house.looked[-1] == ("Robin", "8a"))

    assert len(house.looked) == 3


async def test_a_peer_may_not_say_that_they_look_at_a_case(
    house: StaffHouse, pages: Pages
):
    page = await pages.open(house, await house.seat(Role.PEER))

    await page.asks(96, "7f")

    assert await page.closed() == (4206, "forbidden")
    assert house.looked == []


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        protocol.pack(()),
        protocol.pack((96,)),
        protocol.pack((96, 7)),
        protocol.pack((96, "x" * 65)),
        protocol.pack((96, "7f", "more")),
        protocol.pack((97, 1)),
        protocol.pack((98,)),
        protocol.pack((4, 1, "coffee", b"x" * 16, "hello", 0)),
        protocol.pack({"kind": 97}),
        protocol.pack((True, "7f")),
    ],
    ids=repr,
)
async def test_anything_else_closes_the_line(
    house: StaffHouse, pages: Pages, payload: bytes
):
    page = await pages.open(house, await house.seat())

    await page.socket.send(payload)

    assert await page.closed() == (4200, "bad_frames")


async def test_a_request_of_whoever_was_signed_out_is_not_answered(
    house: StaffHouse, pages: Pages, shared_redis: RedisServer
):
    page = await pages.open(house, await house.seat())
    shared_redis.flush()

    await page.asks(96, "7f")

    assert await page.closed() == SIGNED_OUT
    assert house.looked == []


async def test_a_flood_ends_its_own_line_only(house: StaffHouse, pages: Pages):
    wild = await pages.open(house, await house.seat())
    calm = await pages.open(house, await house.seat())

    for _ in range(500):
        await wild.asks(97)

    assert (await wild.closed())[0] == 4201
    await house.bell.ring(NEWS)
    assert await calm.hears() == protocol.unpack_value(NEWS)
