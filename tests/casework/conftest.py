"""A desk in a room, at which two of the room team sit."""

from collections.abc import AsyncIterator

import pytest

from chat.settings import Settings
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.desk import Desk
from tests.support.process import COFFEE, Process


@pytest.fixture
async def desk(
    database: Database, settings: Settings, clock: FakeClock
) -> AsyncIterator[Desk]:
    """Have their cases, on each database, and a room where they act."""
    async with Process(settings, clock).running() as process:
        await process.backplane.follow(COFFEE)
        desk = Desk(database, clock, process)
        await desk.staff("ada", "ben")
        yield desk
