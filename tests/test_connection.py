"""A connection: messages in order, an end that is told once, and nothing raised."""

import asyncio
import gc
import sys
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.connection import Connection, frame
from tests.support.fake_transport import Line, Listener
from tests.support.raw_client import BINARY, PING, PONG, TEXT, masked

# -- Messages


def test_a_session_hears_whole_messages_in_order():
    line = Line(early=masked(BINARY, b"early"))

    line.hear(masked(BINARY, b"one") + masked(TEXT, b"two"), masked(BINARY, bytes(500)))
    line.hear(masked(BINARY, b"pa", final=False), masked(0, b"rt"))

    assert line.session.messages == [b"early", b"one", "two", bytes(500), b"part"]
    assert line.transport.written == b""


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "8200"),
        (125, "827d"),
        (126, "827e007e"),
        (65535, "827effff"),
        (65536, "827f0000000000010000"),
    ],
)
def test_a_message_is_framed_with_the_shortest_header(size: int, header: str):
    assert frame(bytes(size)) == bytes.fromhex(header) + bytes(size)


def test_what_is_sent_is_framed_and_what_is_written_is_not():
    line = Line()

    line.connection.send(b"one")
    line.connection.write(frame(b"two"))
    line.connection.writer(frame(b"three"))

    assert line.transport.written == b"\x82\x03one\x82\x03two\x82\x05three"


def test_a_small_message_amid_another_is_a_violation():
    line = Line()

    line.hear(masked(BINARY, b"part", final=False), masked(BINARY, b"whole"))

    assert line.code == 1002
    assert line.session.messages == []


def test_a_paused_connection_takes_nothing_more_and_loses_nothing():
    class Busy(Listener):
        def received(self, connection: Connection, payload: bytes) -> None:
            super().received(connection, payload)
            connection.pause()

    async def story() -> None:
        line = Line(Busy())
        line.hear(masked(BINARY, b"one") + masked(BINARY, b"two") + b"\x82")
        line.connection.pause()
        assert line.session.messages == [b"one"]

        line.connection.resume()
        line.connection.resume()
        line.hear(masked(BINARY, b"three")[1:])
        await asyncio.sleep(0)
        assert line.session.messages == [b"one", b"two"]

        line.connection.resume()
        await asyncio.sleep(0)
        assert line.session.messages == [b"one", b"two", b"three"]
        assert line.transport.done == ["paused", "resumed"] * 2 + ["paused"]

    asyncio.run(story())


@given(st.lists(st.binary(max_size=60), max_size=10), st.booleans())
def test_arbitrary_bytes_after_the_handshake_never_raise(
    chunks: list[bytes], plausible: bool
):
    line = Line()

    for chunk in chunks:
        line.hear((b"\x82" if plausible else b"") + chunk)
    line.lose()

    assert line.session.told == ["opened", "closing", "lost"]


@given(
    st.lists(st.tuples(st.sampled_from((TEXT, BINARY, PING, PONG)), st.binary())),
    st.lists(st.integers(1, 30), min_size=1),
)
def test_however_a_valid_stream_is_split_it_says_the_same(
    frames: list[tuple[int, bytes]], sizes: list[int]
):
    said = b"".join(masked(op, data.hex().encode()[:125]) for op, data in frames[:20])
    whole, split = Line(), Line()

    whole.hear(said)
    while said:
        size = sizes[len(said) % len(sizes)]
        split.hear(said[:size])
        said = said[size:]

    assert split.session.messages == whole.session.messages
    assert split.transport.written == whole.transport.written


# -- Floods


def test_a_page_may_send_a_burst_and_then_steadily():
    line = Line()

    line.hear(masked(BINARY, b"x") * Connection.frames_at_once)
    for _ in range(10):
        line.turn(1)
        line.hear(*[masked(BINARY, b"x")] * Connection.frames_per_second)

    assert not line.connection.closing


def test_more_than_that_is_a_flood():
    line = Line()

    line.hear(*[masked(BINARY, b"x")] * (Connection.frames_at_once + 1))

    assert line.transport.written.startswith(b"\x88\x07\x10\x69flood")
    assert len(line.session.messages) == Connection.frames_at_once


def test_a_chunk_is_not_read_to_its_end_after_a_close():
    class Strict(Listener):
        def received(self, connection: Connection, payload: bytes) -> None:
            super().received(connection, payload)
            connection.close(4200)

    line = Line(Strict())

    line.hear(masked(BINARY, b"x") * 100)

    assert line.session.messages == [b"x"]
    assert line.code == 4200


def test_pings_are_answered_until_they_are_a_flood():
    line = Line()

    line.hear(masked(PING, b"1"), masked(PING, b"2"))
    assert line.transport.written == b"\x8a\x011\x8a\x012"
    line.hear(masked(PING) * 10)

    assert line.transport.written.endswith(b"\x88\x07\x10\x69flood")


# -- The session


@pytest.mark.parametrize("event", ["opened", "received", "full", "closing", "lost"])
def test_a_session_that_fails_ends_its_own_connection_only(
    event: str, caplog: pytest.LogCaptureFixture
):
    def fail(*_: object) -> None:
        raise LookupError

    session = Listener()
    setattr(session, event, fail)

    async def story() -> None:
        line = Line(session)
        line.hear(masked(BINARY, b"x"))
        line.connection.pause_writing()
        await asyncio.sleep(0)
        line.lose()
        assert line.connection.closing

    asyncio.run(story())
    assert [record.message for record in caplog.records] == ["a session failed"]


# -- What it costs


def test_a_connection_is_small_and_needs_no_garbage_collector():
    line = Line()
    assert not hasattr(line.connection, "__dict__")
    assert sys.getsizeof(line.connection) <= 200

    session, gone = line.session, weakref.ref(line.session)
    session.connection = line.connection  # type: ignore[attr-defined]
    gc.disable()
    try:
        line.hear(masked(BINARY, b"half a message")[:9])
        line.lose()
        del line, session
        assert gone() is None
    finally:
        gc.enable()
