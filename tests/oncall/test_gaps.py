"""Gaps: whoever could fill one hears of it in time, once, and never at night."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall.duty import Duty
from chat.oncall.gaps import Gaps
from chat.oncall.holes import by_day
from chat.oncall.hours import Hours
from chat.oncall.plan import Plan
from chat.oncall.planned import Planned
from chat.oncall.stages import PeerId
from chat.oncall.team import Team
from chat.roles import Role
from chat.store import peers, staff
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.oncall import alerts, warnings
from chat.store.ways import Way
from tests.oncall.needs import HERON, OTTER, WREN
from tests.oncall.shifts import a_room
from tests.support.clock import NOON, FakeClock

HOUR = timedelta(hours=1)
DAY_SECONDS = 86400.0
ALL_AHEAD = Hours(NOON, NOON + 96 * HOUR)
TONIGHT = Hours(NOON + 14 * HOUR, NOON + 16 * HOUR)
TOMORROW = Hours(NOON + 16 * HOUR, NOON + 24 * HOUR)
ROOMS = (a_room("Women", "women"), a_room("Coffee", "open"))


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is the same on every database."""


class Watch:
    """Wren, Otter and Heron, of whom each has shifts, and the gaps between those."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.reached = {WREN, OTTER, HERON}
        self.likely: set[PeerId] | None = None
        """None: those who can be reached."""
        planned = Planned()
        self.plan = Plan(
            database=database,
            clock=clock,
            ring=self._ring,
            planned=planned,
            rooms=ROOMS,
        )
        self.duty = Duty(database=database, clock=clock, ring=self._ring, rooms=ROOMS)
        self.gaps = self.another()

    def another(self) -> Gaps:
        """Return what another process looks for gaps with."""
        planned = Planned()
        team = Team(
            planned=planned,
            reachable=self._reachable,
            likely=self._likely,
            talks=self._talks,
        )
        return Gaps(
            database=self.database,
            clock=self.clock,
            planned=planned,
            team=team,
            ways=self._ways,
            rooms=ROOMS,
        )

    async def _ring(self, _frame: bytes) -> None:
        pass

    async def _reachable(self, _tx: AsyncConnection, _now: object) -> set[PeerId]:
        return self.reached

    async def _likely(self, _tx: AsyncConnection, _now: object) -> set[PeerId]:
        return self.reached if self.likely is None else self.likely

    async def _talks(self, _tx: AsyncConnection, _since: int) -> Mapping[str, int]:
        return {}

    async def _ways(
        self, _tx: AsyncConnection, of: Iterable[PeerId]
    ) -> Mapping[PeerId, Sequence[Way]]:
        return {peer: [Way("w", peer, "push", "", {}, 0)] for peer in of}

    async def has(self, *names: PeerId) -> None:
        async with self.database.begin() as tx:
            for name in names:
                await staff.add(tx, staff.Account(name, name.title(), Role.PEER, 0))
        for name in names:
            await self.keeps(name, ready_at=kept(NOON))

    async def keeps(self, name: PeerId, **terms: object) -> None:
        async with self.database.begin() as tx:
            await peers.keep(tx, name, **terms)

    async def covered(self, *but: Hours) -> None:
        """Have Wren there all the time, but for some hours."""
        starts = ALL_AHEAD.starts - 12 * HOUR
        for gap in [*but, Hours(ALL_AHEAD.ends, ALL_AHEAD.ends)]:
            while starts < gap.starts:
                ends = min(starts + 12 * HOUR, gap.starts)
                if ends > self.clock.now():
                    await self.plan.add_temporary("x", WREN, Hours(starts, ends))
                starts = ends
            starts = gap.ends

    async def told(self, kind: str = "gap") -> list[tuple[str, str]]:
        """Return who was told, and by which way, since this was asked last."""
        async with self.database.begin() as tx:
            asked = select(alerts.c.staff_id, alerts.c.way).filter_by(kind=kind)
            found = [tuple(row) for row in await tx.execute(asked)]
            await tx.execute(alerts.delete())
        return sorted(found)


@pytest.fixture
async def watch(database: Database, clock: FakeClock) -> Watch:
    watch = Watch(database, clock)
    await watch.has(WREN, OTTER)
    return watch


OTTER_IS_TOLD = [(OTTER, "page"), (OTTER, "push")]


async def test_who_could_fill_a_gap_is_told_by_every_way(watch: Watch):
    await watch.covered(TONIGHT)

    assert await watch.gaps.warn() == 2

    # Wren is free in those two hours as well, and has a shift before and after.
    assert await watch.told() == [
        (OTTER, "page"), (OTTER, "push"), (WREN, "page"), (WREN, "push"),
    ]  # fmt: skip


@on_sqlite
async def test_where_there_is_no_gap_nobody_is_told(watch: Watch):
    await watch.covered()

    assert await watch.gaps.warn() == 0
    assert await watch.told() == []


@on_sqlite
async def test_nobody_is_told_of_hours_in_which_somebody_is_on_duty(watch: Watch):
    now = Hours(NOON, NOON + 2 * HOUR)
    await watch.covered(now)
    await watch.keeps(OTTER, on_duty_until=kept(now.ends))
    assert await watch.gaps.warn() == 0

    await watch.keeps(OTTER, on_duty_until=None)

    assert await watch.gaps.warn() == 2, "they ended earlier"


@on_sqlite
async def test_hours_of_a_duty_that_is_ended_early_are_told_again(
    watch: Watch, clock: FakeClock
):
    await watch.has(HERON)
    gap = Hours(NOON + HOUR, NOON + 9 * HOUR)
    await watch.covered(gap)
    assert await watch.gaps.warn() == 3
    clock.advance(2 * 3600)
    await watch.duty.go_on(OTTER, NOON + 6 * HOUR)
    assert await watch.gaps.warn() == 0
    clock.advance(1800)
    await watch.told()

    await watch.duty.go_off(OTTER)

    assert await watch.gaps.warn() == 2
    assert await watch.another().warn() == 0
    assert {peer for peer, _ in await watch.told()} == {WREN, HERON}, "Otter knows"


@on_sqlite
async def test_hours_of_a_duty_that_is_made_shorter_are_told_again(
    watch: Watch, clock: FakeClock
):
    await watch.has(HERON)
    await watch.covered(Hours(NOON + HOUR, NOON + 9 * HOUR))
    assert await watch.gaps.warn() == 3
    clock.advance(2 * 3600)
    await watch.duty.go_on(OTTER, NOON + 6 * HOUR)
    assert await watch.gaps.warn() == 0
    await watch.told()

    await watch.duty.go_on(OTTER, NOON + 4 * HOUR)

    assert await watch.gaps.warn() == 2
    assert {peer for peer, _ in await watch.told()} == {WREN, HERON}, "Otter knows"
    await watch.duty.go_on(OTTER, NOON + 8 * HOUR)
    assert await watch.gaps.warn() == 0, "nobody is needed for less"


@on_sqlite
async def test_a_duty_that_was_over_or_nearly_or_beside_a_shift_rings_nobody_again(
    watch: Watch, clock: FakeClock
):
    gap = Hours(NOON + 4 * HOUR, NOON + 9 * HOUR)
    await watch.covered(gap)
    await watch.gaps.warn()
    await watch.duty.go_on(OTTER, NOON + 2 * HOUR)
    clock.advance(3600)
    await watch.duty.go_off(OTTER)
    assert await watch.gaps.warn() == 0, "Wren has those hours"

    await watch.duty.go_on(OTTER, NOON + 2 * HOUR)
    clock.advance(5 * 3600)
    await watch.duty.check_out(OTTER)

    assert await watch.gaps.warn() == 0, "it had ended by itself"

    await watch.duty.go_on(OTTER, NOON + 8 * HOUR)
    clock.advance(2 * 3600 - 600)
    await watch.duty.check_out(OTTER)

    assert await watch.gaps.warn() == 0, "ten minutes are a late bus"


@on_sqlite
async def test_whose_duty_is_over_in_time_leaves_a_gap_that_is_known(
    watch: Watch, clock: FakeClock
):
    await watch.keeps(OTTER, on_duty_until=kept(NOON + 2 * HOUR))
    assert await watch.gaps.warn() == 2, "of what comes after"

    clock.advance(2 * 3600)

    assert await watch.gaps.warn() == 0


async def test_of_one_gap_everybody_hears_once_whatever_process_looks(
    watch: Watch, clock: FakeClock
):
    await watch.covered(TONIGHT)
    await watch.gaps.warn()
    await watch.told()

    for _ in range(16):
        clock.advance(3600)
        assert await watch.another().warn() == 0

    assert await watch.told() == []


@on_sqlite
async def test_whoever_gives_hours_back_makes_a_gap_that_is_new(watch: Watch):
    await watch.covered(TONIGHT)
    shift = await watch.plan.take_hours(OTTER, TONIGHT)
    assert await watch.gaps.warn() == 0

    await watch.plan.give_back(OTTER, shift)

    assert await watch.gaps.warn() == 1
    assert {peer for peer, _ in await watch.told()} == {WREN}, "Otter knows"


@on_sqlite
async def test_a_gap_that_is_given_back_is_told_again(watch: Watch, clock: FakeClock):
    await watch.has(HERON)
    await watch.covered(TONIGHT)
    assert await watch.gaps.warn() == 3
    shift = await watch.plan.take_hours(OTTER, TONIGHT)
    clock.advance(12 * 3600)
    assert await watch.gaps.warn() == 0
    await watch.told()

    await watch.plan.give_back(OTTER, shift)

    assert await watch.gaps.warn() == 2
    assert await watch.another().warn() == 0
    assert {peer for peer, _ in await watch.told()} == {WREN, HERON}


@on_sqlite
async def test_hours_given_back_in_the_middle_of_a_gap_are_told_again(watch: Watch):
    await watch.gaps.warn()
    shift = await watch.plan.take_hours(OTTER, TONIGHT)
    assert await watch.gaps.warn() == 0
    await watch.told()

    await watch.plan.give_back(OTTER, shift)

    await watch.gaps.warn()
    assert {peer for peer, _ in await watch.told()} == {WREN}


@on_sqlite
async def test_a_line_that_is_stopped_or_given_to_nobody_is_told_again(watch: Watch):
    await watch.covered(TONIGHT)
    await watch.gaps.warn()
    for day in range(7):
        await watch.plan.add_weekly(
            "x", weekday=day, starts=time(2), ends=time(4), turns=((OTTER,),),
            since=NOON.date(),
        )  # fmt: skip
    (line,) = (await watch.plan.book()).rota.on_shift(TONIGHT.starts)

    await watch.plan.override("x", OTTER, None, TONIGHT)
    assert await watch.gaps.warn() == 1, "Otter gave it away"

    (override,) = (await watch.plan.book()).rota.overrides
    await watch.plan.remove("x", override.id)
    assert await watch.gaps.warn() == 0

    await watch.plan.stop("x", line.line, NOON.date())
    assert await watch.gaps.warn() == 2


@on_sqlite
async def test_two_gaps_within_an_hour_may_be_given_back_at_once(watch: Watch):
    await watch.covered(TONIGHT)
    quarter = Hours(TONIGHT.starts + HOUR / 4, TONIGHT.starts + HOUR / 2)
    await watch.plan.take_hours(WREN, quarter)
    shift = await watch.plan.take_hours(OTTER, TONIGHT)

    await watch.plan.give_back(OTTER, shift)

    assert await watch.gaps.warn() == 1


@on_sqlite
async def test_a_change_that_leaves_nobody_missing_rings_nobody_again(watch: Watch):
    await watch.covered(TONIGHT)
    shift = await watch.plan.take_hours(OTTER, TOMORROW)
    await watch.gaps.warn()

    await watch.plan.give_back(OTTER, shift)

    assert await watch.gaps.warn() == 0


@on_sqlite
async def test_a_gap_that_is_cut_in_two_is_no_news(watch: Watch):
    await watch.covered(TONIGHT)
    await watch.gaps.warn()
    middle = Hours(TONIGHT.starts + HOUR / 2, TONIGHT.ends - HOUR / 2)

    await watch.plan.add_temporary("x", OTTER, middle)

    assert await watch.gaps.warn() == 0


async def test_nobody_is_told_in_their_quiet_hours_but_after_them(
    watch: Watch, database: Database, clock: FakeClock
):
    await watch.covered(TONIGHT)
    async with database.begin() as tx:
        await peers.keep(
            tx, OTTER,
            quiet_zone="Africa/Johannesburg", quiet_starts="13:00", quiet_ends="16:00",
        )  # fmt: skip

    await watch.gaps.warn()
    assert await watch.told() == [(WREN, "page"), (WREN, "push")]

    clock.advance(2 * 3600)
    await watch.gaps.warn()
    assert await watch.told() == OTTER_IS_TOLD


@on_sqlite
async def test_nobody_is_told_of_hours_that_are_meant_to_be_closed(watch: Watch):
    await watch.covered(TONIGHT)
    await watch.plan.close("x", 6, time(2), time(4))

    assert await watch.gaps.warn() == 0


@on_sqlite
async def test_nobody_is_told_of_what_is_over(watch: Watch, clock: FakeClock):
    await watch.covered(TONIGHT)
    clock.advance(16 * 3600)

    assert await watch.gaps.warn() == 0


@on_sqlite
async def test_a_shift_whose_peer_cannot_be_reached_is_a_gap_for_the_others(
    watch: Watch,
):
    await watch.covered()
    watch.reached = {OTTER}

    await watch.gaps.warn()

    assert await watch.told() == OTTER_IS_TOLD


@on_sqlite
async def test_whoever_is_between_two_shifts_is_told_of_gaps_and_leaves_none(
    watch: Watch,
):
    await watch.covered(TONIGHT)
    watch.likely = {WREN, OTTER}
    # Wren is on shift now, and is the only one who must be reached at once.
    watch.reached = {WREN}

    assert await watch.gaps.warn() == 2
    assert {peer for peer, _ in await watch.told()} == {WREN, OTTER}


@on_sqlite
async def test_whoever_has_a_short_shift_in_a_long_gap_is_told_of_the_rest(
    watch: Watch,
):
    tomorrow = Hours(NOON + 20 * HOUR, NOON + 22 * HOUR)
    await watch.plan.add_temporary("x", OTTER, tomorrow, backup=True)

    await watch.gaps.warn()

    assert {peer for peer, _ in await watch.told()} == {WREN, OTTER}


@on_sqlite
async def test_an_empty_rota_is_one_warning_a_day_and_not_one_an_hour(
    watch: Watch, clock: FakeClock
):
    told = 0
    for _ in range(24):
        told += await watch.gaps.warn()
        clock.advance(3600)

    # Two peers: of three days at first, and of the fourth when it comes near.
    assert told == 4


# Hours that have somebody, but not for all -------------------------------------------


@pytest.fixture
async def only_women(watch: Watch) -> Watch:
    """Have Wren there all the time, tonight for the women's room alone."""
    await watch.has(HERON)
    await watch.covered(TONIGHT)
    await watch.plan.add_temporary("x", WREN, TONIGHT, tags=("women",))
    return watch


async def test_who_could_be_there_for_rooms_that_have_nobody_is_told_once(
    only_women: Watch, clock: FakeClock
):
    assert await only_women.gaps.warn() == 2
    assert {peer for peer, _ in await only_women.told()} == {OTTER, HERON}

    for _ in range(16):
        clock.advance(3600)
        assert await only_women.another().warn() == 0


@on_sqlite
async def test_nobody_is_told_of_rooms_in_quiet_hours_but_after_them(
    only_women: Watch, clock: FakeClock
):
    await only_women.keeps(
        OTTER, quiet_zone="UTC", quiet_starts="11:00", quiet_ends="14:00"
    )
    await only_women.gaps.warn()
    assert {peer for peer, _ in await only_women.told()} == {HERON}

    clock.advance(2 * 3600)
    await only_women.gaps.warn()
    assert await only_women.told() == OTTER_IS_TOLD


@on_sqlite
async def test_rooms_that_are_given_back_to_nobody_are_told_again(only_women: Watch):
    await only_women.gaps.warn()
    shift = await only_women.plan.take_hours(OTTER, TONIGHT)
    assert await only_women.gaps.warn() == 0
    await only_women.told()

    await only_women.plan.give_back(OTTER, shift)

    assert await only_women.gaps.warn() == 1
    assert {peer for peer, _ in await only_women.told()} == {HERON}, "Otter knows"
    assert await only_women.another().warn() == 0


@on_sqlite
async def test_hours_that_had_nobody_and_have_somebody_for_one_room_are_no_news(
    watch: Watch,
):
    await watch.covered(TONIGHT)
    assert await watch.gaps.warn() == 2

    await watch.plan.add_temporary("x", WREN, TONIGHT, tags=("women",))

    assert await watch.gaps.warn() == 0


@on_sqlite
async def test_hours_that_had_somebody_for_one_room_and_lose_them_are_news(
    only_women: Watch,
):
    await only_women.gaps.warn()
    await only_women.told()

    await only_women.plan.override("x", WREN, None, TONIGHT)

    assert await only_women.gaps.warn() == 2
    assert {peer for peer, _ in await only_women.told()} == {OTTER, HERON}


async def in_xhosa(watch: Watch) -> None:
    """Have hours tonight in which Heron would talk Xhosa, as Wren cannot."""
    await watch.keeps(WREN, languages=["en"])
    await watch.plan.add_temporary("x", HERON, TONIGHT, languages=("xh",))


async def test_who_speaks_a_language_is_told_where_its_hours_have_nobody(
    watch: Watch,
):
    await watch.has(HERON)
    await watch.covered()
    await in_xhosa(watch)
    await watch.keeps(OTTER, languages=["xh", "en"])
    assert await watch.gaps.warn() == 0

    await watch.plan.override("x", HERON, None, TONIGHT)

    assert await watch.gaps.warn() == 1
    assert await watch.told() == OTTER_IS_TOLD


@on_sqlite
async def test_nobody_is_told_of_a_language_that_they_do_not_speak(watch: Watch):
    await watch.has(HERON)
    await watch.covered()
    await in_xhosa(watch)
    await watch.keeps(OTTER, languages=["en"])

    await watch.plan.override("x", HERON, None, TONIGHT)

    assert await watch.gaps.warn() == 0


@on_sqlite
async def test_whose_shift_is_given_to_somebody_of_another_language_is_a_gap_anew(
    watch: Watch,
):
    robin = PeerId("robin")
    await watch.has(HERON, robin)
    await watch.keeps(robin, languages=["en"])
    await watch.covered()
    await in_xhosa(watch)
    await watch.plan.override("x", HERON, None, TONIGHT)
    assert await watch.gaps.warn() == 1
    (override,) = (await watch.plan.book()).rota.overrides
    await watch.plan.remove("x", override.id)
    await watch.told()

    await watch.plan.override("x", HERON, robin, TONIGHT)

    assert await watch.gaps.warn() == 1
    assert await watch.told() == OTTER_IS_TOLD


@on_sqlite
async def test_of_an_hour_that_lacks_two_things_everybody_hears_once(
    only_women: Watch,
):
    assert await only_women.gaps.warn() == 2
    await only_women.told()
    await in_xhosa(only_women)
    assert await only_women.gaps.warn() == 0, "Heron is there for every room"

    await only_women.plan.override("x", HERON, None, TONIGHT)

    # The rooms are open to nobody again, and Xhosa to nobody as well.
    assert await only_women.gaps.warn() == 1
    assert await only_women.told() == OTTER_IS_TOLD
    assert await only_women.another().warn() == 0


async def test_whoever_is_asked_to_take_a_shift_hears_of_it_once(watch: Watch):
    await watch.covered()
    await watch.plan.offer_swap(WREN, TONIGHT, OTTER)

    for _ in range(2):
        await watch.gaps.warn()

    assert await watch.told("swap") == OTTER_IS_TOLD


@on_sqlite
async def test_a_shift_that_is_offered_to_all_rings_nobody(watch: Watch):
    await watch.covered()
    await watch.plan.offer_swap(WREN, TONIGHT)

    assert await watch.gaps.warn() == 0


async def test_what_was_warned_of_long_ago_is_forgotten(
    watch: Watch, database: Database, clock: FakeClock
):
    await watch.covered(TONIGHT)
    await watch.gaps.warn()
    await watch.plan.close("x", 0, time(0), time(0))

    for day in range(1, 7):
        await watch.plan.close("x", day, time(0), time(0))
    clock.advance(30 * DAY_SECONDS)
    await watch.gaps.warn()

    async with database.read() as tx:
        assert (await tx.execute(select(warnings))).all() == []


@pytest.mark.parametrize(
    ("zone", "parts"),
    [
        ("UTC", [NOON, NOON + 12 * HOUR, NOON + 36 * HOUR, NOON + 40 * HOUR]),
        ("Africa/Johannesburg", [NOON, NOON + 10 * HOUR, NOON + 34 * HOUR]),
    ],
)
def test_hours_are_cut_at_the_midnights_of_a_zone(zone: str, parts: list[object]):
    found = list(by_day(Hours(NOON, NOON + 40 * HOUR), zone))

    assert [hours.starts for hours in found] == parts[: len(found)]
    assert found[-1].ends == NOON + 40 * HOUR
