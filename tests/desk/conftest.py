"""The console, and somebody of the room team at their desk."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.oncall.stages import NeedId
from chat.roles import Role
from chat.settings import Settings
from chat.store.database import FILE, Database
from tests.support.call_desk import CallDesk
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


@pytest.fixture
async def desk(
    sqlite_template: Path, tmp_path: Path, settings: Settings, clock: FakeClock
) -> AsyncIterator[CallDesk]:
    """Have the pages of being on call, where either database would do the same."""
    shutil.copy(sqlite_template, tmp_path / FILE)
    database = Database(None, tmp_path)
    async with CallDesk.open(database, settings, clock) as desk:
        yield desk
    await database.aclose()


@pytest.fixture
async def wren(desk: CallDesk) -> AsyncIterator[Colleague]:
    """Have a peer who can take it."""
    async with desk.peer("Wren") as wren:
        yield wren


@pytest.fixture
async def otter(desk: CallDesk) -> AsyncIterator[Colleague]:
    """Have another peer who can take it."""
    async with desk.peer("Otter") as otter:
        yield otter


@pytest.fixture
async def need(desk: CallDesk, wren: Colleague) -> NeedId:
    """Have a need that Wren has just taken into her care."""
    need = await desk.pressed(words="a long night", wish="listen")
    await wren.post(f"/staff/calls/{need}/accept")
    return need
