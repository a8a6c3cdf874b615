"""A transport that goes nowhere, and the session that listens at its other end."""

import asyncio

from chat.connection import Connection


class FakeTransport(asyncio.Transport):
    """Keeps what is written, and what was done to it."""

    def __init__(self) -> None:
        super().__init__()
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
