"""Migrating: brings the tables up to date, once, and keeps a copy from before."""

import asyncio
import fcntl
import logging
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chat.errors import Amiss

_FIRST_COME: Final = 7_267_541_002
_STEPS: Final = Path(__file__).parent / "migrations"

logger = logging.getLogger(__name__)
logging.getLogger("alembic").setLevel(logging.WARNING)


class NewerTables(Amiss):
    """A newer version of the service made these tables; this one would spoil them."""


def config() -> Config:
    """Return what Alembic needs to know."""
    made = Config()
    made.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    return made


def newest() -> str:
    """Return the revision that this version of the service works with."""
    return _steps()[0]


def _steps() -> list[str]:
    """Return every revision, the newest first."""
    steps = ScriptDirectory.from_config(config())
    return [step.revision for step in steps.walk_revisions()]


async def migrate(engine: AsyncEngine, file: Path | None) -> None:
    """Bring the tables to the newest revision; the first to come does it for all."""
    async with _one_at_a_time(file), engine.connect() as tx, tx.begin():
        if tx.dialect.name == "postgresql":
            await _wait_for_others(tx)
        before = await tx.run_sync(revision)
        _check(before)
        if before == newest():
            return
        if file is not None and before is not None:
            await asyncio.to_thread(_copy, file)
        await tx.run_sync(_upgrade)
        # That there is nothing yet is no news; what there was and was changed is.
        level = logging.DEBUG if before is None else logging.INFO
        logger.log(level, "tables up to date", extra={"revision": newest()})


@asynccontextmanager
async def _one_at_a_time(file: Path | None) -> AsyncIterator[None]:
    """Hold a file's lock: SQLite's own would make those who come late give up."""
    if file is None:
        yield
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


async def _wait_for_others(tx: AsyncConnection) -> None:
    await tx.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _FIRST_COME})


def revision(connection: Connection) -> str | None:
    """Return the revision of the tables that there are; None: there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str | None) -> bool:
    """Tell whether this version of the service can work with such tables."""
    return revision is None or revision in _steps()


def _check(revision: str | None) -> None:
    if not is_known(revision):
        raise NewerTables(
            f"the database is of a newer version ({revision}): run that, or restore "
            "a backup"
        )


def _copy(file: Path) -> None:
    """Copy a database whole, whatever is written to it at the moment."""
    copy = Path(f"{file}.before-{newest()}")
    copy.unlink(missing_ok=True)
    copy.touch(0o600)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as to:
        source.backup(to)


def forget_copies(file: Path, before: int) -> None:
    """Delete copies that were made before a moment: they hold what the file forgot."""
    for copy in file.parent.glob(f"{file.name}.before-*"):
        if copy.stat().st_mtime < before:
            copy.unlink()


def _upgrade(connection: Connection) -> None:
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, "head")
