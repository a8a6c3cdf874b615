"""Crowds: when more people come into a room within a minute than come on their own."""

from collections import defaultdict, deque
from typing import Final

from chat.model import RoomName

MINUTE: Final = 60.0
CROWD: Final = 20
"""How many arrivals in a minute, on one process, are worth a look."""

QUIET_SECONDS: Final = 300
"""How long a room's alarm is not rung again."""


class Crowds:
    """Counts arrivals; knows nobody, and remembers a minute."""

    def __init__(self) -> None:
        self._came: defaultdict[RoomName, deque[float]] = defaultdict(deque)
        self._rung: dict[RoomName, float] = {}

    def came(self, room: RoomName, now: float) -> int:
        """Count somebody in; return how many came in a minute, if that is an alarm."""
        came = self._came[room]
        came.append(now)
        while came[0] <= now - MINUTE:
            came.popleft()
        if (
            len(came) < CROWD
            or now - self._rung.get(room, -QUIET_SECONDS) < QUIET_SECONDS
        ):
            return 0
        self._rung[room] = now
        return len(came)
