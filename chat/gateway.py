"""The gateway: what a member may ask over a connection, and who answers."""

import asyncio
import logging
import secrets
from collections import deque
from typing import Final, assert_never

from chat import protocol
from chat.clock import Clock
from chat.connection import Connection
from chat.errors import (
    BadFrame,
    ChatError,
    HelloFirst,
    NotInRoom,
    TooFast,
    TooManyRooms,
)
from chat.identity import Identity
from chat.metrics import Metrics
from chat.model import Member, RoomName
from chat.protocol import (
    Earlier,
    Hello,
    Here,
    Join,
    Leave,
    Name,
    React,
    Request,
    Say,
    TakeBack,
    Typing,
)
from chat.rooms import Rooms
from chat.session import Session
from chat.settings import Settings
from chat.throttle import Pace, Paces
from chat.wheel import Wheel

BEAT_SECONDS: Final = 60
MOST_ROOMS: Final = 8
MOST_BAD_FRAMES: Final = 10
MOST_WAITING: Final = 32
FEWEST_WAITING: Final = 8
MOST_DEVICES: Final = 50_000
"""How many devices' paces are remembered at a time."""

logger = logging.getLogger(__name__)


class Gateway:
    """Answers what members ask, one connection's requests in order."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        identity: Identity,
        wheel: Wheel,
        clock: Clock,
        metrics: Metrics,
        settings: Settings,
    ) -> None:
        self.wheel = wheel
        self._rooms = rooms
        self._identity = identity
        self._clock = clock
        self._metrics = metrics
        self._settings = settings
        self._sessions: set[Session] = set()
        self._tasks: asyncio.TaskGroup | None = None
        self._at_work = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._says = _paces(settings.says_per_minute)
        self._joins = _paces(settings.joins_per_minute)
        self._reactions = _paces(settings.reactions_per_minute)
        self._typing = _paces(30)

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            await asyncio.Event().wait()

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

    def came(self, session: Session) -> None:
        """Count a connection in."""
        self._sessions.add(session)
        self._metrics.connections.set(len(self._sessions))

    def went(self, session: Session, connection: Connection) -> None:
        """Count a connection out, and take it out of its rooms."""
        self._sessions.discard(session)
        self._metrics.connections.set(len(self._sessions))
        for room, member in session.rooms.items():
            self._rooms.leave(connection, room, member, at_once=False)
        session.rooms.clear()

    # Frames come in -----------------------------------------------------------------

    def received(
        self, session: Session, connection: Connection, payload: bytes
    ) -> None:
        """Take one frame: answer at once what needs no waiting, queue the rest."""
        try:
            request = protocol.unpack(payload)
            if session.waiting is None and self._answered_at_once(
                session, connection, request
            ):
                return
        except ChatError as error:
            self._refuse(connection, protocol.ref_of(payload), error)
            self._count_bad(session, connection, error)
            return
        self._queue(session, connection, request)

    def _answered_at_once(
        self, session: Session, connection: Connection, request: Request
    ) -> bool:
        match request:
            case Hello():
                self._hello(session, connection, request)
            case Typing(room):
                self._typed(session, room)
            case Here(away):
                self._beat(session, connection, away=away)
            case _:
                return False
        return True

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
        """Answer what waits on one connection, in order, until nothing does."""
        self._at_work += 1
        self._idle.clear()
        try:
            while session.waiting:
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
            answer = await self._asked(session, connection, request)
        except ChatError as error:
            self._refuse(connection, getattr(request, "ref", 0), error)
        else:
            if answer:
                connection.send(answer)

    def _refuse(self, connection: Connection, ref: int, error: ChatError) -> None:
        self._metrics.refused.labels(error.code).inc()
        connection.send(protocol.refused(ref, error.code, error.wait))

    # Who answers --------------------------------------------------------------------

    async def _asked(
        self, session: Session, connection: Connection, request: Request
    ) -> bytes:
        match request:
            case Hello() | Typing() | Here():
                self._answered_at_once(session, connection, request)
            case Join():
                return await self._join(session, connection, request)
            case Leave():
                return self._leave(session, connection, request)
            case Say() | TakeBack() | React():
                return await self._event(session, request)
            case Name():
                return await self._name(session, request)
            case Earlier():
                return await self._earlier(session, request)
            case _:
                assert_never(request)
        return b""

    def _hello(self, session: Session, connection: Connection, hello: Hello) -> None:
        if session.secret:
            raise HelloFirst
        session.greeted(hello.secret, self._identity.device(hello.secret))
        repeat = int(self._settings.repeat_minutes * 60)
        now = self._clock.seconds()
        connection.send(protocol.welcome(hello.ref, now, BEAT_SECONDS, repeat))

    def _typed(self, session: Session, room: str) -> None:
        """Pass on that somebody is writing, or drop it: it is never answered."""
        member = session.rooms.get(RoomName(room))
        if member and not self._wait(session, self._typing):
            self._rooms.typing(RoomName(room), member)

    def _beat(self, session: Session, connection: Connection, *, away: bool) -> None:
        for room, member in session.rooms.items():
            self._rooms.beat(connection, room, member, away=away)

    async def _join(
        self, session: Session, connection: Connection, join: Join
    ) -> bytes:
        self._may(session, self._joins)
        room = RoomName(join.room)
        if room not in session.rooms and len(session.rooms) >= MOST_ROOMS:
            raise TooManyRooms
        entered = await self._rooms.join(connection, session.secret, join)
        if connection.closing:
            self._rooms.leave(connection, room, entered.member, at_once=False)
            return b""
        session.rooms[room] = entered.member
        page = entered.page
        return protocol.joined(
            join.ref,
            room,
            page.epoch,
            page.position,
            whole=page.whole,
            more=page.more,
            who=entered.member.who,
            people=entered.people,
            events=page.events,
        )

    def _leave(self, session: Session, connection: Connection, leave: Leave) -> bytes:
        member = self._member(session, leave.room)
        room = RoomName(leave.room)
        del session.rooms[room]
        self._rooms.leave(connection, room, member, at_once=True)
        return protocol.done(leave.ref, 0, 0)

    async def _event(self, session: Session, request: Say | TakeBack | React) -> bytes:
        room = RoomName(request.room)
        member = self._member(session, room)
        match request:
            case Say():
                self._may(session, self._says)
                receipt = await self._rooms.say(room, member, request)
            case TakeBack():
                self._may(session, self._reactions)
                receipt = await self._rooms.take_back(room, member, request)
            case React():
                self._may(session, self._reactions)
                receipt = await self._rooms.react(room, member, request)
            case _:
                assert_never(request)
        return protocol.done(request.ref, receipt.position, receipt.at)

    async def _name(self, session: Session, name: Name) -> bytes:
        self._may(session, self._joins)
        member, free = await self._rooms.name(session.secret, name)
        return protocol.named(name.ref, member.who, free)

    async def _earlier(self, session: Session, earlier: Earlier) -> bytes:
        self._member(session, earlier.room)
        self._may(session, self._joins)
        page = await self._rooms.earlier(RoomName(earlier.room), earlier.before)
        return protocol.history(
            earlier.ref, earlier.room, more=page.more, events=page.events
        )

    def _member(self, session: Session, room: str) -> Member:
        if not session.secret:
            raise HelloFirst
        member = session.rooms.get(RoomName(room))
        if member is None:
            raise NotInRoom
        return member

    def _may(self, session: Session, paces: Paces) -> None:
        """Hold a device to a pace, whichever connection of its own it uses."""
        if not session.secret:
            raise HelloFirst
        if wait := self._wait(session, paces):
            raise TooFast(wait)

    def _wait(self, session: Session, paces: Paces) -> float:
        return paces.take(session.device, self._clock.monotonic())


def _paces(per_minute: int) -> Paces:
    return Paces(Pace.per_minute(per_minute, max(5, per_minute // 4)), MOST_DEVICES)
