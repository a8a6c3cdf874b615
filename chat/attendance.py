"""How many were in each room, by five-minute slot: numbers only, for ninety days.

They are what "usually busy at 20:00" is made of, and nothing else is kept of who came.
"""

from typing import Final

from chat import busy
from chat.clock import Clock
from chat.model import RoomName
from chat.redis import Script, Scripts

KEEP_MILLISECONDS: Final = (busy.DAYS_KEPT + 1) * 24 * 60 * 60 * 1000
_SLOT, _SLOTS = Script("slot"), Script("slots")


class Attendance:
    """Notes how many are in a room, and tells when it is usually busy."""

    def __init__(self, *, scripts: Scripts, clock: Clock) -> None:
        self._scripts = scripts
        self._clock = clock

    async def note(self, room: RoomName, here: int) -> None:
        """Count a room now; of several counts in one slot the largest is kept.

        Raises:
            Unavailable: If Redis does not answer.

        """
        now = self._clock.seconds()
        await self._scripts.call(
            _SLOT, (_day(room, busy.day(now)),), busy.slot(now), here, KEEP_MILLISECONDS
        )

    async def usual(self, room: RoomName) -> list[float]:
        """Return how many are usually there in each hour of the day, in UTC.

        Raises:
            Unavailable: If Redis does not answer.

        """
        return busy.by_hour(await self.counts(room), self._clock.seconds())

    async def counts(self, room: RoomName) -> dict[str, dict[int, int]]:
        """Return how many were there, by day and slot of the day, in UTC.

        Raises:
            Unavailable: If Redis does not answer.

        """
        days = busy.days(self._clock.seconds())
        answers = await self._scripts.call(_SLOTS, [_day(room, day) for day in days])
        return {
            day: dict(zip(map(int, flat[::2]), map(int, flat[1::2]), strict=True))
            for day, flat in zip(days, answers, strict=True)
            if flat
        }


def _day(room: RoomName, day: str) -> str:
    return f"porchlight:{{{room}}}:slots:{day}"
