"""A page's line to the service: asks, and hears. What is not asked for yet is kept."""

import asyncio
import itertools
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection

from chat import protocol
from tests.support import frames
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.frames import Event, Refused

E = TypeVar("E", bound=Event)


class Page:
    """Somebody's page."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.who = b""
        self._refs = itertools.count(1)
        self._heard: list[Event] = []

    async def _ask(self, wanted: type[E], kind: int, *fields: object) -> E | Refused:
        ref = next(self._refs)
        await self.send(kind, ref, *fields)
        return await self.answer(wanted, ref)

    async def answer(self, wanted: type[E], ref: int) -> E | Refused:
        """Return the answer to a request."""
        answer: E | Refused = await self._next(
            lambda event: (
                isinstance(event, (wanted, Refused))
                and getattr(event, "ref", None) == ref
            )
        )
        return answer

    async def send(self, kind: int, *fields: object) -> None:
        """Send one frame, and wait for nothing."""
        await self.socket.send(protocol.pack((kind, *fields)))

    async def hears(self, wanted: type[E]) -> E:
        """Return the next event of a kind."""
        event: E = await self._next(lambda event: isinstance(event, wanted))
        return event

    async def _next(self, is_it: Any) -> Any:
        looked_at = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for place in range(looked_at, len(self._heard)):
                    if is_it(self._heard[place]):
                        return self._heard.pop(place)
                looked_at = len(self._heard)
                await self._read()

    async def _read(self) -> None:
        payload = await self.socket.recv()
        assert isinstance(payload, bytes)
        self._keep(payload)

    def _keep(self, payload: bytes) -> None:
        self._heard.append(frames.read(payload))
