"""Many connections, their queues and their bad manners: none disturbs another."""

import json
import logging
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat import protocol
from chat.gateway import MOST_BAD_FRAMES, MOST_WAITING
from chat.model import RoomName
from chat.protocol import MAX_FRAME_BYTES
from chat.settings import Settings
from tests.support.eventually import eventually
from tests.support.frames import (
    Done,
    Joined,
    Line,
    Refused,
    Said,
    code,
)
from tests.support.member import (
    JOIN,
    SAY,
    Member,
    new_id,
)
from tests.support.redis_server import RedisServer
from tests.support.service import House

COFFEE = RoomName("coffee")
ROOMS = ("coffee", "newcomers", "grief")


@pytest.fixture
async def otter(house: House) -> Member:
    return await house.member("coffee")


@pytest.fixture
async def wren(house: House) -> Member:
    return await house.member("coffee")


# Bad input


@pytest.mark.parametrize(
    ("payload", "refused"),
    [
        (b"", Refused(0, "bad_frame", 0)),
        (b"\xc1", Refused(0, "bad_frame", 0)),
        (b"\x00", Refused(0, "bad_frame", 0)),
        (protocol.pack({"kind": "say"}), Refused(0, "bad_frame", 0)),
        (protocol.pack((4, 7, "coffee")), Refused(7, "bad_frame", 0)),
        (protocol.pack((2, 8, "coffee", -1, 0, 0, 0)), Refused(8, "bad_frame", 0)),
        (protocol.pack((99, 9, "coffee")), Refused(9, "unknown_request", 0)),
        (b"\x91" * 4000, Refused(0, "bad_frame", 0)),
        (b"\x81\x01" * 4000, Refused(0, "bad_frame", 0)),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_what_is_no_request_is_refused(
    otter: Member, payload: bytes, refused: Refused
):
    await otter.send_bytes(payload)

    assert await otter.hears(Refused) == refused
    assert await otter.says("and I am still here")


async def test_too_many_frames_that_are_no_requests_are_enough(otter: Member):
    for _ in range(MOST_BAD_FRAMES):
        await otter.send_bytes(b"\xc1")
    assert await otter.says("ten are forgiven")

    await otter.send_bytes(b"\xc1")

    assert await otter.closed() == (4200, "bad_frames")


async def test_text_frames_are_not_spoken_here(otter: Member):
    await otter.send_bytes("hello")

    assert (await otter.closed())[0] == 1003


async def test_a_frame_may_be_only_so_large(otter: Member):
    await otter.send_bytes(bytes(MAX_FRAME_BYTES + 1))

    assert (await otter.closed())[0] == 1009


VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
REQUESTS = [bytes.fromhex(vector["hex"]) for vector in VECTORS["requests"]]
SOCKETS = 500
FRAMES_A_SOCKET = 16


def anything(chance: random.Random) -> bytes:
    """Return bytes that are a request, or were one, or never will be."""
    request = bytearray(chance.choice(REQUESTS))
    for _ in range(chance.randrange(4)):
        start, end = sorted(chance.choices(range(len(request) + 1), k=2))
        request[start : min(end, start + 2)] = chance.randbytes(chance.randrange(3))
    return bytes(request) if chance.randrange(4) else chance.randbytes(64)


async def test_whatever_bytes_come_nobody_else_notices(
    house: House, otter: Member, wren: Member, caplog: pytest.LogCaptureFixture
):
    chance = random.Random(2026)

    for n in range(SOCKETS):
        async with Member.at(house.url) as stranger:
            await stranger.hello()
            for _ in range(FRAMES_A_SOCKET):
                await stranger.send_bytes(anything(chance))
        if n % (SOCKETS // 5) == 0:
            assert await otter.says(f"{n}")
            assert (await wren.hears(Said)).text == f"{n}"

    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


# Many at once


@pytest.fixture
async def hasty_house(
    settings: Settings, own_redis: RedisServer
) -> AsyncIterator[House]:
    settings = settings.model_copy(
        update={
            "redis_url": own_redis.url,
            "says_per_minute": 6000,
            "flood_guard": False,
        }
    )
    async with House.open(settings) as house:
        yield house


async def test_a_long_queue_stops_the_reading_and_everything_is_answered(
    hasty_house: House, own_redis: RedisServer
):
    otter = await hasty_house.member("coffee")
    (session,) = hasty_house.service.gateway._sessions
    own_redis.freeze()

    for ref in range(100, 200):
        await otter.send(SAY, ref, "coffee", new_id(), f"{ref}", 0)
    await eventually(lambda: len(session.waiting or ()) == MOST_WAITING)
    own_redis.thaw()

    answers = [await otter.answer(Done, ref) for ref in range(100, 200)]
    positions = [a.position for a in answers if isinstance(a, Done)]
    assert positions == list(range(1, 101))


async def test_who_goes_in_the_middle_of_a_join_leaves_no_ghost(
    hasty_house: House, own_redis: RedisServer
):
    service = hasty_house.service
    await hasty_house.member("coffee")
    visitor = await hasty_house.member()
    own_redis.freeze()
    await visitor.send(JOIN, 9, "coffee", 0, False, 0, 0)
    await eventually(lambda: service.gateway._at_work)

    visitor.socket.transport.abort()
    await eventually(lambda: len(service.gateway._sessions) == 1)
    own_redis.thaw()
    await eventually(lambda: not service.gateway._at_work)

    assert service.hub.followers("coffee") == 1
    assert seats(hasty_house) == 1


def seats(house: House) -> int:
    """Return how many tabs are taken to be in the room."""
    here = house.service.presence._rooms.get(COFFEE)
    return sum(len(stay.seats) for stay in here._stays.values()) if here else 0


async def test_a_join_that_cannot_be_finished_leaves_no_ghost(
    hasty_house: House, own_redis: RedisServer
):
    await hasty_house.member("coffee")
    visitor = await hasty_house.member()
    with own_redis.client() as client:
        client.execute_command("ACL", "SETUSER", "default", "-xrange", "-xrevrange")
        refused = await visitor.asks_to_join(since=(1, 1))
        client.execute_command("ACL", "SETUSER", "default", "+@all")

    assert code(refused) == "unavailable"
    assert seats(hasty_house) == 1


async def test_who_cannot_be_brought_up_to_date_stays_in_the_room(
    hasty_house: House, own_redis: RedisServer
):
    otter = await hasty_house.member("coffee")
    with own_redis.client() as client:
        client.execute_command("ACL", "SETUSER", "default", "-xrange", "-xrevrange")
        refused = await otter.asks_to_join(since=(1, 1))
        client.execute_command("ACL", "SETUSER", "default", "+@all")

    assert code(refused) == "unavailable"
    assert seats(hasty_house) == 1
    assert await otter.says("still here")


async def test_who_is_gone_is_not_brought_into_rooms_they_asked_for(
    hasty_house: House, own_redis: RedisServer
):
    service = hasty_house.service
    visitor = await hasty_house.member()
    own_redis.freeze()
    for ref, room in enumerate(ROOMS):
        await visitor.send(JOIN, ref, room, 0, False, 0, 0)
    await eventually(lambda: service.gateway._at_work)

    visitor.socket.transport.abort()
    await eventually(lambda: not service.gateway._sessions)
    own_redis.thaw()
    await eventually(lambda: not service.gateway._at_work)

    assert not service.presence.knows(RoomName(ROOMS[2]))


async def test_what_needs_no_answer_waits_its_turn_too(
    hasty_house: House, own_redis: RedisServer
):
    otter = await hasty_house.member()
    own_redis.freeze()
    await otter.send(JOIN, 9, "coffee", 0, False, 0, 0)
    await otter.here(away=True)
    own_redis.thaw()
    mine = await otter.answer(Joined, 9)
    await otter.all_heard()

    joined = await (await hasty_house.member()).join()
    assert isinstance(joined.people, tuple)
    assert isinstance(mine, Joined)
    assert (mine.who, True) in joined.people


# Redis goes and comes back


async def test_members_are_told_when_the_others_are_not_heard(
    hasty_house: House, own_redis: RedisServer
):
    otter = await hasty_house.member("coffee")
    await otter.says("before")

    own_redis.kill()
    assert await otter.hears(Line) == Line(up=False)
    refused = await otter.say("meanwhile")
    assert isinstance(refused, Refused)
    assert refused == Refused(refused.ref, "unavailable", 2)

    own_redis.start()
    assert await otter.hears(Line) == Line(up=True)
    assert isinstance(await otter.say("after"), Done)


async def test_it_is_counted_why_connections_end(house: House):
    member = await house.visitor()

    await member.send_bytes("text")

    assert (await member.closed())[0] == 1003
    metrics = house.service.metrics
    await eventually(lambda: b'closed_total{code="1003"} 1.0' in metrics.render())


async def test_a_bug_costs_one_connection_and_tells_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def bug(*_: object) -> None:
        raise RuntimeError("what a member said")

    speaker, other = await house.member("coffee"), await house.member("coffee")
    with monkeypatch.context() as broken:
        broken.setattr(house.service.rooms, "say", bug)
        await speaker.send(SAY, 1, "coffee", new_id(), "what a member said", 0)
        assert (await speaker.closed())[0] == 1011

    assert await other.says("still here")
    assert [record.getMessage() for record in caplog.records] == ["a request failed"]
