"""Calling: what a member asks when they need to talk, and who is asked about it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, assert_never, cast

from chat import asides, protocol
from chat.asides import NeedNews
from chat.clock import Clock
from chat.errors import ChatError, Gone, NotInRoom, StoreDown
from chat.held import HeldRooms
from chat.history import History
from chat.identity import Identity
from chat.model import (
    Action,
    Grade,
    Handle,
    Member,
    MemberId,
    Message,
    RoomName,
    Verdict,
    Who,
)
from chat.oncall import asking
from chat.oncall.cards import Cards, Side
from chat.oncall.known import ONE_OF_MANY, PRESSED
from chat.oncall.needs import Needs
from chat.oncall.refusals import BadCallBack, NoSuchNeed, NotHere
from chat.oncall.stays import Stays
from chat.protocol import unpack_value
from chat.requests import CallBack, Card, Raise, Stay, TalkMore, Withdraw
from chat.rooms import Rooms
from chat.sanctions import Sanctions
from chat.session import Session
from chat.talkroom import is_talk
from chat.throttle import Pace, Paces

Call = Raise | Withdraw | CallBack | Stay | TalkMore | Card

NEW_HERE_SECONDS: Final = 3600
"""Whoever said their first words in a room less long ago is asked by nobody."""

NEEDS_PER_MINUTE: Final = 10
"""How many from one part of the network are called for like any other."""
_MOST_PREFIXES: Final = 10_000

_NOBODY: Final = Member(MemberId(b""), Who(b""))
_LATEST: Final = 253402300799
"""The last second that a date can have."""

_COMMA: Final = re.compile(r"\s*,\s*")


class Calling:
    """Answers what is asked about needs, check-ins and cards."""

    def __init__(
        self,
        *,
        needs: Needs,
        stays: Stays,
        cards: Cards,
        rooms: Rooms,
        history: History,
        identity: Identity,
        sanctions: Sanctions,
        held: HeldRooms,
        screen: Callable[[Message], Verdict],
        clock: Clock,
        country: str,
    ) -> None:
        self._needs = needs
        self._stays = stays
        self._cards = cards
        self._rooms = rooms
        self._history = history
        self._identity = identity
        self._sanctions = sanctions
        self._held = held
        self._screen = screen
        self._clock = clock
        self._country = country
        pace = Pace.per_minute(NEEDS_PER_MINUTE, NEEDS_PER_MINUTE)
        self._presses = Paces(pace, _MOST_PREFIXES)
        self.greet: Callable[[Session], None] = lambda _session: None
        """Called when somebody said hello, who may be in the middle of something."""

        self.told: Callable[[Handle], None] = lambda _handle: None
        """Called when whoever asked was told how their need stands."""

    async def to(self, session: Session, call: Call) -> bytes:
        """Return the answer to a request.

        Raises:
            ChatError: If it is refused.

        """
        match call:
            case Raise():
                await self._raise(session, call)
            case Withdraw():
                await self._withdraw(session)
            case CallBack():
                await self._call_back(session, call)
            case Stay():
                await self._stay(session, call)
            case TalkMore():
                await self._talk_more(session, call)
            case Card():
                await self._cards.answer(call.token, session.handle, yes=call.yes)
            case _:
                assert_never(call)
        return protocol.done(call.ref, 0, 0)

    async def _raise(self, session: Session, asked: Raise) -> None:
        room, member = _whence(session, asked.room)
        words, grade = self._screened(asking.words(asked.words), room)
        raised = await self._needs.raise_(
            handle=session.handle,
            room=room,
            member=member.id,
            who=member.who,
            source=self._source(session),
            words=words,
            wish=asked.wish,
            shares=_listed(asked.shares),
            language=asked.language,
            grade=grade,
        )
        if raised.news is None:
            await self._tell(session)
        else:
            self._show(session, raised.news)

    def _source(self, session: Session) -> str:
        """Return whether somebody is one of very many from where they are.

        A program that raises needs by the hundred must not bury those of others. Nobody
        is refused for it, and nothing is kept of where that was.
        """
        ticket = session.ticket
        if ticket and self._presses.take(ticket.key, self._clock.monotonic()):
            return ONE_OF_MANY
        return PRESSED

    def _screened(self, words: str, room: RoomName) -> tuple[str, Grade]:
        """Return the words as peers may read them, and how much danger they tell of.

        Nobody is sent away for what they say when they need to talk.
        """
        if not words:
            return "", Grade.NONE
        verdict = self._screen(Message(text=words, room=room, country=self._country))
        blocked = verdict.action is Action.BLOCK
        return "" if blocked else verdict.masked, verdict.grade

    async def _withdraw(self, session: Session) -> None:
        try:
            await self._needs.withdraw(session.handle)
        except NoSuchNeed:
            # A page asks again when it did not hear the answer.
            return
        await self._tell(session)

    async def _call_back(self, session: Session, asked: CallBack) -> None:
        if asked.at > _LATEST:
            raise BadCallBack
        at = datetime.fromtimestamp(asked.at, UTC)
        await self._needs.call_back(session.handle, at)
        await self._tell(session)

    async def _tell(self, session: Session) -> None:
        """Tell at once, on the page that asked, how the need stands."""
        try:
            news = await self._needs.news(session.handle)
        except StoreDown:
            return
        if news is not None:
            self._show(session, news)

    def _show(self, session: Session, news: NeedNews) -> None:
        if session.connection is not None:
            session.connection.send(asides.need(news))
        self.told(session.handle)

    async def _stay(self, session: Session, asked: Stay) -> None:
        room, member = _whence(session, asked.room)
        stay = await self._stays.stay(
            handle=session.handle,
            room=room,
            member=member.id,
            who=member.who,
            minutes=asked.minutes,
            language=asked.language,
        )
        if session.connection is not None:
            session.connection.send(asides.stay(stay.minutes, stay.due))

    async def _talk_more(self, session: Session, asked: TalkMore) -> None:
        """Ask whoever said something, if they are still there.

        Whoever must wait for the room team in a room takes nobody out of it.

        Raises:
            NotInRoom, Gone, NotHere: As they say.
            ChatError: As `Cards.offer` says.

        """
        room = RoomName(asked.room)
        member = session.rooms.get(room)
        if member is None or is_talk(room):
            raise NotInRoom
        author, side = await self._author(room, asked.target)
        if not self._rooms.is_here(room, author):
            raise NotHere
        await self._cards.offer(
            room,
            Side(session.handle, member.who),
            side,
            shielded=self._must_wait(session.handle, room)
            or await self._is_new_here(room, author),
        )

    def _must_wait(self, handle: Handle, room: RoomName) -> bool:
        """Tell whether what somebody says in a room is read by the room team first."""
        held = self._held.of(room)
        try:
            standing = self._sanctions.standing(handle, self._clock.seconds())
        except ChatError:
            return True
        return standing.held or held.locked or held.shield_since > 0

    async def _author(self, room: RoomName, target: int) -> tuple[MemberId, Side]:
        spoken = await self._history.spoken(room, target)
        if spoken is None or not spoken.sealed:
            raise Gone
        handle = self._identity.unseal(spoken.sealed, spoken.member)
        return spoken.member, Side(handle, _who(spoken.frame))

    async def _is_new_here(self, room: RoomName, author: MemberId) -> bool:
        """Tell whether somebody began to speak in a room a short while ago."""
        since = self._clock.seconds() - NEW_HERE_SECONDS
        arrivals = await self._history.arrivals(room, since)
        return any(member == author for member, _position in arrivals)


def _whence(session: Session, room: str) -> tuple[RoomName, Member]:
    """Return where somebody asks from, and who they are there.

    From the front page they are nobody yet, and in a talk they are only themselves.
    """
    if not room or is_talk(room):
        return RoomName(""), _NOBODY
    member = session.rooms.get(RoomName(room))
    if member is None:
        raise NotInRoom
    return RoomName(room), member


def _who(frame: bytes) -> bytes:
    """Return who said what is in a frame; nobody, in a room that keeps nothing."""
    return cast("list[bytes]", unpack_value(frame))[4] if frame else b""


def _listed(shares: str) -> tuple[str, ...]:
    return tuple(share for share in _COMMA.split(shares.strip()) if share)
