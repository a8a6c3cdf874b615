"""Learning: what each of the room team has done of the course, and who is ready."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row

from chat.clock import Clock
from chat.oncall.course import COURSE, Learned, Result
from chat.store import audit, peers
from chat.store.database import Database


class Learner(NamedTuple):
    """One of the room team, as a coordinator sees them."""

    desk_name: str
    role: str
    done: int
    of: int
    ready_at: int | None
    """Seconds since 1970; None: they are not ready yet."""


class Learning:
    """Keeps what was done of the course; whoever did all of it is ready for duty."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, staff_id: str) -> Learned:
        """Return what somebody has done.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._database.read() as tx:
            return _learned(await peers.of(tx, staff_id))

    async def has_read(self, staff_id: str, slug: str) -> Learned:
        """Keep that somebody read a chapter; return what they have done.

        Raises:
            StoreDown: If the database does not answer; so with all that follows.

        """
        now = self._clock.seconds()
        return await self._keep(staff_id, lambda done: done.having_read(slug, now))

    async def has_practised(self, staff_id: str) -> Learned:
        """Keep that somebody went through the practice chat."""
        now = self._clock.seconds()
        return await self._keep(staff_id, lambda done: done.having_practised(now))

    async def has_answered(self, staff_id: str, answers: Sequence[int]) -> Result:
        """Keep how somebody's quiz went, but not what they answered; return it."""
        now, result = self._clock.seconds(), COURSE.marked(answers)
        await self._keep(staff_id, lambda done: done.having_answered(result, now))
        return result

    async def team(self) -> list[Learner]:
        """Return everybody of the room team, those who are ready first."""
        async with self._database.read() as tx:
            found = [self._learner(row) for row in await peers.everyone(tx)]
        return sorted(found, key=lambda each: each.ready_at is None)

    def _learner(self, row: Row[Any]) -> Learner:
        done, of = _learned(row).steps(COURSE)
        ready = None if row.ready_at is None else row.ready_at // 1000
        return Learner(row.desk_name, row.role, done, of, ready)

    async def _keep(
        self, staff_id: str, change: Callable[[Learned], Learned]
    ) -> Learned:
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            row = await peers.of(tx, staff_id)
            learned = change(_learned(row))
            kept: dict[str, object] = {"course": learned.kept()}
            if learned.is_done(COURSE) and (row is None or not row.ready_at):
                kept["ready_at"] = now * 1000
                await audit.record(
                    tx,
                    at=now,
                    actor=staff_id,
                    verb="course_done",
                    subject="",
                    detail="",
                )
            await peers.keep(tx, staff_id, **kept)
        return learned


def _learned(row: Row[Any] | None) -> Learned:
    return Learned.from_kept((row is not None and row.course) or {})
