"""Throttle: how fast one member may ask, kept as a single number each.

Every allowance is a pace (GCRA, the leaky bucket turned into a time): what is kept is
the moment at which somebody would be even again, so a connection stores one float a
kind of request, and no timer tops anything up. All times are monotonic seconds.
"""

from typing import NamedTuple, Self

SLACK_SECONDS = 0.001
"""Whoever waits exactly as long as told must get through, though floats round."""


class Pace(NamedTuple):
    """One request every `interval` seconds, or sooner by up to `tolerance` in all."""

    interval: float
    tolerance: float

    @classmethod
    def per_minute(cls, requests: float, burst: int) -> Self:
        """Return the pace of so many requests a minute, `burst` of them at once."""
        interval = 60 / requests
        return cls(interval, (burst - 1) * interval)

    def take(self, even: float, now: float) -> tuple[float, float]:
        """Ask to do one thing now: return the new `even` and the seconds to wait.

        0 seconds: it may be done, and is counted. Otherwise it may not, and costs
        nothing. `even` is the moment the last call returned; 0.0 at first.
        """
        base = max(even, now)
        wait = base - now - self.tolerance
        if wait > SLACK_SECONDS:
            return even, wait
        return base + self.interval, 0.0


class Paces:
    """One pace for many devices, each known by a handle, whatever its connections.

    A device that is even again is forgotten, as nothing would tell it from a new one;
    above the limit those that asked longest ago are.
    """

    __slots__ = ("_evens", "_limit", "_pace")

    def __init__(self, pace: Pace, limit: int) -> None:
        self._pace = pace
        self._limit = limit
        self._evens: dict[bytes, float] = {}  # the one that asked longest ago first

    def __len__(self) -> int:
        return len(self._evens)

    def take(self, handle: bytes, now: float) -> float:
        """Ask to do one thing now: return the seconds to wait; 0: done and counted."""
        even, wait = self._pace.take(self._evens.pop(handle, 0.0), now)
        self._evens[handle] = even
        self._forget(now)
        return wait

    def _forget(self, now: float) -> None:
        # Two for each one that may have come: nothing is left over, no call is long.
        for _ in range(2):
            oldest = next(iter(self._evens))
            if self._evens[oldest] > now and len(self._evens) <= self._limit:
                return
            del self._evens[oldest]
