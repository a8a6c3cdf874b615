"""A master, its replica and a Sentinel: whoever is master is spoken to."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from chat.errors import Unavailable
from chat.history import keys
from chat.model import NOWHERE
from chat.settings import Settings
from tests.support.cluster import Node, Watched, until, watched
from tests.support.eventually import eventually
from tests.support.process import COFFEE, Process, new_id, read

META, LOG = keys(COFFEE)


@pytest.fixture
def pair() -> Iterator[Watched]:
    with watched() as made:
        yield made


@asynccontextmanager
async def processes(pair: Watched) -> AsyncIterator[list[Process]]:
    async with AsyncExitStack() as stack:
        running = [
            await stack.enter_async_context(
                Process(Settings(redis_url=pair.url)).running()
            )
            for _ in range(2)
        ]
        for process in running:
            await process.backplane.follow(COFFEE)
        yield running


async def until_said(process: Process, text: str) -> int:
    """Speak as a page does: with the same id, until there is an answer."""
    id_ = new_id()
    while True:
        try:
            return (await process.say(text, id_=id_)).position
        except Unavailable:
            await asyncio.sleep(0.05)


async def all_heard(process: Process, texts: list[str]) -> None:
    await eventually(lambda: process.texts() == texts)


async def up_again(running: list[Process]) -> None:
    await eventually(
        lambda: all(p.line[-1:] == [True] and len(p.line) > 1 for p in running)
    )


async def test_when_the_master_dies_its_replica_goes_on_with_all_it_knows(
    pair: Watched,
):
    async with processes(pair) as running:
        here, there = running
        await here.say("before")
        until(lambda: pair.replica.ask("EXISTS", LOG))

        pair.master.kill()
        pair.wait_for_failover()
        await up_again(running)
        assert await until_said(there, "after") == 2

        for process in running:
            await all_heard(process, ["before", "after"])
            assert process.started_over() == 0


async def test_what_a_dead_master_took_with_it_is_never_passed_over_in_silence(
    pair: Watched,
):
    async with processes(pair) as running:
        here, there = running
        for n in range(4):
            await here.say(f"{n}")
        await all_heard(there, ["0", "1", "2", "3"])
        epoch = (await here.backplane.since(COFFEE, NOWHERE)).epoch
        until(lambda: pair.replica.ask("XLEN", LOG) == 4)
        forget_all_but_one(pair.replica)

        pair.master.kill()
        pair.wait_for_failover()
        await up_again(running)
        assert await until_said(there, "after") == 5

        await eventually(lambda: shown_by(here, epoch))
        await eventually(lambda: shown_by(there, epoch))


async def shown_by(process: Process, older: int) -> bool:
    page = await process.backplane.since(COFFEE, NOWHERE)
    told = process.started_over() > 0 and page.epoch > older
    return told and read(page) == ["0", "after"]


def forget_all_but_one(replica: Node) -> None:
    """Leave it as one that had not been told the rest when its master died."""
    replica.ask("CONFIG", "SET", "replica-read-only", "no")
    replica.ask("XTRIM", LOG, "MINID", "1-0")
    for position in (2, 3, 4):
        replica.ask("XDEL", LOG, f"{position}-0")
    replica.ask("HSET", META, "position", 1)
