"""A peer with a page of the room team open: hears of needs, and talks with members."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from chat import protocol
from chat.app import Service
from chat.bulletin import SUBPROTOCOL
from chat.desk.guard import COOKIE
from chat.oncall.needs import Needs
from chat.oncall.stages import NeedId, PeerId
from chat.roles import Role
from chat.store import staff
from tests.support import frames
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.frames import Done, Event, History, Joined, Refused
from tests.support.member import new_id

ENTER, SAY, TYPING, EARLIER, MOMENT, LEAVE = range(98, 104)

E = TypeVar("E", bound=Event)


class Peer:
    """Somebody who came to talk."""

    def __init__(self, socket: ClientConnection, id_: str, needs: Needs) -> None:
        self.socket = socket
        self.id = PeerId(id_)
        self.who = b""
        self._needs = needs
        self._refs = itertools.count(1)
        self._heard: list[Event] = []
        self.news: list[tuple[Any, ...]] = []
        """What every page of the room team was told."""

    @classmethod
    @asynccontextmanager
    async def at(
        cls, service: Service, url: str, name: str, role: Role = Role.PEER
    ) -> AsyncIterator[Self]:
        """Sit down at a page, known to the database."""
        async with service.backroom.database.begin() as tx:
            await staff.add(tx, staff.Account(name.lower(), name, role, 0))
        token = await service.desk.socket._sittings.begin(name.lower(), name, role)
        async with connect(
            url.replace("http", "ws", 1) + "/staff/ws",
            origin=Origin(url),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Cookie": f"{COOKIE}={token}"},
            compression=None,
            ping_interval=None,
            proxy=None,
            close_timeout=1,
        ) as socket:
            yield cls(socket, name.lower(), service.callroom.needs)

    async def accepts(self, need: str) -> None:
        """Take a need, and enter its talk."""
        await self._needs.accept(need, self.id)
        await self.enters(need)

    async def enters(self, need: str) -> Joined:
        """Enter a talk, which must succeed."""
        joined = await self.asks_to_enter(need)
        assert isinstance(joined, Joined), joined
        self.who = joined.who
        return joined

    async def asks_to_enter(self, need: str) -> Joined | Refused:
        return await self._ask(Joined, ENTER, need, 0, 0)

    async def says(self, text: str, need: str) -> int:
        """Say something, which must succeed; return its position."""
        done = await self.say(text, need)
        assert isinstance(done, Done), done
        return done.position

    async def say(
        self, text: str, need: str, *, id_: bytes | None = None
    ) -> Done | Refused:
        return await self._ask(Done, SAY, need, id_ or new_id(), text, 0)

    async def typing(self, need: str) -> None:
        await self.send(TYPING, need)

    async def earlier(self, need: str, before: int) -> History | Refused:
        return await self._ask(History, EARLIER, need, before)

    async def needs_a_moment(self, need: str) -> Done | Refused:
        return await self._ask(Done, MOMENT, need)

    async def leave(self, need: str) -> None:
        await self.send(LEAVE, need)

    async def _ask(self, wanted: type[E], kind: int, *fields: object) -> E | Refused:
        ref = next(self._refs)
        await self.send(kind, ref, *fields)
        answer: E | Refused = await self._next(
            lambda event: (
                isinstance(event, (wanted, Refused))
                and getattr(event, "ref", None) == ref
            )
        )
        return answer

    async def send(self, *fields: object) -> None:
        await self.socket.send(protocol.pack(fields))

    async def hears(self, wanted: type[E]) -> E:
        """Return the next event of a kind."""
        event: E = await self._next(lambda event: isinstance(event, wanted))
        return event

    async def hears_news(self, kind: int) -> tuple[Any, ...]:
        """Return the next news of a kind that every page was told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for place, news in enumerate(self.news):
                    if news[0] == kind:
                        return self.news.pop(place)
                await self._read()

    async def _next(self, is_it: Any) -> Any:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for place, event in enumerate(self._heard):
                    if is_it(event):
                        return self._heard.pop(place)
                await self._read()

    async def _read(self) -> None:
        payload = await self.socket.recv()
        assert isinstance(payload, bytes)
        frame: Any = protocol.unpack_value(payload)
        if frame[0] >= 64:
            self.news.append(frame)
        else:
            self._heard.append(frames.read(payload))


def need_of(talk: str) -> NeedId:
    """Return the need of a talk, as a member is told of it."""
    return NeedId(talk.removeprefix("talk-"))
