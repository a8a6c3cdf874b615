"""Engines: how SQLite and PostgreSQL are opened, and which of them it is."""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiosqlite
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chat.errors import Amiss

ANSWER_SECONDS: Final = 5.0
FILE: Final = "porchlight.db"

POOL: Final = 5
"""How many connections of one process are open at a time."""

# Rows that its thread hands over at once: aiosqlite's own default.
_AT_A_TIME: Final = 64


class BadDatabase(Amiss):
    """DATABASE_URL names no database that can be used; the message says why."""


def url_of(text_: str | None, directory: Path) -> URL:
    """Return where a setting says that the database is; unset: in the directory.

    Raises:
        BadDatabase: If it is of no kind that can be used.

    """
    if not text_:
        # Made absolute: a later change of directory must not make a second file.
        return URL.create("sqlite+aiosqlite", database=str(directory.resolve() / FILE))
    try:
        url = make_url(text_)
    except ArgumentError as error:
        raise BadDatabase("DATABASE_URL: not a URL") from error
    match url.drivername.partition("+")[0]:
        case "postgresql" | "postgres":
            return _as_asyncpg_knows_it(url)
        case "sqlite" if url.database and url.database != ":memory:":
            return url.set(drivername="sqlite+aiosqlite")
        case _:
            raise BadDatabase("DATABASE_URL: must begin with postgresql://")


def _as_asyncpg_knows_it(url: URL) -> URL:
    mode = url.query.get("sslmode")
    url = url.difference_update_query(["sslmode"])
    url = url.set(drivername="postgresql+asyncpg")
    return url.update_query_dict({"ssl": mode}) if mode else url


def engine_of(
    url: URL, *, answer_seconds: float | None = ANSWER_SECONDS
) -> AsyncEngine:
    """Return what opens connections; nothing is opened yet.

    `answer_seconds` is how long PostgreSQL may take over one statement.
    """
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url,
            pool_size=POOL,
            pool_timeout=ANSWER_SECONDS,
            hide_parameters=True,
            connect_args={"timeout": ANSWER_SECONDS, "async_creator_fn": _open},
        )
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine
    return create_async_engine(
        url,
        pool_size=POOL,
        pool_timeout=ANSWER_SECONDS,
        # A connection that a restart of PostgreSQL broke is replaced, not handed out.
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "timeout": ANSWER_SECONDS,
            "command_timeout": answer_seconds,
            "server_settings": {
                "application_name": "porchlight",
                "timezone": "UTC",
                # A process of ours that hangs must not keep the others from writing.
                "idle_in_transaction_session_timeout": "10000",
            },
        },
    )


class _Connection(aiosqlite.Connection):
    """One that ends once, and with it what it was about to write.

    A second end would wait for a thread that is no more. And as long as anything
    remembers one of its statements, SQLite keeps a closed connection's locks.
    """

    def stop(self) -> asyncio.Future[Any] | None:
        if not self._running:
            return None
        if self._connection is not None:
            self._tx.put_nowait((None, self._connection.rollback))
        return super().stop()

    async def close(self) -> None:
        self.stop()
        # A loop that is closed waits for this, and its thread can tell no closed loop.
        await asyncio.to_thread(self._thread.join)

    def __del__(self) -> None:
        # Whoever opened it was told to end before anybody had it, to close it.
        self.stop()


async def _open(*file: Any, **options: Any) -> aiosqlite.Connection:
    """Open a file; where that fails, nothing of the attempt goes on."""
    connection = _Connection(partial(sqlite3.connect, *file, **options), _AT_A_TIME)
    connection._thread.daemon = True
    try:
        return await connection
    except BaseException:
        # Its thread still wants to tell this loop, which may be gone by then.
        await asyncio.to_thread(connection._thread.join)
        raise


def _prepare(connection: Any, _record: object) -> None:
    """Have SQLite keep what was acknowledged, and wipe what was deleted."""
    # The driver's own transactions begin too late to be IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {int(ANSWER_SECONDS * 1000)}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    """Begin as a writer, unless something else is asked for."""
    options = connection.get_execution_options()
    if begin := options.get("porchlight_begin", "BEGIN IMMEDIATE"):
        connection.exec_driver_sql(begin)
