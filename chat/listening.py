"""Listening: the peer's side of a talk, from coming in to going out.

What a peer says is screened like everybody's words, and nothing of it is held.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from chat import text
from chat.clock import Clock
from chat.connection import Connection
from chat.drafts import Receipt
from chat.errors import Blocked, NameTaken
from chat.feed import Page
from chat.flagged import Flagged
from chat.identity import Identity
from chat.judged import Judged
from chat.model import Action, Grade, Handle, Member, Message, Place, RoomName, Verdict
from chat.oncall.refusals import MomentOver
from chat.oncall.stages import PeerId
from chat.opening import Opening
from chat.requests import Say
from chat.rooms import Entered, Rooms
from chat.talkroom import talk_of
from chat.talks import Talks
from chat.triage import concern

MOST_ROLLS: Final = 4
"""How many names are tried, should somebody in the talk go by the first."""

REMEMBERED: Final = 1000
"""Of how many who asked for a moment to think it is known, should they ask again."""

_NO_HANDLE: Final = Handle(b"")
_URGENT: Final = {"risk_to_self": Grade.HIGH}


class Listening:
    """What a peer can do in the talks of needs that they help with."""

    def __init__(
        self,
        *,
        talks: Talks,
        rooms: Rooms,
        identity: Identity,
        flagged: Flagged,
        screen: Callable[[Message], Verdict],
        clock: Clock,
        country: str,
    ) -> None:
        self._talks = talks
        self._rooms = rooms
        self._identity = identity
        self._flagged = flagged
        self._screen = screen
        self._clock = clock
        self._country = country
        self._had_a_moment: OrderedDict[tuple[PeerId, str], None] = OrderedDict()

    def who_of_peer(self, peer: PeerId, need_id: str) -> bytes:
        """Return who a peer is to the member, in the talk of a need."""
        return self._identity.peer(peer, talk_of(need_id), 0).who

    async def enter(
        self, connection: Connection, peer: PeerId, need_id: str, place: Place
    ) -> Entered:
        """Bring a peer into a talk, or up to date, as `Rooms.enter` does.

        Raises:
            NoSuchNeed, NotYourNeed, StoreDown, NameTaken, Unavailable: As they say.

        """
        await self._talks.let_in(peer, need_id)
        room = talk_of(need_id)
        for roll in range(MOST_ROLLS):
            member = self._identity.peer(peer, room, roll)
            try:
                return await self._rooms.enter(connection, room, member, place)
            except NameTaken:
                continue
        raise NameTaken

    def leave(
        self, connection: Connection, need_id: str, member: Member, *, at_once: bool
    ) -> None:
        """Take a peer out of a talk, as far as one page of theirs goes."""
        self._rooms.leave(connection, talk_of(need_id), member, at_once=at_once)

    async def may_stay(self, peer: PeerId, need_id: str) -> bool:
        """Tell whether a peer who came into a talk may still be there."""
        return await self._talks.may_stay(peer, need_id)

    async def say(
        self, peer: PeerId, member: Member, need_id: str, said: Say
    ) -> Receipt:
        """Speak to whoever needs to talk.

        Raises:
            BadText, TextTooLong, Blocked, Unavailable: As they say.
            NeedTaken, NeedOver, NoSuchNeed, NotYourNeed: If it is not theirs, or is
                not any more.

        """
        text.check(said.text)
        await self._talks.may_speak(peer, need_id)
        judged = self._judged(member, need_id, said)
        if judged.verdict.action is Action.BLOCK:
            await self._block(judged)
        receipt = await self._deliver(judged)
        self._had_a_moment.pop((peer, need_id), None)
        await self._talks.spoke(peer, need_id)
        return receipt

    def _judged(self, member: Member, need_id: str, said: Say) -> Judged:
        room = talk_of(need_id)
        message = Message(
            text=said.text,
            room=room,
            country=self._country,
            at=self._clock.monotonic(),
        )
        return Judged(room, member, said, self._screen(message), held=False)

    async def _block(self, judged: Judged) -> None:
        """Refuse a message; the room team sees that it was tried."""
        if judged.is_for_the_team:
            once = judged.member.id + judged.said.id
            await self._flagged.flag(self._opening(judged), once)
        raise Blocked(concern(judged.verdict))

    async def _deliver(self, judged: Judged) -> Receipt:
        urgent = judged.is_for_the_team
        receipt = await self._rooms.say(
            judged.room,
            judged.member,
            judged.spoken,
            opening=self._opening(judged).pack() if urgent else b"",
        )
        if urgent:
            self._flagged.look()
        return receipt

    def _opening(self, judged: Judged) -> Opening:
        return judged.opening(_NO_HANDLE, self._identity, self._clock.seconds())

    def typing(self, need_id: str, member: Member) -> None:
        """Let the member know that a peer is writing, as long as the talk goes on."""
        room = talk_of(need_id)
        if not self._talks.is_over(room):
            self._rooms.typing(room, member)

    def beat(self, connection: Connection, need_id: str, member: Member) -> None:
        """Know that a peer's page is still there."""
        self._rooms.beat(connection, talk_of(need_id), member, away=False)

    async def earlier(self, need_id: str, before: int) -> Page:
        """Return what was said before a position.

        Raises:
            Unavailable: If history cannot be read.

        """
        return await self._rooms.earlier(talk_of(need_id), before)

    async def needs_a_moment(self, peer: PeerId, need_id: str) -> None:
        """Let a peer think: it buys as much time as a line does, once until they write.

        Raises:
            MomentOver, NoSuchNeed, NotYourNeed, NeedOver, StoreDown: As they say.

        """
        if (peer, need_id) in self._had_a_moment:
            raise MomentOver
        if await self._talks.needs_a_moment(peer, need_id):
            self._had_a_moment[peer, need_id] = None
            if len(self._had_a_moment) > REMEMBERED:
                self._had_a_moment.popitem(last=False)

    async def see_helped(self, peer: PeerId, need_id: str) -> None:
        """See that a peer has anything to do with a talk, before any of it is read.

        Raises:
            NoSuchNeed, NotYourNeed, StoreDown: As they say.

        """
        await self._talks.see_helped(peer, need_id)

    async def report(
        self, peer: PeerId, need_id: str, target: int, reason: str
    ) -> None:
        """Show what was said in a talk to the room team; its member is not told.

        Raises:
            NoSuchNeed, NotYourNeed, StoreDown: If the talk is none of theirs.
            Gone, Unavailable: As they say.

        """
        await self._talks.see_helped(peer, need_id)
        room = talk_of(need_id)
        once = _reporter(peer, room, target)
        opening = Opening(
            key=b"",
            source="report",
            room=room,
            at=self._clock.seconds(),
            grade=_URGENT.get(reason, Grade.NONE),
            reason=reason,
            reporter=once,
        )
        await self._flagged.flag(opening, once, target)


def _reporter(peer: PeerId, room: RoomName, target: int) -> bytes:
    about = f"{room} {target} {peer}".encode()
    return blake2b(about, digest_size=16, person=b"reporting peer").digest()
