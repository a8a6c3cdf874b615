"""Presence: several processes on one real server, and the time moved by hand."""

from collections.abc import AsyncIterator

import pytest
from redis import Redis

from chat.errors import NameTaken
from chat.leases import NODE_LEASE_SECONDS
from chat.model import Member
from chat.presence import LARGE_ROOM_SECONDS, LEAVE_SECONDS, NODE_BEAT_SECONDS
from chat.roster import MOST_LISTED, RETURN_SECONDS, State
from chat.standing import LEASE_SECONDS
from tests.support.processes import COFFEE, Process, Processes, Told, a_member
from tests.support.redis_server import RedisServer

HERE, AWAY, LEFT = State.HERE, State.AWAY, State.LEFT
HIDDEN, SHOWN = True, False

OTTER, WREN, FOX = a_member(b"otter"), a_member(b"wren"), a_member(b"fox")
PHONE, LAPTOP = "phone", "laptop"


@pytest.fixture
async def processes(redis_url: str) -> AsyncIterator[Processes]:
    processes = Processes(redis_url)
    async with processes.running():
        yield processes


@pytest.fixture
async def here(processes: Processes) -> Process:
    return await processes.start()


@pytest.fixture
async def there(processes: Processes, here: Process) -> Process:
    return await processes.start()


def told_of(process: Process, member: Member) -> list[tuple[int, bool]]:
    """Return all that a process's members were told of somebody since last asked."""
    return [t.changes[member.who] for t in process.told if member.who in t.changes]


# A snapshot, then changes


async def test_who_comes_in_is_shown_everyone(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()

    await there.join(WREN, PHONE)

    assert there.people == {OTTER.who: SHOWN, WREN.who: SHOWN}


async def test_a_coming_is_told_to_everyone_once(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)

    await processes.pass_seconds(5)

    assert here.told == there.told == [Told(1, {OTTER.who: (HERE, True)}, [])]


async def test_whoever_was_there_before_is_not_told_as_coming(
    processes: Processes, here: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()

    late = await processes.start()
    await late.join(WREN, PHONE)
    await processes.pass_seconds()

    assert told_of(late, OTTER) == []


async def test_however_many_come_it_is_told_once_a_second(
    processes: Processes, here: Process, there: Process
):
    crowd = [a_member(b"%d" % n) for n in range(50)]
    for member in crowd:
        await here.join(member, member)

    await processes.pass_seconds()
    await processes.pass_seconds()

    (told,) = there.told
    assert told.changes.keys() == {member.who for member in crowd}


async def test_who_comes_while_a_room_is_being_opened_is_not_missed(
    processes: Processes, here: Process
):
    late = await processes.start()
    late.presence.close(COFFEE)

    async def otter_comes() -> None:
        await here.join(OTTER, PHONE)
        await here.presence.tick()
        await processes.all_heard()

    late.leases.meanwhile = otter_comes
    await late.presence.open(COFFEE)

    assert late.people == {OTTER.who: SHOWN}


# Going


async def test_a_deliberate_leave_is_told_at_once(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    assert there.told

    here.leave(OTTER, PHONE)
    await processes.pass_seconds()

    assert here.told[-1] == there.told[-1] == Told(0, {OTTER.who: (LEFT, True)}, [])


async def test_a_line_that_breaks_is_told_as_a_leave_only_after_a_while(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    assert there.told

    here.leave(OTTER, PHONE, at_once=False)
    await processes.pass_seconds(LEAVE_SECONDS - 1)
    assert there.told == []

    await processes.pass_seconds(1)
    assert told_of(there, OTTER) == [(LEFT, True)]


@pytest.mark.parametrize("back", ["here", "there"])
async def test_a_return_before_that_tells_nothing(
    processes: Processes, here: Process, there: Process, back: str
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    assert here.told
    assert there.told

    here.leave(OTTER, PHONE, at_once=False)
    await processes.pass_seconds(LEAVE_SECONDS - 5)
    await {"here": here, "there": there}[back].join(OTTER, LAPTOP)
    await processes.pass_seconds(10)

    assert here.told == there.told == []
    assert here.people == there.people == {OTTER.who: SHOWN}


async def test_who_comes_back_while_their_leave_is_told_is_here(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    here.leave(OTTER, PHONE)

    async def otter_comes_back() -> None:
        await here.join(OTTER, LAPTOP)

    here.leases.meanwhile = otter_comes_back
    await processes.pass_seconds(2)

    assert here.people == there.people == {OTTER.who: SHOWN}
    assert (await processes.start()).people == {OTTER.who: SHOWN}


@pytest.mark.parametrize(
    ("away_for", "announced"), [(RETURN_SECONDS - 20, False), (RETURN_SECONDS, True)]
)
async def test_a_return_within_five_minutes_is_not_announced(
    processes: Processes, here: Process, away_for: int, announced: bool
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    here.leave(OTTER, PHONE)
    await processes.pass_seconds()
    assert here.told

    await processes.pass_seconds(away_for)
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()

    assert told_of(here, OTTER) == [(HERE, announced)]


# Tabs and devices


async def test_a_hidden_tab_is_told_as_away(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    assert there.told

    here.beat(OTTER, PHONE, away=HIDDEN)
    await processes.pass_seconds()

    assert told_of(there, OTTER) == [(AWAY, False)]
    assert there.people == {OTTER.who: HIDDEN}


async def test_a_beat_that_says_nothing_new_tells_nothing(
    processes: Processes, here: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    assert here.told

    here.beat(OTTER, PHONE)
    await processes.pass_seconds()

    assert here.told == []


async def test_two_tabs_are_one_presence(processes: Processes, here: Process):
    await here.join(OTTER, PHONE)
    await here.join(OTTER, LAPTOP)
    await processes.pass_seconds()
    assert here.told[0].here == 1

    here.beat(OTTER, PHONE, away=HIDDEN)
    here.leave(OTTER, PHONE)
    await processes.pass_seconds()

    assert here.told == []
    assert here.people == {OTTER.who: SHOWN}


async def test_who_closes_the_tab_they_look_at_is_away_in_the_other(
    processes: Processes, here: Process
):
    await here.join(OTTER, PHONE)
    await here.join(OTTER, LAPTOP)
    here.beat(OTTER, PHONE, away=HIDDEN)
    await processes.pass_seconds()

    here.leave(OTTER, LAPTOP)
    await processes.pass_seconds()

    assert here.people == {OTTER.who: HIDDEN}


async def test_two_devices_on_two_processes_are_one_presence(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await there.join(OTTER, LAPTOP)
    await processes.pass_seconds()
    assert here.told[-1].here == there.told[-1].here == 1

    here.leave(OTTER, PHONE)
    await processes.pass_seconds()
    assert here.told == there.told == []

    there.beat(OTTER, LAPTOP, away=HIDDEN)
    await processes.pass_seconds()
    assert told_of(here, OTTER) == told_of(there, OTTER) == [(AWAY, False)]


async def test_who_looks_in_is_here_for_a_while_and_longer_when_they_look_again(
    processes: Processes, here: Process, there: Process
):
    await here.join(WREN, PHONE)
    await there.join(OTTER, PHONE)
    await there.presence.glance(COFFEE, FOX, 45)
    await processes.pass_seconds(40)
    await there.presence.glance(COFFEE, FOX, 45)
    await processes.pass_seconds(40)
    assert told_of(here, FOX) == [(HERE, True)]

    await processes.pass_seconds(6)

    assert told_of(here, FOX) == [(LEFT, True)]


async def test_a_seat_that_was_never_taken_changes_nothing(
    processes: Processes, here: Process
):
    here.beat(OTTER, PHONE)
    here.leave(OTTER, PHONE)
    await processes.pass_seconds()

    assert here.told == []


async def test_another_name_reaches_everyone(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    renamed = a_member(b"otter", roll=1)

    here.leave(OTTER, PHONE, at_once=False)
    await here.join(renamed, LAPTOP)
    await processes.pass_seconds()

    assert here.people == there.people == {renamed.who: SHOWN}


# Leases


async def test_a_lease_without_beats_lapses_and_comes_back_with_one(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds(LEASE_SECONDS)
    assert told_of(there, OTTER) == [(HERE, True)]

    await processes.pass_seconds(35)
    assert told_of(there, OTTER) == [(LEFT, True)]
    assert here.people == there.people == {}

    here.beat(OTTER, PHONE)
    await processes.pass_seconds()
    assert told_of(there, OTTER) == [(HERE, False)]


async def test_a_hidden_tab_that_beats_once_a_minute_stays(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)

    for _ in range(4):
        await processes.pass_seconds(60)
        here.beat(OTTER, PHONE, away=HIDDEN)

    assert (LEFT, True) not in told_of(there, OTTER)


async def test_leases_are_renewed_long_before_they_lapse(
    processes: Processes, here: Process, shared_redis: RedisServer
):
    await here.join(OTTER, PHONE)
    lapse(shared_redis, f"porchlight:{{{COFFEE}}}:leases", OTTER.id + here.node)

    await processes.pass_seconds(31)

    late = await processes.start()
    assert late.people == {OTTER.who: SHOWN}


def lapse(server: RedisServer, key: str, entry: bytes) -> None:
    """Let a lease be over, as if its time had passed on the server."""
    with server.client() as client:
        client.zadd(key, {entry: 1})


def all_keys(server: RedisServer) -> dict[str, int]:
    """Return every key with the seconds it has to live; -1 is for ever."""
    with server.client() as client:
        return {key.decode(): int(client.ttl(key)) for key in client.scan_iter()}


# Processes that die


async def test_the_members_of_a_killed_process_are_gone_within_15_seconds(
    processes: Processes, here: Process, there: Process, shared_redis: RedisServer
):
    await there.join(OTTER, PHONE)
    await here.join(WREN, PHONE)
    await processes.pass_seconds(NODE_LEASE_SECONDS + 3)
    assert here.people == {OTTER.who: SHOWN, WREN.who: SHOWN}
    assert here.told

    processes.kill(there)
    lapse(shared_redis, "porchlight:nodes", there.node)
    await processes.pass_seconds(3)

    assert told_of(here, OTTER) == [(LEFT, True)]
    assert here.people == {WREN.who: SHOWN}
    # The lease, the others' beat, and the second in which it is told.
    assert NODE_LEASE_SECONDS + NODE_BEAT_SECONDS + 1 + 1 < 15


async def test_they_are_not_shown_to_who_comes_in_later(
    processes: Processes, here: Process, there: Process, shared_redis: RedisServer
):
    await there.join(OTTER, PHONE)
    await processes.pass_seconds()

    processes.kill(there)
    lapse(shared_redis, "porchlight:nodes", there.node)
    late = await processes.start()

    assert late.people == {}


async def test_a_process_that_was_taken_for_dead_is_heard_again(
    processes: Processes, here: Process, there: Process, shared_redis: RedisServer
):
    await there.join(OTTER, PHONE)
    await processes.pass_seconds(NODE_LEASE_SECONDS + 3)
    processes.kill(there)
    lapse(shared_redis, "porchlight:nodes", there.node)
    await processes.pass_seconds(5)
    assert here.people == {}

    await there.presence.tick()
    await processes.pass_seconds()

    assert here.people == {OTTER.who: SHOWN}


# Redis goes and comes back


async def test_after_redis_lost_everything_nobody_is_told_as_left(
    processes: Processes, here: Process, there: Process, shared_redis: RedisServer
):
    await here.join(OTTER, PHONE)
    await there.join(WREN, PHONE)
    await processes.pass_seconds(NODE_LEASE_SECONDS + 3)
    assert here.told
    assert there.told

    shared_redis.flush()
    here.presence.missed()
    there.presence.missed()
    await processes.pass_seconds(2 * NODE_LEASE_SECONDS)

    assert here.told == there.told == []
    assert (await processes.start()).people == {OTTER.who: SHOWN, WREN.who: SHOWN}


async def test_who_left_while_a_process_did_not_hear_is_told_as_left(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await there.join(WREN, PHONE)
    await processes.pass_seconds(NODE_LEASE_SECONDS + 3)
    deaf = here.lines.heard
    here.lines.heard = lambda _name, _data: None
    there.leave(WREN, PHONE)
    await there.presence.tick()
    await there.join(FOX, PHONE)
    await there.presence.tick()
    here.lines.heard = deaf

    here.presence.missed()
    await processes.pass_seconds(NODE_LEASE_SECONDS + 1)

    assert here.people == {OTTER.who: SHOWN, FOX.who: SHOWN}


async def test_who_came_a_moment_before_is_not_lost_when_all_is_learnt_anew(
    processes: Processes, here: Process
):
    here.presence.missed()
    await processes.pass_seconds(NODE_LEASE_SECONDS - 1)
    await here.join(OTTER, PHONE)
    here.leases.away = True
    processes.clock.advance(1)

    await here.presence.tick()

    assert here.people == {OTTER.who: SHOWN}


async def test_a_room_closed_before_it_was_learnt_anew_stays_closed(
    processes: Processes, here: Process
):
    here.presence.missed()
    here.presence.close(COFFEE)

    await processes.pass_seconds(NODE_LEASE_SECONDS + 1)

    assert not here.presence.knows(COFFEE)


async def test_what_could_not_be_told_is_told_when_redis_is_back(
    processes: Processes, here: Process, there: Process
):
    here.leases.away = True
    await here.join(OTTER, PHONE)
    await processes.pass_seconds(2)
    assert there.told == []

    here.leases.away = False
    await processes.pass_seconds()

    assert told_of(there, OTTER) == [(HERE, True)]


async def test_of_a_room_that_is_not_served_nothing_is_known(here: Process):
    here.presence.close(COFFEE)

    here.beat(OTTER, PHONE)
    here.leave(OTTER, PHONE)
    here.presence.typing(COFFEE, OTTER.who)
    here.presence.heard(COFFEE, b"\xc1")

    assert here.presence.empty(COFFEE)
    assert here.presence.count(COFFEE) is None
    assert not here.presence.taken(COFFEE, OTTER)


async def test_news_that_makes_no_sense_is_passed_over(here: Process):
    here.presence.heard(COFFEE, b"\xc1")
    here.presence.heard(COFFEE, b"\x93\xc4\x01n\x91\x93\xc4\x01m\xc4\x01w\x09\x90")

    assert here.people == {}


# Names


def face(member: Member) -> Member:
    """Return somebody else who goes by the same name."""
    return Member(FOX.id, member.who)


async def test_a_name_is_refused_while_its_holder_is_here(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()

    for process in (here, there):
        assert process.presence.taken(COFFEE, face(OTTER))
        with pytest.raises(NameTaken):
            await process.join(face(OTTER), LAPTOP)


async def test_two_who_arrive_together_on_two_processes_do_not_share_a_name(
    here: Process, there: Process
):
    await here.join(OTTER, PHONE)

    with pytest.raises(NameTaken):
        await there.join(face(OTTER), LAPTOP)


async def test_a_name_is_free_when_its_holder_has_left(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()

    here.leave(OTTER, PHONE)
    await processes.pass_seconds()

    await there.join(face(OTTER), LAPTOP)


async def test_a_name_is_free_when_its_holder_goes_by_another(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()

    await here.join(a_member(b"otter", roll=1), PHONE)
    await processes.pass_seconds()

    await there.join(face(OTTER), LAPTOP)


async def test_a_holder_whose_line_broke_keeps_the_name_for_a_while(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    here.leave(OTTER, PHONE, at_once=False)
    await processes.pass_seconds(LEAVE_SECONDS - 5)

    with pytest.raises(NameTaken):
        await there.join(face(OTTER), LAPTOP)


# Large rooms


async def test_of_a_large_room_only_the_number_is_told_and_not_too_often(
    processes: Processes, here: Process, there: Process
):
    for n in range(MOST_LISTED + 1):
        await here.join(a_member(b"%d" % n), n)
    await processes.pass_seconds(LARGE_ROOM_SECONDS + 1)
    assert here.people == there.people == MOST_LISTED + 1
    here.told.clear()
    assert there.told

    for n in range(LARGE_ROOM_SECONDS):
        await here.join(a_member(b"late%d" % n), n)
        here.presence.typing(COFFEE, OTTER.who)
        await processes.pass_seconds()

    (told,) = there.told
    assert told.changes == {}
    assert told.typing == [OTTER.who]
    assert told.here > MOST_LISTED + 1


# Typing


async def test_typing_is_told_and_never_stored(
    processes: Processes, here: Process, there: Process, shared_redis: RedisServer
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()
    assert there.told
    before = everything(shared_redis)

    here.presence.typing(COFFEE, OTTER.who)
    await processes.pass_seconds()

    assert there.told == [Told(1, {}, [OTTER.who])]
    assert everything(shared_redis) == before


def everything(server: RedisServer) -> dict[bytes, object]:
    """Return all keys and values, but not when they end."""
    with server.client() as client:
        return {key: value(client, key) for key in client.scan_iter()}


def value(client: Redis, key: bytes) -> object:
    match client.type(key):
        case b"hash":
            return client.hgetall(key)
        case b"zset":
            return client.zrange(key, 0, -1)
        case _:
            return client.get(key)


async def test_who_stops_typing_is_told_once(
    processes: Processes, here: Process, there: Process
):
    await here.join(OTTER, PHONE)
    here.presence.typing(COFFEE, OTTER.who)
    await processes.pass_seconds()
    assert there.told

    await processes.pass_seconds(10)

    assert there.told == [Told(1, {}, [])]


# What is left in Redis


async def test_every_key_has_an_end(
    processes: Processes, here: Process, shared_redis: RedisServer
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()

    keys = all_keys(shared_redis)

    assert keys
    assert all(0 < seconds <= 2 * LEASE_SECONDS for seconds in keys.values()), keys


async def test_who_has_left_leaves_nothing_behind(
    processes: Processes, here: Process, shared_redis: RedisServer
):
    await here.join(OTTER, PHONE)
    await processes.pass_seconds()

    here.leave(OTTER, PHONE)
    await processes.pass_seconds()

    assert all_keys(shared_redis).keys() == {"porchlight:nodes"}
    assert here.presence.empty(COFFEE)
    assert here.presence.count(COFFEE) == 0
