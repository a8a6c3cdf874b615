"""The page of drills: for coordinators, who see how each went and begin one."""

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.desk.drills import drill_routes
from chat.oncall.audiences import Standby
from chat.oncall.drill import WAIT, Drills
from chat.roles import Role
from tests.support.console import Colleague, Console
from tests.support.needs import NeedsHouse


async def nobody(_tx: AsyncConnection, _now: object) -> list[Standby]:
    return []


@pytest.fixture
async def drills(console: Console) -> Drills:
    """Have the page beside the others, whoever wires it."""
    drills = Drills(
        database=console.desk.database,
        clock=console.clock,
        needs=NeedsHouse(console.desk.database, console.clock).needs,
        standbys=nobody,
    )
    routes = drill_routes(guard=console.guard, drills=drills, clock=console.clock)
    console.routes = [*routes, *console.routes]
    console.app = console.app_with()
    return drills


async def test_a_coordinator_begins_one_and_sees_it_go_on(
    drills: Drills, birch: Colleague
):
    assert "There was none yet" in await birch.reads("/staff/drills")

    assert (await birch.post("/staff/drills")).status_code == 303

    page = await birch.reads("/staff/drills")
    assert "A drill is going on" in page
    assert "not yet" in page


async def test_there_is_one_at_a_time(drills: Drills, birch: Colleague):
    await birch.post("/staff/drills")
    await birch.post("/staff/drills")

    assert len(await drills.latest()) == 1


async def test_how_it_went_is_shown_with_who_began_it(
    console: Console, drills: Drills, birch: Colleague
):
    await birch.post("/staff/drills")
    console.clock.advance(WAIT.total_seconds())
    await drills.round()

    page = await birch.reads("/staff/drills")

    assert "<strong>Nobody was on duty: a coordinator" in page
    assert ">Birch</td>" in page
    assert "Begin a drill now" in page


async def test_it_is_for_coordinators(
    console: Console, drills: Drills, fern: Colleague
):
    async with console.colleague("Moss", Role.PEER) as moss:
        for colleague in (moss, fern):
            assert (await colleague.get("/staff/drills")).status_code == 403
            assert (await colleague.post("/staff/drills")).status_code == 403
    assert await drills.latest() == []
