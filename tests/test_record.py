"""The record as an operator has it: where it ends is kept apart, and checked."""

import stat
from pathlib import Path

import pytest

from chat.record import FILE, LOGGED_SECONDS, Record
from chat.store.audit import NotSealed
from chat.store.database import Database
from tests.store.test_audit import KEY, tamper, write
from tests.support.clock import FakeClock

CUT = "DELETE FROM audit WHERE id = 3"
MISSING = "row 3 is missing, and all to row 3"


@pytest.fixture
def record(database: Database, tmp_path: Path, clock: FakeClock) -> Record:
    return Record(database=database, key=KEY, directory=tmp_path, clock=clock)


async def test_where_the_record_ends_is_kept_beside_it(
    record: Record, database: Database, tmp_path: Path
):
    await write(database, 3)
    assert await record.keep()
    assert not await record.keep()

    assert await record.verify() == (True, "3 rows, whole; row 3 was seen before")
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


async def test_an_end_that_was_cut_off_is_named(
    record: Record, database: Database, tmp_path: Path
):
    await write(database, 3)
    await record.keep()
    seen = record.sealed
    await tamper(database, CUT)

    assert await record.verify() == (False, MISSING)

    # Whoever removes the file as well is found out by the log.
    (tmp_path / FILE).unlink()
    assert await record.verify() == (True, "2 rows, whole; no end was seen before")
    assert await record.verify(seen) == (False, MISSING)


async def test_a_shorter_record_does_not_take_the_place_of_a_longer(
    record: Record, database: Database, tmp_path: Path, clock: FakeClock
):
    await write(database, 3)
    await record.keep()
    await tamper(database, CUT)

    assert not await record.keep()
    after_a_restart = Record(
        database=database, key=KEY, directory=tmp_path, clock=clock
    )
    assert not await after_a_restart.keep()

    assert await record.verify() == (False, MISSING)


async def test_nor_when_it_has_grown_again(
    record: Record, database: Database, caplog: pytest.LogCaptureFixture
):
    await write(database, 3)
    await record.keep()
    await tamper(database, CUT)
    await write(database, 5)

    assert not await record.keep()

    assert "the record is not the one that was there" in caplog.messages
    told = "row 3 is not the one that was there: all was remade"
    assert await record.verify() == (False, told)


async def test_a_file_of_another_key_is_no_proof(
    record: Record, database: Database, tmp_path: Path, clock: FakeClock
):
    await write(database, 3)
    other = Record(database=database, key=b"x" * 32, directory=tmp_path, clock=clock)
    await other.keep()

    whole, told = await record.verify()
    with pytest.raises(NotSealed):
        await record.keep()

    assert not whole
    assert FILE in told


async def test_the_end_is_logged_once_an_hour(
    record: Record,
    database: Database,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level("INFO", "chat.record")

    async def grown() -> str:
        await write(database, 1)
        await record.look()
        return record.sealed

    first, _ = await grown(), await grown()
    clock.advance(LOGGED_SECONDS)
    third = await grown()

    assert [getattr(each, "head", "") for each in caplog.records] == [first, third]
