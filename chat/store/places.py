"""Places: so many at a time, the urgent first, the others in the order they came in."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Places:
    """So many places, and those who wait for one."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._urgent = deque[asyncio.Future[None]]()
        self._others = deque[asyncio.Future[None]]()

    @asynccontextmanager
    async def place(self, *, urgent: bool = False) -> AsyncIterator[None]:
        """Have a place, as soon as it is one's turn, until the block ends."""
        await self._come(self._urgent if urgent else self._others)
        try:
            yield
        finally:
            self._go()

    async def _come(self, lane: deque[asyncio.Future[None]]) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        lane.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                # Whoever went may have found it done, and passed it by.
                if turn in lane:
                    lane.remove(turn)
            else:
                # It came at the very moment at which nobody waited for it any more.
                self._go()
            raise

    def _go(self) -> None:
        for lane in (self._urgent, self._others):
            while lane:
                turn = lane.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1
