"""Some of the room team, and ways to reach them."""

from datetime import timedelta
from typing import Any

import msgpack
from sqlalchemy import insert, select, update

from chat.oncall.notify import Note
from chat.oncall.stages import NeedId
from chat.oncall.ways import Ways, new_id
from chat.roles import Role
from chat.store import ways as store
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.oncall import alerts, ways
from chat.store.schema import staff
from chat.store.ways import Way
from tests.support.clock import FakeClock


class Team:
    """Ways of a team on a database of the test's own, and what they rang."""

    def __init__(self, database: Database, clock: FakeClock, **options: Any) -> None:
        self.database = database
        self.clock = clock
        self.rung: list[Any] = []
        self.needs_opened: list[NeedId] = []
        self.ways = Ways(
            database=database,
            clock=clock,
            ring=self._ring,
            opened=self._opened,
            **options,
        )

    async def _ring(self, frame: bytes) -> None:
        self.rung.append(msgpack.unpackb(frame))

    async def _opened(self, need: NeedId) -> None:
        self.needs_opened.append(need)

    async def have(self, *staff_ids: str) -> None:
        """Have some people on the team, each called as their id is."""
        async with self.database.begin() as tx:
            for each in staff_ids:
                await tx.execute(
                    insert(staff).values(
                        id=each, desk_name=each, role=str(Role.PEER), recovery=[],
                        created_at=0,
                    )
                )  # fmt: skip

    async def way(self, staff_id: str, kind: str = "push", **changes: Any) -> Way:
        """Have a way to reach somebody, that was not confirmed yet."""
        new = Way(
            id=new_id(),
            staff_id=staff_id,
            kind=kind,
            label="a phone",
            address={"endpoint": f"https://push.example/{new_id()}"},
            made_at=kept(self.clock.now()),
            **changes,
        )
        async with self.database.begin() as tx:
            await store.add(tx, new)
        return new

    async def alert(self, by: Way, kind: str = "need", **changes: Any) -> str:
        """Have an alert that was sent by a way; return its id."""
        row = {
            "id": new_id(),
            "kind": kind,
            "staff_id": by.staff_id,
            "way_id": by.id,
            "way": by.kind,
            "made_at": kept(self.clock.now()),
            "state": "sent",
        }
        async with self.database.begin() as tx:
            await tx.execute(insert(alerts).values(row | changes))
        return str(row["id"])

    async def is_refused(self, way: Way, why: str) -> None:
        """Have whoever takes the alerts for a way's address refuse one for good."""
        note = Note(
            id=new_id(), kind="need", need_id="", staff_id=way.staff_id,
            way_id=way.id, address=way.address, expires_in=timedelta(hours=1),
        )  # fmt: skip
        await self.ways.failed(note, why)

    async def kept(self, way: Way) -> Way:
        """Return a way as it is kept now."""
        async with self.database.read() as tx:
            found = await store.way(tx, way.id)
        assert found is not None
        return found

    async def change(self, way: Way, **values: object) -> None:
        async with self.database.begin() as tx:
            where = ways.c.id == way.id
            await tx.execute(update(ways).where(where).values(values))

    async def rows(self) -> list[Any]:
        """Return all alerts, as the store has them."""
        async with self.database.read() as tx:
            asked = select(alerts).order_by(alerts.c.made_at, alerts.c.id)
            return list((await tx.execute(asked)).all())

    async def reachable(self) -> set[str]:
        """Return who can be reached now."""
        async with self.database.read() as tx:
            return set(await self.ways.reachable_ids(tx, self.clock.now()))

    async def likely(self) -> set[str]:
        """Return who will be reached most likely when they are at work."""
        async with self.database.read() as tx:
            return set(await self.ways.likely_ids(tx, self.clock.now()))
