"""Two of the room team act at once, each in a process of their own: one is told."""

import asyncio
from pathlib import Path

from chat.casework.ladder import Act, Kind
from chat.settings import Settings
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.desk import HANDLE, Desk, an_opening
from tests.support.process import Process
from tests.support.program import Program

DESK = """
import asyncio, pathlib, sys
from chat.casework.ladder import Act, Kind
from chat.errors import ChatError
from chat.settings import Settings
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.desk import Desk
from tests.support.process import Process

async def attempt(desk, what, staff, case, event):
    match what:
        case "claim":
            await desk.cases.claim(case, staff)
        case "act":
            await desk.cases.act(case, staff, Act(Kind.SLOW, "spam"))
        case "undo":
            await desk.cases.undo(case, staff, event)
        case "decide":
            await desk.cases.decide(case, staff, staff == "ben-id", "We looked again.")

async def work(directory, redis, url, staff, begin, *tasks):
    settings, clock = Settings(redis_url=redis), FakeClock()
    database = Database(url or None, pathlib.Path(directory))
    async with Process(settings, clock).running() as process:
        desk = Desk(database, clock, process)
        await desk.cases.lines("urgent")
        print("here", flush=True)
        while not pathlib.Path(begin).exists():
            await asyncio.sleep(0.001)
        for each in tasks:
            what, case, event = each.split("/")
            try:
                await attempt(desk, what, staff, case, int(event))
                print("done", flush=True)
            except ChatError as error:
                print(error.code, flush=True)
    await database.aclose()

asyncio.run(work(*sys.argv[1:]))
"""
TOLD = {
    "claim": {"case_taken"},
    "act": {"case_resolved", "case_taken"},
    "undo": {"nothing_to_undo", "case_taken"},
    "decide": {"nothing_to_decide", "case_resolved", "case_taken"},
}
CASES = 8
SLOW = Act(Kind.SLOW, "spam")


async def a_task(desk: Desk, what: str) -> str:
    """Return what to do to a case of its own, which can be done once."""
    id_ = await desk.cases.open(an_opening())
    if what in ("claim", "act"):
        return f"{what}/{id_}/0"
    event = await desk.cases.act(id_, "ada-id", SLOW)
    if what == "decide":
        (word,) = [row for row in await desk.words() if row.case_id == id_]
        await desk.cases.appeal(word.token, HANDLE, "it was not meant so")
    return f"{what}/{id_}/{event}"


async def test_one_wins_and_the_other_is_told(
    database: Database,
    database_url: str | None,
    settings: Settings,
    clock: FakeClock,
    tmp_path: Path,
):
    async with Process(settings, clock).running() as process:
        desk = Desk(database, clock, process)
        await desk.staff("ada", "ben", "cleo")
        tasks = [await a_task(desk, what) for what in TOLD for _ in range(CASES)]
    begin = tmp_path / "begin"
    where = (str(tmp_path), settings.redis_url or "", database_url or "")

    with (
        Program("-c", DESK, *where, "ben-id", str(begin), *tasks) as ben,
        Program("-c", DESK, *where, "cleo-id", str(begin), *tasks) as cleo,
    ):
        for program in (ben, cleo):
            assert await asyncio.to_thread(program.line) == "here", program.errors()
        begin.touch()
        bens = [await asyncio.to_thread(ben.line) for _ in tasks]
        cleos = [await asyncio.to_thread(cleo.line) for _ in tasks]

    assert {
        task: [*pair].count("done")
        for task, *pair in zip(tasks, bens, cleos, strict=True)
    } == (dict.fromkeys(tasks, 1))
    for task, *pair in zip(tasks, bens, cleos, strict=True):
        assert {*pair} - {"done"} <= TOLD[task.partition("/")[0]]
