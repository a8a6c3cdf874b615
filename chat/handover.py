"""The hand-over: from uvicorn's HTTP and handshake to a connection of our own.

The only file that touches uvicorn's private names, which is why its minor version is
pinned; `tests/test_handover.py` fails when they change. What uvicorn leaves open is
bounded here: how long a request may take to arrive, how large it may be, and how many
lines may be open.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any, cast

import httptools
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from chat.connection import Connection
from chat.prefixes import Prefixes, Ticket
from chat.wheel import Wheel

logger = logging.getLogger(__name__)

EXTENSION = "porchlight.handover"


@dataclass(frozen=True)
class Door:
    """What everybody who knocks is held to, and the wheel that times them."""

    wheel: Wheel
    prefixes: Prefixes
    lines: int = 22_000
    """Open lines in all, a little above `max_connections`: whoever is one too many
    for a chat should still be told so."""

    trusted: frozenset[str] = field(default_factory=frozenset)
    """Proxies: their own address says nothing about who is behind them."""

    request_seconds: int = 5
    head_bytes: int = 16 * 1024
    body_bytes: int = 4 * 1024
    handshake_seconds: int = 10
    early_bytes: int = 16 * 1024


def http_protocol(door: Door) -> type[HttpToolsProtocol]:
    """Return what to give to uvicorn as `http`."""
    return type("Http", (Http,), {"door": door})


def websocket_protocol(door: Door) -> type[WebSocketsSansIOProtocol]:
    """Return what to give to uvicorn as `ws`."""
    return type("Handshake", (Handshake,), {"door": door})


def hand_over(websocket: WebSocket, connection: Connection) -> None:
    """Give an accepted WebSocket's line to a connection; the endpoint then returns.

    The connection begins within this call, so that the session may write at once. If
    the line has gone already, the session hears `closing` and `lost`, not `opened`.
    """
    handshake = cast(Handshake, websocket.scope["extensions"][EXTENSION])
    handshake.hand_over(connection)


def quiet_uvicorn_logging() -> None:
    """Keep uvicorn from logging who came and what they asked for.

    To be called after uvicorn's `Config` was made with `log_config=None` and
    `access_log=False`: at INFO it logs the address and the query string of every
    WebSocket, access log or not.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.asgi").setLevel(logging.WARNING)
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    access.disabled = True


class Http(HttpToolsProtocol):
    """uvicorn's HTTP, with a deadline and bounds for what is asked."""

    door: Door
    due = 0
    _taken = 0
    _ticket: Ticket | None = None

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        """Let a line in, unless there are enough."""
        super().connection_made(transport)
        self.door.wheel.set(self, self.door.request_seconds)
        if not self._admitted():
            transport.abort()

    def _admitted(self) -> bool:
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
        """Read a request, as far as it is not too large."""
        if self.transport.is_closing():
            return
        self._taken += len(data)
        if self._taken > self.door.head_bytes + self.door.body_bytes:
            self.transport.abort()
            return
        self._unset_keepalive_if_required()
        if not self.due:
            self.door.wheel.set(self, self.door.request_seconds)
        self._parse(data)

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def _upgrade(self, rest: bytes) -> None:
        if not self._should_upgrade():
            self.send_400_response("Unsupported upgrade request.")
            return
        self._leave()
        self.handle_websocket_upgrade()
        cast(Handshake, self.transport.get_protocol()).data_received(rest)

    def on_message_complete(self) -> None:
        """The request is whole; the answer may take its time."""
        super().on_message_complete()
        self.door.wheel.forget(self)
        self._taken = 0


class Handshake(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, for as long as the handshake lasts."""

    door: Door
    due = 0
    _early: bytes | None = None
    _handed_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a handshake, which may not take long."""
        super().connection_made(transport)
        self.logger = logger
        self.door.wheel.set(self, self.door.handshake_seconds)

    def ring(self) -> None:
        """Cut off a handshake that does not come to its end."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take the request; what comes after it is kept for the connection."""
        if self._early is None:
            self._early = b""
            super().data_received(data)
        else:
            self._early += data
            if len(self._early) > self.door.early_bytes:
                self.transport.abort()

    def handle_connect(self, event: Any) -> None:
        """Offer the hand-over to the endpoint."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[EXTENSION] = self

    def hand_over(self, connection: Connection) -> None:
        """Let go of the line."""
        self._handed_over = True
        self.stop_keepalive()
        self.door.wheel.forget(self)
        if self.disconnected:
            connection.connection_lost(None)
            return
        self.disconnected = True
        self.connections.discard(self)
        company = cast(set[Connection], self.connections)
        connection.take(self.transport, self._early or b"", company)

    async def run_asgi(self) -> None:
        """Run the endpoint; unless it handed the line over, the line ends with it."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            logger.debug("gone before the handshake was over")
        except Exception:
            logger.exception("a handshake failed")
        finally:
            self._end()

    def _end(self) -> None:
        if self._handed_over:
            # Uvicorn's objects know each other in circles: cut, they go at once.
            del self.scope, self.conn, self.request, self.response, self.queue
        else:
            self.send_500_response()
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the line."""
        self.door.wheel.forget(self)
        super().connection_lost(exc)
