"""The answers: what a member may ask, and who is asked about it."""

import asyncio
import sys
from collections.abc import Callable
from typing import Final, assert_never

from chat import asides, protocol
from chat.calling import Call, Calling
from chat.clock import Clock
from chat.connection import Connection
from chat.errors import HelloFirst, NotInRoom, TooManyRooms
from chat.held import Held, HeldRooms
from chat.identity import Identity
from chat.model import Handle, Member, RoomName
from chat.oncall.refusals import NeedOver
from chat.pacing import Pacing
from chat.requests import (
    Appeal,
    Bell,
    CallBack,
    Card,
    Earlier,
    Heed,
    Hello,
    Here,
    Join,
    Leave,
    Name,
    Raise,
    React,
    Report,
    Request,
    Say,
    Stay,
    TakeBack,
    TalkMore,
    Typing,
    Withdraw,
)
from chat.rooms import Rooms
from chat.sanctions import Sanctions
from chat.session import Session
from chat.settings import Settings
from chat.speaking import Speaking
from chat.talkroom import is_talk
from chat.talks import Talks
from chat.team import Team

BEAT_SECONDS: Final = 60
MOST_ROOMS: Final = 8


class Answers:
    """Answers one request at a time, held to the pace of the device that asks."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        speaking: Speaking,
        calling: Calling,
        talks: Talks,
        goes_on: Callable[[Handle, RoomName], bool],
        team: Team,
        sanctions: Sanctions,
        held: HeldRooms,
        identity: Identity,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._rooms = rooms
        self._speaking = speaking
        self._calling = calling
        self._talks = talks
        self._goes_on = goes_on
        self._team = team
        self._sanctions = sanctions
        self._held = held
        self._identity = identity
        self._clock = clock
        self._pacing = Pacing(settings=settings, clock=clock)
        self._repeat_seconds = int(settings.repeat_minutes * 60)

    def at_once(
        self, session: Session, connection: Connection, request: Request
    ) -> bool:
        """Answer what needs no waiting; return whether it was such a request.

        Raises:
            HelloFirst: If hello is said twice.

        """
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

    def went(self, session: Session, connection: Connection) -> None:
        """Take somebody whose connection ended out of their rooms."""
        for room, member in session.rooms.items():
            self._rooms.leave(connection, room, member, at_once=False)
        session.rooms.clear()

    async def to(
        self, session: Session, connection: Connection, request: Request
    ) -> bytes:
        """Return the answer to a request, or nothing if it has none.

        Raises:
            ChatError: If it is refused.

        """
        answer = b""
        match request:
            case Hello() | Typing() | Here():
                self.at_once(session, connection, request)
            case Join():
                answer = await self._join(session, connection, request)
            case Leave():
                answer = self._leave(session, connection, request)
            case Say() | TakeBack() | React():
                answer = await self._event(session, request)
            case Name() | Earlier():
                answer = await self._look(session, request)
            case Report() | Heed() | Appeal() | Bell():
                answer = await self._to_the_team(session, request)
            case Raise() | Withdraw() | CallBack() | Stay() | TalkMore() | Card():
                answer = await self._call(session, request)
            case _:
                assert_never(request)
        return answer

    def _hello(self, session: Session, connection: Connection, hello: Hello) -> None:
        if session.secret:
            raise HelloFirst
        handle = self._identity.handle(hello.secret)
        session.greeted(hello.secret, self._identity.device(hello.secret), handle)
        now, repeat = self._clock.seconds(), self._repeat_seconds
        connection.send(protocol.welcome(hello.ref, now, BEAT_SECONDS, repeat))
        for word in self._sanctions.words(handle, now):
            connection.send(asides.word(word))
        self._calling.greet(session)

    def _typed(self, session: Session, slug: str) -> None:
        """Pass on that somebody writes, or drop it: to nobody who ended a talk."""
        room = RoomName(slug)
        member = session.rooms.get(room)
        if member is None or self._pacing.wait(session, self._pacing.typing):
            return
        if not is_talk(room) or self._goes_on(session.handle, room):
            self._rooms.typing(room, member)

    def _beat(self, session: Session, connection: Connection, *, away: bool) -> None:
        for room, member in session.rooms.items():
            self._rooms.beat(connection, room, member, away=away)

    async def _join(
        self, session: Session, connection: Connection, join: Join
    ) -> bytes:
        self._pacing.may(session, self._pacing.joins)
        # Whoever is in a room shares its name's one copy, as long as they are there.
        room = RoomName(sys.intern(join.room))
        await self._let_in(session, room)
        entered = await self._rooms.join(connection, session.secret, join)
        if connection.closing:
            self._rooms.leave(connection, room, entered.member, at_once=False)
            return b""
        new_here = (join.epoch, join.position) == (0, 0) and room not in session.rooms
        session.rooms[room] = entered.member
        joined = entered.frame(join.ref, room)
        if (held := self._held.of(room)) == Held(room):
            return joined
        if held.shield_since and new_here:
            session.new_since = {**session.new_since, room: self._clock.seconds()}
        connection.send(joined)
        return held.frame()

    async def _let_in(self, session: Session, room: RoomName) -> None:
        """See that somebody may come in, before anything is asked about the room.

        Nothing keeps anybody from the talk of their own need.

        Raises:
            TooManyRooms, NoSuchRoom, Removed, StoreDown: As they say.

        """
        if is_talk(room):
            if (await self._talks.find(session.handle, room)).of_need:
                return
        elif room not in session.rooms and len(_topics(session)) >= MOST_ROOMS:
            raise TooManyRooms
        self._sanctions.let_in(session.handle, self._clock.seconds())

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
                wait = self._pacing.wait(session, self._pacing.says)
                receipt = await self._speaking.say(session, member, request, wait)
            case TakeBack():
                self._pacing.may(session, self._pacing.reactions)
                await self._see_that_it_goes_on(session, room)
                receipt = await self._rooms.take_back(room, member, request)
            case React():
                self._pacing.may(session, self._pacing.reactions)
                await self._see_that_it_goes_on(session, room)
                receipt = await self._rooms.react(room, member, request)
            case _:
                assert_never(request)
        # What was said leaves at the end of this turn of the loop; after it, so that
        # its author gets both in one write.
        await asyncio.sleep(0)
        if isinstance(request, Say) and not receipt.position:
            return asides.waiting(request.ref, request.id)
        return protocol.done(request.ref, receipt.position, receipt.at)

    async def _see_that_it_goes_on(self, session: Session, room: RoomName) -> None:
        """Refuse to change a talk that is there only to be read."""
        if is_talk(room) and (await self._talks.find(session.handle, room)).over:
            raise NeedOver

    async def _look(self, session: Session, request: Name | Earlier) -> bytes:
        if isinstance(request, Name):
            return await self._name(session, request)
        return await self._earlier(session, request)

    async def _name(self, session: Session, name: Name) -> bytes:
        self._pacing.may(session, self._pacing.joins)
        if is_talk(name.room):
            await self._talks.find(session.handle, name.room)
        member, free = await self._rooms.name(session.secret, name)
        return protocol.named(name.ref, member.who, free)

    async def _earlier(self, session: Session, earlier: Earlier) -> bytes:
        self._member(session, earlier.room)
        self._pacing.may(session, self._pacing.joins)
        page = await self._rooms.earlier(RoomName(earlier.room), earlier.before)
        return protocol.history(
            earlier.ref, earlier.room, more=page.more, events=page.events
        )

    async def _call(self, session: Session, call: Call) -> bytes:
        self._pacing.may(session, self._pacing.calls)
        return await self._calling.to(session, call)

    async def _to_the_team(
        self, session: Session, request: Report | Heed | Appeal | Bell
    ) -> bytes:
        self._pacing.may(session, self._pacing.reports)
        match request:
            case Report():
                self._member(session, request.room)
                await self._team.report(session, request)
            case Bell():
                member = self._member(session, request.room)
                await self._team.ring(session, member, request)
            case Heed():
                await self._team.heed(session, request)
            case Appeal():
                await self._team.appeal(session, request)
            case _:
                assert_never(request)
        return protocol.done(request.ref, 0, 0)

    def _member(self, session: Session, room: str) -> Member:
        if not session.secret:
            raise HelloFirst
        member = session.rooms.get(RoomName(room))
        if member is None:
            raise NotInRoom
        return member


def _topics(session: Session) -> list[RoomName]:
    """Return the rooms somebody is in, without those that are private."""
    return [room for room in session.rooms if not is_talk(room)]
