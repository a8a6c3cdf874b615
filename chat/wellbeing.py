"""Wellbeing: what is asked of a moderator, and when they are spared.

Who opted out of what is told to nobody: a case of that kind is not in their queue.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chat.model import Grade

UNITS: Final = {
    Grade.NONE: 1,
    Grade.LOW: 2,
    Grade.MEDIUM: 3,
    Grade.HIGH: 6,
    Grade.IMMINENT: 10,
}
"""How much reading one case takes out of a person, beside a case without danger."""

PLENTY: Final = 30
"""Units after which a shift has been long enough: three lives in danger, or thirty
quarrels."""

SHIFT: Final = timedelta(hours=10)
"""What was read longer ago belongs to an earlier shift."""

REST: Final = timedelta(minutes=10)
"""After a crisis case, and for how long the next one is offered to others first."""

TONIGHT: Final = timedelta(hours=12)
"""How long "not tonight" lasts, unless it is taken back."""

TOPICS: Final = {
    "suicide": ("Suicide and self-harm", ("suicide", "self_harm", "encourage_harm")),
    "overdose": ("Overdose and dangerous withdrawal", ("overdose", "medical")),
    "home": ("Violence at home", ("domestic_violence", "third_party_risk")),
    "young": ("Children and teenagers, and who preys on them", ("minor", "grooming")),
    "sexual": ("Sexual talk", ("sexual",)),
    "hate": ("Hate, threats and abuse", ("hate", "threat", "abuse", "doxxing")),
    "drugs": ("Buying and using drugs", ("drug_sourcing", "drug_sale", "methods")),
}  # fmt: skip
"""What one may opt out of: its name in plain words, and the categories it means."""


class Exposure(NamedTuple):
    """One case that somebody read, and what it weighed."""

    at: datetime
    units: int


def spared(opt_outs: Iterable[str]) -> frozenset[str]:
    """Return the categories that somebody is spared who opted out of these topics."""
    known = (TOPICS[topic][1] for topic in opt_outs if topic in TOPICS)
    return frozenset(category for categories in known for category in categories)


def is_spared(categories: Collection[str], opt_outs: Collection[str]) -> bool:
    """Tell whether a case of these categories is kept out of somebody's queue."""
    return not spared(opt_outs).isdisjoint(categories)


def this_shift(exposures: Iterable[Exposure], now: datetime) -> int:
    """Return how many units somebody has read in the shift they are in."""
    return sum(each.units for each in exposures if each.at > now - SHIFT)


def rests_until(exposures: Iterable[Exposure], now: datetime) -> datetime | None:
    """Return when somebody's pause after a crisis case ends; none: they have none."""
    crises = [each.at for each in exposures if each.units >= UNITS[Grade.HIGH]]
    end = max(crises) + REST if crises else now
    return end if end > now else None


def is_offered(
    opened: datetime, *, rests: datetime | None, others_here: bool, now: datetime
) -> bool:
    """Tell whether an urgent case is already for somebody who may be resting.

    It goes to others first, but never for long, and never when there is nobody else:
    whoever is in danger is not to wait for a rule of ours.
    """
    return rests is None or not others_here or now >= opened + REST
