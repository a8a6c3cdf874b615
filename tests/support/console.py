"""The console on a database and a Redis of a test's own, and colleagues who use it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Self

import httpx2
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from chat import catalogue
from chat.carers import Carers
from chat.console import console_routes
from chat.controls import Alarm, Controls
from chat.desk.guard import COOKIE, Guard
from chat.oncall.duty import Duty
from chat.oncall.plan import Plan
from chat.oncall.planned import Planned
from chat.opening import Opening
from chat.pages import Guarded, Pages
from chat.roles import Role
from chat.rulebook import Rulebook
from chat.settings import Settings
from chat.signing.sittings import Sittings
from chat.signing.watch import Watch
from chat.store import staff
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.desk import Desk, an_opening
from tests.support.process import Process

ORIGIN = "https://chat.example"
OURS = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}


class Console:
    """The staff pages, and everything they show."""

    def __init__(self, desk: Desk, process: Process, origin: str = ORIGIN) -> None:
        self.desk = desk
        self.origin = origin
        self.cases = desk.cases
        self.clock = desk.clock
        self.rung: list[bytes] = []
        self.alarms: list[Alarm] = []
        self.texts: list[str] = []
        self.watch = Watch(scripts=process.scripts, clock=desk.clock)
        self.sittings = Sittings(
            scripts=process.scripts, clock=desk.clock, ring=self._ring
        )
        self.carers = Carers(database=desk.database, clock=desk.clock)
        self.controls = Controls(
            database=desk.database, clock=desk.clock, ring=self._ring
        )
        self.rulebook = Rulebook(database=desk.database, clock=desk.clock)
        self.guard = Guard(sittings=self.sittings, origins=frozenset({origin}))
        self.routes = console_routes(
            guard=self.guard,
            database=desk.database,
            cases=desk.cases,
            carers=self.carers,
            controls=self.controls,
            rulebook=self.rulebook,
            plan=self._plan(),
            duty=Duty(
                database=desk.database, clock=desk.clock, ring=self._ring, rooms=()
            ),
            catalogue=catalogue.load(None),
            clock=desk.clock,
            others_here=self.watch.others,
            alarms=lambda: self.alarms,
            recent_texts=self._texts,
        )
        self.app = self.app_with()

    def app_with(self, *others: BaseRoute) -> ASGIApp:
        """Return the pages, and all files that they need."""
        pages = Pages(ready=lambda: True, metrics=bytes)
        return Guarded(Starlette(routes=[*others, *self.routes, *pages.routes()]))

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database: Database, settings: Settings, clock: FakeClock
    ) -> AsyncIterator[Self]:
        """Have one for as long as the caller stays inside."""
        async with Process(settings, clock).running() as process:
            yield cls.on(database, clock, process)

    @classmethod
    def on(cls, database: Database, clock: FakeClock, process: Process) -> Self:
        """Return one that shares a process with others."""
        return cls(Desk(database, clock, process), process)

    def _plan(self) -> Plan:
        return Plan(
            database=self.desk.database,
            clock=self.clock,
            ring=self._ring,
            planned=Planned(),
            rooms=(),
        )

    async def _ring(self, frame: bytes) -> None:
        self.rung.append(frame)

    async def _texts(self) -> list[str]:
        return self.texts

    async def case(self, **changes: Any) -> str:
        """Open a case; return its id."""
        opening: Opening = an_opening(at=self.clock.seconds())
        around: Sequence[bytes] = changes.pop("around", ())
        return await self.cases.open(replace(opening, **changes), around)

    @asynccontextmanager
    async def colleague(
        self, name: str = "Birch", role: Role = Role.MODERATOR
    ) -> AsyncIterator["Colleague"]:
        """Let somebody new sit down at a desk."""
        id_ = "".join(filter(str.isalnum, name.lower()))
        async with self.desk.database.begin() as tx:
            await staff.add(tx, staff.Account(id_, name, role, self.clock.seconds()))
        async with self.seated(name, role) as colleague:
            yield colleague

    @asynccontextmanager
    async def seated(self, name: str, role: Role) -> AsyncIterator["Colleague"]:
        """Let somebody sit down whom the database need not know."""
        id_ = "".join(filter(str.isalnum, name.lower()))
        token = await self.sittings.begin(id_, name, role)
        me = await self.sittings.look(token, active=True)
        assert me is not None
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app),
            base_url=self.origin,
            headers={"cookie": f"{COOKIE}={token}", "origin": self.origin, **OURS},
        ) as client:
            yield Colleague(client, me.id, me.csrf)


class Colleague:
    """Somebody of the room team, in a browser that runs no script."""

    def __init__(self, client: httpx2.AsyncClient, id_: str, csrf: str) -> None:
        self.client = client
        self.id = id_
        self.csrf = csrf

    async def get(self, path: str) -> httpx2.Response:
        return await self.client.get(path)

    async def reads(self, path: str) -> str:
        """Return a page that is there."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str, **fields: Any) -> httpx2.Response:
        """Send a form of a page of ours."""
        return await self.client.post(path, data={"csrf": self.csrf, **fields})
