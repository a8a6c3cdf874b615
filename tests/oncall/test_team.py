"""The team: who could be called is known, with all that decides whether they are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import product

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall.audiences import Standby
from chat.oncall.hours import Hours, QuietHours
from chat.oncall.planned import VERSION, ZONE, Planned
from chat.oncall.rotabook import Line, entry_of
from chat.oncall.shifts import Temporary
from chat.oncall.stages import PeerId
from chat.oncall.team import Team
from chat.oncall.weekly import LineId
from chat.roles import Role
from chat.store import peers, rota, staff
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.oncall import rota as rota_table
from tests.oncall.needs import HERON, NOW, OTTER, WREN

AN_HOUR = timedelta(hours=1)


@dataclass
class Roster:
    """A team in a database, and what is known of it beside."""

    database: Database
    reached: set[str] = field(default_factory=set)
    talks: dict[str, int] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        self.team = Team(
            planned=Planned(), reachable=self._reachable, talks=self._talks
        )

    async def _reachable(self, _tx: AsyncConnection, _now: datetime) -> Collection[str]:
        return self.reached

    async def _talks(self, _tx: AsyncConnection, _since: int) -> Mapping[str, int]:
        return self.talks

    async def has(
        self, id_: str, role: Role = Role.PEER, *, ready: bool = True, **values: object
    ) -> None:
        """Have somebody in the team."""
        async with self.database.begin() as tx:
            await staff.add(tx, staff.Account(id_, id_.title(), role, 0))
            if ready:
                values["ready_at"] = kept(NOW)
            if values:
                await peers.keep(tx, id_, **values)

    async def plans(self, line: Line) -> None:
        """Write a line into the rota."""
        self.version += 1
        async with self.database.begin() as tx:
            await rota.add(tx, entry_of(line, "UTC"), "birch", kept(NOW))
            await rota.decide(tx, VERSION, self.version, "birch", 0)

    async def standby(self, id_: PeerId, now: datetime = NOW) -> Standby:
        """Return somebody as they could be called."""
        (found,) = [each for each in await self.standbys(now) if each.peer == id_]
        return found

    async def standbys(self, now: datetime = NOW) -> list[Standby]:
        async with self.database.read() as tx:
            return await self.team.standbys(tx, now)


@pytest.fixture
def roster(database: Database) -> Roster:
    return Roster(database)


def a_shift(peer: PeerId = WREN, **changes: object) -> Temporary:
    hours = Hours(NOW - AN_HOUR, NOW + AN_HOUR)
    return Temporary(LineId(f"s-{peer}"), peer, hours, **changes)  # type: ignore[arg-type]


async def test_somebody_new_is_ready_for_nothing(roster: Roster):
    await roster.has(WREN, ready=False)

    assert await roster.standbys() == []


async def test_somebody_who_has_done_the_course_can_be_called(roster: Roster):
    await roster.has(WREN)

    assert await roster.standbys() == [Standby(WREN, reachable=False)]


async def test_who_is_on_shift_is_so_until_its_last_moment(roster: Roster):
    await roster.has(WREN)
    await roster.plans(a_shift(tags=("grief",)))

    during = await roster.standby(WREN, NOW + AN_HOUR - timedelta(seconds=1))
    after = await roster.standby(WREN, NOW + AN_HOUR)

    assert (during.on_shift, during.shift_tags) == (True, ("grief",))
    assert (after.on_shift, after.shift_tags) == (False, ())


async def test_where_the_rota_cannot_be_read_the_others_are_still_called(
    roster: Roster, database: Database, caplog: pytest.LogCaptureFixture
):
    await roster.has(WREN, on_duty_until=kept(NOW + AN_HOUR))
    async with database.begin() as tx:
        await rota.decide(tx, ZONE, "Mars/Base", "birch", 0)

    assert (await roster.standby(WREN)).on_duty
    assert "the rota cannot be read" in caplog.text


async def test_whatever_stands_in_the_rota_the_others_are_still_called(
    roster: Roster, database: Database
):
    await roster.has(WREN, on_duty_until=kept(NOW + AN_HOUR))
    bodies: list[object] = [{}, [], 7, None, "x", {"starts": 1}]
    kinds = ("weekly", "temporary", "override", "swap", "other")
    await roster.plans(a_shift(HERON))
    for kind, body in product(kinds, bodies):
        async with database.begin() as tx:
            await tx.execute(update(rota_table).values(kind=kind, body=body))
            await rota.decide(tx, VERSION, roster.version, "birch", 0)
        roster.version += 1

        assert (await roster.standby(WREN)).on_duty


async def test_whose_quiet_hours_cannot_be_read_any_more_is_called_all_the_same(
    roster: Roster, caplog: pytest.LogCaptureFixture
):
    await roster.has(
        WREN, on_duty_until=kept(NOW + AN_HOUR),
        quiet_zone="Mars/Base", quiet_starts="23:00", quiet_ends="07:00",
    )  # fmt: skip
    await roster.has(OTTER, quiet_zone="UTC", quiet_starts="late", quiet_ends="07:00")

    wren, otter = [await roster.standby(each) for each in (WREN, OTTER)]

    assert (wren.on_duty, wren.quiet, otter.quiet) == (True, False, False)
    assert "the quiet hours of a peer cannot be read" in caplog.text


async def test_a_backup_is_not_on_shift(roster: Roster):
    await roster.has(WREN)
    await roster.plans(a_shift(backup=True))

    found = await roster.standby(WREN)

    assert (found.on_shift, found.backup) == (False, True)


async def test_a_change_of_the_rota_is_seen_at_once(roster: Roster):
    await roster.has(WREN)
    await roster.has(OTTER)
    await roster.plans(a_shift())
    assert not (await roster.standby(OTTER)).on_shift

    await roster.plans(a_shift(OTTER))

    assert (await roster.standby(OTTER)).on_shift


async def test_who_can_take_it_is_on_duty_until_they_said(roster: Roster):
    await roster.has(WREN, on_duty_until=kept(NOW + AN_HOUR))

    assert (await roster.standby(WREN)).on_duty
    assert not (await roster.standby(WREN, NOW + AN_HOUR)).on_duty


async def test_what_else_is_known_of_somebody_counts(roster: Roster):
    quiet = QuietHours("Africa/Johannesburg", time(23), time(7))
    await roster.has(
        WREN,
        capacity=3, shares=["veteran"], languages=["en", "af"],
        quiet_zone=quiet.zone, quiet_starts="23:00", quiet_ends="07:00",
    )  # fmt: skip
    roster.reached, roster.talks = {WREN}, {WREN: 2}

    found = await roster.standby(WREN)

    assert quiet.cover(NOW)
    assert found == Standby(
        WREN, reachable=True, shares=("veteran",), languages=("en", "af"),
        talks=2, capacity=3, quiet=True,
    )  # fmt: skip


async def test_a_shift_for_one_language_is_for_that_one(roster: Roster):
    await roster.has(WREN, languages=["en", "af"])
    await roster.has(OTTER)
    await roster.plans(a_shift(languages=("af",)))
    await roster.plans(a_shift(OTTER, languages=("zu",)))

    assert (await roster.standby(WREN)).languages == ("af",)
    assert (await roster.standby(OTTER)).languages == ("zu",)


async def test_a_coordinator_without_the_course_is_the_last_step_and_nothing_else(
    roster: Roster,
):
    await roster.has(
        WREN, Role.COORDINATOR, ready=False, on_duty_until=kept(NOW + AN_HOUR)
    )
    await roster.plans(a_shift())

    assert await roster.standbys() == [Standby(WREN, reachable=False, coordinator=True)]


async def test_whoever_left_is_called_no_more(roster: Roster, database: Database):
    await roster.has(WREN)
    async with database.begin() as tx:
        await staff.disable(tx, WREN, 0)

    assert await roster.standbys() == []


async def test_as_cover_counts_who_is_reachable_and_has_done_the_course(
    roster: Roster, database: Database
):
    await roster.has(WREN, languages=["en"])
    await roster.has(OTTER, ready=False)
    await roster.has(HERON)
    roster.reached = {WREN, OTTER}

    async with database.read() as tx:
        everyone = await roster.team.everyone(tx, NOW)

    found = {mate.id: mate.as_cover for mate in everyone}
    assert {id_: (peer.reachable, peer.ready) for id_, peer in found.items()} == {
        WREN: (True, True), OTTER: (False, False), HERON: (False, True),
    }  # fmt: skip
    assert found[WREN].languages == ("en",)
