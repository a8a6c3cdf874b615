"""Leases: what is written in Redis about who is where, and when it ends."""

from collections.abc import AsyncIterator

import pytest

from chat.leases import NODE_LEASE_SECONDS, Leases
from chat.model import Member
from chat.roster import Change, State
from chat.standing import LEASE_SECONDS, Standing
from tests.support.processes import COFFEE, Process, Processes, a_member
from tests.support.redis_server import RedisServer

LEASES, PEOPLE = f"porchlight:{{{COFFEE}}}:leases", f"porchlight:{{{COFFEE}}}:people"
OTTER, WREN = a_member(b"otter"), a_member(b"wren")
NAMESAKE = Member(WREN.id, OTTER.who)


@pytest.fixture
async def processes(redis_url: str) -> AsyncIterator[tuple[Process, Process]]:
    both = Processes(redis_url)
    async with both.running():
        yield await alive(both), await alive(both)


async def alive(processes: Processes) -> Process:
    process = await processes.start()
    await process.leases.alive()
    return process


@pytest.fixture
def ours(processes: tuple[Process, Process]) -> Leases:
    return processes[0].leases


@pytest.fixture
def theirs(processes: tuple[Process, Process]) -> Leases:
    return processes[1].leases


def change(member: Member, state: State = State.HERE) -> Change:
    return Change(member.id, member.who, state)


async def renew(leases: Leases, *standings: Standing) -> None:
    await leases.renew(COFFEE, standings, (), ())


def lapse(server: RedisServer, key: str, entry: bytes) -> None:
    """Let a lease be over, as if its time had passed on the server."""
    with server.client() as client:
        client.zadd(key, {entry: 1})


# Names


async def test_a_name_is_claimed_by_the_first_who_asks(ours: Leases, theirs: Leases):
    assert await ours.claim(COFFEE, OTTER)
    assert not await theirs.claim(COFFEE, NAMESAKE)


async def test_a_member_claims_their_own_name_as_often_as_they_like(
    ours: Leases, theirs: Leases
):
    assert await ours.claim(COFFEE, OTTER)
    assert await theirs.claim(COFFEE, OTTER)


async def test_a_name_that_was_given_free_can_be_claimed(ours: Leases, theirs: Leases):
    await ours.claim(COFFEE, OTTER)

    await ours.free_name(COFFEE, OTTER)

    assert await theirs.claim(COFFEE, NAMESAKE)


async def test_nobody_can_give_free_what_another_holds(ours: Leases, theirs: Leases):
    await ours.claim(COFFEE, OTTER)

    await theirs.free_name(COFFEE, NAMESAKE)

    assert not await theirs.claim(COFFEE, NAMESAKE)


async def test_who_is_refused_a_name_has_no_lease(ours: Leases, theirs: Leases):
    await ours.claim(COFFEE, OTTER)
    await theirs.claim(COFFEE, NAMESAKE)

    assert await ours.present(COFFEE) == [(ours.node, change(OTTER))]


# Leases of members


async def test_a_lease_says_on_which_process_a_member_is_and_how(
    ours: Leases, theirs: Leases
):
    await renew(ours, Standing(OTTER, State.AWAY))
    await renew(theirs, Standing(OTTER, State.HERE), Standing(WREN, State.HERE))

    present = await ours.present(COFFEE)

    assert sorted(present) == sorted(
        [
            (ours.node, change(OTTER, State.AWAY)),
            (theirs.node, change(OTTER)),
            (theirs.node, change(WREN)),
        ]
    )


async def test_who_left_gives_up_the_lease_of_that_process_only(
    ours: Leases, theirs: Leases
):
    await renew(ours, Standing(OTTER, State.HERE))
    await renew(theirs, Standing(OTTER, State.HERE))

    await renew(ours, Standing(OTTER, State.LEFT))

    assert await ours.present(COFFEE) == [(theirs.node, change(OTTER))]


async def test_a_lease_that_lapsed_is_not_present_and_is_swept_by_the_next_renewal(
    ours: Leases, theirs: Leases, shared_redis: RedisServer
):
    await renew(ours, Standing(OTTER, State.HERE))
    lapse(shared_redis, LEASES, OTTER.id + ours.node)
    assert await ours.present(COFFEE) == []

    await renew(theirs, Standing(WREN, State.HERE))

    with shared_redis.client() as client:
        assert client.zcard(LEASES) == client.hlen(PEOPLE) == 1


async def test_a_lease_lasts_long_enough_for_a_hidden_tab(
    ours: Leases, shared_redis: RedisServer
):
    await renew(ours, Standing(OTTER, State.HERE))

    with shared_redis.client() as client:
        (_, ends), *_ = client.zrange(LEASES, 0, -1, withscores=True)
        seconds, _ = client.time()
        assert LEASE_SECONDS - 2 <= ends / 1000 - seconds <= LEASE_SECONDS + 1
        assert 0 < client.ttl(LEASES) <= 2 * LEASE_SECONDS
        assert 0 < client.ttl(PEOPLE) <= 2 * LEASE_SECONDS


# Leases of processes


async def test_processes_that_beat_are_alive(ours: Leases, theirs: Leases):
    assert (await ours.alive()).nodes == {ours.node, theirs.node}


async def test_a_process_without_beats_is_dead_and_so_are_its_leases(
    ours: Leases, theirs: Leases, shared_redis: RedisServer
):
    await renew(theirs, Standing(OTTER, State.HERE))

    lapse(shared_redis, "porchlight:nodes", theirs.node)

    assert await ours.present(COFFEE) == []
    assert (await ours.alive()).nodes == {ours.node}


async def test_a_process_learns_that_it_was_taken_for_dead(
    ours: Leases, shared_redis: RedisServer
):
    assert not (await ours.alive()).back

    lapse(shared_redis, "porchlight:nodes", ours.node)

    assert (await ours.alive()).back
    assert not (await ours.alive()).back


async def test_the_list_of_processes_ends_with_them(
    ours: Leases, shared_redis: RedisServer
):
    with shared_redis.client() as client:
        assert 0 < client.ttl("porchlight:nodes") <= 10 * NODE_LEASE_SECONDS
