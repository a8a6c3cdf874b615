"""What tests of being on call may ask for, beside what every test may."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.store.database import FILE, Database


@pytest.fixture
async def sqlite(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """Open a file with nothing in it, where either database would do the same."""
    shutil.copy(sqlite_template, tmp_path / FILE)
    opened = Database(None, tmp_path)
    yield opened
    await opened.aclose()
