"""The doorbell: what staff pages and other processes should know at once.

It is never kept. Whoever missed it, because the line was down, looks at the store when
the line is up again.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from chat.bulletin import CALLS, TOPIC
from chat.errors import Unavailable
from chat.model import RoomName
from chat.redis import Lines, Scripts
from chat.standing import NEWS

ROOM: Final = RoomName(TOPIC)
CHANNEL: Final = f"porchlight:{{{TOPIC}}}"
LONGEST_SECONDS: Final = 1.0
"""How long whoever rings waits to be heard: others need them meanwhile."""

_FOR_PAGES, _FOR_PROCESSES, _FOR_PEERS = b"\x01", b"\x02", b"\x03"

logger = logging.getLogger(__name__)


class Doorbell:
    """Rings on every process."""

    def __init__(
        self, *, scripts: Scripts, lines: Lines, fan_out: Callable[[str, bytes], None]
    ) -> None:
        self._scripts = scripts
        self._fan_out = fan_out
        self._ringing = set[asyncio.Task[None]]()
        self.answer: Callable[[bytes], None] = lambda _news: None
        """Called on every process with what another, or this one, changed."""

        self.told: Callable[[bytes], None] = lambda _frame: None
        """Called on every process with what staff pages are told."""

        lines.follow(CHANNEL)

    async def ring(self, frame: bytes) -> None:
        """Tell every staff page; if that fails, they are told when the line is back."""
        await self._publish(_FOR_PAGES + frame)

    async def call(self, frame: bytes) -> None:
        """Tell the pages of all of the room team, peers among them."""
        await self._publish(_FOR_PEERS + frame)

    async def changed(self, news: bytes) -> None:
        """Tell every process that something it keeps a copy of is not the same."""
        await self._publish(_FOR_PROCESSES + news)

    async def _publish(self, data: bytes) -> None:
        """Ring, and wait for that no longer than a moment; it goes on by itself."""
        ringing = asyncio.create_task(self._send(data))
        self._ringing.add(ringing)
        ringing.add_done_callback(self._ringing.discard)
        if not (await asyncio.wait([ringing], timeout=LONGEST_SECONDS))[0]:
            logger.warning("the doorbell takes long to be heard")

    async def _send(self, data: bytes) -> None:
        try:
            await self._scripts.tell(CHANNEL, NEWS + data)
        except Unavailable:
            logger.warning("the doorbell was not heard")

    def heard(self, data: bytes) -> None:
        """Pass on what was rung somewhere."""
        if data[:1] == _FOR_PAGES:
            self._fan_out(TOPIC, data[1:])
            self.told(data[1:])
        elif data[:1] == _FOR_PEERS:
            self._fan_out(CALLS, data[1:])
        elif data[:1] == _FOR_PROCESSES:
            self.answer(data[1:])
