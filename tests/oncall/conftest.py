"""What tests of being on call may ask for, beside what every test may."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.store.database import FILE, Database
from tests.support.clock import FakeClock
from tests.support.on_call import OnCall


@pytest.fixture
async def sqlite(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """Open a file with nothing in it, where either database would do the same."""
    shutil.copy(sqlite_template, tmp_path / FILE)
    opened = Database(None, tmp_path)
    yield opened
    await opened.aclose()


@pytest.fixture
async def on_call(database: Database, clock: FakeClock) -> OnCall:
    """Have three peers who may be called, and all that calls them."""
    on_call = OnCall(database, clock)
    await on_call.come()
    return on_call
