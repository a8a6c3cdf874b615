"""A page's line to the service: asks, and hears. What is not asked for yet is kept."""

import asyncio
import itertools
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection

from chat import protocol
from tests.support import frames
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.frames import CardTold, Event, Refused, StayTold

E = TypeVar("E", bound=Event)


class Page:
    """Somebody's page.

    How a check-in or a card stands it may be told again at any moment, from what every
    process reads now and then. Nothing is changed by that, so it is heard once.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.who = b""
        self._refs = itertools.count(1)
        self._heard: list[Event] = []
        self._stands: dict[object, Event] = {}

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
        event = frames.read(payload)
        if not self._knows(event):
            self._heard.append(event)

    def _knows(self, event: Event) -> bool:
        """Note how a check-in or a card stands; return whether it stood so before."""
        if not isinstance(event, StayTold | CardTold):
            return False
        what = event.token if isinstance(event, CardTold) else StayTold
        before, self._stands[what] = self._stands.get(what), event
        return before == event
