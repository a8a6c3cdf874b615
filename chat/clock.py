"""The clock: the only place that reads the time."""

import time
from datetime import UTC, datetime


class Clock:
    """The time of day, and a time that only goes forward."""

    def now(self) -> datetime:
        """Return the moment, in UTC."""
        return datetime.now(UTC)

    def seconds(self) -> int:
        """Return whole seconds since 1970, as frames carry them."""
        return int(time.time())

    def monotonic(self) -> float:
        """Return seconds that never jump, for measuring how long something took."""
        return time.monotonic()
