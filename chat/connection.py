"""A connection: one WebSocket after its handshake, frames in and frames out.

It speaks RFC 6455 as a server, without extensions and to the letter, and has no task,
queue or timer of its own: its outbox is the transport's buffer, and one wheel times
them all.
"""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable
from typing import Final, Protocol, cast

from chat.websocket import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Frame,
    Reader,
    Violation,
    check_farewell,
    control,
    farewell,
    unmask,
)
from chat.wheel import Wheel

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 8192

# Past this a line is too slow to follow, and catches up from history when it returns.
# A stalled one costs this, and what the kernel keeps beside it.
OUTBOX_BYTES = 128 * 1024
SOCKET_BYTES = 64 * 1024
UNACKNOWLEDGED_MS = 30_000

# NATs on mobile networks forget an idle line after a minute. The spread keeps lines
# that came together from being pinged together.
QUIET_SECONDS = 25
QUIET_SPREAD_SECONDS = 20
GRACE_SECONDS = 30

CLOSE_SECONDS = 10
SHUTDOWN_SECONDS = 3

_WHOLE_BINARY: Final = 0x82


class Session(Protocol):
    """Who is told what happens on a connection. None of these may wait or block.

    `lost` is called exactly once for every connection that was handed over, even if
    the line went before `opened`; `closing` exactly once before it, at the moment from
    which nothing may be written. Whoever holds a connection's `writer` lets go of it
    then. Both `full` and `closing` come from the event loop or from what the session
    itself calls, never from inside a `writer`.
    """

    def opened(self, connection: "Connection") -> None:
        """Begin: frames may be written from now on."""

    def received(self, connection: "Connection", payload: bytes) -> None:
        """Take one whole binary message."""

    def full(self, connection: "Connection") -> None:
        """Learn that the outbox passed its bound; the connection closes as `slow`."""

    def shutting_down(self, connection: "Connection") -> None:
        """Learn that the process ends; unless closed here, 1012 is said next."""

    def closing(self, connection: "Connection") -> None:
        """Write nothing more to this connection."""

    def lost(self, connection: "Connection") -> None:
        """End: the line is gone."""


class TextSession(Session, Protocol):
    """A session that also takes text messages; without it they are refused."""

    def received_text(self, connection: "Connection", text: str) -> None:
        """Take one whole text message."""


class Connection(asyncio.Protocol):
    """One WebSocket, attached to its transport by `take`.

    With `text`, the session must be a `TextSession`. `max_message` is at least 125.
    """

    __slots__ = (
        "_company",
        "_credit",
        "_heard",
        "_max_message",
        "_paused",
        "_pinged",
        "_reader",
        "_session",
        "_text",
        "_transport",
        "_wheel",
        "closing",
        "due",
    )

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
        self.closing = False
        """Whether nothing more may be written."""

        self.due = 0
        self._session = session
        self._wheel = wheel
        self._max_message = max_message
        self._text = text
        self._company: set[Connection] | None = None
        self._reader: Reader | None = None
        self._paused = False
        self._credit = self.frames_at_once
        self._heard = wheel.now
        self._pinged = 0

    # -- The line comes and goes

    def take(
        self,
        transport: asyncio.Transport,
        early: bytes = b"",
        company: "set[Connection] | None" = None,
    ) -> None:
        """Begin on a transport whose handshake is done, with what arrived since.

        While the line is up the connection is in `company`: those to be shut down.
        """
        self._transport = transport
        self._company = company
        if company is not None:
            company.add(self)
        transport.set_protocol(self)
        _bound(transport)
        self._await_ping()
        self._tell(self._session.opened)
        if early:
            self.data_received(early)

    def connection_lost(self, _: Exception | None) -> None:
        """Tell the session, once, that it is over."""
        self._wheel.forget(self)
        if self._company is not None:
            self._company.discard(self)
        if not self.closing:
            self.closing = True
            self._tell(self._session.closing)
        # Session and connection know each other; cut here, neither waits for the
        # garbage collector.
        session, self._session = self._session, NOBODY
        self._tell(session.lost)

    def eof_received(self) -> None:
        """Close in turn; to one who also reads nothing, not for ever."""
        self._stop()

    def pause_writing(self) -> None:
        """Give up on a line that cannot keep up."""
        # We are inside somebody's `writer`, perhaps on a walk over a whole room: what
        # follows must not change what is being walked over.
        asyncio.get_running_loop().call_soon(self._give_up)

    def _give_up(self) -> None:
        if not self.closing:
            self._tell(self._session.full)
            self.close(4000, "slow")

    def shutdown(self) -> None:
        """End with the process; called for all of `company`."""
        if not self.closing:
            self._tell(self._session.shutting_down)
            self.close(1012)
        self._wheel.set(self, SHUTDOWN_SECONDS)

    def _tell(self, event: "Callable[[Connection], None]") -> None:
        """Tell the session; if it fails, the connection goes on to its end."""
        try:
            event(self)
        except Exception:
            logger.exception("a session failed")

    # -- Out

    @property
    def writer(self) -> Callable[[bytes], None]:
        """The cheapest way to write framed bytes, until the session's `closing`."""
        return self._transport.write

    def send(self, payload: bytes) -> None:
        """Send one binary message."""
        if not self.closing:
            self._transport.write(frame(payload))

    def write(self, framed: bytes) -> None:
        """Send what is framed already."""
        if not self.closing:
            self._transport.write(framed)

    def close(self, code: int, reason: str = "") -> None:
        """Say why, and close; whoever does not let go within 10 s is cut off."""
        if self.closing:
            return
        self._stop()
        if self._transport.is_closing():
            return
        self._transport.write(farewell(code, reason))
        # Closing outright while bytes of theirs lie unread would reset the line, and
        # the reason would never arrive. So: end our half, and drop what still comes.
        self._transport.write_eof()
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    def abort(self) -> None:
        """Cut the line now."""
        if not self.closing:
            self._stop()
        self._transport.abort()

    def _stop(self) -> None:
        """Be done with writing, and cut off after a while."""
        if self.closing:
            return
        self.closing = True
        self._reader = None
        self._wheel.set(self, CLOSE_SECONDS)
        self._tell(self._session.closing)

    # -- Alive?

    def ring(self) -> None:
        """Ping a quiet line, close a silent one, cut one that does not let go."""
        quiet = self._wheel.now - self._heard
        if self.closing:
            self._transport.abort()
        elif self._paused:
            # Their pong may be waiting behind what we do not read.
            self._await_ping()
        elif self._pinged > self._heard:
            self.close(4001, "silent")
        elif quiet >= QUIET_SECONDS:
            self._ping()
        else:
            self._await_ping(quiet)

    def _ping(self) -> None:
        self._pinged = self._wheel.now
        self._transport.write(b"\x89\x00")
        self._wheel.set(self, GRACE_SECONDS)

    def _await_ping(self, quiet: int = 0) -> None:
        spread = secrets.randbelow(QUIET_SPREAD_SECONDS)
        self._wheel.set(self, QUIET_SECONDS + spread - quiet)

    # -- In

    def pause(self) -> None:
        """Take no more messages for now, not even those that have arrived."""
        if not self._paused and not self.closing:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take messages again, beginning with those that have arrived."""
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
            asyncio.get_running_loop().call_soon(self.data_received, b"")

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

    def _let_go(self, payload: bytes) -> None:
        """Answer the other side's close with the same."""
        check_farewell(payload)
        self._stop()
        self._transport.write(control(CLOSE, payload))
        self._transport.close()


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


def _bound(transport: asyncio.Transport) -> None:
    """Bound what waits for a slow line, here and in the kernel, and for how long."""
    transport.set_write_buffer_limits(high=OUTBOX_BYTES)
    line = transport.get_extra_info("socket")
    if line is None:
        return
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BYTES)
        # Linux only.
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            line.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS
            )
    except OSError:
        logger.debug("the line went before it was bounded")
