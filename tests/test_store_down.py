"""The database goes away and comes back: said plainly, and nothing is half done."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from chat.casework.case import Queue
from chat.casework.ladder import Act, Kind
from chat.errors import StoreDown
from chat.protocol import TAKEN_BACK
from chat.settings import Settings
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.desk import HANDLE, Desk, an_opening
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.postgres import PostgresServer, binaries
from tests.support.process import COFFEE, Process

COMMIT = 0
TAKE_DOWN = Act(Kind.TAKE_DOWN, "hate")


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgresServer]:
    if binaries() is None:
        pytest.skip("!!!! PostgreSQL is missing: this was NOT run !!!!")
    with PostgresServer() as server:
        yield server


@pytest.fixture
def server(mortal: PostgresServer) -> PostgresServer:
    """Return a server that a test may stop; what it stopped is running again."""
    if not mortal.running:
        mortal.start()
    return mortal


@pytest.fixture
async def desk(
    server: PostgresServer, settings: Settings, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[Desk]:
    database = Database(server.new_database(), tmp_path)
    await database.migrate()
    async with Process(settings, clock).running() as process:
        await process.backplane.follow(COFFEE)
        desk = Desk(database, clock, process)
        await desk.staff("ada")
        yield desk
    await database.aclose()


async def test_everything_says_so_and_works_again_afterwards(
    desk: Desk, server: PostgresServer
):
    opening = an_opening()
    id_ = await desk.cases.open(opening)
    server.stop()

    async with asyncio.timeout(PATIENCE_SECONDS):
        for attempt in (
            desk.cases.open(an_opening()),
            desk.cases.lines(Queue.REPORTED),
            desk.cases.case(id_),
            desk.cases.claim(id_, "ada-id"),
            desk.cases.looking(id_, "ada-id"),
            desk.cases.reveal(id_, "ada-id", "must know", 1),
            desk.cases.act(id_, "ada-id", TAKE_DOWN),
            desk.cases.undo(id_, "ada-id", 1),
            desk.cases.undo_arrivals(COFFEE, 0, "ada-id"),
            desk.cases.appeal(bytes(16), HANDLE, "no"),
            desk.cases.decide(id_, "ada-id", True, ""),
            desk.cases.second(id_, "ada-id", True),
            desk.cases.note(id_, "ada-id", "note"),
            desk.cases.wrong_flag(id_, "ada-id", "abuse.insult"),
            desk.cases.tidy(desk.clock.seconds()),
            desk.database.migrate(),
        ):
            with pytest.raises(StoreDown):
                await attempt
        assert not await desk.effects.settle()

    server.start()
    assert [line.id for line in await desk.cases.lines(Queue.REPORTED)] == [id_]
    assert await desk.cases.open(opening) == id_
    await desk.cases.act(id_, "ada-id", TAKE_DOWN)
    assert await desk.effects.settle()


@pytest.mark.parametrize("statement", [1, 4, 7, 10, 13, COMMIT])
async def test_of_an_act_that_was_cut_short_nothing_is_kept(
    desk: Desk, server: PostgresServer, statement: int
):
    receipt = await desk.process.say("said")
    id_ = await desk.cases.open(an_opening(position=receipt.position))
    before = await desk.dump()

    with dying_at(desk.database, server, statement), pytest.raises(StoreDown):
        await desk.cases.act(id_, "ada-id", TAKE_DOWN)
    server.start()

    assert await desk.dump() == before
    await desk.cases.act(id_, "ada-id", TAKE_DOWN)
    assert await desk.effects.settle()
    assert await desk.kinds() == ["taken_down"]


@pytest.mark.parametrize("statement", [16, 19])
async def test_what_was_kept_before_the_server_died_happens_after(
    desk: Desk, server: PostgresServer, statement: int
):
    receipt = await desk.process.say("said")
    id_ = await desk.cases.open(an_opening(position=receipt.position))

    with dying_at(desk.database, server, statement):
        await desk.cases.act(id_, "ada-id", TAKE_DOWN)
    assert not await desk.effects.settle()
    server.start()

    assert await desk.effects.settle()
    assert await desk.kinds() == ["taken_down"]
    taken_back = [out for out in desk.process.heard() if out.kind == TAKEN_BACK]
    assert len(taken_back) == 1


@contextmanager
def dying_at(
    database: Database, server: PostgresServer, statement: int
) -> Iterator[None]:
    """Stop the server before it hears the so-manieth statement."""
    engine, heard = database.engine.sync_engine, itertools.count(1)

    def execute(*_: object) -> None:
        if next(heard) == statement:
            server.stop()

    def commit(_connection: object) -> None:
        if statement == COMMIT:
            server.stop()

    event.listen(engine, "before_cursor_execute", execute)
    event.listen(engine, "commit", commit)
    yield
    event.remove(engine, "before_cursor_execute", execute)
    event.remove(engine, "commit", commit)
