"""A clock that goes on by itself, and that a test puts ahead."""

from datetime import datetime, timedelta

from chat.clock import Clock


class ClockAhead(Clock):
    """The real time, and as much later as a test says."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def advance(self, seconds: float) -> None:
        """Let so much time have passed at once."""
        self._ahead += seconds

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead)

    def seconds(self) -> int:
        return int(self.now().timestamp())

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead
