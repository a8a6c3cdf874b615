"""The whole service, ready to talk: tables made, and peers who sit down at a page."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Self

from chat.clock import Clock
from chat.roles import Role
from chat.settings import Settings
from chat.store.database import FILE
from tests.support.member import Member
from tests.support.peer import Peer, need_of
from tests.support.service import House


class TalkHouse:
    """A house, and whoever is in it until the end of the test."""

    def __init__(self, house: House, stack: AsyncExitStack) -> None:
        self.house = house
        self.service = house.service
        self.needs = house.service.callroom.needs
        self._stack = stack

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, template: Path, clock: Clock | None = None
    ) -> AsyncIterator[Self]:
        """Serve until the caller leaves."""
        file = settings.data_dir / FILE
        if not file.exists():
            shutil.copy(template, file)
        async with House.open(settings, clock) as house, AsyncExitStack() as stack:
            # What is known by heart is read once the tables are known to be there.
            await house.service.backroom.database.migrate()
            yield cls(house, stack)

    async def peer(self, name: str = "Birch", role: Role = Role.PEER) -> Peer:
        """Have somebody sit down at a page of the room team."""
        at = Peer.at(self.service, self.house.url, name, role)
        return await self._stack.enter_async_context(at)

    async def member(self, *rooms: str, secret: bytes | None = None) -> Member:
        """Return somebody who has said hello, and is in some rooms."""
        return await self.house.member(*rooms, secret=secret)

    async def talking(self) -> "Talking":
        """Return two who talk: the member wrote, the peer came."""
        member, peer = await self.member(), await self.peer()
        told = await member.presses()
        await member.join(told.talk)
        need = need_of(told.talk)
        await peer.accepts(need)
        return Talking(member, peer, need, told.talk)


class Talking:
    """Somebody who needs to talk, and a peer who came."""

    def __init__(self, member: Member, peer: Peer, need: str, talk: str) -> None:
        self.member = member
        self.peer = peer
        self.need = need
        self.talk = talk
