"""The pages of the rota on a database of a test's own, and who is in the team."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import catalogue
from chat.attendance import Attendance
from chat.desk.oncall import rota_routes
from chat.oncall.cover import Cover
from chat.oncall.duty import Duty
from chat.oncall.plan import Plan
from chat.oncall.planned import Planned
from chat.oncall.stages import PeerId
from chat.oncall.team import Team
from chat.oncall.usual import Usual
from chat.roles import Role
from chat.settings import Settings
from chat.store import peers
from chat.store.database import Database
from chat.store.instants import kept
from tests.support.clock import FakeClock
from tests.support.console import Colleague, Console
from tests.support.desk import Desk
from tests.support.process import Process


class Planning:
    """A console that has the pages of the rota, and what is behind them."""

    def __init__(self, console: Console, process: Process) -> None:
        self.console = console
        self.clock = console.clock
        self.database: Database = console.desk.database
        self.reached: set[str] = set()
        planned, found = Planned(), catalogue.load(None)
        rooms = found.rooms
        same: dict[str, Any] = {"database": self.database, "clock": self.clock}
        self.plan = Plan(**same, ring=self._ring, planned=planned, rooms=rooms)
        self.duty = Duty(**same, ring=self._ring, rooms=rooms)
        attendance = Attendance(scripts=process.scripts, clock=self.clock)
        self.cover = Cover(
            **same,
            planned=planned,
            team=Team(planned=planned, reachable=self._reachable, talks=self._talks),
            usual=Usual(**same, attendance=attendance, rooms=[]),
            rooms=rooms,
        )
        self.routes = rota_routes(
            guard=console.guard,
            plan=self.plan,
            duty=self.duty,
            cover=self.cover,
            catalogue=found,
            clock=self.clock,
        )
        console.app = console.app_with(*self.routes)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        database: Database,
        settings: Settings,
        clock: FakeClock,
        *origin: str,
    ) -> AsyncIterator[Self]:
        """Have one for as long as the caller stays inside."""
        async with Process(settings, clock).running() as process:
            console = Console(Desk(database, clock, process), process, *origin)
            yield cls(console, process)

    async def _ring(self, _frame: bytes) -> None:
        pass

    async def _reachable(self, _tx: AsyncConnection, _now: datetime) -> set[str]:
        return self.reached

    async def _talks(self, _tx: AsyncConnection, _since: int) -> dict[str, int]:
        return {}

    @asynccontextmanager
    async def peer(
        self, name: str, role: Role = Role.PEER, *, ready: bool = True
    ) -> AsyncIterator[Colleague]:
        """Let somebody sit down who may be called, and can be."""
        async with self.console.colleague(name, role) as colleague:
            if ready:
                await self.has(colleague.id, ready_at=kept(self.clock.now()))
            self.reached.add(colleague.id)
            yield colleague

    async def has(self, id_: str, **values: object) -> None:
        """Keep something of somebody."""
        async with self.database.begin() as tx:
            await peers.keep(tx, id_, **values)

    async def who_is_there(self, at: datetime) -> list[PeerId | None]:
        """Return who is on shift at a moment."""
        rota = (await self.plan.book()).rota
        return [shift.peer for shift in rota.on_shift(at)]
