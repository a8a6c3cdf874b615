"""The lobby: what the list of rooms shows, to anybody, without a name in it."""

import asyncio
import json
from typing import Final

from chat.attendance import Attendance
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.errors import Unavailable
from chat.history import History
from chat.leases import Leases
from chat.model import Room, RoomName
from chat.presence import Presence

FRESH_SECONDS: Final = 10
USUAL_SECONDS: Final = 15 * 60


class Lobby:
    """The rooms with how many are there now and when they are usually busy."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        presence: Presence,
        leases: Leases,
        attendance: Attendance,
        history: History,
        clock: Clock,
        history_hours: float,
    ) -> None:
        self._catalogue = catalogue
        self._presence = presence
        self._leases = leases
        self._attendance = attendance
        self._history = history
        self._clock = clock
        self._history_hours = history_hours
        self._page = b""
        self._page_until = self._usual_until = 0.0
        self._usual: dict[RoomName, list[float]] = {}
        self._counting = asyncio.Lock()

    async def page(self) -> bytes:
        """Return the list as JSON; no older than ten seconds, unless Redis is down."""
        async with self._counting:
            now = self._clock.monotonic()
            if now >= self._page_until:
                self._page = await self._made(now)
                self._page_until = now + FRESH_SECONDS
        return self._page

    async def _made(self, now: float) -> bytes:
        if now >= self._usual_until:
            await self._learn_usual()
            self._usual_until = now + USUAL_SECONDS
        rooms = self._catalogue.rooms
        counts = await asyncio.gather(*(self.count(room.slug) for room in rooms))
        shown = [self._shown(r, n) for r, n in zip(rooms, counts, strict=True)]
        page = {"history_hours": self._history_hours, "rooms": shown}
        return json.dumps(page, ensure_ascii=False).encode()

    async def _learn_usual(self) -> None:
        for room in self._catalogue.rooms:
            try:
                self._usual[room.slug] = await self._attendance.usual(room.slug)
            except Unavailable:
                return

    async def count(self, room: RoomName) -> int:
        """Return how many are in a room, here or on any other process."""
        known = self._presence.count(room)
        if known is not None:
            return known
        try:
            present = await self._leases.present(room)
        except Unavailable:
            return 0
        return len({change.member for _, change in present})

    def _shown(self, room: Room, here: int) -> dict[str, object]:
        return {
            "slug": room.slug,
            "name": room.name,
            "programme": room.programme,
            "purpose": room.purpose,
            "rules": room.rules,
            "tags": room.tags,
            "for_whom": room.for_whom,
            "disclaimer": room.disclaimer,
            "history_hours": self._history.keep_seconds(room.slug) / 3600,
            "here": here,
            "busy": self._usual.get(room.slug, [0.0] * 24),
        }
