"""The handshake: a line between its request for a WebSocket and the hand-over."""

import asyncio
import logging
from http import HTTPStatus
from typing import cast
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

from chat.connection import NOBODY, Connection
from chat.line import Line
from chat.upgrade import NotAWebSocket, response, subprotocols, switching, token_for
from chat.wheel import Wheel

logger = logging.getLogger(__name__)

EXTENSION = "porchlight.handover"

HANDSHAKE_SECONDS = 10

# What may come before it is our turn: a hello and a join.
EARLY_BYTES = 16 * 1024


class Handshake(asyncio.Protocol):
    """A line between its request for a WebSocket and the hand-over, seen as ASGI.

    Written out rather than left to uvicorn, which serialises the request, parses it
    once more and builds a whole WebSocket that we would drop: that took half the time
    of a connection.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        wheel: Wheel,
        *,
        app: ASGIApp,
        tasks: set[asyncio.Task[None]],
        company: "set[Line | Handshake]",
    ) -> None:
        self.due = 0
        self._transport = transport
        self._wheel = wheel
        self._app = app
        self._tasks = tasks
        self._company = company
        self._early = b""
        self._asked = False
        self._answered = False
        self._accepted = False
        self._lost = asyncio.Event()

    def begin(self, url: bytes, scope: Scope, early: bytes) -> None:
        """Take over a line whose HTTP request asks for a WebSocket."""
        self._company.add(self)
        self._transport.set_protocol(self)
        self._wheel.set(self, HANDSHAKE_SECONDS)
        self.data_received(early)
        try:
            self._token = token_for(
                scope["method"], scope["http_version"], scope["headers"]
            )
        except NotAWebSocket as refusal:
            self._refuse(refusal.answer)
        else:
            self._start(self._websocket_scope(url, scope))

    def _websocket_scope(self, url: bytes, scope: Scope) -> Scope:
        path, _, query = url.partition(b"?")
        return {
            **scope,
            "type": "websocket",
            "scheme": "wss" if scope["scheme"] == "https" else "ws",
            "path": scope["root_path"] + unquote(path.decode("latin-1")),
            "raw_path": path,
            "query_string": query,
            "subprotocols": subprotocols(scope["headers"]),
            "extensions": {"websocket.http.response": {}, EXTENSION: self},
        }

    def _start(self, scope: Scope) -> None:
        task = asyncio.get_running_loop().create_task(self._run(scope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, scope: Scope) -> None:
        """Ask the endpoint; a line that it left undecided ends with a fault of ours."""
        try:
            await self._app(scope, self._receive, self._send)
        except Exception:
            logger.exception("a handshake failed")
        finally:
            self._close(1011)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "websocket.connect"}
        await self._lost.wait()
        return {"type": "websocket.disconnect", "code": 1006}

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept":
                self._accept(message)
            case "websocket.close":
                self._close(message.get("code", 1000), HTTPStatus.FORBIDDEN)
            case "websocket.http.response.start":
                self._status, self._headers = message["status"], message["headers"]
                self._body = b""
            case "websocket.http.response.body":
                self._body += message.get("body", b"")
                if not message.get("more_body", False):
                    self._refuse(response(self._status, self._headers, self._body))
            case kind:
                raise RuntimeError(f"{kind} must come after the hand-over")

    def _accept(self, message: Message) -> None:
        self._answered = self._accepted = True
        self._write(
            switching(
                self._token, message.get("subprotocol"), message.get("headers", ())
            )
        )

    def _close(
        self, code: int, status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
    ) -> None:
        """Close a line that was not handed over, by HTTP if it can still be."""
        if self._accepted:
            connection = Connection(NOBODY, self._wheel)
            self.hand_over(connection)
            connection.close(code)
        elif not self._answered:
            self._refuse(response(status))

    def _refuse(self, answer: bytes) -> None:
        # The wheel cuts it off should it not let go.
        self._answered = True
        self._write(answer)
        self._transport.close()

    def _write(self, answer: bytes) -> None:
        """Answer, unless there is nobody any more."""
        if not self._transport.is_closing():
            self._transport.write(answer)

    def hand_over(self, connection: Connection) -> None:
        """Let go of the line.

        Raises:
            RuntimeError: If it was not accepted before, or was handed over already.

        """
        if not self._accepted:
            raise RuntimeError("a line is accepted first, and handed over once")
        self._accepted = False
        self._wheel.forget(self)
        self._company.discard(self)
        if self._lost.is_set():
            connection.miss()
        else:
            company = cast("set[Line]", self._company)
            connection.take(self._transport, self._early, company)

    def data_received(self, data: bytes) -> None:
        """Keep what comes before its time."""
        self._early += data
        if len(self._early) > EARLY_BYTES:
            self._transport.abort()

    def ring(self) -> None:
        """Cut off a handshake that does not come to its end."""
        self._transport.abort()

    def shutdown(self) -> None:
        """End with the process."""
        self._close(1012, HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, _: Exception | None) -> None:
        """Forget the line."""
        self._wheel.forget(self)
        self._company.discard(self)
        self._lost.set()
