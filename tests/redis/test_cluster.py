"""A real Cluster of three: every room on its own node, and heard all the same."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from chat.backplane import channel
from chat.catalogue import load
from chat.errors import Unavailable
from chat.model import NOWHERE, RoomName
from chat.settings import Settings
from tests.support.cluster import Cluster, cluster, until
from tests.support.eventually import eventually
from tests.support.process import Process, new_id, read

ROOMS = [room.slug for room in load(None).rooms]


@pytest.fixture(scope="module")
def running_cluster() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.fixture
def three(running_cluster: Cluster) -> Cluster:
    for node in running_cluster.nodes:
        node.flush()
    return running_cluster


@pytest.fixture
def rooms(three: Cluster) -> list[RoomName]:
    """Return a room on each of the nodes."""
    found = {three.node_of(channel(room)).port: room for room in ROOMS}
    assert len(found) == 3
    return list(found.values())


@asynccontextmanager
async def processes(
    three: Cluster, rooms: list[RoomName]
) -> AsyncIterator[list[Process]]:
    """Run two processes that follow rooms on every node."""
    async with AsyncExitStack() as stack:
        settings = Settings(redis_url=three.url)
        running = [
            await stack.enter_async_context(Process(settings).running())
            for _ in range(2)
        ]
        for process in running:
            for room in rooms:
                await process.backplane.follow(room)
        yield running


async def all_heard(running: list[Process], room: RoomName, texts: list[str]) -> None:
    await eventually(lambda: all(process.texts(room) == texts for process in running))


async def told_last(process: Process, up: bool) -> None:
    await eventually(lambda: process.line[-1] is process.lines.up is up)


async def until_said(process: Process, text: str, room: RoomName) -> int:
    """Speak as a page does: with the same id, until there is an answer."""
    id_ = new_id()
    while True:
        try:
            return (await process.say(text, room=room, id_=id_)).position
        except Unavailable:
            await asyncio.sleep(0.05)


async def test_rooms_on_all_nodes_are_heard_everywhere(
    three: Cluster, rooms: list[RoomName]
):
    async with processes(three, rooms) as (here, there):
        said = [
            await (here, there)[n % 2].say(f"{n}", room=room)
            for room in rooms
            for n in range(10)
        ]

        assert [receipt.position for receipt in said] == [*range(1, 11)] * 3
        for room in rooms:
            await all_heard([here, there], room, [f"{n}" for n in range(10)])
            page = await here.backplane.since(room, NOWHERE)
            assert read(page) == [f"{n}" for n in range(10)]


async def test_all_keys_of_a_room_are_on_one_node(
    three: Cluster, rooms: list[RoomName]
):
    async with processes(three, rooms) as (here, _):
        for room in rooms:
            await here.say("one", room=room)

    for node in three.nodes:
        names = [name.decode() for name in node.ask("KEYS", "*")]
        assert len({name.split("}")[0] for name in names}) == 1
        assert len(names) == 3  # meta, log, once


async def test_a_node_that_is_killed_and_comes_back_loses_nothing(
    three: Cluster, rooms: list[RoomName]
):
    room, *others = rooms
    node = three.node_of(channel(room))
    async with processes(three, rooms) as running:
        here, there = running
        await here.say("before", room=room)
        node.kill()
        for process in running:
            await told_last(process, up=False)
        for other in others:
            await here.say("meanwhile", room=other)
            await all_heard(running, other, ["meanwhile"])

        node.start()
        three.wait_until_whole()
        await until_said(there, "after", room)

        await all_heard(running, room, ["before", "after"])
        for process in running:
            await told_last(process, up=True)
            assert process.started_over(room) == 0


async def test_a_room_that_moves_to_another_node_is_still_heard(
    three: Cluster, rooms: list[RoomName]
):
    moved, other, _ = rooms
    target = three.node_of(channel(other))
    async with processes(three, rooms) as running:
        here, there = running
        await here.say("before", room=moved)
        await all_heard(running, moved, ["before"])

        three.move(channel(moved), target)
        assert three.node_of(channel(moved)) is target
        position = await until_said(there, "after", moved)

        # Nothing later shows who missed it.
        assert position == 2
        await all_heard(running, moved, ["before", "after"])
        for process in running:
            await told_last(process, up=True)
        assert await until_said(here, "last", moved) == 3
        await all_heard(running, moved, ["before", "after", "last"])
        assert here.started_over(moved) == there.started_over(moved) == 0


async def test_a_worker_that_hears_nothing_may_ask_all_the_same(three: Cluster):
    process = Process(Settings(redis_url=three.url))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(process.scripts.run())
        await asyncio.sleep(0)

        assert await process.history.expire(ROOMS[0]) == 0
        running.cancel()
    await process.servers.aclose()


async def test_a_process_that_begins_while_the_cluster_is_away_finds_it_later():
    with cluster() as three:
        for node in three.nodes:
            node.kill()
        process = Process(Settings(redis_url=three.url))
        async with asyncio.TaskGroup() as tasks:
            going = [
                tasks.create_task(process.scripts.run()),
                tasks.create_task(process.backplane.run()),
            ]
            await asyncio.sleep(0.2)
            with pytest.raises(Unavailable):
                await process.say("too early", room=ROOMS[0])
            for node in three.nodes:
                node.start()
            until(lambda: all(node.ask("PING") for node in three.nodes))

            await eventually(lambda: process.lines.up)
            await process.backplane.follow(ROOMS[0])
            assert await until_said(process, "one", ROOMS[0]) == 1
            for task in going:
                task.cancel()
        await process.servers.aclose()
