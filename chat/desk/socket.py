"""The staff socket: news of cases for whoever is signed in, and only while they are.

A page may say on it which case it shows, that somebody is at it, and what they say in
talks. That they are signed in still is looked at with each of these, twice a minute,
and when something may have been missed; an end that is told closes the socket at once.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response
from starlette.websockets import WebSocket

from chat.bulletin import CALLS, SUBPROTOCOL, TOPIC
from chat.connection import Connection
from chat.desk.asked import Asked, Check, InTalk, LookAgain, LookingAt, Typing
from chat.desk.guard import Guard
from chat.desk.staff_session import LOOK_AGAIN_SECONDS, StaffSession
from chat.desk.talking import Talking
from chat.errors import ChatError, Unavailable
from chat.handover import Door, hand_over
from chat.hub import Hub
from chat.prefixes import Ticket
from chat.roles import may
from chat.signing import sittings
from chat.signing.sittings import Deskmate, Sittings
from chat.signing.watch import Watch
from chat.wheel import Wheel

__all__ = ["FORBIDDEN", "LOOK_AGAIN_SECONDS", "Looking", "StaffSocket"]

FORBIDDEN: Final = 4206
MOST_SOCKETS: Final = 1000

_NOT_ALLOWED = Response(status_code=403)
_NOT_OURS = Response(status_code=400)
_FULL = Response(status_code=503, headers={"Retry-After": "30"})

Looking = Callable[[Deskmate, str], Awaitable[object]]
PageSeen = Callable[[str], Awaitable[object]]

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
        talking: Talking,
    ) -> None:
        self._guard = guard
        self._sittings = sittings
        self._hub = hub
        self._open = open_
        self._looking = looking
        self._watch = watch
        self._talking = talking
        self.page_seen: PageSeen = _unseen
        """Told, now and then, who has a page open."""

        self._sessions: set[StaffSession] = set()
        self._tasks: asyncio.TaskGroup | None = None
        self.door = door

    @property
    def wheel(self) -> Wheel:
        """Return what wakes every page's session."""
        return self.door.wheel

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

    def came(self, session: StaffSession, connection: Connection) -> None:
        """Count a page in; all hear of needs, and of cases who may see them."""
        self._sessions.add(session)
        self._hub.follow(CALLS, connection)
        if session.me is not None and may(session.me.role, "cases"):
            self._hub.follow(TOPIC, connection)
        # An end that was told between the look and this moment was heard by nobody.
        session.look_again()

    def went(self, session: StaffSession, connection: Connection) -> None:
        """Count a page out."""
        self._sessions.discard(session)
        self._hub.unfollow(TOPIC, connection)
        self._hub.unfollow(CALLS, connection)
        self._talking.went(session, connection)

    def typed(self, session: StaffSession, asked: Typing) -> None:
        """Pass on that somebody writes."""
        self._talking.typed(session, asked)

    def need_changed(self, need_id: str) -> None:
        """See that nobody reads a talk any more that is not theirs."""
        for session in tuple(self._sessions):
            session.check(need_id)

    def serve(self, session: StaffSession) -> None:
        """Answer what waits in a session."""
        if self._tasks is not None:
            self._tasks.create_task(self._serve(session))

    async def _serve(self, session: StaffSession) -> None:
        """Answer in order; what fails ends this socket and no other."""
        try:
            while (asked := session.next()) is not None:
                await self._answer(session, asked)
        except Exception:
            logger.exception("a request of the room team failed")
            session.close(1011)

    async def _answer(self, session: StaffSession, asked: Asked) -> None:
        me = session.me
        try:
            if me is None or not await self._is_there(me, asked):
                session.sign_out()
            else:
                await self._do(session, me, asked)
        except ChatError as error:
            # Nobody can have signed out while Redis is away: that needs it too.
            session.refuse(asked, error)

    async def _is_there(self, me: Deskmate, asked: Asked) -> bool:
        """Tell whether somebody is signed in still, and let it be known if they are."""
        active = not isinstance(asked, LookAgain | Check)
        if not await self._sittings.is_seated(me, active=active):
            return False
        if may(me.role, "cases"):
            await self._watch.note(me.id)
        with contextlib.suppress(ChatError):
            await self.page_seen(me.id)
        return True

    async def _do(self, session: StaffSession, me: Deskmate, asked: Asked) -> None:
        if isinstance(asked, InTalk):
            session.send(await self._talking.to(session, me, asked))
            return
        if isinstance(asked, Check):
            await self._talking.check(session, me, asked.need)
            return
        await self._talking.look(session, me)
        if isinstance(asked, LookingAt):
            session.case = asked.case
        if session.case:
            await self._look(session, me)

    async def _look(self, session: StaffSession, me: Deskmate) -> None:
        """Let the others know who looks at a case."""
        if not may(me.role, "cases"):
            session.close(FORBIDDEN, "forbidden")
            return
        try:
            await self._looking(me, session.case)
        except ChatError:
            # A case that is not there, or a store that is not: neither is worth a line.
            session.case = ""


async def _unseen(_staff_id: str) -> None:
    return None
