"""Usual: how the hours of a week were until now, learned once an hour."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from chat.attendance import Attendance
from chat.busy import DAYS_KEPT
from chat.clock import Clock
from chat.errors import Unavailable
from chat.model import RoomName
from chat.oncall.coverage import HOURS_A_WEEK, WeekHour
from chat.oncall.demand import Counts, expected, usual
from chat.store import demand
from chat.store.database import Database
from chat.store.instants import kept, moment

TEAM: Final = RoomName("team")
"""Under which it is counted how many of the team are there; no room is called so."""

LEARNED_SECONDS: Final = 3600.0
LOOKS_AGAIN_SECONDS: Final = 60.0
"""How soon what could not be counted is asked for again."""
KEPT: Final = timedelta(days=DAYS_KEPT)


class Week(NamedTuple):
    """A week as it usually is, in the hours of one zone."""

    zone: str = ""
    present: Mapping[WeekHour, float] = {}
    """How many of the team are there."""
    expected: Mapping[WeekHour, float] = {}
    """How many needs are to be expected."""

    @property
    def known(self) -> bool:
        """Whether the team was counted in every hour of a week."""
        return len(self.present) == HOURS_A_WEEK


class Usual:
    """Knows how a week usually is, and counts the team for those to come."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        attendance: Attendance,
        rooms: Sequence[RoomName],
    ) -> None:
        self._database = database
        self._clock = clock
        self._attendance = attendance
        self._rooms = rooms
        self._week = Week()
        self._until = 0.0
        self._learning = asyncio.Lock()

    async def count(self, present: int) -> None:
        """Count how many of the team are there now.

        Raises:
            Unavailable: If Redis does not answer.

        """
        await self._attendance.note(TEAM, present)

    async def week(self, zone: str) -> Week:
        """Return how a week usually is; where Redis is down, what is known of it.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._learning:
            if self._clock.monotonic() >= self._until or self._week.zone != zone:
                await self._learn(zone)
            return self._week

    async def _learn(self, zone: str) -> None:
        now = self._clock.monotonic()
        counted = await self._counted()
        if counted or self._week.zone != zone:
            team, rooms = counted or ({}, [])
            self._week = await self._learned(zone, team, rooms)
        self._until = now + (LEARNED_SECONDS if counted else LOOKS_AGAIN_SECONDS)

    async def _counted(self) -> tuple[Counts, list[Counts]] | None:
        """Return what was counted of the team and of each room; None: it cannot be."""
        try:
            team = await self._attendance.counts(TEAM)
            return team, [await self._attendance.counts(room) for room in self._rooms]
        except Unavailable:
            return None

    async def _learned(self, zone: str, team: Counts, rooms: Sequence[Counts]) -> Week:
        now = self._clock.now()
        async with self._database.read() as tx:
            raised = await demand.raised_since(tx, kept(now - KEPT))
        needs = [moment(at) for at in raised]
        # A quarter of a million numbers must not keep anybody's line waiting.
        return await asyncio.to_thread(_week, zone, team, rooms, needs, now)


def _week(
    zone: str,
    team: Counts,
    rooms: Iterable[Counts],
    needs: Sequence[datetime],
    now: datetime,
) -> Week:
    all_rooms = _sum(rooms)
    members = usual(all_rooms, zone, now)
    since = _since(all_rooms, needs, now)
    return Week(
        zone, usual(team, zone, now), expected(needs, members, zone, since, now)
    )


def _sum(several: Iterable[Counts]) -> Counts:
    total: defaultdict[str, defaultdict[int, int]] = defaultdict(
        lambda: defaultdict(int)
    )
    for counts in several:
        for day, slots in counts.items():
            for slot, count in slots.items():
                total[day][slot] += count
    return total


def _since(counts: Counts, needs: Sequence[datetime], now: datetime) -> datetime:
    """Return since when we count: a service of one week has had one, not thirteen."""
    days = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in counts]
    return max(min([*days, *needs, now]), now - KEPT)
