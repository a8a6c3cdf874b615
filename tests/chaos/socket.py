"""A line to the service, as a browser's WebSocket is one."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import OPEN
from websockets.typing import Origin, Subprotocol
from websockets.uri import parse_uri

from chat.protocol import SUBPROTOCOL

HOST = "127.0.0.1"
ORIGIN = "http://porchlight.test"
BROKEN = 1006
SMALL_WINDOW_BYTES = 4096

Hear = Callable[[bytes], None]


class Socket(asyncio.Protocol):
    """One WebSocket: `opened` and `gone` (with its close code) are its two moments."""

    def __init__(self, port: int, hear: Hear) -> None:
        loop = asyncio.get_running_loop()
        self.port = port
        self.opened: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[int] = loop.create_future()
        self._hear = hear
        self._protocol = ClientProtocol(
            parse_uri(f"ws://{HOST}:{port}/ws"),
            origin=Origin(ORIGIN),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        self._protocol.send_request(self._protocol.connect())
        self._write()

    def data_received(self, data: bytes) -> None:
        """Pass on every message."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Response):
                self._answered()
            elif isinstance(event, Frame) and event.opcode is Opcode.BINARY:
                self._hear(bytes(event.data))
        self._write()

    def _answered(self) -> None:
        if self._protocol.state is OPEN:
            self.opened.set_result(None)
        else:
            self._transport.abort()

    def eof_received(self) -> None:
        """Close in turn."""

    def connection_lost(self, _: Exception | None) -> None:
        """Tell that it is over."""
        if not self.opened.done():
            self.opened.set_exception(ConnectionRefusedError("not let in"))
        self._protocol.receive_eof()
        if not self.gone.done():
            self.gone.set_result(self._protocol.close_code or BROKEN)

    def send(self, message: bytes) -> None:
        """Send a message, unless the line is closing."""
        if self._protocol.state is OPEN:
            self._protocol.send_binary(message)
            self._write()

    def _write(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)

    def stop_reading(self) -> None:
        """Leave everything that arrives where it is."""
        self._transport.pause_reading()

    def read_on(self) -> None:
        """Read again."""
        with suppress(RuntimeError):  # it may be closing
            self._transport.resume_reading()

    def abort(self) -> None:
        """Let go of the line without a word."""
        self._transport.abort()


async def dial(port: int, hear: Hear, *, small: bool = False) -> Socket:
    """Return an open line; `small` makes it one that holds hardly anything unread.

    Raises:
        OSError: If nobody is there, or nobody is let in.

    """
    loop = asyncio.get_running_loop()
    line = socket.socket()
    line.setblocking(False)
    if small:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW_BYTES)
    try:
        await loop.sock_connect(line, (HOST, port))
    except BaseException:
        line.close()
        raise
    _, made = await loop.create_connection(lambda: Socket(port, hear), sock=line)
    try:
        await made.opened
    except BaseException:
        made.abort()
        raise
    return made
