"""Upkeep: what an operator does with the database from the command line."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from chat import identity
from chat.clock import Clock
from chat.record import Record, Verdict
from chat.settings import Settings
from chat.store import migrating
from chat.store.database import Database


async def migrate(settings: Settings) -> str:
    """Bring the tables up to date; return what they are now.

    Raises:
        BadDatabase, NewerTables, StoreDown: As they say.

    """
    async with _database(settings) as database:
        await database.migrate()
    return f"The tables are those of revision {migrating.newest()}."


async def verify(settings: Settings, heads: Sequence[str]) -> Verdict:
    """Return whether the record of who did what is whole.

    Raises:
        BadDatabase, BadKey, StoreDown: As they say.

    """
    directory = settings.data_dir
    key = identity.key_from(settings.secret_key, directory / "secret.key")
    async with _database(settings) as database:
        record = Record(database=database, key=key, directory=directory, clock=Clock())
        return await record.verify(*heads)


async def revision(settings: Settings) -> str | None:
    """Return the revision of the tables that there are; None: there are none yet.

    Raises:
        BadDatabase, StoreDown: As they say.

    """
    async with _database(settings) as database:
        if database.file is not None and not database.file.exists():
            return None
        return await database.revision()


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url, settings.data_dir)
    try:
        yield database
    finally:
        await database.aclose()
