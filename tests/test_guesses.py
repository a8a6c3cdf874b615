"""Guesses: whoever guesses is slowed down, and nobody is shut out for good."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chat.signing.guesses import (
    FREE_FOR_ACCOUNT,
    FREE_FOR_PREFIX,
    Guesses,
    TooManyGuesses,
)
from tests.support.clock import FakeClock
from tests.support.own_scripts import scripts_on
from tests.support.redis_server import RedisServer

HERE, NEIGHBOUR, THERE = "203.0.113.7", "203.0.113.200", "198.51.100.7"


@pytest.fixture
async def guesses(redis_url: str, clock: FakeClock) -> AsyncIterator[Guesses]:
    async with scripts_on(redis_url) as scripts:
        yield Guesses(scripts=scripts, clock=clock, key=bytes(range(32)))


async def pause(guesses: Guesses, account: str = "Robin", address: str = "") -> float:
    """Return how long an attempt has to wait; 0: it was made."""
    try:
        await guesses.attempt(account, address)
    except TooManyGuesses as refused:
        return refused.wait
    return 0


async def test_each_pause_is_twice_the_last_up_to_forty_two_seconds(
    guesses: Guesses, clock: FakeClock
):
    pauses: list[float] = []
    for _ in range(FREE_FOR_ACCOUNT + 9):
        assert await pause(guesses) == 0
        pauses.append(await pause(guesses) if len(pauses) >= FREE_FOR_ACCOUNT else 0)
        clock.advance(pauses[-1])

    assert pauses[FREE_FOR_ACCOUNT:] == [1, 2, 4, 8, 16, 32, 42, 42, 42]


async def test_who_asks_while_waiting_waits_no_longer_for_it(
    guesses: Guesses, clock: FakeClock
):
    for _ in range(FREE_FOR_ACCOUNT + 5):
        while wait := await pause(guesses):
            clock.advance(wait)
    waits = [await pause(guesses) for _ in range(50)]

    assert set(waits) == {16.0}


async def test_many_at_once_gain_nothing(guesses: Guesses):
    asked = await asyncio.gather(*(pause(guesses) for _ in range(40)))

    assert asked.count(0) == FREE_FOR_ACCOUNT + 1


async def test_a_name_that_nobody_has_is_slowed_down_all_the_same(guesses: Guesses):
    known = [await pause(guesses, "Robin") for _ in range(6)]
    unknown = [await pause(guesses, "Nobody at all") for _ in range(6)]

    assert known == unknown


async def test_an_account_is_one_however_it_is_written(guesses: Guesses):
    for name in ("robin", "ROBIN", "Robin", "rObin"):
        await pause(guesses, name)

    assert await pause(guesses, "roBin") > 0
    assert await pause(guesses, "Wren") == 0


async def test_a_part_of_the_network_is_slowed_down_whatever_names_it_tries(
    guesses: Guesses,
):
    for n in range(FREE_FOR_PREFIX + 1):
        assert await pause(guesses, f"name {n}", HERE) == 0

    assert await pause(guesses, "one more", NEIGHBOUR) > 0
    assert await pause(guesses, "one more", THERE) == 0


async def test_what_was_right_counts_for_nothing(guesses: Guesses):
    for _ in range(FREE_FOR_PREFIX * 3):
        await guesses.forgive(await guesses.attempt("Robin", HERE))

    assert await pause(guesses, "Robin", HERE) == 0


async def test_being_right_for_oneself_wins_no_guesses_at_others(
    guesses: Guesses, clock: FakeClock
):
    for n in range(FREE_FOR_PREFIX + 1):
        await pause(guesses, f"name {n}", HERE)
        if n % 2:
            own = await guesses.attempt("Mallory", HERE)
            await guesses.forgive(own)

    assert await pause(guesses, "Mallory", HERE) > 0


async def test_after_an_hour_without_any_all_is_forgotten(
    guesses: Guesses, shared_redis: RedisServer
):
    await pause(guesses, "Robin", HERE)

    with shared_redis.client() as client:
        lives = [client.pttl(key) for key in client.keys("*")]
        kept = repr([(key, client.hgetall(key)) for key in client.keys("*")])

    assert len(lives) == 2
    assert all(0 < life <= 60 * 60 * 1000 for life in lives)
    assert HERE not in kept
    assert "robin" not in kept.lower()


async def test_what_counts_once_counts_for_one_of_many(guesses: Guesses):
    won = await asyncio.gather(*(guesses.once(b"a challenge", 60) for _ in range(20)))

    assert won.count(True) == 1
    assert await guesses.once(b"another", 60)
