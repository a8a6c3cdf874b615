"""Lines: what is lost is noticed, said, and made good."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from redis.asyncio.client import PubSub

from chat.errors import Unavailable
from chat.model import RoomName
from chat.redis import Lines, servers
from chat.redis.line import ECHO_WITHIN_SECONDS, PROBE_EVERY_SECONDS, Line
from chat.settings import Settings
from tests.chaos.proxy import Proxy
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.process import COFFEE, Process, new_id
from tests.support.redis_server import RedisServer

PROMISED_SECONDS = 6
UP_DOWN_UP = [True, False, True]

NEWCOMERS = RoomName("newcomers")


@asynccontextmanager
async def processes(url: str, count: int = 2) -> AsyncIterator[list[Process]]:
    """Run several processes that follow one room, whose lines are up."""
    async with AsyncExitStack() as stack:
        running = [
            await stack.enter_async_context(Process(Settings(redis_url=url)).running())
            for _ in range(count)
        ]
        for process in running:
            await process.backplane.follow(COFFEE)
            await told(process, [True])
        yield running


async def told(process: Process, line: list[bool]) -> None:
    """Wait until members were told these things of the line, and no others."""
    await eventually(lambda: process.line == line)


async def told_last(process: Process, up: bool) -> None:
    await eventually(lambda: process.line[-1:] == [up])


async def same_everywhere(running: list[Process], said: list[str]) -> None:
    """Wait until all have heard everything, in one order and once."""
    await eventually(lambda: all(len(p.texts()) >= len(said) for p in running))
    for process in running:
        assert process.texts() == running[0].texts()
        assert sorted(process.texts()) == sorted(said)
        assert process.positions() == list(range(1, len(said) + 1))
        assert process.started_over() == 0


class Talk:
    """Speaks all the time, in turn on every process, and knows what was accepted."""

    def __init__(self, running: list[Process]) -> None:
        self.said: list[str] = []
        self._running = running
        self._enough = False

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._talk())
            yield
            self._enough = True

    async def _talk(self) -> None:
        while not self._enough:
            process = self._running[len(self.said) % len(self._running)]
            text = f"{len(self.said)}"
            await until_said(process, text)
            self.said.append(text)
            await asyncio.sleep(0.002)


async def until_said(process: Process, text: str) -> None:
    id_ = new_id()
    while True:
        try:
            await process.say(text, id_=id_)
        except Unavailable:
            await asyncio.sleep(0.01)
        else:
            return


async def test_a_line_that_is_cut_is_made_anew_and_nothing_is_missed(
    own_redis: RedisServer,
):
    async with processes(own_redis.url) as running:
        talk = Talk(running)
        async with talk.going_on():
            for cut in range(1, 6):
                await asyncio.sleep(0.05)
                with own_redis.client() as client:
                    client.client_kill_filter(_type="pubsub")
                for process in running:
                    await told(process, [True, *[False, True] * cut])
        await running[0].say("last")

        await same_everywhere(running, [*talk.said, "last"])


async def test_what_is_said_last_before_silence_is_heard_after_a_cut(
    own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
):
    """Nothing later shows the gap: only reading on after the loss finds it."""
    said = asyncio.Event()
    async with processes(own_redis.url) as (here, there):
        look_around = here.lines._look_around

        async def look_around_late() -> None:
            await said.wait()
            await look_around()

        monkeypatch.setattr(here.lines, "_look_around", look_around_late)
        with own_redis.client() as client:
            client.client_kill_filter(_type="pubsub")
        await eventually(lambda: not here.lines.up)
        await there.say("one")
        assert here.texts() == []
        said.set()

        await eventually(lambda: here.line == UP_DOWN_UP)

        assert here.texts() == ["one"]


async def test_a_reading_that_fails_after_a_cut_is_tried_until_it_succeeds(
    own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
):
    async with processes(own_redis.url) as (here, there):
        failures = iter(range(2))
        read_log = here.history.after

        async def fails_twice(*asked: object) -> object:
            if next(failures, None) is not None:
                raise Unavailable(2)
            return await read_log(*asked)  # type: ignore[arg-type]

        monkeypatch.setattr(here.history, "after", fails_twice)
        monkeypatch.setattr(here.lines, "heard", lambda _channel, _data: None)
        await there.say("one")
        with own_redis.client() as client:
            client.client_kill_filter(_type="pubsub")

        await eventually(lambda: here.line == UP_DOWN_UP)
        assert here.texts() == ["one"]


async def test_a_server_that_is_killed_and_comes_back_loses_nothing(
    own_redis: RedisServer,
):
    async with processes(own_redis.url) as running:
        talk = Talk(running)
        async with talk.going_on():
            for _ in range(3):
                await asyncio.sleep(0.1)
                own_redis.kill()
                for process in running:
                    await told_last(process, up=False)
                await asyncio.sleep(0.1)
                own_redis.start()
                for process in running:
                    await told_last(process, up=True)
        await running[0].say("last")

        await same_everywhere(running, [*talk.said, "last"])


async def test_the_library_is_not_asked_to_subscribe(
    own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
):
    """It would mend a connection without a word, and what was said would be lost."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a subscription of the library's own")

    monkeypatch.setattr(PubSub, "__init__", never)
    async with processes(own_redis.url) as (here, there):
        with own_redis.client() as client:
            client.client_kill_filter(_type="pubsub")
        await eventually(lambda: here.line == there.line == UP_DOWN_UP)
        await there.say("one")

        await eventually(lambda: here.texts() == ["one"])


class Trusting(Line):
    """A line that takes silence for peace: what ours would be without its probe."""

    async def _watch(self, changed: object) -> None:
        await self._all_subscribed()
        self.up = True
        changed()  # type: ignore[operator]
        await asyncio.Event().wait()


class TrustingLines(Lines):
    """Lines without a probe."""

    def _line(self, channels: set[str]) -> Line:
        return Trusting(
            channels=channels, probe="{probe}", tell=self._tell, heard=self._pass
        )


async def unnoticed(process: Process, seconds: float) -> bool:
    try:
        await eventually(lambda: not process.lines.up, within=seconds)
    except AssertionError:
        return True
    return False


async def test_a_server_that_hangs_is_noticed_by_the_probe_and_by_nothing_else(
    own_redis: RedisServer,
):
    """And then everything said meanwhile is heard, in order and once."""
    trusting = Process(Settings(redis_url=own_redis.url))
    trusting.lines = trusting.backplane._lines = TrustingLines(
        servers=trusting.servers, node="trusting", tell=trusting.scripts.tell
    )
    assert PROBE_EVERY_SECONDS + ECHO_WITHIN_SECONDS < PROMISED_SECONDS
    async with processes(own_redis.url) as running, trusting.running():
        await trusting.backplane.follow(COFFEE)
        talk = Talk(running)
        async with talk.going_on():
            await asyncio.sleep(0.1)
            own_redis.freeze()
            never, *_ = await asyncio.gather(
                unnoticed(trusting, PROMISED_SECONDS),
                *(told_last(process, up=False) for process in running),
            )
            own_redis.thaw()
            for process in running:
                await told(process, UP_DOWN_UP)
        await running[0].say("last")

        assert never
        await same_everywhere(running, [*talk.said, "last"])


async def test_a_feed_that_falls_silent_on_a_sound_connection_is_noticed(
    own_redis: RedisServer,
):
    async with Proxy(own_redis.socket) as proxy, processes(proxy.url) as (here, there):
        proxy.hush_feeds()
        await there.say("one")

        await eventually(lambda: here.line == UP_DOWN_UP)

        assert here.texts() == ["one"]


async def test_a_room_entered_while_the_line_is_down_is_heard_when_it_is_up(
    own_redis: RedisServer,
):
    async with processes(own_redis.url, 1) as (here,):
        own_redis.kill()
        await eventually(lambda: here.line == [True, False])
        entering = asyncio.create_task(here.backplane.follow(NEWCOMERS))
        await asyncio.sleep(0.05)
        own_redis.start()

        assert (await entering).started


async def test_only_what_is_followed_is_subscribed(own_redis: RedisServer):
    def subscribed() -> set[bytes]:
        with own_redis.client() as client:
            return {c for c in client.pubsub_shardchannels() if b"probe" not in c}

    async with processes(own_redis.url, 1) as (here,):
        always = subscribed()
        await here.backplane.follow(NEWCOMERS)
        assert subscribed() == {*always, b"porchlight:{newcomers}"}

        here.backplane.unfollow(NEWCOMERS)
        here.backplane.unfollow(COFFEE)
        await eventually(lambda: subscribed() == always - {b"porchlight:{coffee}"})

        # Nor is what was let go of followed again with a new line.
        with own_redis.client() as client:
            client.client_kill_filter(_type="pubsub")
        await eventually(lambda: here.line == UP_DOWN_UP)
        assert subscribed() == always - {b"porchlight:{coffee}"}
        assert here.lines.up


async def test_a_publication_that_nobody_can_read_costs_nobody_the_line(
    own_redis: RedisServer,
):
    async with processes(own_redis.url) as (here, there):
        await there.scripts.tell("porchlight:{coffee}", b"s")
        await there.say("one")

        await eventually(lambda: here.texts() == ["one"])
        assert here.line == [True]


async def test_what_was_followed_before_is_heard_as_soon_as_a_server_is_there(
    own_redis: RedisServer,
):
    own_redis.kill()
    process = Process(Settings(redis_url=own_redis.url))
    async with asyncio.TaskGroup() as tasks:
        going = [
            tasks.create_task(process.scripts.run()),
            tasks.create_task(process.backplane.run()),
        ]
        await asyncio.sleep(0.2)
        own_redis.start()

        await process.backplane.follow(COFFEE)
        await told_last(process, up=True)
        for task in going:
            task.cancel()


async def test_a_line_lost_while_it_is_told_to_end_ends_all_the_same(redis_url: str):
    there = servers(redis_url)
    telling = asyncio.Event()

    async def tell(_channel: str, _data: bytes) -> None:
        telling.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            # What carries it ends in the same moment, and fails what it carried.
            raise Unavailable from None

    running = asyncio.create_task(Lines(servers=there, node="aa", tell=tell).run())
    await asyncio.wait_for(telling.wait(), PATIENCE_SECONDS)

    running.cancel()

    ended, _ = await asyncio.wait([running], timeout=PATIENCE_SECONDS)
    assert ended == {running}
    assert running.cancelled()
    await there.aclose()
