"""The hand-over, on a real server: from uvicorn's hands into ours."""

import inspect
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import Server, ServerState

from chat.clock import Clock
from chat.handover import Door, http_protocol
from chat.prefixes import Prefixes
from chat.wheel import Wheel
from tests.support.eventually import eventually
from tests.support.fake_transport import FakeTransport
from tests.support.line_server import LineServer, running
from tests.support.raw_client import BINARY, HANDSHAKE, TEXT, RawClient, masked, request


@pytest.fixture(scope="module")
def server() -> Iterator[LineServer]:
    with running() as server:
        yield server


def ask(server: LineServer, said: bytes) -> bytes:
    with RawClient(server.port) as client:
        client.line.sendall(said)
        return client.rest()


def but(**changes: str) -> list[bytes]:
    """Return a handshake's headers with some replaced; an empty one is left out."""
    headers = dict(line.decode().split(": ", 1) for line in HANDSHAKE)
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return [f"{name}: {value}".encode() for name, value in headers.items() if value]


def test_uvicorn_is_the_one_whose_private_names_we_know():
    """After an upgrade: read handover.py beside uvicorn's, then change this."""
    assert version("uvicorn").split(".")[:2] == ["0", "54"]


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("__init__", ["app", "parser", "connections", "tasks", "ws_protocol_class"]),
        ("connection_made", ["transport", "client"]),
        ("connection_lost", ["connections.discard", "_unset_keepalive_if_required"]),
        ("data_received", ["feed_data", "_should_upgrade", "send_400_response"]),
        ("handle_websocket_upgrade", ["connections.discard", "set_protocol"]),
        ("on_message_begin", ["url", "scope", "root_path", "scheme", "headers"]),
        ("on_headers_complete", ['scope["method"]', 'scope["http_version"]', "cycle"]),
        ("on_message_complete", ["cycle.response_complete"]),
    ],
)
def test_uvicorns_http_still_has_what_we_lean_on(method: str, names: list[str]):
    source = inspect.getsource(getattr(HttpToolsProtocol, method))

    assert [name for name in names if name not in source] == []


def test_uvicorns_server_still_has_what_we_lean_on():
    assert "connection.shutdown()" in inspect.getsource(Server.shutdown)
    assert {"connections", "tasks"} <= vars(ServerState()).keys()
    assert "response_complete" in inspect.getsource(RequestResponseCycle.__init__)
    assert "isinstance(self.ws, str)" in inspect.getsource(Config.load)


def test_an_accepted_socket_is_answered_and_nothing_is_negotiated(server: LineServer):
    with RawClient(server.port) as client:
        extension = b"Sec-WebSocket-Extensions: permessage-deflate"
        client.line.sendall(request("/talk/echo", [*HANDSHAKE, extension]))

        assert client.head().split(b"\r\n") == [
            b"HTTP/1.1 101 Switching Protocols",
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            b"Sec-WebSocket-Protocol: porchlight.v1",
            b"x-more: yes",
        ]


def test_what_came_with_the_handshake_is_not_lost(server: LineServer):
    with RawClient(server.port) as client:
        client.open("/talk/echo", early=masked(BINARY, b"one") + masked(BINARY, b"two"))

        assert client.frame() == (BINARY, b"one")
        assert client.frame() == (BINARY, b"two")


def test_a_request_split_anywhere_is_one_request(server: LineServer):
    said = request("/talk/text") + masked(TEXT, b"hello")
    for at in range(1, len(said), 23):
        with RawClient(server.port) as client:
            client.line.sendall(said[:at])
            client.line.sendall(said[at:])

            assert client.head().startswith(b"HTTP/1.1 101")
            assert client.frame() == (TEXT, b"hello")


@pytest.mark.parametrize("status", [400, 403, 503])
def test_an_endpoint_refuses_with_its_own_status(server: LineServer, status: int):
    answer = ask(server, request(f"/refuse/{status}"))

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nretry-after: 30\r\n" in answer
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(b"\r\n\r\nno")


@pytest.mark.parametrize("path", ["/close", "/nowhere", "/talk/echo/%ff?%00"])
def test_closing_before_accepting_is_forbidden(server: LineServer, path: str):
    assert ask(server, request(path)).startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (but(Sec_WebSocket_Key=""), 400),
        (but(Sec_WebSocket_Key="short"), 400),
        (but(Sec_WebSocket_Key="not base64 and 24 chars!"), 400),
        ([*HANDSHAKE, b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="], 400),
        (but(Sec_WebSocket_Version="8"), 426),
        (but(Sec_WebSocket_Version=""), 426),
    ],
)
def test_half_a_handshake_is_refused(
    server: LineServer, headers: list[bytes], status: int
):
    answer = ask(server, request("/talk/echo", headers))

    assert answer.startswith(b"HTTP/1.1 %d " % status)


def test_only_a_get_of_http_1_1_becomes_a_websocket(server: LineServer):
    said = request("/talk/echo")

    assert ask(server, said.replace(b"GET", b"PUT")).startswith(b"HTTP/1.1 400 ")
    assert ask(server, said.replace(b"1.1", b"1.0")).startswith(b"HTTP/1.1 400 ")


def test_another_upgrade_is_answered_as_if_it_had_not_asked(server: LineServer):
    headers = [b"Host: x", b"Connection: Upgrade, close", b"Upgrade: h2c"]

    assert ask(server, request("/state", headers)).startswith(b"HTTP/1.1 200 ")


def test_what_is_no_http_is_a_bad_request(server: LineServer):
    assert ask(server, b"\x16\x03\x01\x02\x00\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_an_endpoint_that_fails_is_a_fault_of_ours(server: LineServer):
    assert ask(server, request("/fail")).startswith(b"HTTP/1.1 500 ")


@pytest.mark.parametrize(
    ("path", "code"), [("/accept-and-close", 4100), ("/accept-and-leave", 1011)]
)
def test_an_accepted_socket_that_is_not_handed_over_is_closed(
    server: LineServer, path: str, code: int
):
    with server.open(path) as client:
        assert client.close_code() == code
        assert client.rest() == b""


async def test_a_line_that_went_before_the_hand_over_is_only_lost(server: LineServer):
    before = server.told()

    server.open("/too-late").line.close()

    def is_over() -> bool:
        told = server.told()
        return told["lost"] == told["opened"] + 1 and told["opened"] == before["opened"]

    await eventually(is_over)
    assert server.told()["closing"] == before["opened"]


def test_a_request_before_an_unfinished_answer_does_not_become_a_websocket(
    server: LineServer,
):
    first = request("/state", [b"Host: x"])

    answer = ask(server, first + request("/talk/echo"))

    assert b"101" not in answer


def test_one_part_of_the_network_gets_only_so_many_lines():
    with running(per_prefix=3) as server, ExitStack() as clients:
        for _ in range(3):
            clients.enter_context(RawClient(server.port))

        with RawClient(server.port) as client:
            assert client.rest() == b""

        clients.close()
        assert server.told() == {}


def test_a_trusted_proxy_is_not_counted():
    with (
        running(per_prefix=1, trusted="127.0.0.1") as server,
        RawClient(server.port),
        RawClient(server.port),
    ):
        assert server.told() == {}


def test_there_are_only_so_many_lines_in_all():
    with running(lines=3) as server, ExitStack() as clients:
        for _ in range(3):
            clients.enter_context(server.open("/talk/mute"))

        with RawClient(server.port) as client:
            assert client.rest() == b""


LONG = 36_000
LONG_HEAD = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % LONG


@pytest.mark.parametrize("at", [0, 20, len(LONG_HEAD), len(LONG_HEAD) + LONG // 2])
def test_a_form_that_is_too_long_is_answered_and_not_cut_off(
    server: LineServer, at: int
):
    said = LONG_HEAD + bytes(LONG)
    with RawClient(server.port) as client:
        for part in (said[:at], said[at:]):
            client.line.sendall(part)
        answer = client.rest()

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(b"Please go back, and make it shorter.")


def test_what_is_as_long_as_it_may_be_is_taken(server: LineServer):
    head = LONG_HEAD.replace(b"36000", b"24000")

    with RawClient(server.port) as client:
        client.line.sendall(head + bytes(24_000))

        assert client.head().startswith(b"HTTP/1.1 200 ")


def test_who_is_told_so_amid_the_answer_before_is_cut_off(server: LineServer):
    first = request("/state", [b"Host: x"])

    assert b" 413 " not in ask(server, first + LONG_HEAD)


async def test_whoever_goes_on_sending_what_is_too_long_is_not_heard_for_ever():
    with knocking() as (wheel, line):
        line.http.data_received(LONG_HEAD)
        assert line.done == ["ended"]

        turn(wheel, 35)

        assert line.done[-1] == "cut"


async def test_a_line_said_by_a_form_may_take_its_time_to_arrive():
    with knocking() as (wheel, line):
        line.http.data_received(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"
        )

        turn(wheel, 20)
        assert not line.done

        turn(wheel, 15)
        assert line.done == ["cut"]


async def test_a_request_without_an_end_is_not_waited_for_as_long():
    with knocking() as (wheel, line):
        line.http.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n")

        turn(wheel, 7)

        assert line.done == ["cut"]


class Knocking(FakeTransport):
    """The line of somebody who asks for a page, and what hears them."""

    def __init__(self, line: socket.socket, door: Door) -> None:
        super().__init__(line)
        config = Config(nothing, http=http_protocol(door), log_config=None)
        config.load()
        self.http = http_protocol(door)(config, ServerState(), {})
        self.http.connection_made(self)


@contextmanager
def knocking() -> Iterator[tuple[Wheel, Knocking]]:
    """Have somebody at the door, and what times them."""
    wheel = Wheel()
    with socket.socket() as line:
        yield wheel, Knocking(line, Door(wheel, Prefixes(100, Clock())))


async def nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Answer nothing."""


def turn(wheel: Wheel, seconds: int) -> None:
    for _ in range(seconds):
        wheel.tick()
