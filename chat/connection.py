"""A connection: one WebSocket after its handshake, frames in and frames out.

It speaks RFC 6455 as a server, without extensions and to the letter.
"""

import logging
from collections.abc import Callable
from typing import Final, Protocol, cast

from chat.line import Line
from chat.websocket import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Frame,
    Reader,
    Violation,
    control,
    unmask,
)
from chat.wheel import Wheel

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 8192

_WHOLE_BINARY: Final = 0x82


class Session(Protocol):
    """Who is told what happens on a connection. None of these may wait or block.

    `opened`, `closing` and `lost` are each called exactly once, in that order; but of a
    line that had gone when it was handed over only `lost`. From `closing` on nothing
    may be written, and whoever holds the connection's `writer` lets go of it there and
    then. Neither it nor `full` is ever called from inside a `writer`.
    """

    def opened(self, connection: "Connection") -> None:
        """Begin: frames may be written from now on."""

    def received(self, connection: "Connection", payload: bytes) -> None:
        """Take one whole binary message."""

    def full(self, connection: "Connection") -> None:
        """Learn that the outbox passed its bound; it closes as `slow`."""

    def shutting_down(self, connection: "Connection") -> None:
        """Learn that the process ends; unless closed here, 1012 is said next."""

    def closing(self, connection: "Connection") -> None:
        """Write nothing more to this connection."""

    def lost(self, connection: "Connection") -> None:
        """End: the line is gone."""


class TextSession(Session, Protocol):
    """A session that takes text messages too; without it they are refused."""

    def received_text(self, connection: "Connection", text: str) -> None:
        """Take one whole text message."""


class Connection(Line):
    """One WebSocket, from the moment that `take` gives it its transport.

    With `text`, the session must be a `TextSession`. `max_message` is at least 125.
    """

    __slots__ = ("_credit", "_max_message", "_reader", "_session", "_text")

    # What one connection may send at once, and for how long it may go on: far more
    # than a page does, far less than it takes to keep a process busy. A ping makes us
    # write, so it counts for several.
    frames_at_once = 400
    frames_per_second = 100
    frames_for_a_ping = 80

    def __init__(
        self,
        session: Session,
        wheel: Wheel,
        max_message: int = MAX_MESSAGE_BYTES,
        text: bool = False,
    ) -> None:
        super().__init__(wheel)
        self._session = session
        self._max_message = max_message
        self._text = text
        self._reader: Reader | None = None
        self._credit = self.frames_at_once

    def send(self, payload: bytes) -> None:
        """Send one binary message, unless it is too late for that."""
        self.write(frame(payload))

    def data_received(self, data: bytes) -> None:
        """Take what has arrived. Whatever it is, nothing is raised."""
        if self.closing:
            self._discard()
            return
        if self._heard != self._wheel.now:
            self._hear()
        try:
            size = len(data)
            # Nearly always one small message comes alone: then the second byte, mask
            # bit and length, follows from the size.
            if (
                5 < size < 132
                and data[0] == _WHOLE_BINARY
                and data[1] == size + 122
                and self._credit > 0
                and self._reader is None
            ):
                self._credit -= 1
                self._session.received(self, unmask(data[6:], data[2:6]))
            else:
                self._read(data)
        except Violation as violation:
            self.close(violation.code, violation.reason)
        except Exception:
            logger.exception("a session failed")
            self.close(1011)

    def _discard(self) -> None:
        """Drop what comes after the end, and after too much of it stop reading."""
        self._credit -= 1
        if self._credit < 0 and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _hear(self) -> None:
        now = self._wheel.now
        earned = (now - self._heard) * self.frames_per_second
        self._credit = min(self.frames_at_once, self._credit + earned)
        self._heard = now

    def _read(self, data: bytes) -> None:
        """Take every whole frame; a reader exists only while there is a rest."""
        reader = self._reader
        if reader is None:
            reader = self._reader = Reader(self._max_message, text=self._text)
        reader.feed(data)
        while not (self.closing or self._paused) and (arrived := reader.next()):
            self._handle(arrived)
        if self.closing or reader.empty:
            self._reader = None

    def _handle(self, arrived: Frame) -> None:
        opcode, payload = arrived
        self._spend(self.frames_for_a_ping if opcode == PING else 1)
        if opcode == BINARY:
            self._session.received(self, payload)
        elif opcode == TEXT:
            cast(TextSession, self._session).received_text(self, payload.decode())
        elif opcode == PING:
            self._transport.write(control(PONG, payload))
        elif opcode == CLOSE:
            self._let_go(payload)

    def _spend(self, frames: int) -> None:
        self._credit -= frames
        if self._credit < 0:
            raise Violation(4201, "flood")

    def _opened(self) -> None:
        self._tell(self._session.opened)

    def _full(self) -> None:
        self._tell(self._session.full)

    def _shutting_down(self) -> None:
        self._tell(self._session.shutting_down)

    def _closing(self) -> None:
        self._reader = None
        self._tell(self._session.closing)

    def _lost(self) -> None:
        # Session and connection know each other; cut here, neither waits for the
        # garbage collector.
        session, self._session = self._session, NOBODY
        self._tell(session.lost)

    def _tell(self, event: "Callable[[Connection], None]") -> None:
        """Tell the session; if it fails, that ends this connection and no other."""
        try:
            event(self)
        except Exception:
            logger.exception("a session failed")
            self.close(1011)


class Nobody:
    """The session of a connection that is over: hears everything, does nothing."""

    def _ignore(self, connection: Connection, payload: bytes = b"") -> None: ...

    opened = received = full = shutting_down = closing = lost = _ignore


NOBODY = Nobody()


def frame(payload: bytes) -> bytes:
    """Put the header of one whole binary message before its payload."""
    size = len(payload)
    if size < 126:
        return bytes((_WHOLE_BINARY, size)) + payload
    if size < 65536:
        return bytes((_WHOLE_BINARY, 126)) + size.to_bytes(2) + payload
    return bytes((_WHOLE_BINARY, 127)) + size.to_bytes(8) + payload
