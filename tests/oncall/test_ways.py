"""Ways: who can be reached, which is not the same as who has a shift."""

from datetime import timedelta

import pytest

from chat import bulletin
from chat.oncall.stages import PeerId
from chat.oncall.ways import CONFIRM_MAIL, LIKELY, PAGE_NOTED_SECONDS, PAGE_SEEN, new_id
from chat.store import ways
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.ways import Team

HOUR = 60 * 60
CONFIRM_SECONDS = CONFIRM_MAIL.total_seconds()


@pytest.fixture
async def team(database: Database, clock: FakeClock) -> Team:
    team = Team(database, clock)
    await team.have("wren", "robin")
    return team


async def test_a_way_that_was_never_confirmed_reaches_nobody(team: Team):
    await team.way("wren")

    assert await team.reachable() == set()


async def test_a_confirmed_alert_shows_that_its_way_works(team: Team):
    way = await team.way("wren")

    assert await team.ways.confirm(await team.alert(way))

    assert await team.reachable() == {"wren"}
    assert team.ways.works(await team.kept(way), team.clock.now())


async def test_a_confirmation_counts_for_some_hours(
    database: Database, clock: FakeClock
):
    team = Team(database, clock, reachable_hours=12)
    await team.have("wren")
    await team.ways.confirm(await team.alert(await team.way("wren")))

    clock.advance(12 * HOUR)
    assert await team.reachable() == {"wren"}

    clock.advance(1)
    assert await team.reachable() == set()


async def test_a_way_that_failed_since_does_not_count_until_it_works_again(team: Team):
    way = await team.way("wren")
    await team.ways.confirm(await team.alert(way))

    await team.is_refused(way, "it refuses us")
    assert await team.reachable() == set()
    assert (await team.kept(way)).why == "it refuses us"

    await team.ways.confirm(await team.alert(way))
    assert await team.reachable() == {"wren"}
    assert (await team.kept(way)).why == ""


async def test_a_way_that_has_moved_is_not_judged_by_where_it_led_before(team: Team):
    way = await team.way("wren")
    await team.ways.confirm(await team.alert(way))
    async with team.database.begin() as tx:
        await ways.change_address(tx, way.id, {"endpoint": "https://push.example/2"})

    await team.is_refused(way, "it refuses us")

    assert await team.reachable() == {"wren"}
    assert (await team.kept(way)).why == ""


async def test_whoever_was_reached_lately_will_most_likely_be_again(
    team: Team, clock: FakeClock
):
    way = await team.way("wren")
    await team.ways.confirm(await team.alert(way))
    await team.ways.page_seen("robin")

    clock.advance(LIKELY.total_seconds())
    assert await team.reachable() == set()
    assert await team.likely() == {"wren", "robin"}

    await team.is_refused(way, "it refuses us")
    assert await team.likely() == {"robin"}

    clock.advance(1)
    assert await team.likely() == set()


async def test_an_open_page_reaches_whoever_has_it_open(team: Team, clock: FakeClock):
    await team.ways.page_seen("robin")
    assert await team.reachable() == {"robin"}

    clock.advance(PAGE_SEEN.total_seconds() + 1)
    assert await team.reachable() == set()

    await team.ways.page_seen("robin")
    assert await team.reachable() == {"robin"}


async def test_a_page_that_was_closed_stays_closed_when_the_clock_is_set_back(
    team: Team, clock: FakeClock
):
    await team.ways.page_seen("robin")

    clock.advance(-3600)

    assert await team.reachable() == set()


async def test_clocks_of_two_machines_may_differ_by_a_little(
    team: Team, clock: FakeClock
):
    await team.ways.page_seen("robin")

    clock.advance(-30)

    assert await team.reachable() == {"robin"}


async def test_an_open_page_is_written_down_twice_a_minute_at_most(
    team: Team, clock: FakeClock
):
    await team.ways.page_seen("robin")
    clock.advance(PAGE_NOTED_SECONDS - 1)
    await team.ways.page_seen("robin")

    # Ninety seconds after the first time, which is the only one that was kept.
    clock.advance(PAGE_SEEN.total_seconds() - PAGE_NOTED_SECONDS + 2)
    assert await team.reachable() == set()


async def test_pages_are_told_when_somebody_can_be_reached_who_could_not(team: Team):
    way = await team.way("wren")

    await team.ways.confirm(await team.alert(way))
    await team.ways.confirm(await team.alert(way))

    assert team.rung == [[bulletin.ROTA]]


@pytest.mark.parametrize("id_", ["", "x" * 32, "' OR 1=1", "0f" * 16])
async def test_an_id_that_nobody_was_sent_confirms_nothing(team: Team, id_: str):
    assert not await team.ways.confirm(id_)


async def test_an_alert_is_confirmed_once(team: Team, clock: FakeClock):
    alert = await team.alert(await team.way("wren"))
    await team.ways.confirm(alert)
    (row,) = await team.rows()

    clock.advance(60)
    await team.ways.confirm(alert)

    assert [row] == await team.rows()


async def test_an_old_alert_that_was_confirmed_keeps_nobody_reachable(
    team: Team, clock: FakeClock
):
    """Its id stays in a mailbox, and in the log of what bridges the webhook."""
    way = await team.way("wren")
    alert = await team.alert(way)
    await team.ways.confirm(alert)
    confirmed_at = (await team.kept(way)).confirmed_at
    await team.is_refused(way, "it refuses us")

    clock.advance(HOUR)
    assert await team.ways.confirm(alert)

    assert await team.reachable() == set()
    assert (await team.kept(way)).confirmed_at == confirmed_at


async def test_who_only_knows_its_id_confirms_an_alert_within_a_day(
    team: Team, clock: FakeClock
):
    way = await team.way("wren")
    alert = await team.alert(way)

    clock.advance(CONFIRM_SECONDS + 1)
    assert not await team.ways.confirm(alert)
    assert await team.reachable() == set()

    assert await team.ways.opened(alert, "wren")
    assert await team.reachable() == {"wren"}


async def test_whoever_opens_their_alert_has_been_reached(team: Team):
    need = new_id()
    alert = await team.alert(await team.way("wren"), need_id=need)

    assert await team.ways.opened(alert, "wren")
    assert await team.ways.opened(alert, "wren")

    (row,) = await team.rows()
    assert row.opened_at
    assert row.confirmed_at
    assert team.needs_opened == [need]
    assert await team.reachable() == {"wren"}


async def test_nobody_opens_an_alert_of_somebody_else(team: Team):
    alert = await team.alert(await team.way("wren"))

    assert not await team.ways.opened(alert, "robin")

    (row,) = await team.rows()
    assert row.opened_at is None


async def test_an_alert_to_open_pages_is_opened_but_confirms_no_way(team: Team):
    way = await team.way("wren")
    alert = await team.alert(way, way_id="", way="page")

    assert await team.ways.opened(alert, "wren")
    assert not await team.ways.confirm(alert)

    assert await team.reachable() == set()


async def test_an_address_is_not_used_until_it_was_confirmed(
    team: Team, database: Database
):
    mail = await team.way("wren", "email")
    phone = await team.way("wren")
    wren, robin = PeerId("wren"), PeerId("robin")

    async with database.read() as tx:
        assert await team.ways.usable(tx, [wren, robin]) == {wren: (phone,)}

    await team.ways.confirm(await team.alert(mail, "confirm"))
    async with database.read() as tx:
        usable = await team.ways.usable(tx, [wren])
    assert {way.id for way in usable[wren]} == {mail.id, phone.id}


async def test_the_link_in_a_first_mail_is_good_for_a_day(team: Team, clock: FakeClock):
    mail = await team.way("wren", "email")
    alert = await team.alert(mail, "confirm")

    clock.advance(CONFIRM_SECONDS + 1)
    assert not await team.ways.confirm(alert)

    await team.ways.forget(clock.now())
    assert await team.ways.of("wren") == []


async def test_an_address_that_was_confirmed_is_not_forgotten(
    team: Team, clock: FakeClock
):
    mail = await team.way("wren", "email")
    await team.ways.confirm(await team.alert(mail, "confirm"))

    clock.advance(30 * 24 * HOUR)
    await team.ways.forget(clock.now())

    assert [way.id for way in await team.ways.of("wren")] == [mail.id]


async def test_a_canary_goes_once_a_shift_to_each_way_of_those_on_it(
    team: Team, database: Database, clock: FakeClock
):
    phone = await team.way("wren")
    await team.way("wren", "email")
    await team.way("robin")

    async def due() -> list[str]:
        async with database.claim() as tx:
            found = await team.ways.canaries_due(tx, clock.now(), [PeerId("wren")], [])
            return [way.id for way in found]

    assert await due() == [phone.id]
    assert await due() == []
    clock.advance(4 * HOUR)
    assert await due() == []
    clock.advance(timedelta(hours=8).total_seconds())
    assert await due() == [phone.id]
