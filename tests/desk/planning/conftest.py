"""A house whose rota is planned, and those who plan it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.roles import Role
from chat.settings import Settings
from chat.store.database import FILE, Database
from tests.support.clock import FakeClock
from tests.support.console import Colleague
from tests.support.planning import Planning


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> None:
    """Pages are the same on every database: one is enough."""
    shutil.copy(sqlite_template, tmp_path / FILE)


@pytest.fixture
async def planning(
    database: Database, settings: Settings, clock: FakeClock
) -> AsyncIterator[Planning]:
    async with Planning.open(database, settings, clock) as planning:
        yield planning


@pytest.fixture
async def birch(planning: Planning) -> AsyncIterator[Colleague]:
    """Have a coordinator."""
    async with planning.peer("Birch", Role.COORDINATOR) as birch:
        yield birch


@pytest.fixture
async def wren(planning: Planning) -> AsyncIterator[Colleague]:
    async with planning.peer("Wren") as wren:
        yield wren


@pytest.fixture
async def otter(planning: Planning) -> AsyncIterator[Colleague]:
    async with planning.peer("Otter") as otter:
        yield otter
