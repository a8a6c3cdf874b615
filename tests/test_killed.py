"""A process that is killed in the middle of its work leaves no half of anything."""

import signal
from pathlib import Path

import pytest

from chat.casework.case import Queue, fold
from chat.settings import Settings
from chat.store import audit
from chat.store.audit import Chain
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.desk import Desk
from tests.support.eventually import eventually
from tests.support.process import COFFEE, Process
from tests.support.program import Program

WORK = """
import asyncio, pathlib, sys
from chat.casework.ladder import Act, Kind
from chat.settings import Settings
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.desk import Desk, an_opening
from tests.support.process import Process

async def work(directory, redis, url):
    settings, clock = Settings(redis_url=redis), FakeClock()
    database = Database(url or None, pathlib.Path(directory))
    async with Process(settings, clock).running() as process:
        desk = Desk(database, clock, process)
        held = {"held": True, "position": 0}
        while True:
            id_ = await desk.cases.open(an_opening(**held))
            await desk.cases.claim(id_, "ada-id")
            release = Act(Kind.SLOW, "spam", message=Kind.RELEASE)
            event = await desk.cases.act(id_, "ada-id", release)
            await desk.cases.undo(id_, "ada-id", event)
            print("round", flush=True)

asyncio.run(work(*sys.argv[1:]))
"""


@pytest.mark.parametrize("rounds", [1, 2, 5])
async def test_what_it_kept_is_whole_and_what_it_decided_happens(
    database: Database,
    database_url: str | None,
    settings: Settings,
    clock: FakeClock,
    tmp_path: Path,
    rounds: int,
):
    async with Process(settings, clock).running() as process:
        await process.backplane.follow(COFFEE)
        desk = Desk(database, clock, process)
        await desk.staff("ada")
        arguments = (str(tmp_path), settings.redis_url or "", database_url or "")
        with Program("-c", WORK, *arguments) as program:
            for _ in range(rounds):
                assert program.line() == "round", program.errors()
            program.signal(signal.SIGKILL)
            program.wait()

        await eventually(desk.effects.settle)

        async with database.read() as tx:
            assert Chain(()).broken_by(await audit.after(tx, 0)) is None
        lines = await desk.cases.lines(Queue.HELD) + await desk.cases.lines(None)
        assert len(lines) >= rounds
        for line in lines:
            await _is_whole(desk, line.id)


async def _is_whole(desk: Desk, id_: str) -> None:
    """Hold a case to its events, and its member's words to what stands."""
    case = await desk.cases.case(id_)
    assert case.state == fold(await desk.events(id_))
    told = sorted(row.kind for row in await desk.words() if row.case_id == id_)
    acts = case.state.acts
    stands = ["released", "slow"] if acts else []
    assert told == (["undone"] if acts and acts[-1].undone else stands)
