"""Health: whether every open need has a next step, and gets it in its time."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from chat.oncall.need import Need

LATE: Final = timedelta(seconds=5)
"""A step that is later than this should have been taken by somebody."""

STUCK: Final = timedelta(seconds=15)
"""For how long an alert may be about to be sent."""

LONGEST_DRILL: Final = timedelta(minutes=15)
"""A drill that is open for longer was forgotten, and keeps on ringing."""


class Trouble(StrEnum):
    """What can be wrong with those who need to talk."""

    NO_NEXT_STEP = "no_next_step"
    OVERDUE = "overdue"
    STUCK_ALERT = "stuck_alert"
    OLD_DRILL = "old_drill"
    UNREADABLE = "unreadable"
    """What the store has of a need makes no sense."""


class Looked(NamedTuple):
    """An open need, and when the store says that it is looked at next."""

    need: Need
    next_at: datetime | None


def troubles(needs: Iterable[Looked], stuck: int, now: datetime) -> Counter[Trouble]:
    """Return what is wrong, and how often; `stuck` alerts should have left by now."""
    found = Counter(what for each in needs for what in _of(each, now))
    if stuck:
        found[Trouble.STUCK_ALERT] = stuck
    return found


def _of(looked: Looked, now: datetime) -> Iterable[Trouble]:
    need, next_at = looked
    if next_at is None:
        # A talk in which nobody waits is well, however long it is quiet.
        if need.next_moment is not None:
            yield Trouble.NO_NEXT_STEP
    elif now - next_at > LATE:
        yield Trouble.OVERDUE
    if need.drill and now - need.raised_at > LONGEST_DRILL:
        yield Trouble.OLD_DRILL
