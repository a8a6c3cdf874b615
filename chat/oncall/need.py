"""A need: someone needs to talk, from the press of a button to one of four ends.

raised → offered → accepted → talking → ended, and only the four ends end it: whoever
accepts and falls silent gives it back, and no time that passes makes it go away.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from chat.model import Grade, MemberId, RoomName
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
from chat.oncall.stages import ENDINGS, Climb, End, NeedId, PeerId, State

FIRST_LINE: Final = timedelta(seconds=60)
"""How long whoever accepted may take over their first line."""
SILENCE: Final = timedelta(minutes=3)
"""How long a line of the member's may go unanswered."""
FURTHEST_CALL_BACK: Final = timedelta(days=7)
REMEMBERED: Final = timedelta(hours=1)
"""How long after its end a member is told of it, and staff see what it was about."""


@dataclass(frozen=True, slots=True)
class Need:
    """Someone who needs to talk, and who is with them."""

    id: NeedId
    member: MemberId
    room: RoomName
    raised_at: datetime
    climb: Climb
    grade: Grade = Grade.NONE
    state: State = State.RAISED
    peer: PeerId | None = None
    """Who accepted."""
    joined: tuple[PeerId, ...] = ()
    """Who sits in with that peer."""
    handing_to: PeerId | None = None
    """Who has been asked to take over."""
    handed_over: bool = False
    accepted_at: datetime | None = None
    unanswered_since: datetime | None = None
    """Since when the member's lines wait for one of a peer's."""
    went_silent: tuple[PeerId, ...] = ()
    """Who had accepted, and gave it back or lost it."""
    end: End | None = None
    ending: str = ""
    ended_at: datetime | None = None
    call_back_at: datetime | None = None
    drill: bool = field(default=False, kw_only=True)
    """A fire drill: it has no member."""

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state is not State.ENDED

    @property
    def is_calling(self) -> bool:
        """Whether peers are called, because nobody has it."""
        return self.state in (State.RAISED, State.OFFERED)

    @property
    def is_promised(self) -> bool:
        """Whether it will be raised again at the time that the member chose."""
        return self.end is End.CALL_BACK

    def has_faded(self, now: datetime) -> bool:
        """Tell whether it ended so long ago that nothing is left of its talk."""
        return self.ended_at is not None and now - self.ended_at >= REMEMBERED

    @property
    def helpers(self) -> tuple[PeerId, ...]:
        """Who may talk with the member now."""
        return () if self.peer is None else (self.peer, *self.joined)

    @property
    def lease_ends(self) -> datetime | None:
        """When it goes back to calling, unless a peer says something; None: never."""
        lease = self._lease
        return None if lease is None else lease[0] + lease[1]

    @property
    def next_moment(self) -> datetime | None:
        """When something has to happen; None only in a talk that nobody waits in."""
        if self.is_promised:
            return self.call_back_at
        return self.climb.due if self.is_calling else self.lease_ends

    def lapsed(self, now: datetime) -> bool:
        """Tell whether whoever accepted has been silent for too long."""
        # A lease that began after now began before the clock was set back. It is over
        # too: one more alert does no harm, and to wait out the hour would.
        lease = self._lease
        return lease is not None and abs(now - lease[0]) >= lease[1]

    def pressed(self, now: datetime) -> "Need":
        """Return the same need, after its member pressed the button again."""
        if self.is_promised:
            return self._raised(now)
        return self._open()

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

    def spoke(self, peer: PeerId) -> "Need":
        """Return the need after a line of its peer's, or of who sits in."""
        self._helped_by(peer)
        return replace(self, state=State.TALKING, unanswered_since=None)

    def wrote(self, now: datetime) -> "Need":
        """Return the need after a line of its member's."""
        if self._open().state is not State.TALKING or self.unanswered_since:
            return self
        return replace(self, unanswered_since=now)

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

        Raises:
            NotSpokenYet: If nobody said a first line: letting go is not ending.

        """
        self._helped_by(peer)
        if ending not in ENDINGS:
            raise UnknownEnding
        if self.state is not State.TALKING:
            raise NotSpokenYet
        return replace(self._ended(self._after_talk, now), ending=ending)

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

    @property
    def _lease(self) -> tuple[datetime, timedelta] | None:
        """Since when a peer owes a line, and how long they may take."""
        if self.state is State.ACCEPTED and self.accepted_at:
            return self.accepted_at, FIRST_LINE
        if self.state is State.TALKING and self.unanswered_since:
            return self.unanswered_since, SILENCE
        return None

    @property
    def _after_talk(self) -> End:
        return End.HANDED_OVER if self.handed_over else End.ACCEPTED_AND_SPOKE

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
            accepted_at=now, unanswered_since=None,
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
            accepted_at=None, unanswered_since=None,
        )  # fmt: skip

    def _ended(self, end: End, now: datetime) -> "Need":
        return replace(
            self,
            state=State.ENDED, end=end, ended_at=now,
            handing_to=None, unanswered_since=None,
        )  # fmt: skip
