"""Peers on call in a house where somebody needs to talk, and the worker that calls."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat import bulletin
from chat.errors import StoreDown
from chat.metrics import Metrics
from chat.oncall import policy
from chat.oncall.audiences import Standby
from chat.oncall.escalator import Escalator
from chat.oncall.notify import Note, Outcome
from chat.oncall.outbox import Outbox
from chat.oncall.stages import NeedId, PeerId
from chat.oncall.ways import Ways, new_id
from chat.store import ways as ways_store
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.oncall import alerts
from chat.store.ways import Way
from tests.support.clock import FakeClock
from tests.support.needs import HERON, OTTER, WREN, NeedsHouse


class Crash(BaseException):
    """The process is gone: nothing may catch it."""


class Outside:
    """The push services and mail servers of a test: they answer as they are told."""

    def __init__(self) -> None:
        self.got: list[Note] = []
        self.answers: dict[str, Outcome] = {}
        """What a way answers, by its id; a way that is not here takes everything."""
        self.hangs = asyncio.Event()
        self.hangs.set()

    async def send(self, _way: str, note: Note) -> Outcome:
        await self.hangs.wait()
        self.got.append(note)
        return self.answers.get(note.way_id, Outcome.SENT)


class Worker:
    """The escalator and the outbox of one process."""

    def __init__(
        self, on_call: "OnCall", fault: Callable[[str], None] = lambda _point: None
    ) -> None:
        self.metrics = Metrics()
        self.outbox = Outbox(
            database=on_call.database,
            clock=on_call.clock,
            send=on_call.outside.send,
            ring=on_call.house._ring,
            metrics=self.metrics,
            fault=fault,
        )
        ways = Ways(
            database=on_call.database, clock=on_call.clock, ring=on_call.house._ring
        )
        self.escalator = Escalator(
            database=on_call.database,
            clock=on_call.clock,
            policy=policy.load(),
            needs=on_call.house.needs,
            standbys=on_call.standbys,
            ways=ways.usable,
            outbox=self.outbox,
            metrics=self.metrics,
            fault=fault,
        )

    async def tick(self) -> int:
        """Take what is due and send what is written; return how many needs moved."""
        moved = await self.escalator.tick()
        await self.outbox.deliver()
        return moved


class OnCall:
    """Wren on shift, Otter their backup, Heron on duty; each has a phone."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.house = NeedsHouse(database, clock)
        self.outside = Outside()
        self.team = [
            Standby(WREN, reachable=True, on_shift=True),
            Standby(OTTER, reachable=True, backup=True),
            Standby(HERON, reachable=True, on_duty=True),
        ]
        self.phones: dict[PeerId, Way] = {}

    async def standbys(self, _tx: AsyncConnection, _now: datetime) -> Sequence[Standby]:
        return self.team

    def change(self, peer: PeerId, **changes: Any) -> None:
        """Have something be otherwise with one of the team."""
        self.team = [
            replace(one, **changes) if one.peer == peer else one for one in self.team
        ]

    async def come(self) -> None:
        """Have them all on the team, with their phones."""
        await self.house.team(WREN, OTTER, HERON)
        for peer in (WREN, OTTER, HERON):
            await self.have_phone(peer)

    async def have_phone(self, peer: PeerId) -> Way:
        way = Way(new_id(), peer, "push", "a phone", {"endpoint": peer}, self.now)
        async with self.database.begin() as tx:
            await ways_store.add(tx, way)
        self.phones[peer] = way
        return way

    @property
    def now(self) -> int:
        return kept(self.clock.now())

    def worker(self, fault: Callable[[str], None] = lambda _point: None) -> Worker:
        """Return a worker, as any process may run one."""
        return Worker(self, fault)

    async def rows(self, **where: object) -> list[Any]:
        """Return alerts, the first first."""
        asked = select(alerts).filter_by(**where).order_by(alerts.c.made_at)
        async with self.database.read() as tx:
            return list((await tx.execute(asked)).all())

    async def states(self, **where: object) -> set[str]:
        return {row.state for row in await self.rows(**where)}

    def pushed(self, need_id: NeedId | None = None) -> list[str]:
        """Return whose phones rang, in their order."""
        return [n.staff_id for n in self.outside.got if need_id in (None, n.need_id)]

    def paged(self) -> list[str]:
        """Return whose pages rang."""
        return [ring[2] for ring in self.house.rung if ring[0] == bulletin.ALERT]


@contextmanager
def down(database: Database) -> Iterator[None]:
    """Have a database not answer for a while."""

    def refuse(**_: object) -> Any:
        raise StoreDown(1)

    ways_in = {"claim": database.claim, "read": database.read, "begin": database.begin}
    for name in ways_in:
        setattr(database, name, refuse)
    try:
        yield
    finally:
        for name, way in ways_in.items():
            setattr(database, name, way)
