"""The front desk at an address of its own, for a real browser to come to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat import server
from chat.desk.frame import show
from chat.desk.talking import Talking
from chat.doorbell import CHANNEL, Doorbell
from chat.frontdesk import Accounts, FrontDesk
from chat.handover import Door, http_protocol, websocket_protocol
from chat.hub import Hub
from chat.metrics import Metrics
from chat.pages import Guarded, Pages
from chat.prefixes import Prefixes
from chat.redis import Lines, Scripts, servers
from chat.roles import Role
from chat.signing.sittings import Deskmate
from chat.signing.watch import Watch
from chat.staff import link
from chat.standing import NEWS
from chat.store.database import Database
from chat.wheel import Wheel
from tests.support.clock import FakeClock
from tests.support.staff_house import NOT_LISTENING


class FrontDoor:
    """One process with nothing but the pages of coming and going."""

    def __init__(self, directory: Path, redis_url: str, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.address = f"http://127.0.0.1:{port}"
        self.clock = FakeClock()
        self.database = Database(None, directory)
        self.servers = servers(redis_url)
        self.scripts = Scripts(self.servers)
        self.lines = Lines(servers=self.servers, node="ab", tell=self.scripts.tell)
        hub = Hub(metrics=Metrics())
        bell = Doorbell(scripts=self.scripts, lines=self.lines, fan_out=hub.fan_out)
        self.accounts = Accounts(
            database=self.database,
            scripts=self.scripts,
            clock=self.clock,
            key=bytes(range(32)),
            ring=bell.changed,
        )
        self.door = Door(Wheel(), Prefixes(100, self.clock), trusted={"127.0.0.1"})
        self.desk = FrontDesk(
            self.accounts,
            origins=frozenset({self.url, self.address}),
            hub=hub,
            door=self.door,
            open_=lambda: True,
            looking=self._look,
            watch=Watch(scripts=self.scripts, clock=self.clock),
            talking=Talking(listening=NOT_LISTENING, clock=self.clock),
        )
        self.lines.heard = lambda _, data: bell.heard(data.removeprefix(NEWS))
        bell.answer = self.desk.heard

    async def _look(self, _me: Deskmate, _case: str) -> None: ...

    @classmethod
    @asynccontextmanager
    async def standing(cls, directory: Path, redis_url: str) -> AsyncIterator[Self]:
        """Put one up for as long as it is needed."""
        (listener,) = server.listen("127.0.0.1", 0)
        door = cls(directory, redis_url, listener.getsockname()[1])
        await door.database.migrate()
        async with asyncio.TaskGroup() as tasks:
            parts = (door.scripts.run(), door.lines.run(), door.desk.run())
            running = [tasks.create_task(part) for part in parts]
            await door.lines.follows(CHANNEL)
            serving = uvicorn.Server(door._config())
            serving.lifespan = serving.config.lifespan_class(serving.config)
            await serving.startup([listener])
            yield door
            for connection in list(serving.server_state.connections):
                connection.shutdown()
            for each in serving.servers:
                each.close()
            for task in running:
                task.cancel()
        await door.servers.aclose()
        await door.database.aclose()

    def _config(self) -> uvicorn.Config:
        pages = Pages(ready=lambda: True, metrics=lambda: b"")
        desk = Route("/staff", self.desk.guard.page(self._home, "desk"))
        config = uvicorn.Config(
            Guarded(Starlette(routes=[*self.desk.routes(), desk, *pages.routes()])),
            http=http_protocol(self.door),
            ws=websocket_protocol(self.door),
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
        )
        config.load()
        return config

    async def _home(self, _request: Request, me: Deskmate) -> Response:
        return show("sorry", me, "", title="The desk", words="Here you are.", way=None)

    async def invitation(self) -> str:
        """Return a link for a moderator."""
        return link(self.url, await self.accounts.staff.invite(Role.MODERATOR, "test"))
