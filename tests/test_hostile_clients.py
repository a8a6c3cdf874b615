"""Clients with bad manners, on a real server: none costs more than it should.

U1 to U12 are the holes that were found, by measuring, in the server we build on.
"""

import socket
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.eventually import eventually
from tests.support.line_server import SECOND, LineServer, running
from tests.support.raw_client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    RawClient,
    masked,
    request,
)

MEGABYTE = 1024 * 1024
CANARY = "rosebud-and-the-sled"


@pytest.fixture(scope="module")
def server() -> Iterator[LineServer]:
    with running() as server:
        yield server


async def lost(server: LineServer, count: int) -> None:
    """Wait until so many lines have come to their end."""
    await eventually(lambda: server.told()["lost"] >= count)


async def test_u1_a_reader_that_stalls_is_dropped_and_takes_little_memory(
    server: LineServer,
):
    told, memory = server.told(), server.memory()
    with ExitStack() as clients:
        for _ in range(10):
            client = server.open("/talk/blast", receive_buffer=4096)
            clients.enter_context(client)
        await eventually(lambda: server.told()["full"] == told["full"] + 10)

        assert server.memory() - memory < 4 * MEGABYTE
        await lost(server, told["lost"] + 10)


def test_u1_a_silent_line_is_pinged_then_closed_then_cut(server: LineServer):
    # Before it came: whoever measures may be held up, and the server is not.
    began = time.monotonic()
    with server.open("/talk/mute") as client:
        assert client.frame() == (PING, b"")
        pinged = time.monotonic()
        assert client.close_code() == 4001
        closed = time.monotonic()
        assert client.rest() == b""

    assert pinged - began >= 25 * SECOND
    assert closed - began >= (25 + 30) * SECOND


async def test_u1_a_client_that_never_lets_go_is_cut_off(server: LineServer):
    told = server.told()
    with server.open("/talk/faulty", receive_buffer=4096) as client:
        client.send(BINARY, b"x")

        await lost(server, told["lost"] + 1)


def test_u2_a_stalled_client_does_not_keep_the_process_from_ending():
    with running() as server:
        with server.open("/talk/blast", receive_buffer=4096):
            seconds, _ = server.stop()

        assert seconds < 5
        assert server.process.returncode is not None


def test_u3_a_flood_of_pings_is_cut_off(server: LineServer):
    memory = server.memory()
    with server.open("/talk/mute", receive_buffer=4096) as client:
        sent = client.flood(masked(PING, bytes(125)) * 500, 60 * MEGABYTE)

    assert sent < 20 * MEGABYTE
    assert server.memory() - memory < 2 * MEGABYTE


def test_u3_a_few_pings_are_answered(server: LineServer):
    with server.open("/talk/mute") as client:
        for payload in (b"", b"there?"):
            client.send(PING, payload)
            assert client.frame() == (10, payload)


def test_u4_a_flood_of_tiny_frames_is_cut_off(server: LineServer):
    memory, told = server.memory(), server.told()
    with ExitStack() as clients:
        for _ in range(4):
            client = clients.enter_context(server.open("/talk/mute"))
            client.flood(masked(BINARY, b"x") * 60_000, 1)

        assert server.memory() - memory < 2 * MEGABYTE

    # Four bursts, and what was earned while they came.
    assert server.told()["received"] - told["received"] < 4 * 1000


def test_u4_whoever_floods_is_told_so(server: LineServer):
    with server.open("/talk/mute") as client:
        client.line.sendall(masked(BINARY, b"x") * 1000)

        assert client.close_code() == 4201


def test_u4_parts_of_nothing_are_a_flood_too(server: LineServer):
    with server.open("/talk/mute") as client:
        client.send(BINARY, final=False)
        client.line.sendall(masked(CONTINUATION, final=False) * 1000)

        assert client.close_code() == 4201


def test_u5_a_session_that_takes_its_time_does_not_make_a_client_silent(
    server: LineServer,
):
    with server.open("/talk/busy") as client:
        client.send(BINARY, b"one")
        assert client.frame() == (BINARY, b"one")
        client.send(BINARY, b"two")

        assert client.frame() == (BINARY, b"two")


def test_u6_u7_the_log_knows_nobody_and_no_traceback():
    with running() as server:
        with server.open(f"/talk/text?token={CANARY}") as client:
            client.send(TEXT, b"\xff" + CANARY.encode())
            assert client.close_code() == 1007
        for path in ("/refuse/403", "/close", "/nowhere", "/state"):
            with RawClient(server.port) as client:
                client.line.sendall(request(f"{path}?token={CANARY}"))
                client.head()
        with RawClient(server.port) as client:
            client.line.sendall(CANARY.encode() + b"\r\n\r\n")
            client.rest()
        _, said = server.stop()

    assert said == ""


def test_u7_a_bug_is_logged_without_what_was_said():
    with running() as server:
        with server.open("/talk/faulty") as client:
            client.send(BINARY, CANARY.encode())
            assert client.close_code() == 1011
        _, said = server.stop()

    assert "LookupError" in said
    assert CANARY not in said
    assert "127.0.0.1" not in said


def test_u8_a_close_amid_a_message_is_answered_with_its_code(server: LineServer):
    with server.open("/talk/mute") as client:
        client.send(BINARY, b"part", final=False)
        client.line.sendall(
            masked(CLOSE, (1000).to_bytes(2)) + masked(CONTINUATION, b"rest")
        )

        assert client.close_code() == 1000
        assert client.rest() == b""


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-a: ",
        b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
        request("/state", [b"Host: x"]) + b"GET / HT",
    ],
    ids=["silent", "half a head", "half a body", "half a second request"],
)
def test_u9_a_request_that_does_not_come_to_its_end_is_cut_off(
    server: LineServer, said: bytes
):
    with RawClient(server.port) as client:
        client.line.sendall(said)

        # Whoever is not cut off is waited for until a test's patience is over.
        client.rest()


def test_u9_a_handshake_that_nobody_decides_is_cut_off(server: LineServer):
    with RawClient(server.port) as client:
        client.line.sendall(request("/dawdle"))

        assert client.rest() == b""


def test_u10_a_huge_head_is_cut_off(server: LineServer):
    with RawClient(server.port) as client:
        client.line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        sent = client.flood(
            b"X-a: " + bytes(1000).hex().encode() + b"\r\n", 20 * MEGABYTE
        )

        assert client.rest() == b""
        assert sent < 20 * MEGABYTE


def test_u10_a_huge_body_is_cut_off(server: LineServer):
    head = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n"
    with RawClient(server.port) as client:
        client.line.sendall(head)
        client.flood(bytes(1000), 10_000_000)

        assert client.rest() == b""


def test_u10_a_long_body_that_is_refused_is_not_read_without_end(server: LineServer):
    memory = server.memory()
    head = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 36000\r\n\r\n"
    with RawClient(server.port) as client:
        client.line.sendall(head)
        sent = client.flood(bytes(1000), 20 * MEGABYTE)

    assert sent < 10 * MEGABYTE
    assert server.memory() - memory < 2 * MEGABYTE


def test_u10_what_comes_before_the_handshake_is_over_is_bounded(server: LineServer):
    with RawClient(server.port) as client:
        client.line.sendall(request("/dawdle"))
        sent = client.flood(masked(BINARY, bytes(1000)), 20 * MEGABYTE)
        client.rest()

        assert sent < 20 * MEGABYTE


def test_u11_everybody_is_told_before_the_process_ends():
    with running() as server:
        with server.open("/talk/echo") as client:
            seconds, _ = server.stop()

            assert client.frame() == (BINARY, b"bye")
            assert client.close_code() == 1012

        assert seconds < 5


def test_u12_nothing_is_inflated(server: LineServer):
    bomb = zlib.compressobj(9, zlib.DEFLATED, -12)
    packed = bomb.compress(bytes(MEGABYTE)) + bomb.flush(zlib.Z_SYNC_FLUSH)
    with server.open("/talk/mute") as client:
        client.send(0x40 | BINARY, packed)

        assert client.close_code() == 1002


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"\x82\x05hello", 1002),
        (masked(3, b"reserved"), 1002),
        (masked(TEXT, b"text"), 1003),
        (b"\x82\xfe\x20\x01", 1009),
        (b"\x82\xff\x00\x00\x00\x00\xff\xff\xff\xff", 1009),
        (b"\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00", 1002),
    ],
)
def test_a_frame_is_refused_by_its_header(server: LineServer, said: bytes, code: int):
    with server.open("/talk/echo") as client:
        client.line.sendall(said)

        assert client.close_code() == code
        assert client.rest() == b""


def test_whoever_goes_on_sending_after_the_end_still_learns_why(server: LineServer):
    with server.open("/talk/mute") as client:
        client.line.sendall(b"\x82\x05hello" + bytes(500_000))

        assert client.close_code() == 1002


async def test_a_client_that_resets_its_line_leaves_nothing_behind(server: LineServer):
    with server.open("/talk/echo") as client:
        linger = struct.pack("ii", 1, 0)
        client.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.send(BINARY, bytes(1000))

    def all_are_over() -> bool:
        told = server.told()
        return told["opened"] == told["closing"] == told["lost"]

    await eventually(all_are_over)
