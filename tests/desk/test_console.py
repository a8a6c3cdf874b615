"""The pages of the room team: who sees what, and what is written in them."""

from collections.abc import AsyncIterator

import pytest

from chat.model import Grade
from chat.roles import Role
from chat.settings import Settings
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.console import Colleague, Console
from tests.support.desk import DANGER


@pytest.fixture
async def console(
    database: Database, settings: Settings, clock: FakeClock
) -> AsyncIterator[Console]:
    async with Console.open(database, settings, clock) as console:
        yield console


@pytest.fixture
async def birch(console: Console) -> AsyncIterator[Colleague]:
    async with console.colleague("Birch", Role.COORDINATOR) as birch:
        yield birch


PAGES = ("/staff", "/staff/rooms", "/staff/rules", "/staff/numbers", "/staff/me")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_can_be_had(birch: Colleague, path: str):
    page = await birch.reads(path)

    assert "Birch" in page


async def test_a_case_can_be_read(console: Console, birch: Colleague):
    id_ = await console.case(flags=(DANGER,), grade=Grade.HIGH)

    queue, page = await birch.reads("/staff"), await birch.reads(f"/staff/cases/{id_}")

    assert f"/staff/cases/{id_}" in queue
    assert "names a plan" in page
