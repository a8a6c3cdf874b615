"""A transport that goes nowhere, and the session that listens at its other end."""

import asyncio
import socket

from chat.connection import Connection
from chat.wheel import Wheel


class FakeTransport(asyncio.Transport):
    """Keeps what is written, and what was done to it."""

    def __init__(self, line: socket.socket | None = None) -> None:
        super().__init__({"socket": line})
        self.written = b""
        self.done: list[str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert "closed" not in self.done
        assert "ended" not in self.done
        self.written += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.done.append("ended")

    def close(self) -> None:
        self.done.append("closed")

    def abort(self) -> None:
        self.done.append("cut")

    def is_closing(self) -> bool:
        return "closed" in self.done or "cut" in self.done

    def pause_reading(self) -> None:
        self.done.append("paused")

    def resume_reading(self) -> None:
        self.done.append("resumed")

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        self.high = high


class Listener:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.messages: list[bytes | str] = []

    def opened(self, connection: Connection) -> None:
        self.told.append("opened")

    def received(self, connection: Connection, payload: bytes) -> None:
        self.messages.append(payload)

    def received_text(self, connection: Connection, text: str) -> None:
        self.messages.append(text)

    def full(self, connection: Connection) -> None:
        self.told.append("full")

    def shutting_down(self, connection: Connection) -> None:
        self.told.append("shutting down")

    def closing(self, connection: Connection) -> None:
        self.told.append("closing")

    def lost(self, connection: Connection) -> None:
        self.told.append("lost")


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
