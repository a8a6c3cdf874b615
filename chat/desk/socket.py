"""The staff socket: news of cases for whoever is signed in, and only while they are.

A page may say two things on it: which case it shows, and that somebody is at it. That
they are signed in still is looked at with each of them, twice a minute, and whenever
something may have been missed; an end that is told closes the socket at once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from starlette.responses import Response
from starlette.websockets import WebSocket

from chat import bulletin
from chat.bulletin import SUBPROTOCOL, TOPIC
from chat.connection import Connection
from chat.desk.guard import Guard
from chat.errors import BadFrame, ChatError, Unavailable
from chat.handover import Door, hand_over
from chat.hub import Hub
from chat.prefixes import Ticket
from chat.protocol import unpack_value
from chat.roles import may
from chat.signing import sittings
from chat.signing.sittings import Deskmate, Sittings
from chat.signing.watch import Watch
from chat.wheel import Deadline

LOOKING_AT, STILL_HERE = 96, 97

SIGNED_OUT: Final = 4205
FORBIDDEN: Final = 4206
LOOK_AGAIN_SECONDS: Final = 30
MOST_WAITING: Final = 8
MOST_SOCKETS: Final = 1000
LONGEST_CASE_ID: Final = 64

_NOT_ALLOWED = Response(status_code=403)
_NOT_OURS = Response(status_code=400)
_FULL = Response(status_code=503, headers={"Retry-After": "30"})
_BY_ITSELF: Final = "look again"

Looking = Callable[[Deskmate, str], Awaitable[object]]
Asked = tuple[int, str] | Literal["look again"]

logger = logging.getLogger(__name__)


class StaffSocket:
    """The endpoint of the staff socket, and all that came through it and is here."""

    def __init__(
        self,
        *,
        guard: Guard,
        sittings: Sittings,
        hub: Hub,
        door: Door,
        open_: Callable[[], bool],
        looking: Looking,
        watch: Watch,
    ) -> None:
        self._guard = guard
        self._sittings = sittings
        self._hub = hub
        self._open = open_
        self._looking = looking
        self._watch = watch
        self._sessions: set[StaffSession] = set()
        self._tasks: asyncio.TaskGroup | None = None
        self.door = door

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            await asyncio.Event().wait()

    async def enter(self, websocket: WebSocket) -> None:
        """Accept a page's socket, if it is one of our pages.

        Whoever is not signed in is let in to be told so: of a line that is refused a
        page does not learn why, and would dial for ever.
        """
        if not self._guard.is_our_origin(websocket.headers):
            await websocket.send_denial_response(_NOT_ALLOWED)
        elif SUBPROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.send_denial_response(_NOT_OURS)
        elif not self._open() or len(self._sessions) >= MOST_SOCKETS:
            await websocket.send_denial_response(_FULL)
        else:
            await self._admit(websocket)

    async def _admit(self, websocket: WebSocket) -> None:
        address = websocket.client.host if websocket.client else ""
        ticket: Ticket | None = None
        if address not in self.door.trusted:
            ticket = self.door.prefixes.enter(address)
            if ticket is None:
                await websocket.send_denial_response(_FULL)
                return
        try:
            me = await self._guard.who(websocket)
        except Unavailable:
            await websocket.send_denial_response(_FULL)
            if ticket is not None:
                ticket.leave()
            return
        await websocket.accept(subprotocol=SUBPROTOCOL)
        session = StaffSession(self, me, ticket)
        hand_over(websocket, Connection(session, self.door.wheel))

    # What becomes of sittings ---------------------------------------------------------

    def heard(self, news: bytes) -> None:
        """Close what was opened in a sitting whose end is told."""
        told = sittings.ended(news)
        if told is None:
            return
        staff_id, ref = told
        for session in tuple(self._sessions):
            if session.is_of(staff_id, ref):
                session.sign_out()

    def missed(self) -> None:
        """Look at all sittings, since an end may have been told that was not heard."""
        for session in tuple(self._sessions):
            session.look_again()

    # What sessions tell ---------------------------------------------------------------

    def came(self, session: "StaffSession", connection: Connection) -> None:
        """Count a page in; those who may see cases hear of them from now on."""
        self._sessions.add(session)
        if session.me is not None and may(session.me.role, "cases"):
            self._hub.follow(TOPIC, connection)
        # An end that was told between the look and this moment was heard by nobody.
        session.look_again()

    def went(self, session: "StaffSession", connection: Connection) -> None:
        """Count a page out."""
        self._sessions.discard(session)
        self._hub.unfollow(TOPIC, connection)

    def serve(self, session: "StaffSession") -> None:
        """Answer what waits in a session."""
        if self._tasks is not None:
            self._tasks.create_task(self._serve(session))

    async def _serve(self, session: "StaffSession") -> None:
        """Answer in order; what fails ends this socket and no other."""
        try:
            while (asked := session.next()) is not None:
                await self._answer(session, asked)
        except Exception:
            logger.exception("a request of the room team failed")
            session.close(1011)

    async def _answer(self, session: "StaffSession", asked: Asked) -> None:
        me = session.me
        active = asked != _BY_ITSELF
        try:
            if me is None or not await self._sittings.is_seated(me, active=active):
                session.sign_out()
                return
            if may(me.role, "cases"):
                await self._watch.note(me.id)
        except Unavailable:
            # Nobody can have signed out meanwhile: that needs the same server.
            return
        if isinstance(asked, tuple) and asked[0] == LOOKING_AT:
            session.case = asked[1]
        if session.case:
            await self._look(session, me)

    async def _look(self, session: "StaffSession", me: Deskmate) -> None:
        """Let the others know who looks at a case."""
        if not may(me.role, "cases"):
            session.close(FORBIDDEN, "forbidden")
            return
        try:
            await self._looking(me, session.case)
        except ChatError:
            # A case that is not there, or a store that is not: neither is worth a line.
            session.case = ""


class StaffSession:
    """One page of somebody of the room team; of nobody, to be told so."""

    def __init__(
        self, house: StaffSocket, me: Deskmate | None, ticket: Ticket | None
    ) -> None:
        self.me = me
        self.case = ""
        self._house = house
        self._ticket = ticket
        self._connection: Connection | None = None
        self._deadline: Deadline | None = None
        self._waiting: deque[Asked] = deque()
        self._serving = False

    def is_of(self, staff_id: str, ref: str) -> bool:
        """Tell whether it belongs to a sitting, or to any of somebody's."""
        me = self.me
        return me is not None and me.id == staff_id and ref in {"", me.sitting.ref}

    # What a page asks -----------------------------------------------------------------

    def received(self, connection: Connection, payload: bytes) -> None:
        """Take one frame."""
        asked = _asked(payload)
        if asked is None:
            connection.close(4200, "bad_frames")
        elif len(self._waiting) >= MOST_WAITING:
            connection.close(4201, "flood")
        else:
            self._wait(asked)

    def look_again(self) -> None:
        """Have it looked at whether somebody is signed in still."""
        if _BY_ITSELF not in self._waiting:
            self._wait(_BY_ITSELF)

    def _wait(self, asked: Asked) -> None:
        self._waiting.append(asked)
        if not self._serving:
            self._serving = True
            self._house.serve(self)

    def next(self) -> Asked | None:
        """Return what is to be answered next; None: nothing more for now."""
        if self._waiting and self._connection is not None:
            return self._waiting.popleft()
        self._serving = False
        return None

    # The line -------------------------------------------------------------------------

    def opened(self, connection: Connection) -> None:
        """Begin."""
        self._connection = connection
        if self.me is None:
            self.sign_out()
            return
        self._house.came(self, connection)
        self._later()

    def _later(self) -> None:
        wheel = self._house.door.wheel
        self._deadline = wheel.after(LOOK_AGAIN_SECONDS, self._time_to_look)

    def _time_to_look(self) -> None:
        self.look_again()
        self._later()

    def sign_out(self) -> None:
        """Tell the page that nobody is signed in, and close."""
        if self._connection is not None:
            self._connection.send(bulletin.signed_out())
            self.close(SIGNED_OUT, "signed_out")

    def close(self, code: int, reason: str = "") -> None:
        """Close the line."""
        if self._connection is not None:
            self._connection.close(code, reason)

    def full(self, _connection: Connection) -> None:
        """Nothing more than what `closing` does: the page comes back and asks."""

    def shutting_down(self, _connection: Connection) -> None:
        """Nothing: pages of the room team come back by themselves."""

    def closing(self, connection: Connection) -> None:
        """Hear nothing more."""
        self._connection = None
        self._house.went(self, connection)
        if self._deadline is not None:
            self._deadline.cancel()

    def lost(self, _connection: Connection) -> None:
        """End."""
        if self._ticket is not None:
            self._ticket.leave()


def _asked(payload: bytes) -> tuple[int, str] | None:
    """Return what a page asks: that it shows a case, or that somebody is at it."""
    try:
        match unpack_value(payload):
            case (kind, str(case)) if kind == LOOKING_AT:
                return (LOOKING_AT, case) if len(case) <= LONGEST_CASE_ID else None
            case (kind,) if kind == STILL_HERE:
                return (STILL_HERE, "")
    except BadFrame:
        pass
    return None
