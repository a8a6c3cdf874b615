"""A drill from the command line: it says honestly whether anybody came."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chat.store.database import FILE
from tests.support.program import Program

NOBODY_CAME = 3


@pytest.fixture
def here(tmp_path: Path, redis_url: str, sqlite_template: Path) -> dict[str, str]:
    """Return the environment of a service that has everything but peers."""
    shutil.copy(sqlite_template, tmp_path / FILE)
    return {"DATA_DIR": str(tmp_path), "REDIS_URL": redis_url}


def test_without_anybody_on_duty_it_says_so(here: dict[str, str]):
    with Program("-m", "chat", "drill", "--json", "--wait", "1", env=here) as drill:
        told = json.loads(drill.line())

        assert drill.wait() == NOBODY_CAME
    assert told["drill"] is True
    assert told["outcome"] == "nobody_on_duty"
    assert told["on_duty"] is False
    assert told["seconds"] == {
        "alerted": None, "opened": None, "accepted": None, "spoken": None
    }  # fmt: skip


def test_without_a_service_it_drills_nothing(tmp_path: Path):
    env = {"DATA_DIR": str(tmp_path / "var")}
    with Program("-m", "chat", "drill", env=env) as drill:
        assert drill.wait() == 1
        assert "no service to drill" in drill.errors()


def test_tables_of_another_version_are_left_as_they_are(here: dict[str, str]):
    file = Path(here["DATA_DIR"]) / FILE
    with closing(sqlite3.connect(file)) as tables, tables:
        tables.execute("UPDATE alembic_version SET version_num = '0001'")

    with Program("-m", "chat", "drill", env=here) as drill:
        assert drill.wait() == 1
        (line,) = drill.errors().splitlines()

    assert "another version (0001)" in line
    with closing(sqlite3.connect(file)) as tables:
        found = tables.execute("SELECT version_num FROM alembic_version").fetchall()
    assert found == [("0001",)]
