"""Engines: how a database is opened."""

from pathlib import Path

import pytest
from sqlalchemy import text

from chat.store.database import Database


@pytest.fixture
def steady_current() -> None:
    """Have a file be opened as a house opens it."""


async def test_what_a_file_has_acknowledged_outlasts_a_power_cut(tmp_path: Path):
    database = Database(None, tmp_path)

    async with database.read() as tx:
        synchronous = (await tx.execute(text("PRAGMA synchronous"))).scalar_one()
    await database.aclose()

    assert synchronous == 2, "FULL"
