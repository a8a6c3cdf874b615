"""Speaking: what happens to a message between its author and the room.

It is screened before anyone else reads it. Somebody in danger is heard, whatever else
holds: no pace, no sanction and no rule stops them. In a talk between two that the other
has ended it is the room team who hears them.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from chat import asides, text, triage
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.drafts import Receipt
from chat.errors import Blocked, RoomLocked, TooFast
from chat.flagged import Flagged
from chat.held import HeldRooms
from chat.identity import Identity, name_of
from chat.judged import Judged
from chat.metrics import Metrics
from chat.model import Action, Grade, Member, Message, RoomName, Verdict
from chat.oncall.refusals import NeedOver
from chat.opening import Opening
from chat.requests import Say
from chat.rooms import Rooms
from chat.rules.spam.recent import HURRY, PAUSE_SECONDS
from chat.sanctions import Sanctions, Standing
from chat.session import Session
from chat.talkroom import is_talk
from chat.talks import Talk, Talks

REMEMBERED: Final = 2000
"""Of how many messages the verdict is kept, for pages that send them again."""

_Key = tuple[bytes, bytes, str, int]
K = TypeVar("K")
V = TypeVar("V")


class Speaking:
    """Screens what members say, and takes it to the room or to the room team."""

    def __init__(
        self,
        *,
        rooms: Rooms,
        talks: Talks,
        catalogue: Catalogue,
        identity: Identity,
        flagged: Flagged,
        sanctions: Sanctions,
        held: HeldRooms,
        screen: Callable[[Message], Verdict],
        clock: Clock,
        metrics: Metrics,
        country: str,
    ) -> None:
        self._rooms = rooms
        self._talks = talks
        self._catalogue = catalogue
        self._identity = identity
        self._flagged = flagged
        self._sanctions = sanctions
        self._held = held
        self._screen = screen
        self._clock = clock
        self._metrics = metrics
        self._country = country
        self._verdicts: OrderedDict[_Key, Verdict] = OrderedDict()
        self._let: OrderedDict[_Key, bool] = OrderedDict()
        self._spoke: OrderedDict[bytes, float] = OrderedDict()

    async def say(
        self, session: Session, member: Member, said: Say, wait: float
    ) -> Receipt:
        """Speak; the receipt has no position if the room team reads it first.

        `wait` is how long the device's pace would have it wait.

        Raises:
            BadText, TextTooLong, TooFast, Blocked, Suspended, ReadFirst, RoomLocked,
            NeedOver, Unavailable: As they say.

        """
        text.check(said.text)
        room = RoomName(said.room)
        verdict = self._verdict(session, room, said)
        self._metrics.screened.labels(verdict.action.name.lower()).inc()
        talk = await self._talk(session, room)
        # Between two no rule holds anything back: only a word of the room team does.
        held = verdict.action is Action.HOLD and talk is None
        if verdict.grade < Grade.MEDIUM:
            held |= self._may_again(session, said, talk, wait)
        judged = Judged(room, member, said, verdict, held)
        if verdict.action is Action.BLOCK:
            await self._block(session, judged)
        if talk is not None and talk.over and not talk.of_need:
            await self._tell_the_team(session, judged)
            raise NeedOver
        receipt = await self._deliver(session, judged)
        if talk is not None:
            self._talks.wrote(room)
        return receipt

    async def _talk(self, session: Session, room: RoomName) -> Talk | None:
        """Return what a private room is to whoever speaks there; None: it is none."""
        return await self._talks.find(session.handle, room) if is_talk(room) else None

    def _verdict(self, session: Session, room: RoomName, said: Say) -> Verdict:
        """Screen a message, once for each id: a page may send it again."""
        key = _key(session, said)
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._screen(self._message(session, room, said.text))
            if any(flag.rule == HURRY for flag in verdict.flags):
                raise TooFast(PAUSE_SECONDS)
            _remember(self._verdicts, key, verdict)
        return verdict

    def _message(self, session: Session, room: RoomName, text_: str) -> Message:
        return Message(
            text=text_,
            room=room,
            country=self._catalogue.find(room).country or self._country,
            author=session.device,
            names=partial(self._names, session, room),
            at=self._clock.monotonic(),
        )

    def _names(self, session: Session, room: RoomName) -> tuple[str, ...]:
        """Return what the device is called elsewhere: to say it here links the two."""
        there = {slug: name_of(member.who) for slug, member in session.rooms.items()}
        names = {**self._names_at_first(session), **there}
        return tuple(name for slug, name in sorted(names.items()) if slug != room)

    def _names_at_first(self, session: Session) -> Mapping[RoomName, str]:
        """Return what the device is called in every room before it asks for another.

        Found out for one connection when first asked, and forgotten with it.
        """
        if not session.called:
            slugs = [room.slug for room in self._catalogue.rooms]
            whos = [self._identity.member(session.secret, at, 0).who for at in slugs]
            session.called = dict(zip(slugs, map(name_of, whos), strict=True))
        return session.called

    def _may_again(
        self, session: Session, said: Say, talk: Talk | None, wait: float
    ) -> bool:
        """Return what `_may` said of a message the first time.

        A page sends again what it has no answer to: a room that was locked since, or a
        sanction, must not make it believe that nothing was said.
        """
        key = _key(session, said)
        held = self._let.get(key)
        if held is None:
            if wait:
                raise TooFast(wait)
            room = RoomName(said.room)
            held = (
                self._may_in_talk(session, talk) if talk else self._may(session, room)
            )
            _remember(self._let, key, held)
        return held

    def _may_in_talk(self, session: Session, talk: Talk) -> bool:
        """Return whether what is said to one other must wait for the room team.

        Whoever needs to talk may, whatever the room team has told them.

        Raises:
            NeedOver, Suspended, ReadFirst, Removed: If it may not be said at all.

        """
        if talk.over:
            raise NeedOver
        if talk.of_need:
            return False
        return self._sanctions.standing(session.handle, self._clock.seconds()).held

    def _may(self, session: Session, room: RoomName) -> bool:
        """Return whether what is said must wait for the room team.

        Raises:
            Suspended, ReadFirst, Removed, RoomLocked: If it may not be said at all.

        """
        standing = self._sanctions.standing(session.handle, self._clock.seconds())
        held = self._held.of(room)
        if held.locked:
            raise RoomLocked
        self._slow_down(session, room, standing, held.slow_seconds)
        # The room team greets by moving the shield on: who came before it is greeted.
        came = session.new_since.get(room, 0)
        new_here = bool(held.shield_since) and came >= held.shield_since
        return standing.held or new_here

    def _slow_down(
        self, session: Session, room: RoomName, standing: Standing, slow: int
    ) -> None:
        pause = max(standing.slow_seconds, slow)
        if not pause:
            return
        key, now = session.device + room.encode(), self._clock.monotonic()
        wait = self._spoke.get(key, -pause) + pause - now
        if wait > 0:
            raise TooFast(wait)
        _remember(self._spoke, key, now)

    async def _block(self, session: Session, judged: Judged) -> None:
        """Refuse a message; the room team sees that it was tried."""
        if judged.is_for_the_team:
            await self._flag(session, judged)
        raise Blocked(triage.concern(judged.verdict))

    async def _tell_the_team(self, session: Session, judged: Judged) -> None:
        """Let the room team alone hear somebody in danger, and show them help."""
        await self._flag(session, judged)
        self._tell(session, judged, position=0)

    async def _flag(self, session: Session, judged: Judged) -> None:
        opening = self._opening(session, judged)
        await self._flagged.flag(opening, judged.member.id + judged.said.id)

    async def _deliver(self, session: Session, judged: Judged) -> Receipt:
        room, member, _said, _verdict, held = judged
        urgent = judged.is_for_the_team
        opening = self._opening(session, judged).pack() if urgent else b""
        receipt = await self._rooms.say(
            room,
            member,
            judged.spoken,
            held=held,
            sealed=self._identity.seal(session.handle, member.id),
            opening=opening,
            watch=self._watch(session, judged),
        )
        if urgent:
            self._flagged.look()
        self._tell(session, judged, receipt.position)
        return receipt

    def _watch(self, session: Session, judged: Judged) -> str:
        """Return why somebody should answer; whoever is in a talk is answered there."""
        first = session.first_words_in(judged.room)
        if judged.held or is_talk(judged.room):
            return ""
        return triage.watch(judged.verdict, first_words=first)

    def _opening(self, session: Session, judged: Judged) -> Opening:
        return judged.opening(session.handle, self._identity, self._clock.seconds())

    def _tell(self, session: Session, judged: Judged, position: int) -> None:
        """Let the author alone know what screening saw."""
        if session.connection is None:
            return
        room, verdict = judged.room, judged.verdict
        if verdict.grade is not Grade.NONE:
            care = asides.care(room, position, verdict.grade)
            session.connection.send(care)
        if "identifying" in verdict.unchecked:
            told = asides.notice(room, position, "unchecked")
            session.connection.send(told)


def _key(session: Session, said: Say) -> _Key:
    """Return what tells a message that is sent again from any other."""
    return session.device, said.id, said.room, hash(said.text)


def _remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    """Note something as the latest, and forget the oldest beyond the bound."""
    known[key] = value
    known.move_to_end(key)
    if len(known) > REMEMBERED:
        known.popitem(last=False)
