"""The watch: who of the room team is at their desk now, on whichever process."""

from typing import Final

from chat.clock import Clock
from chat.redis import Script, Scripts

COUNTS_SECONDS: Final = 90
"""A page's socket says so twice a minute, and may miss one."""

_WATCH = Script("watch")
_HERE: Final = "porchlight:{team}:here"


class Watch:
    """Notes who has a page of the desk open, and tells who has."""

    def __init__(self, *, scripts: Scripts, clock: Clock) -> None:
        self._scripts = scripts
        self._clock = clock

    async def note(self, staff_id: str) -> None:
        """Count somebody as here for a while.

        Raises:
            Unavailable: If Redis does not answer; so with all that follows.

        """
        await self._ask(staff_id)

    async def others(self, staff_id: str) -> bool:
        """Tell whether anybody is here beside one."""
        return bool(await self.everybody() - {staff_id})

    async def everybody(self) -> frozenset[str]:
        """Return the ids of all who are here."""
        return await self._ask("")

    async def _ask(self, staff_id: str) -> frozenset[str]:
        found: list[bytes] = await self._scripts.call(
            _WATCH, (_HERE,), staff_id, self._clock.seconds(), COUNTS_SECONDS
        )
        return frozenset(each.decode() for each in found)
