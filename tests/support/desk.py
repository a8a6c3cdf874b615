"""The room team's side of the service, on a database and a Redis of a test's own."""

import itertools
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import insert, select

from chat import protocol
from chat.cases import Cases
from chat.casework.case import Event
from chat.casework.effects import Effects
from chat.identity import Identity
from chat.model import Action, Flag, Grade, Handle
from chat.opening import Opening
from chat.roles import Role
from chat.store import cases
from chat.store.database import Database
from chat.store.schema import METADATA, case_events, staff, words
from tests.support.clock import FakeClock
from tests.support.process import COFFEE, OTTER, WHO, Process

KEY = bytes(32)
DEVICE = b"a device's secret"
IDENTITY = Identity(KEY)
HANDLE = IDENTITY.handle(DEVICE)
ABUSE = Flag("abuse.insult", "abuse", "insults somebody", 0, 4, Action.HOLD)
DANGER = Flag("crisis.plan", "suicide", "names a plan", 0, 4, grade=Grade.HIGH)

_keys = itertools.count(1)


def an_opening(**changes: Any) -> Opening:
    """Return something said in the coffee room that a rule found abusive."""
    key = next(_keys).to_bytes(16)
    opening = Opening(
        key=key,
        source="rule",
        room=COFFEE,
        at=1_790_000_000,
        position=7,
        member=OTTER,
        who=WHO,
        sealed=IDENTITY.seal(HANDLE, key),
        id=key[-8:],
        text="what was said here",
        masked="what was said here",
        action=Action.MASK,
        flags=(ABUSE,),
    )
    return replace(opening, **changes)


def heard(*texts: str, begin: int = 1) -> list[bytes]:
    """Return the frames of what was said, from a position on."""
    return [
        protocol.said(COFFEE, 1_790_000_000, WHO, text, 0).at(position)
        for position, text in enumerate(texts, begin)
    ]


class Desk:
    """Cases, and whoever works them."""

    def __init__(self, database: Database, clock: FakeClock, process: Process) -> None:
        self.database = database
        self.clock = clock
        self.process = process
        self.rung: list[tuple[Any, ...]] = []
        self.sanctioned: list[Handle] = []
        self.effects = Effects(
            database=database,
            backplane=process.backplane,
            identity=IDENTITY,
            clock=clock,
            sanctioned=self._sanctioned,
        )
        self.cases = Cases(
            database=database,
            clock=clock,
            effects=self.effects,
            ring=self._ring,
            unseal=self._unseal,
            keep_days=30,
        )

    def another(self) -> "Desk":
        """Return the same service as another process has it."""
        return Desk(self.database, self.clock, self.process)

    async def _ring(self, frame: bytes) -> None:
        self.rung.append(cast("tuple[Any, ...]", protocol.unpack_value(frame)))

    async def _sanctioned(self, handle: Handle) -> None:
        self.sanctioned.append(handle)

    def _unseal(self, sealed: bytes, key: bytes) -> bytes:
        return IDENTITY.unseal(sealed, key)

    async def staff(self, *names: str, role: Role = Role.MODERATOR) -> None:
        """Have some people on the team; their ids are their desk names and `-id`."""
        async with self.database.begin() as tx:
            for name in names:
                await tx.execute(
                    insert(staff).values(
                        id=f"{name}-id", desk_name=name, role=str(role), recovery=[],
                        created_at=0,
                    )
                )  # fmt: skip

    async def words(self, *, withdrawn: bool = False) -> list[Any]:
        """Return what members were told, the first first."""
        async with self.database.read() as tx:
            asked = select(words).order_by(words.c.at, words.c.event_id)
            rows = (await tx.execute(asked)).all()
        return [row for row in rows if withdrawn or row.withdrawn_at is None]

    async def kinds(self) -> list[str]:
        """Return the kinds of what members were told, and was not withdrawn."""
        return sorted(row.kind for row in await self.words())

    async def events(self, id_: str) -> list[Event]:
        """Return what happened to a case, as the store has it."""
        async with self.database.read() as tx:
            asked = select(case_events).filter_by(case_id=id_)
            rows = (await tx.execute(asked.order_by(case_events.c.id))).all()
        return [Event(row.id, row.at, row.actor, row.kind, row.detail) for row in rows]

    async def position(self, id_: str) -> int:
        """Return where in its room the message of a case is, as the store has it."""
        async with self.database.read() as tx:
            row = await cases.with_id(tx, id_)
        return row.position if row else 0

    async def dump(self) -> str:
        """Return all that every table holds, as text."""
        async with self.database.read() as tx:
            tables = METADATA.sorted_tables
            held = [(await tx.execute(select(table))).all() for table in tables]
        return repr([sorted(map(repr, rows)) for rows in held])
