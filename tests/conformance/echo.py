"""An echo on the service's own connection, for a conformance suite to talk to."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from chat import logs
from chat.clock import Clock
from chat.connection import Connection, frame
from chat.handover import Door, hand_over, http_protocol, websocket_protocol
from chat.prefixes import Prefixes
from chat.wheel import Wheel

# The largest message that a case sends and wants back.
MAX_MESSAGE_BYTES = 512 * 1024


class Patient(Connection):
    """A connection that lets a test suite send as fast as it likes."""

    __slots__ = ()
    frames_at_once = 1_000_000
    frames_for_a_ping = 1


class Echo:
    """Says back whatever it hears."""

    def received(self, connection: Connection, payload: bytes) -> None:
        connection.send(payload)

    def received_text(self, connection: Connection, text: str) -> None:
        connection.write(b"\x81" + frame(text.encode())[1:])

    def _nothing(self, connection: Connection) -> None: ...

    opened = full = shutting_down = closing = lost = _nothing


def serve(listener: socket.socket) -> None:
    """Echo on a listening socket until told to stop."""
    wheel = Wheel()
    door = Door(wheel, Prefixes(1000, Clock()))
    config = uvicorn.Config(
        _application(wheel),
        http=http_protocol(door),
        ws=websocket_protocol(door),
        log_config=None,
        access_log=False,
    )
    logs.configure("INFO")
    uvicorn.Server(config).run([listener])


def _application(wheel: Wheel) -> Starlette:
    @contextlib.asynccontextmanager
    async def turning(_: Starlette) -> AsyncIterator[None]:
        wheel.start(asyncio.get_running_loop())
        yield
        wheel.stop()

    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        connection = Patient(Echo(), wheel, MAX_MESSAGE_BYTES, text=True)
        hand_over(websocket, connection)

    return Starlette(routes=[WebSocketRoute("/", echo)], lifespan=turning)
