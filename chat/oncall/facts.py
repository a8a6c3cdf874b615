"""The facts of a need: whose it is, who has it, and when something has to happen."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from chat.model import Grade, MemberId, RoomName
from chat.oncall.stages import Climb, End, NeedId, PeerId, State

FIRST_LINE: Final = timedelta(seconds=60)
"""How long whoever accepted may take over their first line."""
SILENCE: Final = timedelta(minutes=3)
"""How long a line of the member's may go unanswered."""
QUIET: Final = timedelta(hours=24)
"""After which a talk in which both spoke, and nobody says anything, is over."""
REMEMBERED: Final = timedelta(hours=1)
"""How long after its end a member is told of it, and staff see what it was about."""


@dataclass(frozen=True, slots=True)
class Facts:
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
    quiet_since: datetime | None = None
    """Since when nobody waits, where both have spoken."""
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

    def is_quiet(self, now: datetime) -> bool:
        """Tell whether it is over, since nobody has said anything for so long.

        Never where somebody waits for a line, or may be in danger.
        """
        if self.quiet_since is None or self.grade >= Grade.HIGH:
            return False
        return now - self.quiet_since >= QUIET

    def has_faded(self, now: datetime) -> bool:
        """Tell whether it ended so long ago that nothing is left of its talk."""
        return self.ended_at is not None and now - self.ended_at >= REMEMBERED

    def lacks_reason(self, now: datetime) -> bool:
        """Tell whether its talk is over, and who was there can still say why."""
        over = self.end in (End.ACCEPTED_AND_SPOKE, End.HANDED_OVER)
        return over and not self.ending and not self.has_faded(now)

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
