"""A process that flags what is said in its rooms, and opens cases for it."""

from collections.abc import Sequence
from typing import Any, cast

from redis import Redis
from sqlalchemy import select

from chat import bulletin, catalogue, protocol
from chat.drafts import Draft
from chat.flagged import Flagged, Open, case_key
from chat.history import flagged_key
from chat.metrics import Metrics
from chat.model import Grade, MemberId, RoomName
from chat.opening import Opening
from chat.store.database import Database
from chat.store.schema import cases, excerpts
from chat.triage import ANSWER_WITHIN_SECONDS
from tests.support.clock import FakeClock
from tests.support.desk import ABUSE, HANDLE, IDENTITY, Desk
from tests.support.process import COFFEE, OTTER, WHO, Process, new_id


class Flags(Desk):
    """A desk, and the way on which what was flagged comes to it."""

    def __init__(self, database: Database, clock: FakeClock, process: Process) -> None:
        super().__init__(database, clock, process)
        self.metrics = Metrics()
        self.flagged = self.opening_by(self.cases.open)

    def opening_by(self, open_: Open) -> Flagged:
        """Return what opens cases in its own way."""
        return Flagged(
            scripts=self.process.scripts,
            catalogue=catalogue.load(None),
            history=self.process.history,
            identity=IDENTITY,
            open_=open_,
            ask=self._ask,
            ring=self._ring,
            clock=self.clock,
            metrics=self.metrics,
            repeat_seconds=3600,
        )

    async def _ask(self) -> None:
        async with self.database.read() as tx:
            await tx.execute(select(cases.c.id).limit(1))

    async def says(
        self,
        text: str,
        *,
        member: MemberId = OTTER,
        flagged: bool = False,
        watch: str = "",
        room: RoomName = COFFEE,
        **changes: Any,
    ) -> int:
        """Say something, flagged or not; return its position."""
        at, id_ = self.clock.seconds(), new_id()
        opening = self.opening(text, member, id_, room, **changes)
        draft = Draft(
            "s", member, id_, at, protocol.said(room, at, WHO, text, 0),
            sealed=IDENTITY.seal(HANDLE, member),
            opening=opening.pack() if flagged else b"",
            watch=watch,
            answer_by=at + ANSWER_WITHIN_SECONDS,
        )  # fmt: skip
        return (await self.process.backplane.append(room, draft)).position

    def opening(
        self, text: str, member: MemberId, id_: bytes, room: RoomName, **changes: Any
    ) -> Opening:
        """Return what screening makes of something said."""
        key = case_key(room, member, id_)
        fields: dict[str, Any] = {
            "key": key, "source": "rule", "room": room, "at": self.clock.seconds(),
            "member": member, "who": WHO, "sealed": IDENTITY.seal(HANDLE, key),
            "id": id_, "text": text, "masked": text, "flags": (ABUSE,), **changes,
        }  # fmt: skip
        return Opening(**fields)

    async def reports(
        self,
        position: int,
        by: bytes,
        reason: str = "harassment",
        grade: Grade = Grade.NONE,
    ) -> None:
        """Report a message."""
        report = Opening(
            key=b"", source="report", room=COFFEE, at=self.clock.seconds(),
            grade=grade, reason=reason, reporter=by.ljust(16, b"."),
        )  # fmt: skip
        await self.flagged.flag(report, report.reporter, position)

    async def all_cases(self) -> Sequence[Any]:
        """Return every case there is."""
        async with self.database.read() as tx:
            return (await tx.execute(select(cases))).all()

    async def subjects(self) -> list[str]:
        """Return what cases are about, in the order in which they were opened."""
        asked = select(excerpts.c.text).filter_by(is_subject=True)
        async with self.database.read() as tx:
            ordered = asked.order_by(excerpts.c.position)
            return list((await tx.execute(ordered)).scalars())

    async def excerpt(self) -> list[str]:
        """Return what the one case keeps, in order."""
        async with self.database.read() as tx:
            asked = select(excerpts.c.text).order_by(excerpts.c.place)
            return list((await tx.execute(asked)).scalars())

    async def waiting(self, room: RoomName = COFFEE) -> int:
        """Return how much waits in a room."""
        with Redis.from_url(self.process.settings.redis_url or "") as redis:
            return cast("int", redis.xlen(flagged_key(room)))

    async def queues(self, fields: dict[str, object], room: RoomName = COFFEE) -> None:
        """Put something where openings wait."""
        with Redis.from_url(self.process.settings.redis_url or "") as redis:
            redis.xadd(flagged_key(room), fields)

    def waits(self) -> float:
        """Return what the metric says."""
        name = "porchlight_cases_waiting "
        lines = self.metrics.render().decode().splitlines()
        return float(next(x for x in lines if x.startswith(name)).split()[-1])

    def stores(self) -> list[tuple[Any, ...]]:
        """Return what staff pages were told about the store."""
        return [told[1:] for told in self.rung if told[0] == bulletin.STORE]
