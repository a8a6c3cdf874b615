"""The front desk, and the browsers of those who come in by it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.store.database import FILE, Database
from tests.support.clock import FakeClock
from tests.support.signing_in import Desk
from tests.support.signing_in_pages import Browser


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> None:
    """Pages are the same on every database: one is enough."""
    shutil.copy(sqlite_template, tmp_path / FILE)


@pytest.fixture
async def desk(
    database: Database, redis_url: str, clock: FakeClock
) -> AsyncIterator[Desk]:
    """Have all that lets the room team in."""
    async with Desk.on(database, redis_url, clock) as desk:
        yield desk


@pytest.fixture
async def browser(desk: Desk) -> AsyncIterator[Browser]:
    """Have a browser in which nobody has signed in."""
    browser = Browser(desk)
    async with browser.client:
        yield browser


@pytest.fixture
async def other(desk: Desk) -> AsyncIterator[Browser]:
    """Have another."""
    browser = Browser(desk)
    async with browser.client:
        yield browser
