"""Calling scripts: each call its own answer, or within bounded time a plain no."""

import asyncio
import hashlib
import logging
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis import Redis

from chat.errors import Unavailable
from chat.model import NOWHERE
from chat.redis import Script, Scripts, servers
from chat.redis import pipe as piping
from chat.redis.pipe import ANSWER_SECONDS, MOST_TOGETHER, PATIENCE_SECONDS
from chat.settings import Settings
from tests.chaos.proxy import Proxy
from tests.support.process import COFFEE, Process, new_id, read
from tests.support.redis_server import RedisServer


class Lua(Script):
    """A script of the test's own."""

    def __init__(self, text: str) -> None:
        self.text = text.encode()
        self.sha = hashlib.sha1(self.text, usedforsecurity=False).hexdigest()


ECHO = Lua("return ARGV[1]")
COUNT = Lua("return redis.call('INCR', KEYS[1])")


@asynccontextmanager
async def calling(url: str) -> AsyncIterator[Scripts]:
    """Serve calls."""
    found = servers(url)
    scripts = Scripts(found)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(scripts.run())
        await asyncio.sleep(0)
        yield scripts
        running.cancel()
    await found.aclose()


@pytest.fixture
def redis(shared_redis: RedisServer, redis_url: str) -> Iterator[Redis]:
    with shared_redis.client() as client:
        yield client


async def outcome(asking: Any) -> tuple[object, float]:
    """Return what came of a call, and after how many seconds."""
    begun = time.monotonic()
    try:
        answer = await asking
    except Unavailable as error:
        answer = error
    return answer, time.monotonic() - begun


# -- Each call its own answer


async def test_what_is_asked_at_once_is_answered_each_with_its_own(redis_url: str):
    async with calling(redis_url) as scripts:
        count = 3 * MOST_TOGETHER + 7
        answers = await asyncio.gather(
            *(scripts.call(ECHO, ("key",), n) for n in range(count))
        )

    assert answers == [b"%d" % n for n in range(count)]


async def test_what_is_asked_in_one_tick_leaves_together(redis_url: str, redis: Redis):
    async with calling(redis_url) as scripts:
        await scripts.call(ECHO, ("key",), 0)
        before = redis.info("stats")["total_reads_processed"]

        await asyncio.gather(*(scripts.call(ECHO, ("key",), n) for n in range(100)))

        after = redis.info("stats")["total_reads_processed"]
    assert after - before <= 3  # one of them is ours, to ask


async def test_calls_run_in_the_order_in_which_they_came(redis_url: str):
    async with calling(redis_url) as scripts:
        answers = await asyncio.gather(
            *(scripts.call(COUNT, ("key",)) for _ in range(2 * MOST_TOGETHER))
        )

    assert answers == list(range(1, 2 * MOST_TOGETHER + 1))


async def test_calls_that_are_given_up_never_mix_the_others_answers(redis_url: str):
    chance = random.Random(7)
    async with calling(redis_url) as scripts:
        for _ in range(10):
            asking = [
                asyncio.create_task(scripts.call(ECHO, ("key",), n)) for n in range(300)
            ]
            for task in asking:
                if chance.random() < 0.3:
                    task.cancel()
                if chance.random() < 0.1:
                    await asyncio.sleep(0)
            await asyncio.sleep(0.001)
            for task in chance.sample(asking, 30):
                task.cancel()
            answers = await asyncio.gather(*asking, return_exceptions=True)

            kept = [(n, answer) for n, answer in enumerate(answers)]
            assert {
                n
                for n, answer in kept
                if not isinstance(answer, asyncio.CancelledError)
                and answer != b"%d" % n
            } == set()
            assert sum(isinstance(answer, bytes) for _, answer in kept) > 100


async def test_a_call_that_was_given_up_before_it_left_is_not_made(
    redis_url: str, redis: Redis
):
    async with calling(redis_url) as scripts:
        asking = asyncio.create_task(scripts.call(COUNT, ("key",)))
        await asyncio.sleep(0)
        asking.cancel()
        await scripts.call(ECHO, ("key",), 1)

    assert redis.get("key") is None


# -- A server that has forgotten, refuses, or is full


async def test_a_server_that_forgot_its_scripts_is_told_them_again(
    redis_url: str, redis: Redis
):
    async with calling(redis_url) as scripts:
        await scripts.call(COUNT, ("key",))
        redis.script_flush()

        answers = await asyncio.gather(
            *(scripts.call(COUNT, ("key",)) for _ in range(5)),
            *(scripts.call(ECHO, ("key",), n) for n in range(5)),
        )

        assert answers == [2, 3, 4, 5, 6, b"0", b"1", b"2", b"3", b"4"]


async def test_what_a_server_refuses_is_logged_without_a_word_of_it(
    redis_url: str, caplog: pytest.LogCaptureFixture
):
    broken = Lua("return redis.error_reply('ERR ' .. ARGV[1])")
    async with calling(redis_url) as scripts:
        answers = await asyncio.gather(
            scripts.call(ECHO, ("key",), 1),
            scripts.call(broken, ("key",), "canary"),
            scripts.call(ECHO, ("key",), 3),
            return_exceptions=True,
        )

    assert [answers[0], answers[2]] == [b"1", b"3"]
    assert isinstance(answers[1], Unavailable)
    (record,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert record.getMessage() == "redis refused a script"
    assert "canary" not in repr(vars(record))


async def test_a_full_server_is_unavailable_until_there_is_room(own_redis: RedisServer):
    async with calling(own_redis.url) as scripts:
        with own_redis.client() as client:
            client.config_set("maxmemory", "1")
            with pytest.raises(Unavailable):
                await scripts.call(COUNT, ("key",))
            client.config_set("maxmemory", "0")

            assert await scripts.call(COUNT, ("key",)) == 1


async def test_a_master_that_is_one_no_more_is_left(own_redis: RedisServer):
    async with calling(own_redis.url) as scripts:
        with own_redis.client() as client:
            client.replicaof("127.0.0.1", "1")
            with pytest.raises(Unavailable):
                await scripts.call(COUNT, ("key",))
            connections = client.info("stats")["total_connections_received"]
            client.replicaof("NO", "ONE")

            assert await scripts.call(COUNT, ("key",)) == 1
            # It asked on a new connection, since another may be master there.
            stats = client.info("stats")
            assert stats["total_connections_received"] > connections


# -- A server that is gone, or hangs


async def test_a_server_that_was_killed_is_unavailable_at_once_and_found_again(
    own_redis: RedisServer,
):
    async with calling(own_redis.url) as scripts:
        assert await scripts.call(COUNT, ("key",)) == 1
        own_redis.kill()
        answer, seconds = await outcome(scripts.call(COUNT, ("key",)))
        assert isinstance(answer, Unavailable)
        assert seconds < PATIENCE_SECONDS

        own_redis.start()
        assert await scripts.call(COUNT, ("key",)) == 2


async def test_a_server_that_restarts_between_two_calls_is_not_noticed(
    own_redis: RedisServer,
):
    async with calling(own_redis.url) as scripts:
        for count in range(1, 4):
            assert await scripts.call(COUNT, ("key",)) == count
            own_redis.stop()
            own_redis.start()


async def test_whoever_asks_a_server_that_hangs_hears_no_within_six_seconds(
    own_redis: RedisServer,
):
    """Also those who ask while others wait, and more of them than leave together."""
    assert 2 * ANSWER_SECONDS < PATIENCE_SECONDS <= 6
    async with calling(own_redis.url) as scripts:
        await scripts.call(COUNT, ("key",))
        own_redis.freeze()
        asking = []
        for _ in range(4):
            asking += [
                asyncio.create_task(outcome(scripts.call(COUNT, ("key",))))
                for _ in range(MOST_TOGETHER)
            ]
            await asyncio.sleep(0.4)
        outcomes = await asyncio.gather(*asking)
        own_redis.thaw()

        assert all(isinstance(answer, Unavailable) for answer, _ in outcomes)
        # Nobody waits for a third try, however late a busy machine looks.
        assert max(seconds for _, seconds in outcomes) < 3 * ANSWER_SECONDS
        # What it had been sent runs when it goes on; nobody gets another's answer.
        assert await scripts.call(ECHO, ("key",), 1) == b"1"


async def test_a_server_that_hangs_for_a_moment_is_not_noticed(own_redis: RedisServer):
    async with calling(own_redis.url) as scripts:
        await scripts.call(ECHO, ("key",), 0)
        own_redis.freeze()
        asking = [
            asyncio.create_task(scripts.call(ECHO, ("key",), n)) for n in range(10)
        ]
        await asyncio.sleep(0.3)
        own_redis.thaw()

        assert await asyncio.gather(*asking) == [b"%d" % n for n in range(10)]


async def test_more_than_so_many_may_not_wait(
    own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(piping, "MOST_WAITING", 50)
    async with calling(own_redis.url) as scripts:
        await scripts.call(ECHO, ("key",), 0)
        own_redis.freeze()
        leaving = asyncio.create_task(scripts.call(ECHO, ("key",), 0))
        await asyncio.sleep(0.05)
        waiting = [
            asyncio.create_task(scripts.call(ECHO, ("key",), n)) for n in range(50)
        ]
        await asyncio.sleep(0.05)

        # Whoever is told by the first step has not waited at all.
        with pytest.raises(Unavailable):
            scripts.call(ECHO, ("key",), 0).send(None)
        own_redis.thaw()

        assert await leaving == b"0"
        assert await asyncio.gather(*waiting) == [b"%d" % n for n in range(50)]


async def test_who_waits_when_the_process_ends_is_told(own_redis: RedisServer):
    async with calling(own_redis.url) as scripts:
        own_redis.freeze()
        asking = [
            asyncio.create_task(outcome(scripts.call(ECHO, ("key",), n)))
            for n in range(2 * MOST_TOGETHER)
        ]
        await asyncio.sleep(0.05)

    outcomes = await asyncio.gather(*asking)
    assert all(isinstance(answer, Unavailable) for answer, _ in outcomes)
    assert max(seconds for _, seconds in outcomes) < PATIENCE_SECONDS
    with pytest.raises(Unavailable):
        await scripts.call(ECHO, ("key",), 1)


# -- An answer that is lost


async def test_an_answer_that_is_lost_is_asked_for_again_with_one_effect(
    own_redis: RedisServer,
):
    async with Proxy(own_redis.socket) as proxy:
        settings = Settings(redis_url=proxy.url)
        async with Process(settings).running() as process:
            await process.backplane.follow(COFFEE)
            await process.say("first")
            proxy.drop_share = 0.5
            said = [await until_said(process, f"{n}") for n in range(30)]
            proxy.drop_share = 0.0

            assert proxy.dropped > 5
            assert said == list(range(2, 32))
            await process.say("last")
            page = await process.backplane.since(COFFEE, NOWHERE)
            assert read(page) == ["first", *(f"{n}" for n in range(30)), "last"]


async def until_said(process: Process, text: str) -> int:
    """Speak as a page does: with the same id, until there is an answer."""
    id_ = new_id()
    while True:
        try:
            return (await process.say(text, id_=id_)).position
        except Unavailable:
            await asyncio.sleep(0.01)


async def test_who_got_no_answer_asks_again_and_gets_the_first(own_redis: RedisServer):
    async with Proxy(own_redis.socket) as proxy:
        settings = Settings(redis_url=proxy.url)
        async with Process(settings).running() as process:
            await process.say("zero")
            id_ = new_id()
            proxy.drop_share = 1.0
            with pytest.raises(Unavailable):
                await process.say("one", id_=id_)
            proxy.drop_share = 0.0

            assert (await process.say("one", id_=id_)).position == 2
            assert (await process.say("two")).position == 3
