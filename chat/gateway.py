"""The gateway: members' connections, and one connection's requests in their order."""

import asyncio
import logging
import secrets
from collections import deque
from typing import Final

from chat import decoding, protocol
from chat.answers import Answers
from chat.connection import Connection
from chat.errors import BadFrame, Blocked, ChatError
from chat.metrics import Metrics
from chat.model import Handle
from chat.requests import Request
from chat.session import Session
from chat.settings import Settings
from chat.wheel import Wheel

MOST_BAD_FRAMES: Final = 10
MOST_WAITING: Final = 32
FEWEST_WAITING: Final = 8

logger = logging.getLogger(__name__)


class Gateway:
    """Takes what members ask, and sees that each is answered in turn."""

    def __init__(
        self,
        *,
        answers: Answers,
        wheel: Wheel,
        metrics: Metrics,
        settings: Settings,
    ) -> None:
        self.wheel = wheel
        self._answers = answers
        self._metrics = metrics
        self._settings = settings
        self._sessions: set[Session] = set()
        self._tasks: asyncio.TaskGroup | None = None
        self._at_work = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            await asyncio.Event().wait()

    @property
    def connections(self) -> int:
        """How many connections this process has."""
        return len(self._sessions)

    @property
    def full(self) -> bool:
        """Whether there are as many connections as this process may have."""
        return len(self._sessions) >= self._settings.max_connections

    def come_back_after(self) -> int:
        """Return milliseconds after which a page should come back, at random."""
        return secrets.randbelow(int(self._settings.drain_seconds * 1000) + 1)

    async def drain(self) -> None:
        """Return when all that was asked is answered."""
        await self._idle.wait()

    def tell_everyone(self, frame: bytes) -> None:
        """Send a frame to every connection of this process."""
        for session in self._sessions:
            if session.connection is not None:
                session.connection.send(frame)

    def everybody(self) -> list[Session]:
        """Return the connections here whose device has said hello."""
        return [session for session in self._sessions if session.secret]

    def of_device(self, handle: Handle) -> list[Session]:
        """Return the connections here that are one device's."""
        return [session for session in self._sessions if session.handle == handle]

    def came(self, session: Session) -> None:
        """Count a connection in."""
        self._sessions.add(session)
        self._metrics.connections.set(len(self._sessions))

    def went(self, session: Session, connection: Connection) -> None:
        """Count a connection out, and take it out of its rooms."""
        self._sessions.discard(session)
        self._metrics.connections.set(len(self._sessions))
        self._metrics.closed.labels(connection.code or "left").inc()
        self._answers.went(session, connection)

    # Frames come in -----------------------------------------------------------------

    def received(
        self, session: Session, connection: Connection, payload: bytes
    ) -> None:
        """Take one frame: answer at once what needs no waiting, queue the rest."""
        try:
            request = decoding.unpack(payload)
            if session.waiting is None and self._answers.at_once(
                session, connection, request
            ):
                return
        except ChatError as error:
            self._refuse(connection, decoding.ref_of(payload), error)
            self._count_bad(session, connection, error)
            return
        self._queue(session, connection, request)

    def _count_bad(
        self, session: Session, connection: Connection, error: ChatError
    ) -> None:
        if isinstance(error, BadFrame):
            session.bad_frames += 1
        if session.bad_frames > MOST_BAD_FRAMES:
            connection.close(4200, "bad_frames")

    def _queue(
        self, session: Session, connection: Connection, request: Request
    ) -> None:
        if session.waiting is None:
            session.waiting = deque()
        session.waiting.append(request)
        if len(session.waiting) == MOST_WAITING:
            connection.pause()
        if not session.serving and self._tasks is not None:
            session.serving = True
            self._tasks.create_task(self._serve(session, connection))

    async def _serve(self, session: Session, connection: Connection) -> None:
        """Answer what waits on one connection, in order, while it is there."""
        self._at_work += 1
        self._idle.clear()
        try:
            while session.waiting and not connection.closing:
                request = session.waiting.popleft()
                if len(session.waiting) == FEWEST_WAITING:
                    connection.resume()
                await self._answer(session, connection, request)
        except Exception:
            logger.exception("a request failed")
            connection.close(1011)
        finally:
            session.serving = False
            session.waiting = None
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    async def _answer(
        self, session: Session, connection: Connection, request: Request
    ) -> None:
        try:
            answer = await self._answers.to(session, connection, request)
        except ChatError as error:
            self._refuse(connection, getattr(request, "ref", 0), error)
        else:
            if answer:
                connection.send(answer)

    def _refuse(self, connection: Connection, ref: int, error: ChatError) -> None:
        self._metrics.refused.labels(error.code).inc()
        why = error.why if isinstance(error, Blocked) else ""
        connection.send(protocol.refused(ref, error.code, error.wait, why))
