"""A clock that a test moves."""

from datetime import UTC, datetime, timedelta

from chat.clock import Clock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class FakeClock(Clock):
    """The time of day and the monotonic time, both standing still until moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._begun = self._now = now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._now

    def seconds(self) -> int:
        return int(self._now.timestamp())

    def monotonic(self) -> float:
        # Not from 0, so that nothing may take the process to have just begun.
        return 10_000 + (self._now - self._begun).total_seconds()
