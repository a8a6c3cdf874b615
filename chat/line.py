"""A line: what carries a connection, how it is kept alive, and how it ends.

It has no task, queue or timer of its own: its outbox is the transport's buffer, and
one wheel times them all.
"""

import asyncio
import secrets
from collections.abc import Callable

from chat.websocket import CLOSE, check_farewell, control, farewell
from chat.wheel import Wheel

# Past this a line is too slow to follow, and catches up from history when it returns.
# A stalled one costs this, and what the kernel keeps beside it.
OUTBOX_BYTES = 128 * 1024

# NATs on mobile networks forget an idle line after a minute. The spread keeps lines
# that came together from being pinged together.
QUIET_SECONDS = 25
QUIET_SPREAD_SECONDS = 20
GRACE_SECONDS = 30

CLOSE_SECONDS = 10
SHUTDOWN_SECONDS = 3

_PING = b"\x89\x00"


class Line(asyncio.Protocol):
    """One WebSocket's transport; what it carries is the business of a subclass."""

    __slots__ = (
        "_company",
        "_heard",
        "_paused",
        "_pinged",
        "_transport",
        "_wheel",
        "closing",
        "code",
        "due",
    )

    def __init__(self, wheel: Wheel) -> None:
        self.closing = False
        """Whether nothing more may be written."""

        self.code = 0
        """The code it was closed with here; 0 if they left, or the line broke."""

        self.due = 0
        self._wheel = wheel
        self._company: set[Line] | None = None
        self._paused = False
        self._heard = wheel.now
        self._pinged = 0

    def _opened(self) -> None:
        """Begin: it may be written."""

    def _full(self) -> None:
        """The outbox passed its bound; it is about to close."""

    def _shutting_down(self) -> None:
        """The process ends; it is about to close."""

    def _closing(self) -> None:
        """From here on nothing may be written."""

    def _lost(self) -> None:
        """End."""

    def take(
        self,
        transport: asyncio.Transport,
        early: bytes = b"",
        company: "set[Line] | None" = None,
    ) -> None:
        """Begin on a transport whose handshake is done, with what arrived since.

        While the line is up it is in `company`: those to be shut down.
        """
        self._transport = transport
        self._company = company
        if company is not None:
            company.add(self)
        transport.set_protocol(self)
        transport.set_write_buffer_limits(high=OUTBOX_BYTES)
        self._await_ping()
        self._opened()
        if early:
            self.data_received(early)

    def miss(self) -> None:
        """End without a beginning: the line went before it could be taken."""
        self.closing = True
        self._lost()

    def connection_lost(self, _: Exception | None) -> None:
        """End; called by the transport, once."""
        self._wheel.forget(self)
        if self._company is not None:
            self._company.discard(self)
        if not self.closing:
            self.closing = True
            self._closing()
        self._lost()

    # -- Out

    @property
    def writer(self) -> Callable[[bytes], None]:
        """The cheapest way to write framed bytes, to be let go of at `closing`."""
        return self._transport.write

    def write(self, framed: bytes) -> None:
        """Write what is framed already, unless it is too late for that."""
        if not self.closing:
            self._transport.write(framed)

    def pause_writing(self) -> None:
        """Give up on a line that cannot keep up."""
        # We are inside somebody's `writer`, perhaps on a walk over a whole room: what
        # follows must not change what is being walked over.
        asyncio.get_running_loop().call_soon(self._give_up)

    def _give_up(self) -> None:
        if not self.closing:
            self._full()
            self.close(4000, "slow")

    # -- In

    def pause(self) -> None:
        """Take no more messages for now, not even those that have arrived."""
        if not self._paused and not self.closing:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take messages again, beginning with those that have arrived."""
        if self._paused and not self.closing:
            self._paused = False
            self._transport.resume_reading()
            asyncio.get_running_loop().call_soon(self.data_received, b"")

    # -- The end

    def close(self, code: int, reason: str = "") -> None:
        """Say why, and close; whoever does not let go within 10 s is cut off."""
        if self.closing:
            return
        self.code = code
        self._stop()
        if not self._transport.is_closing():
            self._transport.write(farewell(code, reason))
            self._end_our_half()

    def _end_our_half(self) -> None:
        """Wait for them to let go.

        Closing outright while bytes of theirs lie unread would reset the line, and the
        reason would never arrive.
        """
        if not self._transport.can_write_eof():
            self._transport.close()
            return
        try:
            self._transport.write_eof()
        except OSError:  # they are gone already
            self._transport.abort()
            return
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    def _let_go(self, payload: bytes) -> None:
        """Answer their close with the same."""
        check_farewell(payload)
        self._stop()
        self._transport.write(control(CLOSE, payload))
        self._transport.close()

    def eof_received(self) -> None:
        """Close in turn, as the transport does now; if they read nothing, cut it."""
        self._stop()

    def shutdown(self) -> None:
        """End with the process; uvicorn calls it for all of `company`."""
        if not self.closing:
            self._shutting_down()
            self.close(1012)
        self._wheel.set(self, SHUTDOWN_SECONDS)

    def abort(self) -> None:
        """Cut the line now."""
        self._stop()
        self._transport.abort()

    def _stop(self) -> None:
        """Be done with writing, and cut it off should it not end by itself."""
        if not self.closing:
            self.closing = True
            self._wheel.set(self, CLOSE_SECONDS)
            self._closing()

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
        self._transport.write(_PING)
        self._wheel.set(self, GRACE_SECONDS)

    def _await_ping(self, quiet: int = 0) -> None:
        spread = secrets.randbelow(QUIET_SPREAD_SECONDS)
        self._wheel.set(self, QUIET_SECONDS + spread - quiet)
