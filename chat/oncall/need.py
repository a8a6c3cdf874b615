"""A need: someone needs to talk, from the press of a button to one of four ends.

raised → offered → accepted → talking → ended, and only the four ends end it: whoever
accepts and falls silent gives it back, and no time that passes makes it go away. A talk
in which both have spoken, and then nobody for a day, has taken place.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chat.model import Grade
from chat.oncall.facts import SILENCE, Facts
from chat.oncall.refusals import (
    BadCallBack,
    LeaseHolds,
    NeedOver,
    NeedTaken,
    NobodyToHandTo,
    NotSpokenYet,
    NotYourNeed,
    TooEarly,
    UnknownEnding,
)
from chat.oncall.stages import ENDINGS, Climb, End, PeerId, State

FURTHEST_CALL_BACK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Need(Facts):
    """Someone who needs to talk, and what may be done about it."""

    def pressed(self, now: datetime) -> "Need":
        """Return the same need, after its member pressed the button again.

        In a talk that is as good as a line of theirs, unless they had one of a peer's
        just now.
        """
        if self.is_promised:
            return self._raised(now)
        if self.quiet_since and abs(now - self.quiet_since) < SILENCE:
            return self._open()
        return self.wrote(now)

    def graver(self, grade: Grade) -> "Need":
        """Return the need of somebody who turns out to be in more danger."""
        return replace(self._open(), grade=max(self.grade, grade))

    def offered(self, climb: Climb) -> "Need":
        """Return the need after peers were called, with the next step."""
        self._calling()
        return replace(self, state=State.OFFERED, climb=climb)

    def waiting(self, climb: Climb) -> "Need":
        """Return the need after nobody could be called, with the next step."""
        self._calling()
        return replace(self, climb=climb)

    def accept(self, peer: PeerId, now: datetime) -> "Need":
        """Return the need in a peer's care; to accept twice changes nothing.

        Raises:
            NeedTaken: If another peer was quicker.

        """
        if self._open().peer == peer:
            return self
        self._calling()
        return replace(
            self, state=State.ACCEPTED, peer=peer, accepted_at=now, handed_over=False
        )

    def spoke(
        self, peer: PeerId, now: datetime, said_at: datetime | None = None
    ) -> "Need":
        """Return the need after a line of its peer's, or of who sits in.

        One that was `said_at` a moment before the member's, and is written down after
        it, leaves that one waiting.
        """
        self._helped_by(peer)
        if self.unanswered_since and said_at and said_at < self.unanswered_since:
            return self
        both = self.unanswered_since or self.quiet_since
        return replace(
            self,
            state=State.TALKING,
            unanswered_since=None,
            quiet_since=now if both else None,
        )

    def wrote(self, now: datetime) -> "Need":
        """Return the need after a line of its member's."""
        if self._open().state is not State.TALKING or self.unanswered_since:
            return self
        return replace(self, unanswered_since=now, quiet_since=None)

    def needs_a_moment(self, peer: PeerId, now: datetime) -> "Need":
        """Return the need after its peer asked for a moment to think.

        That is no first line, and it buys as much time as a line does, not more.
        """
        self._helped_by(peer)
        return replace(self, unanswered_since=self.unanswered_since and now)

    def lapse(self, now: datetime) -> "Need":
        """Return the need without its peer, who was silent for too long.

        Whoever sits in has it then; where nobody does, it is back in alerting.
        """
        if not self.lapsed(now):
            raise LeaseHolds
        return self._given_back(now)

    def let_go(self, peer: PeerId, now: datetime) -> "Need":
        """Return the need without its peer, who cannot go on; see `lapse`."""
        self._held_by(peer)
        return self._given_back(now)

    def join(self, peer: PeerId) -> "Need":
        """Return the need with a second peer, or a coordinator, sitting in."""
        if self._open().is_calling:
            raise NotYourNeed
        if peer in self.helpers:
            return self
        return replace(self, joined=(*self.joined, peer))

    def leave(self, peer: PeerId) -> "Need":
        """Return the need without one who sat in."""
        if peer not in self._open().joined:
            raise NotYourNeed
        return replace(self, joined=self._joined_but(peer))

    def hand(self, peer: PeerId, to: PeerId) -> "Need":
        """Return the need with another peer asked to take over; nothing changes yet."""
        self._held_by(peer)
        if to == peer:
            raise NobodyToHandTo
        return replace(self, handing_to=to)

    def take_over(self, peer: PeerId, now: datetime) -> "Need":
        """Return the need in the care of who was asked; they owe a first line too."""
        self._asked(peer)
        return self._in_care_of(peer, now)

    def decline(self, peer: PeerId) -> "Need":
        """Return the need with the peer who has it, after the other one said no."""
        self._asked(peer)
        return replace(self, handing_to=None)

    def finish(self, peer: PeerId, ending: str, now: datetime) -> "Need":
        """Return the need ended by its peer, or by who sits in.

        Where its member was quicker, only the reason is added.

        Raises:
            NotSpokenYet: If nobody said a first line: letting go is not ending.

        """
        is_told_why = peer in self.helpers and self.lacks_reason(now)
        if not is_told_why:
            self._helped_by(peer)
        if ending not in ENDINGS:
            raise UnknownEnding
        if is_told_why:
            return replace(self, ending=ending)
        if self.state is not State.TALKING:
            raise NotSpokenYet
        return replace(self._ended(self._after_talk, now), ending=ending)

    def close(self, now: datetime) -> "Need":
        """Return the need ended, where the talk was over long ago.

        Raises:
            TooEarly: If it was not.

        """
        if not self.is_quiet(now):
            raise TooEarly
        return self._ended(self._after_talk, now)

    def withdraw(self, now: datetime) -> "Need":
        """Return the need ended by its member; a talk that took place, took place."""
        talking = self._open().state is State.TALKING
        return self._ended(self._after_talk if talking else End.WITHDREW, now)

    def call_back(self, at: datetime, now: datetime) -> "Need":
        """Return the need put off to a time that its member chose.

        Raises:
            BadCallBack: If that time is over, or more than a week away.

        """
        self._open()
        if not now < at <= now + FURTHEST_CALL_BACK:
            raise BadCallBack
        return replace(self._ended(End.CALL_BACK, now), call_back_at=at)

    def raise_again(self, now: datetime) -> "Need":
        """Return the need raised again, once the time to call back has come."""
        if not self.is_promised or self.call_back_at is None:
            raise NeedOver
        if now < self.call_back_at:
            raise TooEarly
        return self._raised(now)

    def _open(self) -> "Need":
        if not self.is_open:
            raise NeedOver
        return self

    def _calling(self) -> None:
        if not self._open().is_calling:
            raise NeedTaken

    def _held_by(self, peer: PeerId) -> None:
        if self._open().peer != peer:
            raise NotYourNeed

    def _helped_by(self, peer: PeerId) -> None:
        if peer not in self._open().helpers:
            raise NotYourNeed

    def _asked(self, peer: PeerId) -> None:
        if self._open().handing_to != peer:
            raise NobodyToHandTo

    def _given_back(self, now: datetime) -> "Need":
        silent = () if self.peer is None else (self.peer,)
        left = replace(self, went_silent=(*self.went_silent, *silent))
        # Who sits in is with them already. That is proved as for any other peer: by a
        # first line.
        return left._in_care_of(self.joined[0], now) if self.joined else left._free(now)

    def _in_care_of(self, peer: PeerId, now: datetime) -> "Need":
        return replace(
            self,
            state=State.ACCEPTED, peer=peer, joined=self._joined_but(peer),
            handing_to=None, handed_over=True,
            accepted_at=now, unanswered_since=None, quiet_since=None,
        )  # fmt: skip

    def _joined_but(self, peer: PeerId) -> tuple[PeerId, ...]:
        return tuple(each for each in self.joined if each != peer)

    def _raised(self, now: datetime) -> "Need":
        return replace(
            self._free(now),
            raised_at=now, went_silent=(),
            end=None, ended_at=None, call_back_at=None,
        )  # fmt: skip

    def _free(self, now: datetime) -> "Need":
        return replace(
            self,
            state=State.RAISED, climb=Climb(now),
            peer=None, joined=(), handing_to=None, handed_over=False,
            accepted_at=None, unanswered_since=None, quiet_since=None,
        )  # fmt: skip

    def _ended(self, end: End, now: datetime) -> "Need":
        return replace(
            self,
            state=State.ENDED, end=end, ended_at=now,
            handing_to=None, unanswered_since=None, quiet_since=None,
        )  # fmt: skip
