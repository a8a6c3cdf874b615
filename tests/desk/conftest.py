"""The console, and somebody of the room team at their desk."""

from collections.abc import AsyncIterator

import pytest

from chat.roles import Role
from chat.settings import Settings
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.console import Colleague, Console


@pytest.fixture
async def console(
    database: Database, settings: Settings, clock: FakeClock
) -> AsyncIterator[Console]:
    """Have the staff pages, on each database."""
    async with Console.open(database, settings, clock) as console:
        yield console


@pytest.fixture
async def birch(console: Console) -> AsyncIterator[Colleague]:
    """Have a coordinator, who may see everything."""
    async with console.colleague("Birch", Role.COORDINATOR) as birch:
        yield birch


@pytest.fixture
async def fern(console: Console) -> AsyncIterator[Colleague]:
    """Have a moderator."""
    async with console.colleague("Fern") as fern:
        yield fern
