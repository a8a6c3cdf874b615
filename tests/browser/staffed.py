"""A desk for a real browser: the console at an address, and its socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import uvicorn
from playwright.async_api import Browser, Page
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from chat.bulletin import TOPIC
from chat.desk.guard import COOKIE
from chat.desk.socket import StaffSocket
from chat.desk.talking import Talking
from chat.handover import Door, http_protocol, websocket_protocol
from chat.hub import Hub
from chat.prefixes import Prefixes
from chat.roles import Role
from chat.settings import Settings
from chat.store import staff
from chat.store.database import Database
from chat.wheel import Wheel
from tests.browser.closing import closed
from tests.browser.visitor import PATIENCE_MS
from tests.support.clock import FakeClock
from tests.support.console import Console
from tests.support.desk import Desk
from tests.support.eventually import eventually
from tests.support.process import Process
from tests.support.staff_house import NOT_LISTENING


class LiveDesk(Desk):
    """A desk whose bell is heard by the pages that are open."""

    def __init__(
        self, database: Database, clock: FakeClock, process: Process, hub: Hub
    ) -> None:
        super().__init__(database, clock, process)
        self._hub = hub

    async def _ring(self, frame: bytes) -> None:
        await super()._ring(frame)
        self._hub.fan_out(TOPIC, frame)


class StaffedDesk:
    """The console behind a port of its own."""

    def __init__(self, console: Console, hub: Hub, url: str) -> None:
        self.console = console
        self.hub = hub
        self.url = url

    @classmethod
    @asynccontextmanager
    async def standing(cls, directory: Path, redis_url: str) -> AsyncIterator[Self]:
        """Put one up for as long as it is needed."""
        settings = Settings(data_dir=directory, redis_url=redis_url)
        database, clock = Database(None, directory), FakeClock(datetime.now(UTC))
        try:
            await database.migrate()
            async with Process(settings, clock).running() as process:
                hub = Hub(metrics=process.metrics)
                (listener,) = [socket.create_server(("127.0.0.1", 0))]
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                desk = LiveDesk(database, clock, process, hub)
                console = Console(desk, process, url)
                async with _served(console, hub, clock, listener):
                    yield cls(console, hub, url)
        finally:
            await database.aclose()

    def tell(self, frame: bytes) -> None:
        """Tell every page that is open."""
        self.hub.fan_out(TOPIC, frame)

    @asynccontextmanager
    async def page(
        self,
        browser: Browser,
        name: str = "Birch",
        role: Role = Role.COORDINATOR,
        **device: Any,
    ) -> AsyncIterator[Page]:
        """Let somebody of the team sit down at a browser."""
        id_ = name.lower()
        async with self.console.desk.database.begin() as tx:
            if await staff.account(tx, id_) is None:
                now = self.console.clock.seconds()
                await staff.add(tx, staff.Account(id_, name, role, now))
        token = await self.console.sittings.begin(id_, name, role)
        context = await browser.new_context(base_url=self.url, **device)
        # A browser takes such a cookie from a secure page only, and brings it to this
        # machine's own pages as well.
        secure = self.url.replace("http:", "https:")
        await context.add_cookies(
            [{"name": COOKIE, "value": token, "url": secure, "secure": True}]
        )
        page, faults = await context.new_page(), list[str]()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if said.type == "error" else None,
        )
        page.set_default_timeout(PATIENCE_MS)
        yield page
        await closed(context)
        assert faults == [], faults


@asynccontextmanager
async def _served(
    console: Console, hub: Hub, clock: FakeClock, listener: socket.socket
) -> AsyncIterator[None]:
    door = Door(Wheel(), Prefixes(1000, clock))
    staff_socket = StaffSocket(
        guard=console.guard,
        sittings=console.sittings,
        watch=console.watch,
        hub=hub,
        door=door,
        open_=lambda: True,
        looking=lambda me, case: console.cases.looking(case, me.id),
        talking=Talking(listening=NOT_LISTENING, clock=clock),
    )
    app = console.app_with(
        WebSocketRoute("/staff/ws", staff_socket.enter),
        Route("/staff/calls/standing.json", _nobody_calls),
    )
    server = uvicorn.Server(_config(app, door))
    async with asyncio.TaskGroup() as tasks:
        door.wheel.start(asyncio.get_running_loop())
        news = tasks.create_task(staff_socket.run())
        serving = tasks.create_task(server.serve([listener]))
        await eventually(lambda: server.started)
        yield
        server.should_exit = True
        await serving
        news.cancel()
        door.wheel.stop()


async def _nobody_calls(_request: Request) -> JSONResponse:
    return JSONResponse({"calls": []})


def _config(app: ASGIApp, door: Door) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        lifespan="off",
        http=http_protocol(door),
        ws=websocket_protocol(door),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
