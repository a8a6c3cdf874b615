"""Pacing: how fast a device may ask, whichever page of its own it uses."""

from typing import Final

from chat.clock import Clock
from chat.errors import HelloFirst, TooFast
from chat.session import Session
from chat.settings import Settings
from chat.throttle import Pace, Paces

MOST_DEVICES: Final = 50_000
"""How many devices' paces are remembered at a time."""

TYPING_PER_MINUTE: Final = 30
CALLS_PER_MINUTE: Final = 20
"""How often somebody may ask about a need, a check-in or a card."""


class Pacing:
    """The pace of each device, for each kind of request."""

    def __init__(self, *, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self.says = _paces(settings.says_per_minute)
        self.joins = _paces(settings.joins_per_minute)
        self.reactions = _paces(settings.reactions_per_minute)
        self.reports = _paces(settings.reports_per_minute)
        self.calls = _paces(CALLS_PER_MINUTE)
        self.typing = _paces(TYPING_PER_MINUTE)

    def may(self, session: Session, paces: Paces) -> None:
        """Hold a device to a pace.

        Raises:
            HelloFirst, TooFast: As they say.

        """
        if not session.secret:
            raise HelloFirst
        if wait := self.wait(session, paces):
            raise TooFast(wait)

    def wait(self, session: Session, paces: Paces) -> float:
        """Count a request; return how long it would have to wait."""
        return paces.take(session.device, self._clock.monotonic())


def _paces(per_minute: int) -> Paces:
    return Paces(Pace.per_minute(per_minute, max(5, per_minute // 4)), MOST_DEVICES)
