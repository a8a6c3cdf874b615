"""Sending: how long an alert is in whose hands, and when it is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

PAGE: Final = "page"
"""The way of an alert to whatever pages of the room team somebody has open."""

LEASE: Final = timedelta(seconds=0.75)
"""How long whoever sends an alert has it, unless they say that they are still at it.

A worker that was killed holds up a step by this. Its successor may be the first to take
what it had, and be killed too: even then a step is less than two seconds late.
"""

RENEW_SECONDS: Final = 0.2
"""How often whoever sends says so."""

GIVE_UP: Final = timedelta(seconds=60)
"""How long an alert is tried: by then another step has called the same peer."""

FURTHEST: Final = timedelta(seconds=30)
"""Nothing here waits for longer; what seems to had its clock set back."""

_PAUSES_SECONDS: Final = (1, 2, 4, 8, 16)
_LEAST_EXPIRY: Final = timedelta(seconds=30)
_NO_HURRY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Leased:
    """An alert that this process is sending."""

    id: str
    kind: str
    need_id: str
    """Empty: it is about no need."""
    staff_id: str
    way_id: str
    """Empty: it goes to open pages."""
    way: str
    made_at: datetime
    expires_in: timedelta
    address: Mapping[str, str] = field(default_factory=dict, repr=False)
    attempts: int = 0
    """How often it was tried before."""


def whither(alert: Leased) -> str:
    """Return which service an alert goes to, as far as one may hold up another."""
    _, _, where = alert.address.get("endpoint", "").partition("://")
    return f"{alert.way} {where.partition('/')[0]}"


def again_after(alert: Leased, now: datetime) -> timedelta | None:
    """Return how long to wait before an alert is tried again; None: it is given up."""
    if alert.attempts >= len(_PAUSES_SECONDS) or now - alert.made_at >= GIVE_UP:
        return None
    return timedelta(seconds=_PAUSES_SECONDS[alert.attempts])


def expiry(next_step: datetime | None, now: datetime) -> timedelta:
    """Return how long an alert is worth arriving: until others are called as well."""
    return _NO_HURRY if next_step is None else max(next_step - now, _LEAST_EXPIRY)
