"""Whoever is told to end does so, wherever in a statement it is."""

import asyncio
import gc
from contextlib import suppress
from pathlib import Path

from sqlalchemy import insert, text

from chat.errors import StoreDown
from chat.store.database import Database
from chat.store.engines import _open
from chat.store.schema import controls
from tests.store.test_database import COFFEE, count
from tests.support.eventually import PATIENCE_SECONDS, eventually

HOW = ("read", "claim", "begin", "read")


async def look_again_and_again(database: Database, how: str) -> None:
    """Do as our loops do: an outage is no reason to end."""
    while True:
        with suppress(StoreDown):
            async with getattr(database, how)() as tx:
                await tx.execute(text("SELECT 1"))
        await asyncio.sleep(0)


async def test_loops_end_when_they_are_told_to(database: Database):
    for milliseconds in range(40):
        loops = [
            asyncio.create_task(look_again_and_again(database, how)) for how in HOW
        ]
        # A database answers in its own time, so in that the moments differ.
        await asyncio.sleep(milliseconds / 1000)
        for each in loops:
            each.cancel()

        _, still_there = await asyncio.wait(loops, timeout=PATIENCE_SECONDS)

        assert not still_there, f"told to after {milliseconds} ms"


async def test_whoever_ends_half_way_keeps_nobody_from_writing(database: Database):
    async def half_way(written: asyncio.Event) -> None:
        async with database.begin() as tx:
            await tx.execute(insert(controls), COFFEE)
            written.set()
            await tx.execute(text("SELECT 1"))
            await asyncio.Event().wait()

    for _ in range(5):
        written = asyncio.Event()
        writer = asyncio.create_task(half_way(written))
        await written.wait()
        writer.cancel()
        await asyncio.wait([writer], timeout=PATIENCE_SECONDS)

        async with asyncio.timeout(PATIENCE_SECONDS), database.begin():
            pass

    assert await count(database) == 0


async def test_a_connection_that_nobody_came_to_have_is_closed(tmp_path: Path):
    connection = await _open(tmp_path / "porchlight.db")
    thread = connection._thread

    del connection
    gc.collect()

    await eventually(lambda: not thread.is_alive())
