"""The mirror: what the store knows and every process must know by heart.

Read at the start, when the doorbell says so, and once a minute in case that was not
heard. While the store is away, what was known last goes on.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from chat import asides
from chat.connection import Connection
from chat.errors import StoreDown
from chat.gateway import Gateway
from chat.held import Held, HeldRooms
from chat.hub import Hub
from chat.model import Handle, RoomName
from chat.rooms import Rooms
from chat.sanctions import Kept, Sanctions
from chat.session import Session

EVERY_SECONDS: Final = 60
AGAIN_SECONDS: Final = 2
"""When to look again while the store is away."""

logger = logging.getLogger(__name__)


class Mirror:
    """Keeps sanctions, controls and rules true, and tells members what changed."""

    def __init__(
        self,
        *,
        words: Callable[[], Awaitable[Iterable[Kept]]],
        controls: Callable[[], Awaitable[Iterable[Held]]],
        rules: Callable[[], Awaitable[None]],
        tidings: Callable[[], Awaitable[None]],
        is_own_talk: Callable[[Handle, RoomName], bool],
        sanctions: Sanctions,
        held: HeldRooms,
        gateway: Gateway,
        rooms: Rooms,
        hub: Hub,
    ) -> None:
        self._words = words
        self._controls = controls
        self._rules = rules
        self._tidings = tidings
        self._is_own_talk = is_own_talk
        self._sanctions = sanctions
        self._held = held
        self._gateway = gateway
        self._rooms = rooms
        self._hub = hub
        self._known: dict[bytes, Kept] = {}
        self._due = asyncio.Event()

    def look(self) -> None:
        """Read everything again, soon."""
        self._due.set()

    async def run(self) -> None:
        """Keep until cancelled."""
        while True:
            pause = EVERY_SECONDS if await self.round() else AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._due.wait()
            self._due.clear()

    async def round(self) -> bool:
        """Read once, if the store is there; if it is away, what is known stays."""
        try:
            words, controls = await self._words(), await self._controls()
            self._learn_words(list(words))
            for held in self._held.learn(controls):
                self._hub.fan_out(held.room, held.frame())
            await self._rules()
            await self._tidings()
        except StoreDown:
            logger.warning("what the room team has said could not be read")
            return False
        return True

    def _learn_words(self, words: list[Kept]) -> None:
        self._sanctions.learn(words)
        before, self._known = self._known, {kept.word.token: kept for kept in words}
        for token, kept in self._known.items():
            if token not in before:
                self._tell(kept, kept.word)
        for token, kept in before.items():
            if token not in self._known:
                self._tell(kept, kept.word._replace(kind="undone", text=""))

    def _tell(self, kept: Kept, word: asides.Word) -> None:
        """Tell every connection of a device, and take it out of rooms if it must."""
        for session in self._gateway.of_device(kept.handle):
            if session.connection is None:
                continue
            session.connection.send(asides.word(word))
            if word.kind == "removed":
                self._take_out(session, session.connection)

    def _take_out(self, session: Session, connection: Connection) -> None:
        """Take somebody out of every room but the talk of their own need."""
        for room, member in tuple(session.rooms.items()):
            if not self._is_own_talk(session.handle, room):
                self._rooms.leave(connection, room, member, at_once=True)
                del session.rooms[room]
