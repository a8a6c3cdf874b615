"""Which need comes first: severity, then age; and age wins in the end.

Danger is a head start. A need comes before another when it is older by more than the
other's head start exceeds its own, so whoever waits two hours longer comes first,
whatever the others are in. The order of two needs never changes by waiting alone, so
that nobody is overtaken twice, and a database can sort by it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from chat.model import Grade

HEAD_START: Final[Mapping[Grade, timedelta]] = {
    Grade.NONE: timedelta(0),
    Grade.LOW: timedelta(minutes=10),
    Grade.MEDIUM: timedelta(minutes=30),
    Grade.HIGH: timedelta(minutes=60),
    Grade.IMMINENT: timedelta(minutes=120),
}
"""By how much earlier a need counts as raised."""

BEHIND: Final = HEAD_START[Grade.IMMINENT]
"""By how much later one counts that came with very many from one place.

Danger among those counts as much as anybody's need: a program may well speak of it too.
"""


def rank(raised_at: datetime, grade: Grade, *, one_of_many: bool = False) -> datetime:
    """Return when a need counts as raised: the earliest comes first."""
    behind = BEHIND if one_of_many else timedelta(0)
    return raised_at - HEAD_START[grade] + behind
