"""The page of being reached at an address, and real pushes to a service of our own."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import uvicorn

from chat.desk.guard import COOKIE
from chat.oncall.notify import Notify
from chat.oncall.notifying.doors import Doors
from chat.oncall.notifying.push import Push
from chat.oncall.notifying.vapid import FILE, Vapid, key_from
from chat.oncall.outbox import Outbox
from chat.roles import Role
from chat.settings import Settings
from chat.store import staff
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.console import Console
from tests.support.desk import Desk
from tests.support.eventually import eventually
from tests.support.process import Process
from tests.support.push_service import PushService
from tests.support.reached import Reached


class Waking:
    """A house that wakes browsers, behind a port of its own."""

    def __init__(
        self,
        reached: Reached,
        url: str,
        *,
        push: Push,
        service: PushService,
        process: Process,
    ) -> None:
        self.service = service
        self.reached = reached
        self.team = reached.team
        self.url = url
        self._outbox = Outbox(
            database=reached.console.desk.database,
            clock=reached.console.clock,
            send=Notify([push]).send,
            ring=self._ring,
            metrics=process.metrics,
        )

    @classmethod
    @asynccontextmanager
    async def standing(
        cls, directory: Path, redis_url: str, service: PushService
    ) -> AsyncIterator[Self]:
        """Put one up for as long as it is needed."""
        settings = Settings(data_dir=directory, redis_url=redis_url)
        database, clock = Database(None, directory), FakeClock(datetime.now(UTC))
        await database.migrate()
        key = key_from(None, directory / FILE)
        vapid = Vapid(key=key, subject="mailto:porch@chat.example")
        doors = Doors([service.host])
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://localhost:{listener.getsockname()[1]}"
        async with Process(settings, clock).running() as process:
            console = Console(Desk(database, clock, process), process, url)
            reached = Reached(console, doors=doors, key=vapid.public)
            push = Push(
                vapid=vapid, doors=doors, clock=clock, failed=reached.team.ways.failed
            )
            try:
                async with _served(console, listener):
                    yield cls(reached, url, push=push, service=service, process=process)
            finally:
                await push.aclose()
        await database.aclose()

    async def _ring(self, _frame: bytes) -> None:
        pass

    async def sit(self, name: str = "Wren", role: Role = Role.PEER) -> str:
        """Let somebody of the team sit down; return their cookie."""
        console = self.reached.console
        async with console.desk.database.begin() as tx:
            if await staff.account(tx, name.lower()) is None:
                now = console.clock.seconds()
                await staff.add(tx, staff.Account(name.lower(), name, role, now))
        return await console.sittings.begin(name.lower(), name, role)

    async def send(self) -> int:
        """Send what waits, as a worker does; return how much that was."""
        return await self._outbox.deliver()

    async def alerts(self) -> list[Any]:
        """Return every alert as it is kept."""
        return await self.team.rows()


@asynccontextmanager
async def _served(console: Console, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(
            console.app,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve([listener]))
        await eventually(lambda: server.started)
        yield
        server.should_exit = True
        await serving


__all__ = ["COOKIE", "Waking"]
