"""The watch: who of the room team is here, and that nobody is for ever."""

from collections.abc import AsyncIterator

import pytest

from chat.signing.watch import COUNTS_SECONDS, Watch
from tests.support.clock import FakeClock
from tests.support.own_scripts import scripts_on
from tests.support.redis_server import RedisServer


@pytest.fixture
async def watch(redis_url: str, clock: FakeClock) -> AsyncIterator[Watch]:
    async with scripts_on(redis_url) as scripts:
        yield Watch(scripts=scripts, clock=clock)


async def test_nobody_is_here_at_first(watch: Watch):
    assert await watch.everybody() == frozenset()
    assert not await watch.others("robin")


async def test_one_is_not_another(watch: Watch):
    await watch.note("robin")
    assert not await watch.others("robin")
    assert await watch.others("wren")

    await watch.note("wren")

    assert await watch.others("robin")
    assert await watch.everybody() == {"robin", "wren"}


async def test_whoever_says_nothing_any_more_is_gone(watch: Watch, clock: FakeClock):
    await watch.note("robin")
    clock.advance(COUNTS_SECONDS / 2)
    await watch.note("wren")
    clock.advance(COUNTS_SECONDS / 2)

    assert await watch.everybody() == {"wren"}


async def test_nothing_of_it_is_kept(watch: Watch, shared_redis: RedisServer):
    await watch.note("robin")

    with shared_redis.client() as client:
        lives = [client.ttl(key) for key in client.keys("*")]

    assert lives == [COUNTS_SECONDS * 2]
