"""The keeper: what must happen by the clock, whoever is or is not connected.

Talk that has had its time is taken out of every room's log, and every room is counted.
Any number of processes may keep at once.
"""

import asyncio
import logging
from typing import Final

from chat.attendance import Attendance
from chat.catalogue import Catalogue
from chat.errors import Unavailable
from chat.history import History
from chat.lobby import Lobby
from chat.model import RoomName

EVERY_SECONDS: Final = 60

logger = logging.getLogger(__name__)


class Keeper:
    """Fades talk and counts rooms, once a minute."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        history: History,
        attendance: Attendance,
        lobby: Lobby,
    ) -> None:
        self._catalogue = catalogue
        self._history = history
        self._attendance = attendance
        self._lobby = lobby

    async def run(self) -> None:
        """Keep until cancelled."""
        while True:
            await self.round()
            await asyncio.sleep(EVERY_SECONDS)

    async def forget(self, talk: RoomName) -> None:
        """Leave nothing of a talk that has had its time.

        Raises:
            Unavailable: If nobody can say whether it was done.

        """
        await self._history.forget(talk)

    async def round(self) -> None:
        """Do everything once; what cannot be done is done in the next round."""
        try:
            for room in self._catalogue.rooms:
                await self._history.expire(room.slug)
                here = await self._lobby.count(room.slug)
                if here:
                    await self._attendance.note(room.slug, here)
        except Unavailable:
            logger.warning("the keeper's round was cut short")
