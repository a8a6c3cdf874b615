"""The database: all or nothing, one writer at a time, and plain about an outage."""

import asyncio
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from chat.errors import StoreDown
from chat.store import migrating, oncall
from chat.store.database import FILE, BadDatabase, Database
from chat.store.migrating import NewerTables
from chat.store.schema import METADATA, controls, passkeys
from tests.support.postgres import PostgresServer, binaries

COFFEE = {
    "room": "coffee", "slow_seconds": 1, "locked": False, "greeting": "", "by": "",
    "at": 0,
}  # fmt: skip

needs_postgres = pytest.mark.skipif(
    binaries() is None, reason="!!!! PostgreSQL is missing !!!!"
)


async def count(database: Database) -> int:
    async with database.read() as tx:
        return (
            await tx.execute(select(func.count()).select_from(controls))
        ).scalar_one()


async def test_what_was_written_is_there(database: Database):
    async with database.begin() as tx:
        await tx.execute(insert(controls), COFFEE)

    assert await count(database) == 1


async def test_of_what_fails_half_way_nothing_is_kept(database: Database):
    async def fail_half_way() -> None:
        async with database.begin() as tx:
            await tx.execute(insert(controls), COFFEE)
            raise LookupError

    with pytest.raises(LookupError):
        await fail_half_way()

    assert await count(database) == 0


async def test_two_who_write_at_once_do_so_one_after_the_other(
    database: Database, database_url: str | None, tmp_path: Path
):
    other = Database(database_url, tmp_path)
    async with database.begin() as tx:
        await tx.execute(insert(controls), COFFEE)

    async def one_slower(through: Database) -> None:
        async with through.begin() as tx:
            slow = (await tx.execute(select(controls.c.slow_seconds))).scalar_one()
            await asyncio.sleep(0)
            await tx.execute(update(controls).values(slow_seconds=slow + 1))

    async with asyncio.TaskGroup() as tasks:
        for through in [database, other] * 10:
            tasks.create_task(one_slower(through))
    await other.aclose()

    async with database.read() as tx:
        assert (await tx.execute(select(controls.c.slow_seconds))).scalar_one() == 21


async def test_two_who_claim_never_have_the_same_row(
    database: Database, database_url: str | None, tmp_path: Path
):
    other = Database(database_url, tmp_path)
    async with database.begin() as tx:
        await tx.execute(insert(controls), [COFFEE, COFFEE | {"room": "tea"}])
    free = select(controls.c.room).where(controls.c.locked.is_(False))
    free = free.order_by(controls.c.room).limit(1).with_for_update(skip_locked=True)
    holding = asyncio.Event()

    async def take(through: Database) -> str:
        async with through.claim() as tx:
            room: str = (await tx.execute(free)).scalar_one()
            await tx.execute(
                update(controls).where(controls.c.room == room).values(locked=True)
            )
            holding.set()
            if database_url and through is database:
                # Where two may write at once, the second is done before the first.
                await asyncio.wait({second})
            return room

    async def take_after() -> str:
        await holding.wait()
        return await take(other)

    async with asyncio.TaskGroup() as tasks:
        second = tasks.create_task(take_after())
        first = tasks.create_task(take(database))
    await other.aclose()

    assert (first.result(), second.result()) == ("coffee", "tea")


async def test_whoever_writes_to_a_file_does_so_in_turn(
    sqlite_template: Path, tmp_path: Path
):
    shutil.copy(sqlite_template, tmp_path / FILE)
    database = Database(None, tmp_path)
    wrote: list[int] = []

    async def write(number: int) -> None:
        async with database.claim() as tx:
            await tx.execute(select(controls))
            wrote.append(number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(40):
            tasks.create_task(write(number))
    await database.aclose()

    assert wrote == list(range(40))


async def test_of_a_claim_that_fails_half_way_nothing_is_kept(database: Database):
    async def fail_half_way() -> None:
        async with database.claim() as tx:
            await tx.execute(insert(controls), COFFEE)
            raise LookupError

    with pytest.raises(LookupError):
        await fail_half_way()

    assert await count(database) == 0


async def test_who_reads_does_not_wait_for_who_writes(database: Database):
    async with database.begin() as tx:
        await tx.execute(insert(controls), COFFEE)

        assert await count(database) == 0


async def test_a_mistake_of_ours_is_not_taken_for_an_outage(database: Database):
    async def write_twice() -> None:
        async with database.begin() as tx:
            await tx.execute(insert(controls), COFFEE)
            await tx.execute(insert(controls), COFFEE)

    with pytest.raises(IntegrityError):
        await write_twice()


async def test_what_refers_to_nobody_is_refused(database: Database):
    async def keep_a_passkey_of_nobody() -> None:
        async with database.begin() as tx:
            await tx.execute(
                insert(passkeys).values(
                    credential_id=b"1", staff_id="nobody", created_at=0
                )
            )

    with pytest.raises(IntegrityError):
        await keep_a_passkey_of_nobody()


async def test_the_tables_are_those_that_the_code_knows(database: Database):
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async with database.read() as tx:
        assert await tx.run_sync(differences) == []


@pytest.mark.parametrize("table", ["audit", "case_events"])
async def test_what_only_grows_cannot_be_changed(database: Database, table: str):
    values = (
        "(id, at, actor, verb, subject, detail, previous, hash) "
        "VALUES (1, 0, '', '', '', '', '', '')"
        if table == "audit"
        else "(id, case_id, at, actor, kind, detail) VALUES (1, 'c', 0, '', '', '{}')"
    )
    async with database.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO cases (id, key, source, room, at, position, member, who, "
                "sealed, message_id, reply, action, grade, urgent, queue, status, "
                "message, claimed_by, outcome, acted_by, needs_second, appealed, "
                "reports, rules, categories, reasons, opened_at) VALUES ('c', '', '', "
                "'', 0, 0, '', '', '', '', 0, 0, 0, false, '', '', '', '', '', '', "
                "false, false, 0, '[]', '[]', '[]', 0)"
            )
        )
        await tx.execute(text(f"INSERT INTO {table} {values}"))

    for statement in (f"UPDATE {table} SET at = 1", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="only grows"):
            await run(database, statement)


async def run(database: Database, statement: str) -> None:
    async with database.begin() as tx:
        await tx.execute(text(statement))


async def test_the_file_is_nobody_elses(tmp_path: Path):
    os.umask(0o077)
    database = Database(None, tmp_path)
    await database.migrate()
    await database.aclose()

    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


async def test_several_processes_may_migrate_at_once(
    tmp_path: Path, shared_postgres: PostgresServer
):
    for url in (None, shared_postgres.new_database()):
        several = [Database(url, tmp_path) for _ in range(4)]

        await asyncio.gather(*(each.migrate() for each in several))

        assert await count(several[0]) == 0
        for each in several:
            await each.aclose()


async def test_a_file_is_copied_before_its_tables_are_changed(tmp_path: Path):
    database = Database(None, tmp_path)
    await database.migrate()
    async with database.begin() as tx:
        await tx.execute(insert(controls), COFFEE)
        for table in oncall.TABLES:
            await tx.execute(text(f"DROP TABLE {table.name}"))
        await tx.execute(text("UPDATE alembic_version SET version_num = '0003'"))

    await database.migrate()

    await database.aclose()
    copy = tmp_path / f"{FILE}.before-{migrating.newest()}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    was = Database(f"sqlite:///{copy}", tmp_path)
    assert await count(was) == 1
    await was.aclose()


async def test_tables_of_a_newer_version_are_left_alone(database: Database):
    await run(database, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(NewerTables):
        await database.migrate()


@pytest.mark.parametrize(
    "url", ["mysql://here/it", "nonsense", "sqlite://", "sqlite:///:memory:"]
)
def test_what_cannot_be_a_database_is_refused(tmp_path: Path, url: str):
    with pytest.raises(BadDatabase, match="DATABASE_URL"):
        Database(url, tmp_path)


def test_a_url_may_be_written_as_others_write_it(tmp_path: Path):
    url = "postgres://me:secret@db.example:5433/porch?sslmode=require"

    assert str(Database(url, tmp_path).engine.url) == (
        "postgresql+asyncpg://me:***@db.example:5433/porch?ssl=require"
    )


async def test_a_file_that_is_none_is_an_outage(tmp_path: Path):
    (tmp_path / FILE).write_text("not a database, however long one looks at it" * 50)
    database = Database(None, tmp_path)

    with pytest.raises(StoreDown):
        await database.migrate()

    await database.aclose()


async def test_a_directory_that_is_not_there_is_an_outage(tmp_path: Path):
    database = Database(None, tmp_path / "nowhere")

    with pytest.raises(StoreDown):
        await count(database)

    await database.aclose()


async def test_a_file_that_somebody_else_keeps_locked_is_not_waited_for(tmp_path: Path):
    loop = asyncio.get_running_loop()
    database = Database(None, tmp_path)
    await database.migrate()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = loop.time()
        with pytest.raises(StoreDown):
            await run(database, "SELECT 1")
        assert loop.time() - began < 10
        assert await count(database) == 0

    await run(database, "SELECT 1")
    await database.aclose()


async def test_tables_that_are_not_there_yet_are_an_outage(
    tmp_path: Path, shared_postgres: PostgresServer
):
    for url in (None, shared_postgres.new_database()):
        database = Database(url, tmp_path)
        with pytest.raises(StoreDown):
            await count(database)
        await database.aclose()


@pytest.mark.parametrize(
    ("written", "instead"), [("/postgres?", "/nowhere?"), ("porch@", "nobody@")]
)
async def test_a_database_that_does_not_let_us_in_is_an_outage(
    tmp_path: Path, shared_postgres: PostgresServer, written: str, instead: str
):
    database = Database(shared_postgres.url().replace(written, instead), tmp_path)

    with pytest.raises(StoreDown):
        await count(database)

    await database.aclose()


@needs_postgres
async def test_an_outage_is_told_and_over_when_it_is_over(tmp_path: Path):
    with PostgresServer() as server:
        database = Database(server.url(), tmp_path)
        await database.migrate()
        assert await count(database) == 0

        server.stop()
        for _ in range(2):
            with pytest.raises(StoreDown):
                await count(database)
        with pytest.raises(StoreDown):
            await run(database, "SELECT 1")

        server.start()
        assert await count(database) == 0
        await run(database, "SELECT 1")
        await database.aclose()


@needs_postgres
async def test_a_server_that_hangs_is_not_waited_for(tmp_path: Path):
    loop = asyncio.get_running_loop()
    with PostgresServer() as server:
        database = Database(server.url(), tmp_path)
        await database.migrate()
        server.freeze()
        began = loop.time()

        with pytest.raises(StoreDown):
            await count(database)

        assert loop.time() - began < 10
        server.thaw()
        assert await count(database) == 0
        await database.aclose()
