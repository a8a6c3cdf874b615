"""A connection: messages in order, an end that is told once, and nothing raised."""

import asyncio
import gc
import sys
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.connection import Connection, frame
from chat.wheel import Wheel
from tests.support.fake_transport import FakeTransport, Listener
from tests.support.raw_client import BINARY, CLOSE, PING, PONG, TEXT, masked

BYE = (1000).to_bytes(2)


class Line:
    """A connection between a session and a transport of the test's own."""

    def __init__(self, listener: Listener | None = None, early: bytes = b"") -> None:
        self.wheel = Wheel()
        self.session = listener or Listener()
        self.transport = FakeTransport()
        self.connection = Connection(self.session, self.wheel, text=True)
        self.connection.take(self.transport, early)

    def hear(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.connection.data_received(chunk)

    def turn(self, seconds: int) -> None:
        for _ in range(seconds):
            self.wheel.tick()

    def lose(self) -> None:
        self.connection.connection_lost(None)

    @property
    def code(self) -> int:
        """The code of the close frame, which must be the last that was written."""
        first, size, *payload = self.transport.written[-4:]
        assert (first, size) == (0x88, 2)
        return int.from_bytes(bytes(payload))


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


# -- Alive


def test_a_quiet_line_is_pinged_at_a_random_moment():
    moments = set()
    for _ in range(50):
        line = Line()
        line.turn(25)
        assert line.transport.written == b""
        while not line.transport.written:
            line.turn(1)
        moments.add(line.wheel.now)

    assert max(moments) <= 1 + 46
    assert len(moments) > 5


def test_a_line_that_speaks_is_not_pinged():
    line = Line()

    for _ in range(30):
        line.turn(10)
        line.hear(masked(BINARY, b"x"))

    assert line.transport.written == b""


def test_a_line_that_answers_is_kept_and_pinged_again():
    line = Line()

    for pings in range(1, 4):
        while len(line.transport.written) < 2 * pings:
            line.turn(1)
        line.turn(29)
        line.hear(masked(PONG))

    assert line.transport.written == b"\x89\x00" * 3
    assert not line.connection.closing


def test_a_line_that_does_not_answer_is_closed_and_then_cut():
    line = Line()
    while not line.transport.written:
        line.turn(1)

    line.turn(30)
    assert not line.connection.closing
    line.turn(1)
    assert line.transport.written.endswith(b"\x88\x08\x0f\xa1silent")
    line.turn(10)
    assert line.transport.done == ["ended"]
    line.turn(1)
    assert line.transport.done == ["ended", "cut"]


def test_a_paused_line_is_not_called_silent():
    line = Line()

    line.connection.pause()
    line.turn(200)

    assert not line.connection.closing


# -- The end


def test_closing_says_why_then_waits_for_them_to_let_go():
    line = Line()

    line.connection.close(1000)
    line.connection.close(1011)

    assert line.transport.written == b"\x88\x02\x03\xe8"
    assert line.transport.done == ["ended"]
    assert line.session.told == ["opened", "closing"]


def test_closing_while_paused_reads_on_to_see_the_end():
    line = Line()

    line.connection.pause()
    line.connection.close(1000)

    assert line.transport.done == ["paused", "ended", "resumed"]


def test_nothing_is_written_after_a_close_frame():
    line = Line()
    line.connection.close(1000)
    written = line.transport.written

    line.connection.send(b"late")
    line.connection.write(frame(b"late"))
    line.hear(masked(PING), masked(CLOSE, BYE), masked(BINARY, b"late"))
    line.turn(9)

    assert line.transport.written == written
    assert line.session.messages == []


def test_whoever_keeps_on_sending_after_the_end_is_read_no_more():
    line = Line()
    line.connection.close(1000)

    line.hear(*[bytes(1000)] * 1000)

    assert line.transport.done == ["ended", "paused"]


def test_their_close_is_answered_with_the_same():
    line = Line()

    line.hear(masked(CLOSE, BYE + b"so long") + masked(BINARY, b"late"))

    assert line.transport.written == b"\x88\x09" + BYE + b"so long"
    assert line.transport.done == ["closed"]
    assert line.session.told == ["opened", "closing"]


def test_half_a_close_is_a_violation():
    line = Line()

    line.hear(masked(CLOSE, b"\x03"))

    assert line.code == 1002


def test_a_line_that_ends_without_a_word_is_over():
    line = Line()

    line.connection.eof_received()
    line.lose()

    assert line.transport.written == b""
    assert line.session.told == ["opened", "closing", "lost"]


def test_whoever_ends_their_half_and_reads_nothing_is_cut():
    line = Line()

    line.connection.eof_received()
    line.turn(11)

    assert line.transport.done == ["cut"]


def test_a_line_that_is_lost_is_told_once_and_forgotten_by_the_wheel():
    line = Line()

    line.connection.close(1000)
    line.lose()
    line.turn(100)

    assert line.session.told == ["opened", "closing", "lost"]
    assert line.transport.done == ["ended"]


def test_a_line_that_cannot_keep_up_is_closed_but_not_from_inside_a_write():
    async def story() -> None:
        line = Line()
        assert line.transport.high == 128 * 1024

        line.connection.pause_writing()
        line.connection.pause_writing()
        assert line.session.told == ["opened"]
        await asyncio.sleep(0)

        assert line.session.told == ["opened", "full", "closing"]
        assert line.transport.written == b"\x88\x06\x0f\xa0slow"

    asyncio.run(story())


def test_the_end_of_the_process_is_told_then_said_and_does_not_wait_long():
    line = Line()

    line.connection.shutdown()
    assert line.session.told == ["opened", "shutting down", "closing"]
    assert line.code == 1012
    line.turn(4)

    assert line.transport.done == ["ended", "cut"]


def test_it_is_in_company_for_as_long_as_the_line_is_up():
    company: set[object] = set()
    connection = Connection(Listener(), Wheel())

    connection.take(FakeTransport(), b"", company)  # type: ignore[arg-type]
    assert company == {connection}
    connection.connection_lost(None)

    assert company == set()


def test_an_aborted_line_is_cut_at_once():
    line = Line()

    line.connection.abort()
    line.lose()

    assert line.transport.done == ["cut"]
    assert line.session.told == ["opened", "closing", "lost"]


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
