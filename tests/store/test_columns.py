"""What tables are made of takes whatever people write."""

import pytest
from sqlalchemy import insert, select

from chat.store.database import Database
from chat.store.schema import controls


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("plain", "plain"),
        ("two\nlines\tand 👩\u200d👩", "two\nlines\tand 👩\u200d👩"),
        ("a\0b", "a\ufffdb"),
        ("a\ud800b", "a?b"),
        ("", ""),
    ],
)
async def test_any_text_can_be_kept_and_looked_for(
    database: Database, written: str, kept: str
):
    row = {"room": written, "slow_seconds": 0, "locked": False, "at": 0, "by": written}
    async with database.begin() as tx:
        await tx.execute(insert(controls), row)

    async with database.read() as tx:
        asked = select(controls.c.room, controls.c.by, controls.c.greeting)
        found = (await tx.execute(asked.filter_by(room=written))).one()
    assert tuple(found) == (kept, kept, "")
