"""The database: SQLite in the data directory, or PostgreSQL, one writer at a time.

Whatever it cannot do comes out as `StoreDown`, within seconds; it recovers by itself
when the database is there again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chat.errors import StoreDown
from chat.store import migrating
from chat.store.engines import (
    ANSWER_SECONDS,
    FILE,
    POOL,
    BadDatabase,
    engine_of,
    url_of,
)
from chat.store.places import Places

# Any number, as long as nobody else locks by it.
_WRITER: Final = 7_267_541_001
_AGAIN_AFTER_SECONDS: Final = 5.0

# Of PostgreSQL's classes of errors those that say: not now. Connection, who we are,
# which database, rollback, want of means, not in a fit state, told to end, system.
_OUTAGES: Final = ("08", "28", "3D", "40", "53", "55", "57", "58", "XX")
_NO_TABLES_YET: Final = ("42P01",)

__all__ = ["FILE", "BadDatabase", "Database"]

logger = logging.getLogger(__name__)


class Database:
    """What outlives a restart, in transactions."""

    def __init__(self, url: str | None, directory: Path) -> None:
        """Use what `url` names, else a file in the directory; nothing is opened yet.

        Raises:
            BadDatabase: If the URL is of no kind that can be used.

        """
        self._url = url_of(url, directory)
        self.engine: AsyncEngine = engine_of(self._url)
        self._writing = Places(1)
        self._places = Places(POOL)

    @property
    def file(self) -> Path | None:
        """Where everything is kept, if that is a file of ours."""
        if self._url.get_backend_name() == "sqlite" and self._url.database:
            return Path(self._url.database)
        return None

    async def migrate(self) -> None:
        """Bring the tables up to date, however many processes do so at once.

        A file is copied first, to `porchlight.db.before-<revision>`.

        Raises:
            StoreDown: If the database does not answer.
            NewerTables: If a newer version of the service made them.

        """
        # A large table may take longer than anything else is given.
        engine = engine_of(self._url, answer_seconds=None)
        try:
            with _told():
                await migrating.migrate(engine, self.file)
        finally:
            await engine.dispose()

    async def revision(self) -> str | None:
        """Return the revision of the tables; None: there are none yet.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self.read() as tx:
            return await tx.run_sync(migrating.revision)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Write: all of it or nothing, and nobody else writes meanwhile.

        Raises:
            StoreDown: If the database does not answer, or not in time.

        """
        async with self._within(alone=True) as tx:
            yield tx

    @asynccontextmanager
    async def claim(self, *, urgent: bool = False) -> AsyncIterator[AsyncConnection]:
        """Write to rows that this transaction locks itself: all of it or nothing.

        Elsewhere others write meanwhile, so whoever asks for it locks what it decides
        on (`FOR UPDATE`) and leaves the audit's chain alone. SQLite has one writer.
        `urgent`: before all who wait in this process.

        Raises:
            StoreDown: If the database does not answer, or not in time.

        """
        async with self._within(urgent=urgent) as tx:
            yield tx

    @asynccontextmanager
    async def read(self, *, urgent: bool = False) -> AsyncIterator[AsyncConnection]:
        """Read, without waiting for whoever writes; `urgent`: nor for who reads.

        Raises:
            StoreDown: If the database does not answer, or not in time.

        """
        async with self._within(reads=True, urgent=urgent) as tx:
            yield tx

    @asynccontextmanager
    async def _within(
        self, *, reads: bool = False, alone: bool = False, urgent: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        with _told():
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                self._place(reads=reads, urgent=urgent),
                self.engine.connect() as tx,
            ):
                if reads:
                    await tx.execution_options(porchlight_begin="BEGIN")
                async with tx.begin():
                    if alone:
                        await self._alone(tx)
                    yield tx

    def _place(self, *, reads: bool, urgent: bool) -> AbstractAsyncContextManager[None]:
        """Have those who come at once wait in order, and the urgent for hardly anybody.

        SQLite itself has writers ask again and again, ever less often, so that whoever
        comes last may be first, and the first too late.
        """
        if self.file is not None and not reads:
            return self._writing.place(urgent=urgent)
        # There are more connections than places: some are left for what is urgent.
        return nullcontext() if urgent else self._places.place()

    async def _alone(self, tx: AsyncConnection) -> None:
        """Have writers wait for each other on PostgreSQL, as SQLite does by itself.

        So two never decide on what the other is changing, nor wait for each other
        in a circle, and the chain of audit lines has one end.
        """
        if tx.dialect.name == "postgresql":
            await tx.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _WRITER})

    async def wipe(self, before: int) -> None:
        """Leave nothing in our files of what is deleted, nor copies from long ago.

        PostgreSQL does so by itself, by and by; its backups are the operator's.
        """
        if self.file is None:
            return
        with _told():
            await asyncio.to_thread(migrating.forget_copies, self.file, before)
            async with self.engine.connect() as tx:
                await tx.execution_options(porchlight_begin="")
                await tx.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def aclose(self) -> None:
        """Let go of every connection."""
        await self.engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Turn every way in which a database does not answer into `StoreDown`."""
    try:
        yield
    except (OperationalError, InterfaceError, NoConnectionFree, OSError) as error:
        # TimeoutError is an OSError.
        _down(error)
    except DBAPIError as error:
        if _is_ours(error):
            raise
        _down(error)


def _down(error: BaseException) -> None:
    if (task := asyncio.current_task()) and task.cancelling():
        # Whoever is told to end in the middle of a statement hears of that from the
        # driver, as an error of its own: they are to end, and not to try again.
        raise asyncio.CancelledError from error
    cause = getattr(error, "orig", None) or error
    why = {"why": type(cause).__name__, "state": _state(error)}
    logger.warning("the database does not answer", extra=why)
    raise StoreDown(_AGAIN_AFTER_SECONDS) from error


def _state(error: BaseException) -> str:
    """Return PostgreSQL's five letters for what went wrong."""
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _is_ours(error: DBAPIError) -> bool:
    """Whether we asked for what is not to be: a mistake, and no outage."""
    # SQLite's plain DatabaseError: the file is damaged, or none of its own.
    damaged = type(error) is DatabaseError
    not_now = _state(error).startswith((*_OUTAGES, *_NO_TABLES_YET))
    return not (error.connection_invalidated or damaged or not_now)
