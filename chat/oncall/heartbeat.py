"""The heartbeat: tells somebody outside that whoever needs to talk would be heard.

Silence is the alarm. So it beats only while all is well, and never to say otherwise.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import aiohttp

BEAT_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 5.0
_FINE: Final = range(200, 400)

logger = logging.getLogger(__name__)


class Heartbeat:
    """Asks for a URL once a minute."""

    def __init__(self, *, url: str, is_well: Callable[[], bool]) -> None:
        self._url = url
        self._is_well = is_well

    async def run(self) -> None:
        """Beat while all is well, until cancelled."""
        while True:
            well = self._is_well()
            if well:
                await self.beat()
            await asyncio.sleep(BEAT_SECONDS if well else LOOK_SECONDS)

    async def beat(self) -> bool:
        """Ask once; tell whether that was heard. It never raises."""
        # Its address is a secret of the operator's: it is in no log.
        try:
            status = await self._ask()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            why = type(error).__name__
            logger.warning("the heartbeat was not heard", extra={"why": why})
            return False
        if status not in _FINE:
            logger.warning("the heartbeat was refused", extra={"status": status})
        return status in _FINE

    async def _ask(self) -> int:
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(self._url, allow_redirects=False) as answer,
        ):
            return answer.status
