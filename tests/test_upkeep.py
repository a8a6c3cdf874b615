"""Upkeep: what an operator does with the database from the command line."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chat import identity
from chat.clock import Clock
from chat.record import Record
from chat.store import audit
from chat.store.database import FILE, Database
from tests.support.program import Program


def run(directory: Path, *arguments: str, **env: str) -> tuple[int, str, str]:
    """Return a command's status, and what it said."""
    env = {"DATA_DIR": str(directory), **env}
    with Program("-m", "chat", *arguments, env=env) as program:
        status = program.wait()
        return status, "\n".join(program.lines()), program.errors()


async def act(directory: Path) -> str:
    """Have somebody do three things; return where the record ends then."""
    database = Database(None, directory)
    for n in range(3):
        async with database.begin() as tx:
            await audit.record(
                tx, at=n, actor="ada", verb="act", subject="c", detail="d"
            )
    key = identity.key_from(None, directory / "secret.key")
    record = Record(database=database, key=key, directory=directory, clock=Clock())
    await record.keep()
    await database.aclose()
    return record.sealed


def test_the_record_is_verified_from_the_command_line(tmp_path: Path):
    status, told, _ = run(tmp_path, "migrate")
    assert (status, told[:10]) == (0, "The tables")
    sealed = asyncio.run(act(tmp_path))
    whole = "3 rows, whole; row 3 was seen before"
    assert run(tmp_path, "audit", "verify")[:2] == (0, whole)

    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute("DROP TRIGGER audit_refuses_delete")
        file.execute("DELETE FROM audit WHERE id = 3")
        file.commit()
    missing = "row 3 is missing, and all to row 3"
    assert run(tmp_path, "audit", "verify")[:2] == (1, missing)

    (tmp_path / "audit.head").unlink()
    assert run(tmp_path, "audit", "verify", "--head", sealed)[:2] == (1, missing)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://here/it", "DATABASE_URL: must begin with postgresql://"),
        ("postgresql://me:secret@127.0.0.1:1/it", "the database does not answer"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_line(
    tmp_path: Path, url: str, told: str
):
    status, _, errors = run(tmp_path, "migrate", DATABASE_URL=url)

    assert status == 1
    assert f"porchlight: {told}" in errors
    assert "secret" not in errors
    assert "Traceback" not in errors


def test_the_doctor_looks_at_the_database(tmp_path: Path):
    fresh = run(tmp_path, "doctor")[1]
    assert "✔ database: its tables will be made at the next start" in fresh
    assert not (tmp_path / FILE).exists()

    run(tmp_path, "migrate")
    assert "✔ database: revision" in run(tmp_path, "doctor")[1]

    away = run(tmp_path, "doctor", DATABASE_URL="postgresql://me@127.0.0.1:1/it")
    assert away[0] == 1
    assert "✘ database: does not answer" in away[1]
