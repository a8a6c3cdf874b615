"""The room team, as a member reaches it: reports, the bell, words heeded, appeals."""

from hashlib import blake2b
from typing import Protocol

from chat.clock import Clock
from chat.errors import BadText, TextTooLong
from chat.flagged import Flagged, case_key
from chat.identity import Identity
from chat.model import Grade, Handle, Member, RoomName
from chat.opening import Opening
from chat.requests import Appeal, Bell, Heed, Report
from chat.session import Session
from chat.throttle import Pace, Paces

MOST_APPEAL_CHARACTERS = 1000
URGENT_AN_HOUR = 4
"""How many reports of one device call a peer for whom they are about; further ones
are cases like any other, or one device could ring every phone all night."""

_MOST_DEVICES = 50_000


class Words(Protocol):
    """What the room team has said to members, in the store."""

    async def heed(self, token: bytes, handle: Handle) -> None:
        """Know that a member has read a word of theirs."""

    async def appeal(self, token: bytes, handle: Handle, text: str) -> None:
        """Ask that another moderator looks again."""


class Team:
    """Takes to the room team what members ask of it."""

    def __init__(
        self, *, flagged: Flagged, words: Words, identity: Identity, clock: Clock
    ) -> None:
        self._flagged = flagged
        self._words = words
        self._identity = identity
        self._clock = clock
        pace = Pace.per_minute(URGENT_AN_HOUR / 60, URGENT_AN_HOUR)
        self._urgent = Paces(pace, _MOST_DEVICES)

    async def report(self, session: Session, report: Report) -> None:
        """Show a message to the room team; nobody else learns of it.

        Raises:
            Gone, Unavailable: As they say.

        """
        room = RoomName(report.room)
        opening = Opening(
            key=b"",
            source="report",
            room=room,
            at=self._clock.seconds(),
            grade=self._grade(session, report),
            reason=report.reason,
            reporter=self._reporter(session.handle, room, report.target),
        )
        await self._flagged.flag(opening, opening.reporter, report.target)

    def _grade(self, session: Session, report: Report) -> Grade:
        if report.reason != "risk_to_self":
            return Grade.NONE
        over = self._urgent.take(session.handle, self._clock.monotonic())
        return Grade.MEDIUM if over else Grade.HIGH

    def _reporter(self, handle: Handle, room: RoomName, target: int) -> bytes:
        """Return what tells two reporters of a message apart, and says nothing else.

        Sealed with the service's key: from the store alone nobody learns who reported.
        """
        about = room.encode() + target.to_bytes(8)
        key = blake2b(about, digest_size=16, person=b"reporter").digest()
        return self._identity.seal(handle, key)

    async def ring(self, session: Session, member: Member, bell: Bell) -> None:
        """Ask for a moderator in a room, now.

        Raises:
            Unavailable: If nobody can say whether it was heard.

        """
        room = RoomName(bell.room)
        key = case_key(room, member.id, bell.id)
        opening = Opening(
            key=key,
            source="bell",
            room=room,
            at=self._clock.seconds(),
            member=member.id,
            who=member.who,
            sealed=self._identity.seal(session.handle, key),
            id=bell.id,
        )
        await self._flagged.flag(opening, key)

    async def heed(self, session: Session, heed: Heed) -> None:
        """Know that a word was read.

        Raises:
            Gone, StoreDown: As they say.

        """
        await self._words.heed(heed.token, session.handle)

    async def appeal(self, session: Session, appeal: Appeal) -> None:
        """Let another moderator look again.

        Raises:
            BadText, TextTooLong, Gone, StoreDown: As they say.

        """
        if len(appeal.text) > MOST_APPEAL_CHARACTERS:
            raise TextTooLong
        if not appeal.text.strip():
            raise BadText
        await self._words.appeal(appeal.token, session.handle, appeal.text)
