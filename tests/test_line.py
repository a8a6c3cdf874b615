"""A line: kept alive, given up on, and ended once."""

import asyncio
from errno import ENOTCONN

import pytest

from chat.connection import Connection, frame
from chat.wheel import Wheel
from tests.support.fake_transport import FakeTransport, Line, Listener
from tests.support.raw_client import BINARY, CLOSE, PING, PONG, masked

BYE = (1000).to_bytes(2)


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


def test_whoever_is_gone_before_the_goodbye_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
):
    def gone(_transport: FakeTransport) -> None:
        raise OSError(ENOTCONN, "gone")

    monkeypatch.setattr(FakeTransport, "write_eof", gone)
    line = Line()

    line.connection.shutdown()

    assert line.transport.done == ["cut"]
