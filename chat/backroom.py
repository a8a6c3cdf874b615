"""The room team's side of the service, put together: store, cases, doorbell."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.doorbell import Doorbell
from chat.errors import StoreDown
from chat.flagged import Flagged
from chat.held import Held, HeldRooms
from chat.history import History
from chat.hub import Hub
from chat.identity import Identity
from chat.metrics import Metrics
from chat.model import Handle
from chat.opening import Opening
from chat.redis import Lines, Scripts
from chat.sanctions import Kept, Sanctions
from chat.settings import Settings
from chat.store.database import Database

_AGAIN_SECONDS: Final = 2.0

logger = logging.getLogger(__name__)


class Backroom:
    """Everything that humans decide with, wired but not yet running."""

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        scripts: Scripts,
        lines: Lines,
        catalogue: Catalogue,
        history: History,
        identity: Identity,
        hub: Hub,
        metrics: Metrics,
    ) -> None:
        self.database = Database(settings.database_url, settings.data_dir)
        self.doorbell = Doorbell(scripts=scripts, lines=lines, fan_out=hub.fan_out)
        self.sanctions = Sanctions()
        self.held = HeldRooms()
        self.flagged = Flagged(
            scripts=scripts,
            catalogue=catalogue,
            history=history,
            identity=identity,
            open_=self._open,
            ring=self.doorbell.ring,
            clock=clock,
            metrics=metrics,
            repeat_seconds=int(settings.repeat_minutes * 60),
        )

    async def run(self, *parts: Callable[[], Awaitable[None]]) -> None:
        """Bring the tables up to date, however long that takes, then run the parts."""
        while True:
            try:
                await self.database.migrate()
            except StoreDown:
                logger.warning("the tables could not be brought up to date yet")
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                break
        async with asyncio.TaskGroup() as tasks:
            for part in (self.flagged.run, *parts):
                tasks.create_task(_run(part))

    async def aclose(self) -> None:
        """Let go of the store."""
        await self.database.aclose()

    async def _open(self, _opening: Opening, _around: Sequence[bytes]) -> str:
        raise StoreDown

    async def words(self) -> list[Kept]:
        """Return what the room team has said and still holds."""
        return []

    async def controls(self) -> list[Held]:
        """Return how rooms are held."""
        return []

    async def heed(self, token: bytes, handle: Handle) -> None:
        """Know that a member has read a word of theirs."""
        raise StoreDown

    async def appeal(self, token: bytes, handle: Handle, text: str) -> None:
        """Ask that another moderator looks again."""
        raise StoreDown


async def _run(part: Callable[[], Awaitable[None]]) -> None:
    await part()
