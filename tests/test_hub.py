"""Fan-out: what goes to a topic reaches whoever follows it, together and in order."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.connection import Connection, frame
from chat.hub import Hub
from chat.metrics import Metrics
from chat.wheel import Wheel
from tests.support.fake_transport import FakeTransport, Listener

ROOM, OTHER = "coffee", "newcomers"


class Outbox(FakeTransport):
    """A transport that knows in how many writes it got what it has."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        super().write(data)
        self.writes.append(bytes(data))


@pytest.fixture
def hub() -> Hub:
    return Hub(metrics=Metrics())


def connected() -> tuple[Connection, Outbox]:
    connection, outbox = Connection(Listener(), Wheel()), Outbox()
    connection.take(outbox)
    return connection, outbox


async def a_tick() -> None:
    await asyncio.sleep(0)


def framed(*payloads: bytes) -> bytes:
    return b"".join(map(frame, payloads))


async def test_everyone_who_follows_hears_and_nobody_else(hub: Hub):
    here, also_here, elsewhere = connected(), connected(), connected()
    hub.follow(ROOM, here[0])
    hub.follow(ROOM, also_here[0])
    hub.follow(OTHER, elsewhere[0])

    hub.fan_out(ROOM, b"one")
    await a_tick()

    assert here[1].written == also_here[1].written == framed(b"one")
    assert elsewhere[1].written == b""


async def test_what_falls_in_one_tick_leaves_in_one_write(hub: Hub):
    connection, outbox = connected()
    hub.follow(ROOM, connection)

    for payload in (b"one", b"two", b"three"):
        hub.fan_out(ROOM, payload)
    assert outbox.writes == []
    await a_tick()
    hub.fan_out(ROOM, b"four")
    await a_tick()

    assert outbox.writes == [framed(b"one", b"two", b"three"), framed(b"four")]


async def test_all_get_the_very_same_bytes(hub: Hub):
    """Encode once, write many: a thousand members cost one copy."""
    written: list[object] = []

    class Same(FakeTransport):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            written.append(data)

    for _ in range(3):
        connection = Connection(Listener(), Wheel())
        connection.take(Same())
        hub.follow(ROOM, connection)

    hub.fan_out(ROOM, b"one")
    hub.fan_out(ROOM, b"two")
    await a_tick()

    assert len(written) == 3
    assert all(data is written[0] for data in written)


async def test_each_room_s_frames_go_to_its_own(hub: Hub):
    connection, outbox = connected()
    both, both_outbox = connected()
    hub.follow(ROOM, connection)
    hub.follow(ROOM, both)
    hub.follow(OTHER, both)

    hub.fan_out(ROOM, b"a1")
    hub.fan_out(OTHER, b"b1")
    hub.fan_out(ROOM, b"a2")
    await a_tick()

    assert outbox.written == framed(b"a1", b"a2")
    assert both_outbox.written == framed(b"a1", b"a2", b"b1")


async def test_a_light_line_is_spared_what_is_lively(hub: Hub):
    full, full_outbox = connected()
    light, light_outbox = connected()
    hub.follow(ROOM, full)
    hub.follow(ROOM, light, light=True)

    hub.fan_out_lively(ROOM, b"typing")
    hub.fan_out(ROOM, b"one")
    hub.fan_out_lively(ROOM, b"typing")
    hub.fan_out(ROOM, b"two")
    await a_tick()

    assert full_outbox.writes == [framed(b"typing", b"one", b"typing", b"two")]
    assert light_outbox.writes == [framed(b"one", b"two")]


async def test_a_light_line_is_not_written_to_for_what_is_lively_alone(hub: Hub):
    light, outbox = connected()
    hub.follow(ROOM, light, light=True)

    hub.fan_out_lively(ROOM, b"typing")
    await a_tick()

    assert outbox.writes == []


async def test_a_line_may_become_light_and_full_again(hub: Hub):
    connection, outbox = connected()
    hub.follow(ROOM, connection)

    hub.fan_out_lively(ROOM, b"1")
    hub.follow(ROOM, connection, light=True)
    hub.fan_out_lively(ROOM, b"2")
    hub.follow(ROOM, connection)
    hub.fan_out_lively(ROOM, b"3")
    await a_tick()

    assert outbox.written == framed(b"1", b"3")


async def test_who_begins_to_follow_hears_nothing_from_before(hub: Hub):
    early, early_outbox = connected()
    late, late_outbox = connected()
    hub.follow(ROOM, early)

    hub.fan_out(ROOM, b"before")
    hub.follow(ROOM, late)
    hub.fan_out(ROOM, b"after")
    await a_tick()

    assert early_outbox.written == framed(b"before", b"after")
    assert late_outbox.written == framed(b"after")


async def test_who_follows_twice_hears_once(hub: Hub):
    connection, outbox = connected()
    hub.follow(ROOM, connection)
    hub.follow(ROOM, connection)

    hub.fan_out(ROOM, b"one")
    await a_tick()

    assert outbox.written == framed(b"one")
    assert hub.followers(ROOM) == 1


async def test_who_follows_no_longer_hears_no_longer(hub: Hub):
    leaving, leaving_outbox = connected()
    staying, staying_outbox = connected()
    hub.follow(ROOM, leaving)
    hub.follow(ROOM, staying)

    hub.fan_out(ROOM, b"one")
    hub.unfollow(ROOM, leaving)
    await a_tick()

    assert leaving_outbox.written == b""
    assert staying_outbox.written == framed(b"one")
    assert hub.followers(ROOM) == 1


async def test_who_leaves_and_returns_in_one_tick_hears_what_came_after(hub: Hub):
    connection, outbox = connected()
    hub.follow(ROOM, connection)

    hub.fan_out(ROOM, b"before")
    hub.unfollow(ROOM, connection)
    hub.follow(ROOM, connection)
    hub.fan_out(ROOM, b"after")
    await a_tick()

    assert outbox.written == framed(b"after")


async def test_a_room_without_followers_costs_nothing(hub: Hub):
    connection, outbox = connected()
    hub.fan_out(ROOM, b"one")
    hub.unfollow(ROOM, connection)
    hub.follow(ROOM, connection)
    hub.unfollow(OTHER, connection)
    hub.unfollow(ROOM, connection)
    hub.fan_out(ROOM, b"two")
    await a_tick()

    assert outbox.written == b""
    assert hub.followers(ROOM) == 0
    assert hub._topics == {}


async def test_a_connection_that_closes_during_a_walk_does_not_disturb_it(hub: Hub):
    """It is told that it is too slow in a later tick, and unfollows only then."""

    class Unfollows(Listener):
        def closing(self, connection: Connection) -> None:
            hub.unfollow(ROOM, connection)

    class Overflows(FakeTransport):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            super().write(data)
            if b"one" in bytes(data):
                slow.pause_writing()

    slow = Connection(Unfollows(), Wheel())
    slow.take(Overflows())
    (first, first_outbox), (last, last_outbox) = connected(), connected()
    for connection in (first, slow, last):
        hub.follow(ROOM, connection)

    hub.fan_out(ROOM, b"one")
    await a_tick()
    await a_tick()
    hub.fan_out(ROOM, b"two")
    await a_tick()

    assert slow.closing
    assert hub.followers(ROOM) == 2
    assert first_outbox.written == last_outbox.written == framed(b"one", b"two")


async def test_what_leaves_is_counted(hub: Hub):
    for _ in range(3):
        hub.follow(ROOM, connected()[0])

    hub.fan_out(ROOM, b"one")
    hub.fan_out(ROOM, b"two")
    await a_tick()

    assert hub._metrics.fanned_out._value.get() == 6


steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from([ROOM, OTHER])),
        st.tuples(st.just("follow"), st.sampled_from([ROOM, OTHER])),
        st.tuples(st.just("unfollow"), st.sampled_from([ROOM, OTHER])),
        st.tuples(st.just("tick"), st.just("")),
    ),
    max_size=40,
)


@given(steps)
def test_one_hears_exactly_what_is_said_while_one_follows(steps: list[tuple[str, str]]):
    """All of it but what leaves with a tick that one did not stay for."""
    asyncio.run(walk_through(Hub(metrics=Metrics()), steps))


async def walk_through(hub: Hub, steps: list[tuple[str, str]]) -> None:
    connection, outbox = connected()
    watcher, _ = connected()
    hub.follow(ROOM, watcher)
    pending: dict[str, list[bytes]] = {ROOM: [], OTHER: []}
    expected: dict[str, list[bytes]] = {ROOM: [], OTHER: []}
    followed: set[str] = set()
    for number, (step, topic) in enumerate([*steps, ("tick", "")]):
        if step == "say":
            hub.fan_out(topic, frame_of(topic, number))
            if topic in followed:
                pending[topic].append(frame_of(topic, number))
        elif step == "follow":
            hub.follow(topic, connection)
            flush(pending, expected, topic)
            followed.add(topic)
        elif step == "unfollow":
            hub.unfollow(topic, connection)
            pending[topic].clear()
            followed.discard(topic)
        else:
            await a_tick()
            flush(pending, expected, ROOM)
            flush(pending, expected, OTHER)

    for topic in (ROOM, OTHER):
        assert heard(outbox, topic) == expected[topic]


def frame_of(topic: str, number: int) -> bytes:
    return f"{topic}:{number}".encode()


def flush(
    pending: dict[str, list[bytes]], expected: dict[str, list[bytes]], topic: str
) -> None:
    expected[topic] += pending[topic]
    pending[topic].clear()


def heard(outbox: Outbox, topic: str) -> list[bytes]:
    """Return the payloads of a topic's frames, which are all short."""
    found, rest = [], outbox.written
    while rest:
        size = rest[1]
        found.append(rest[2 : 2 + size])
        rest = rest[2 + size :]
    return [payload for payload in found if payload.startswith(topic.encode())]
