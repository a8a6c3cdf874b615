"""A house with a plain page, and somebody whose phone runs no script."""

import re
from collections.abc import AsyncIterator
from html import unescape

import httpx2
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from chat.oncall.known import Known
from chat.oncall.stages import NeedId, PeerId
from chat.pages import Guarded
from chat.plain.page import plain_routes
from chat.requests import Say
from chat.roles import Role
from chat.settings import Settings
from chat.store import staff
from chat.talkroom import talk_of
from tests.support.eventually import eventually
from tests.support.process import new_id
from tests.support.redis_server import RedisServer
from tests.support.service import House

WREN = PeerId("wren")
OURS = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}


class Porch:
    """The plain page of a house, and its peers."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.service = house.service
        self.needs = house.service.callroom.needs
        self.listening = house.service.callroom.listening
        self.app: ASGIApp = Guarded(Starlette(routes=self._routes()))

    def _routes(self) -> list[BaseRoute]:
        service = self.service
        return plain_routes(
            needs=self.needs,
            stays=service.callroom.stays,
            calling=service.callroom.calling,
            speaking=service.parlour.speaking,
            rooms=service.rooms,
            identity=service.identity,
            settings=service.settings,
            clock=service.clock,
            is_from_us=service.desk.guard.is_from_us,
            hours=service.switchboard.cover.in_words,
            trusted=frozenset({"127.0.0.1"}),
        )

    def phone(self, address: str = "127.0.0.1", **headers: str) -> httpx2.AsyncClient:
        """Return a browser that keeps cookies and runs nothing."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app, client=(address, 1)),
            base_url=self.house.url,
            headers={"origin": self.house.url, **OURS, **headers},
            follow_redirects=True,
        )

    async def need_of(self, phone: httpx2.AsyncClient) -> Known:
        """Return the need that was raised on a phone."""
        secret = bytes.fromhex(phone.cookies["talk"])[:16]
        handle = self.service.identity.handle(secret)
        async with self.service.backroom.database.claim() as tx:
            known = await self.needs.ledger.locked_of(tx, handle)
        assert known is not None
        return known

    async def count(self) -> int:
        """Return how many needs are open."""
        return len(await self.needs.open_needs())

    async def comes(self, known: Known, peer: PeerId = WREN) -> NeedId:
        """Have a peer accept a need."""
        id_ = known.need.id
        await self.needs.accept(id_, peer)
        return id_

    async def says(self, id_: NeedId, text: str, peer: PeerId = WREN) -> None:
        """Have a peer say something, as the staff socket does."""
        room = talk_of(id_)
        member = self.service.identity.peer(peer, room, 0)
        await self.listening.say(peer, member, id_, Say(1, room, new_id(), text, 0))

    async def _team(self) -> bool:
        await self.service.backroom.database.migrate()
        async with self.service.backroom.database.begin() as tx:
            await staff.add(tx, staff.Account(WREN, "Wren", Role.PEER, 0))
        return True


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def porch(
    tmp_path_factory: pytest.TempPathFactory, shared_redis: RedisServer
) -> AsyncIterator[Porch]:
    """Have the plain page of a house that stands for all tests of a file."""
    shared_redis.flush()
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("house"), redis_url=shared_redis.url
    )
    async with House.open(settings) as house:
        porch = Porch(house)
        assert await eventually(porch._team)
        yield porch


@pytest_asyncio.fixture(loop_scope="module")
async def phone(porch: Porch) -> AsyncIterator[httpx2.AsyncClient]:
    """Have somebody's phone, on which no script runs."""
    async with porch.phone() as phone:
        yield phone


def words_of(answer: httpx2.Response) -> str:
    """Return what a page says, without its markup."""
    main = answer.text.split("<main")[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
