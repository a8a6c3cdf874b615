"""The hand-over: from uvicorn's HTTP, by leave of the endpoint, to our connection.

The only file that touches uvicorn's private names, which is why its minor version is
pinned; `tests/test_handover.py` fails when they change. What uvicorn leaves open is
bounded here: how long a request may take to arrive, how large it may be, and how many
lines may be open.
"""

import asyncio
import logging
import socket
from collections.abc import Container
from dataclasses import dataclass
from typing import cast

import httptools
from starlette.types import ASGIApp, Scope
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chat.connection import Connection
from chat.handshake import EXTENSION, Handshake
from chat.line import Line
from chat.prefixes import Prefixes, Ticket
from chat.wheel import Wheel

logger = logging.getLogger(__name__)

# A small send buffer keeps the kernel from hiding megabytes for a phone that stalled;
# the timeout ends a line on which nothing is acknowledged.
SEND_BUFFER_BYTES = 64 * 1024
UNACKNOWLEDGED_MS = 30_000


_SORRY = b"That is too long for us. Please go back, and make it shorter."
_TOO_LONG = b"\r\n".join(
    (
        b"HTTP/1.1 413 Content Too Large",
        b"content-type: text/plain; charset=utf-8",
        b"content-length: %d" % len(_SORRY),
        b"connection: close",
        b"",
        _SORRY,
    )
)


@dataclass(frozen=True)
class Door:
    """What everybody who knocks is held to, and the wheel that times them."""

    wheel: Wheel
    prefixes: Prefixes
    trusted: Container[str] = frozenset()
    """Proxies: their own address says nothing about who is behind them."""

    lines: int = 22_000
    """Open lines in all, a little above `max_connections`: whoever is one too many
    for a chat should still be told so."""

    request_seconds: int = 5
    """How long nothing but a head may take."""

    body_seconds: int = 30
    """How long what is sent with it may take: a long line, on a bad one."""

    request_bytes: int = 24 * 1024
    """A line of 2000 signs is 18,000 bytes long in a form, in many scripts."""

    refused_bytes: int = 256 * 1024
    """Whoever sends more, up to this, is told that it is too much; a browser hears
    nothing before all of it has gone out."""


def http_protocol(door: Door) -> type[HttpToolsProtocol]:
    """Return what to give to uvicorn as `http`."""
    return type("Http", (Http,), {"door": door})


def websocket_protocol(_: Door) -> type[asyncio.Protocol]:
    """Return what to give to uvicorn as `ws`: without any it upgrades nothing."""
    return Handshake


def hand_over(websocket: WebSocket, connection: Connection) -> None:
    """Give an accepted WebSocket's line to a connection; the endpoint then returns.

    The connection begins within this call, so that the session may write at once; if
    the line has gone already, all that the session hears is `lost`.
    """
    handshake = cast(Handshake, websocket.scope["extensions"][EXTENSION])
    handshake.hand_over(connection)


class TooLong(Exception):
    """A request says itself that it is longer than it may be."""


class Http(HttpToolsProtocol):
    """Uvicorn's HTTP, with a deadline and bounds for what is asked."""

    door: Door
    due = 0
    _arrived = 0
    _refused = False
    _ticket: Ticket | None = None

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Let a line in, unless there are enough."""
        super().connection_made(transport)
        self.door.wheel.set(self, self.door.request_seconds)
        if self._admit():
            _bound(transport)
        else:
            transport.abort()

    def _admit(self) -> bool:
        if len(self.connections) > self.door.lines:
            return False
        if self.client is None or self.client[0] in self.door.trusted:
            return True
        self._ticket = self.door.prefixes.enter(self.client[0])
        return self._ticket is not None

    def ring(self) -> None:
        """Cut off a request that does not come to its end."""
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the line."""
        self._leave()
        super().connection_lost(exc)

    def _leave(self) -> None:
        self.door.wheel.forget(self)
        if self._ticket is not None:
            self._ticket.leave()
            self._ticket = None

    def data_received(self, data: bytes) -> None:
        """Read a request as far as it may go, and no more of one that is refused."""
        room = self.door.request_bytes - self._arrived
        self._arrived += len(data)
        if not (self._refused or self.transport.is_closing()):
            self._expect_the_rest()
            self._parse(data[:room])
        if len(data) > room and not self._may_go_on():
            self.transport.abort()

    def _may_go_on(self) -> bool:
        return self._refused and self._arrived <= self.door.refused_bytes

    def _expect_the_rest(self) -> None:
        self._unset_keepalive_if_required()
        if not self.due:
            self.door.wheel.set(self, self.door.request_seconds)

    def on_message_begin(self) -> None:
        """Begin a request, perhaps in the same bytes in which the last one ended."""
        super().on_message_begin()
        self._expect_the_rest()

    def on_headers_complete(self) -> None:
        """Wait longer for what comes with a request than for the request."""
        if self.door.request_bytes < self._length() <= self.door.refused_bytes:
            raise TooLong
        super().on_headers_complete()
        self.door.wheel.set(self, self.door.body_seconds)

    def _length(self) -> int:
        """Return how long a request will be, as it says itself."""
        head = len(self.url) + sum(len(name) + len(it) for name, it in self.headers)
        return head + int(dict(self.headers).get(b"content-length", 0))

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # To anything else than a WebSocket the endpoint has answered already.
            if self._should_upgrade():
                self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            if isinstance(error.__context__, TooLong):
                self._refuse()
            else:
                self.send_400_response("Invalid HTTP request received.")

    def _refuse(self) -> None:
        """Say that it is too long, and let what is on its way come to its end.

        To close a line on which something comes would throw the answer away.
        """
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()
            return
        self._refused = True
        self.door.wheel.set(self, self.door.body_seconds)
        self.transport.write(_TOO_LONG)
        self.transport.write_eof()

    def on_message_complete(self) -> None:
        """The request is whole; the answer may take its time."""
        super().on_message_complete()
        self.door.wheel.forget(self)
        self._arrived = 0

    def _upgrade(self, early: bytes) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            # The answer to the request before would be written into the WebSocket.
            self.transport.abort()
            return
        self._leave()
        self.connections.discard(self)
        # Parser and protocol know each other; cut here, both go at once.
        self.parser = None  # type: ignore[assignment]
        self._handshake().begin(self.url, cast(Scope, self.scope), early)

    def _handshake(self) -> Handshake:
        return Handshake(
            self.transport,
            self.door.wheel,
            app=cast(ASGIApp, self.app),
            tasks=self.tasks,
            company=cast("set[Line | Handshake]", self.connections),
        )


def _bound(transport: asyncio.Transport) -> None:
    """Bound what the kernel keeps for a line, and for how long."""
    line = transport.get_extra_info("socket")
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT") and line.family != socket.AF_UNIX:
            line.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS
            )
    except OSError:
        logger.debug("a line went before it was bounded")
