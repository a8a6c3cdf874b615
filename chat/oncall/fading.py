"""Fading: what was said about a need goes an hour after it, alerts after a month."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from chat.clock import Clock
from chat.errors import StoreDown, Unavailable
from chat.model import RoomName
from chat.oncall.needs import Needs
from chat.store import alerts
from chat.store.database import Database
from chat.store.instants import kept

FADE_SECONDS: Final = 60.0
ALERT_DAYS: Final = 30

logger = logging.getLogger(__name__)


class Fading:
    """Lets go of needs and alerts that have had their time."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        needs: Needs,
        forget_talks: Callable[[Sequence[RoomName]], Awaitable[None]],
    ) -> None:
        """Delete what was said in talks by `forget_talks`."""
        self._database = database
        self._clock = clock
        self._needs = needs
        self._forget_talks = forget_talks

    async def run(self) -> None:
        """Let go, until cancelled; what cannot be let go of now goes a minute later."""
        while True:
            try:
                await self.fade()
            except (StoreDown, Unavailable):
                logger.warning("what is over could not be forgotten yet")
            await asyncio.sleep(FADE_SECONDS)

    async def fade(self) -> None:
        """Let go of all that has had its time.

        Raises:
            StoreDown, Unavailable: If the database or Redis does not answer.

        """
        now = self._clock.now()
        if talks := await self._needs.forget(now):
            await self._forget_talks(talks)
        async with self._database.claim() as tx:
            await alerts.forget(tx, kept(now - timedelta(days=ALERT_DAYS)))
