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

UNHEARD: Final = timedelta(minutes=3)
"""For how long every call about a need may fail."""

LONGEST_DRILL: Final = timedelta(minutes=15)
"""A drill that is open for longer was forgotten, and keeps on ringing."""


class Trouble(StrEnum):
    """What can be wrong with those who need to talk."""

    NO_NEXT_STEP = "no_next_step"
    OVERDUE = "overdue"
    STUCK_ALERT = "stuck_alert"
    OVERDUE_CHECK_IN = "overdue_check_in"
    """Somebody missed their check-in, and nobody is called for them."""
    OLD_DRILL = "old_drill"
    UNHEARD = "unheard"
    """Peers are called, and nothing that was sent got to any of them."""
    UNREADABLE = "unreadable"
    """What the store has of a need makes no sense."""


class Looked(NamedTuple):
    """A need that is open or promised, and what the store says of it."""

    need: Need
    next_at: datetime | None
    """When it is looked at next."""
    heard: bool = True
    """Whether anybody was called about it since then, as far as is known."""
    since: datetime | None = None
    """Since when it calls, if that is not since it was raised."""


def troubles(needs: Iterable[Looked], now: datetime) -> Counter[Trouble]:
    """Return what is wrong with needs, and how often."""
    return Counter(what for each in needs for what in _of(each, now))


def _of(looked: Looked, now: datetime) -> Iterable[Trouble]:
    need, next_at = looked.need, looked.next_at
    if next_at is None:
        # A talk in which nobody waits is well, however long it is quiet.
        if need.next_moment is not None:
            yield Trouble.NO_NEXT_STEP
    elif now - next_at > LATE:
        yield Trouble.OVERDUE
    if _is_unheard(looked, now):
        yield Trouble.UNHEARD
    if need.drill and now - need.raised_at > LONGEST_DRILL:
        yield Trouble.OLD_DRILL


def _is_unheard(looked: Looked, now: datetime) -> bool:
    """Tell whether peers are called in vain; that there is nobody is known as it is."""
    need = looked.need
    called = need.is_calling and not need.climb.nobody
    since = looked.since or need.raised_at
    return called and not looked.heard and now - since > UNHEARD
