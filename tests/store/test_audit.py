"""The record: whoever changes, removes or cuts off a line is found out."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from chat.store import audit
from chat.store.audit import Chain, Head, NotSealed
from chat.store.database import Database
from chat.store.schema import audit as audit_table

KEY = bytes(32)


async def write(database: Database, count: int) -> None:
    for n in range(count):
        async with database.begin() as tx:
            await audit.record(
                tx, at=1000 + n, actor="ada", verb="act", subject="c", detail=f"é {n}"
            )


async def tamper(database: Database, statement: str) -> None:
    """Change the record as somebody with the database in their hands would."""
    async with database.begin() as tx:
        if tx.dialect.name == "postgresql":
            await tx.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        else:
            await tx.execute(text("DROP TRIGGER IF EXISTS audit_refuses_update"))
            await tx.execute(text("DROP TRIGGER IF EXISTS audit_refuses_delete"))
        await tx.execute(text(statement))


async def broken(database: Database, *heads: Head) -> str | None:
    async with database.read() as tx:
        chain = Chain(heads)
        return chain.broken_by(await audit.after(tx, 0)) or chain.cut_off()


async def head(database: Database) -> Head:
    async with database.read() as tx:
        return await audit.head(tx)


async def test_a_record_is_whole_from_its_first_line(database: Database):
    assert await broken(database) is None

    await write(database, 5)

    assert await broken(database, await head(database)) is None
    assert (await head(database)).id == 5


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET actor = 'ben' WHERE id = 3", "row 3 was changed"),
        ("UPDATE audit SET detail = '' WHERE id = 1", "row 1 was changed"),
        ("UPDATE audit SET at = 0 WHERE id = 5", "row 5 was changed"),
        ("DELETE FROM audit WHERE id = 3", "row 3 is missing"),
        ("DELETE FROM audit WHERE id = 1", "row 1 is missing"),
        ("DELETE FROM audit WHERE id > 1 AND id < 5", "row 2 is missing"),
        ("UPDATE audit SET id = 9 WHERE id = 5", "row 5 is missing"),
    ],
)
async def test_a_row_that_was_changed_or_removed_is_named(
    database: Database, statement: str, fault: str
):
    await write(database, 5)
    await tamper(database, statement)

    assert await broken(database) == fault


async def test_an_end_that_was_cut_off_is_missed(database: Database):
    await write(database, 5)
    known = await head(database)
    await tamper(database, "DELETE FROM audit WHERE id > 3")

    assert await broken(database) is None
    fault = "row 4 is missing, and all to row 5"
    assert await broken(database, known) == fault


async def test_a_chain_made_anew_is_not_the_one_that_was_there(database: Database):
    await write(database, 5)
    known = await head(database)
    await tamper(database, "DELETE FROM audit")
    async with database.begin() as tx:
        for _ in range(5):
            await audit.record(
                tx, at=1, actor="ben", verb="act", subject="c", detail=""
            )

    assert await broken(database) is None
    fault = "row 5 is not the one that was there: all was remade"
    assert await broken(database, known) == fault


async def test_a_line_goes_with_what_it_tells_of(database: Database):
    async def act_and_fail() -> None:
        async with database.begin() as tx:
            await audit.record(
                tx, at=1, actor="ben", verb="act", subject="c", detail=""
            )
            raise LookupError

    with pytest.raises(LookupError):
        await act_and_fail()
    await write(database, 2)

    async with database.read() as tx:
        asked = select(audit_table.c.id).order_by(audit_table.c.id)
        assert (await tx.execute(asked)).scalars().all() == [1, 2]
    assert await broken(database) is None


async def test_lines_of_several_processes_make_one_chain(
    database: Database, database_url: str | None, tmp_path
):
    other = Database(database_url, tmp_path)

    await asyncio.gather(*(write(each, 5) for each in [database, other] * 3))

    await other.aclose()
    assert await broken(database) is None
    assert (await head(database)).id == 30


@given(st.integers(0, 2**60), st.binary(min_size=32, max_size=32))
def test_a_sealed_head_is_opened_by_its_key_alone(number: int, hash_: bytes):
    sealed = audit.seal(Head(number, hash_), KEY)

    assert audit.unseal(sealed, KEY) == Head(number, hash_)
    with pytest.raises(NotSealed):
        audit.unseal(sealed, b"x" * 32)


@pytest.mark.parametrize("text_", ["", "1", "1:2", "x:00:00", "1:00:00", "1:zz:00"])
def test_what_is_no_sealed_head_is_refused(text_: str):
    with pytest.raises(NotSealed):
        audit.unseal(text_, KEY)
