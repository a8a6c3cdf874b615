"""Talking: what a peer's page asks about the talks that it shows."""

from typing import Final, assert_never

from chat import protocol, requests
from chat.clock import Clock
from chat.connection import Connection
from chat.desk.asked import Earlier, Enter, InTalk, Leave, Moment, Say, Typing
from chat.desk.staff_session import StaffSession
from chat.errors import NotInRoom, TooFast
from chat.listening import Listening
from chat.model import Epoch, Member, Place, Position
from chat.oncall.stages import PeerId
from chat.signing.sittings import Deskmate
from chat.talkroom import talk_of
from chat.throttle import Pace, Paces

MOST_TALKS: Final = 8
"""How many talks one page may show at a time."""

SAYS_PER_MINUTE: Final = 60
TYPING_PER_MINUTE: Final = 30
_MOST_PEERS: Final = 10_000


class Talking:
    """Lets peers into talks, and passes on what they say there."""

    def __init__(self, *, listening: Listening, clock: Clock) -> None:
        self._listening = listening
        self._clock = clock
        self._says = _paces(SAYS_PER_MINUTE)
        self._typing = _paces(TYPING_PER_MINUTE)

    async def to(self, session: StaffSession, me: Deskmate, asked: InTalk) -> bytes:
        """Return the answer to what a page asks, or nothing if it has none.

        Raises:
            ChatError: If it is refused.

        """
        match asked:
            case Enter():
                return await self._enter(session, me, asked)
            case Say():
                return await self._say(session, me, asked)
            case Earlier():
                return await self._earlier(session, me, asked)
            case Moment(ref, need):
                await self._listening.needs_a_moment(PeerId(me.id), need)
                return protocol.done(ref, 0, 0)
            case Leave(need):
                self._leave(session, need)
            case _:
                assert_never(asked)
        return b""

    async def _enter(self, session: StaffSession, me: Deskmate, enter: Enter) -> bytes:
        connection, need = session.connection, enter.need
        if connection is None:
            return b""
        if need not in session.talks and len(session.talks) >= MOST_TALKS:
            raise TooFast(60)
        place = Place(Epoch(enter.epoch), Position(enter.position))
        entered = await self._listening.enter(connection, PeerId(me.id), need, place)
        if connection.closing:
            self._listening.leave(connection, need, entered.member, at_once=False)
            return b""
        session.talks[need] = entered.member
        return entered.frame(enter.ref, talk_of(need))

    async def _say(self, session: StaffSession, me: Deskmate, say: Say) -> bytes:
        member = _member(session, say.need)
        if wait := self._says.take(me.id.encode(), self._clock.monotonic()):
            raise TooFast(wait)
        ref, need, id_, text, reply = say
        said = requests.Say(ref, talk_of(need), id_, text, reply)
        receipt = await self._listening.say(PeerId(me.id), member, need, said)
        return protocol.done(ref, receipt.position, receipt.at)

    async def _earlier(
        self, session: StaffSession, me: Deskmate, earlier: Earlier
    ) -> bytes:
        # That it is theirs no more may have been told while nobody could hear it.
        await self.check(session, me, earlier.need)
        _member(session, earlier.need)
        page = await self._listening.earlier(earlier.need, earlier.before)
        room = talk_of(earlier.need)
        return protocol.history(earlier.ref, room, more=page.more, events=page.events)

    def typed(self, session: StaffSession, typing: Typing) -> None:
        """Pass on that somebody writes, or drop it."""
        me, member = session.me, session.talks.get(typing.need)
        if me is None or member is None:
            return
        if not self._typing.take(me.id.encode(), self._clock.monotonic()):
            self._listening.typing(typing.need, member)

    async def look(self, session: StaffSession, me: Deskmate) -> None:
        """Know that a page is still there, in every talk where it may be."""
        for need in tuple(session.talks):
            await self.check(session, me, need)
        for need, member in session.talks.items():
            if session.connection is not None:
                self._listening.beat(session.connection, need, member)

    async def check(self, session: StaffSession, me: Deskmate, need: str) -> None:
        """Take a page out of a talk that is not its peer's any more."""
        if need not in session.talks:
            return
        if not await self._listening.may_stay(PeerId(me.id), need):
            self._leave(session, need)

    def _leave(self, session: StaffSession, need: str) -> None:
        member = session.talks.pop(need, None)
        if member is not None and session.connection is not None:
            self._listening.leave(session.connection, need, member, at_once=True)

    def went(self, session: StaffSession, connection: Connection) -> None:
        """Take a page that is gone out of every talk."""
        for need, member in session.talks.items():
            self._listening.leave(connection, need, member, at_once=False)
        session.talks.clear()


def _member(session: StaffSession, need: str) -> Member:
    member = session.talks.get(need)
    if member is None:
        raise NotInRoom
    return member


def _paces(per_minute: int) -> Paces:
    return Paces(Pace.per_minute(per_minute, per_minute // 4), _MOST_PEERS)
