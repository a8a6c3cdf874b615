"""A peer with a page of the room team open: hears of needs, and talks with members."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

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
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.frames import Done, Event, History, Joined, Refused
from tests.support.member import new_id
from tests.support.page import Page

ENTER, SAY, TYPING, EARLIER, MOMENT, LEAVE = range(98, 104)


class Peer(Page):
    """Somebody who came to talk."""

    def __init__(self, socket: ClientConnection, id_: str, needs: Needs) -> None:
        super().__init__(socket)
        self.id = PeerId(id_)
        self._needs = needs
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

    async def all_heard(self, need: str) -> list[Event]:
        """Return all that was heard of talks until something asked now is answered."""
        await self.earlier(need, 1)
        heard, self._heard = self._heard, []
        return heard

    async def hears_news(self, kind: int) -> tuple[Any, ...]:
        """Return the next news of a kind that every page was told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for place, news in enumerate(self.news):
                    if news[0] == kind:
                        return self.news.pop(place)
                await self._read()

    def _keep(self, payload: bytes) -> None:
        frame: Any = protocol.unpack_value(payload)
        if frame[0] >= 64:
            self.news.append(frame)
        else:
            super()._keep(payload)


def need_of(talk: str) -> NeedId:
    """Return the need of a talk, as a member is told of it."""
    return NeedId(talk.removeprefix("talk-"))
