"""A room's log: everything for as long as it is kept, and then nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis

from chat.errors import Gone, Unavailable
from chat.feed import LATEST_FOR_NEWCOMERS
from chat.history import READ_AT_ONCE, keys
from chat.model import NOWHERE, Place, Position, RoomName
from chat.protocol import MAX_INTEGER
from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.process import COFFEE, HERON, Process, read
from tests.support.redis_server import RedisServer

HOUR = 3600
SECOND_IN_HOURS = 1.5 / HOUR

META, LOG = keys(COFFEE)

CANARY = "canary-3f9a1c"


@pytest.fixture
def redis(shared_redis: RedisServer, redis_url: str) -> Iterator[Redis]:
    with shared_redis.client() as client:
        client.config_set("rdbcompression", "no")  # so that a dump can be searched
        yield client


@asynccontextmanager
async def a_process(
    settings: Settings, clock: FakeClock | None = None, **changed: float
) -> AsyncIterator[Process]:
    settings = settings.model_copy(update=changed)
    async with Process(settings, clock).running() as process:
        yield process


async def talk(process: Process, count: int) -> None:
    for n in range(1, count + 1):
        await process.say(f"{n}")


async def beginning(process: Process) -> Place:
    """Return the place of somebody who was there from the start."""
    log = await process.history.latest(COFFEE, NOWHERE)
    return Place(log.place.epoch, Position(0))


def everything_in(redis: Redis) -> bytes:
    """Return every key and value that the server has."""
    return b"\n".join(
        key + b" " + (redis.dump(key) or b"") for key in redis.scan_iter("*")
    )


# -- Reading


async def test_a_new_room_has_an_empty_log(settings: Settings):
    async with a_process(settings) as process:
        log = await process.history.latest(COFFEE, NOWHERE)

    assert log.place == Place(log.place.epoch, Position(0))
    assert (log.floor, log.events, log.full) == (0, [], False)


async def test_no_epoch_begins_twice_however_often_all_is_lost(
    settings: Settings, redis: Redis
):
    async with a_process(settings, FakeClock()) as process:
        begun = []
        for _ in range(20):
            log = await process.history.latest(COFFEE, NOWHERE)
            begun.append(log.place.epoch)
            redis.flushall()

    assert len(set(begun)) == 20
    assert max(begun) < MAX_INTEGER


async def test_reading_changes_nothing(settings: Settings):
    async with a_process(settings) as process:
        first = await process.history.latest(COFFEE, NOWHERE)

        assert await process.history.latest(COFFEE, first.place) == first


async def test_what_came_after_a_place_is_read_in_order(settings: Settings):
    async with a_process(settings) as process:
        start = await beginning(process)
        await talk(process, 5)

        log = await process.history.after(
            COFFEE, Place(start.epoch, Position(2)), NOWHERE
        )

        assert [event.position for event in log.events] == [3, 4, 5]
        assert log.place == Place(start.epoch, Position(5))
        assert not log.full


async def test_every_kind_of_event_comes_back_as_it_was(settings: Settings):
    async with a_process(settings) as process:
        start = await beginning(process)
        await process.backplane.follow(COFFEE)
        await process.say("one")
        await process.say("two")
        await process.react(2)
        await process.take_back(1)

        log = await process.history.after(COFFEE, start, NOWHERE)

        assert [(event.kind, event.target) for event in log.events] == [
            ("s", 0),
            ("r", 2),
            ("t", 1),
        ]
        assert [event.frame for event in log.events] == process.frames[COFFEE][1:]


async def test_a_long_log_is_read_in_parts(settings: Settings):
    async with a_process(settings) as process:
        start = await beginning(process)
        await asyncio.gather(*(process.say("hm") for _ in range(READ_AT_ONCE + 1)))

        log = await process.history.after(COFFEE, start, NOWHERE)
        rest = await process.history.after(COFFEE, log.events[-1].place, NOWHERE)

        assert (len(log.events), log.full) == (READ_AT_ONCE, True)
        assert (len(rest.events), rest.full) == (1, False)


@pytest.mark.parametrize(
    ("count", "reach"),
    [(READ_AT_ONCE - 1, 0), (READ_AT_ONCE, 0), (READ_AT_ONCE + 7, 7)],
)
async def test_the_latest_tell_how_far_back_they_reach(
    settings: Settings, count: int, reach: int
):
    async with a_process(settings) as process:
        await asyncio.gather(*(process.say("hm") for _ in range(count)))

        log = await process.history.latest(COFFEE, NOWHERE)

        assert log.reach == reach
        assert log.events[0].position == reach + 1


async def test_before_a_position_there_are_fifty_and_whether_there_are_more(
    settings: Settings,
):
    async with a_process(settings) as process:
        await talk(process, LATEST_FOR_NEWCOMERS + 2)

        newest = await process.history.before(COFFEE, LATEST_FOR_NEWCOMERS + 3, NOWHERE)
        oldest = await process.history.before(COFFEE, LATEST_FOR_NEWCOMERS + 1, NOWHERE)

        assert (len(newest.events), newest.more) == (LATEST_FOR_NEWCOMERS, True)
        assert read(newest)[0] == "3"
        assert (len(oldest.events), oldest.more) == (LATEST_FOR_NEWCOMERS, False)
        assert read(oldest)[0] == "1"


# -- The end of talk


async def test_at_most_so_many_are_kept(settings: Settings, redis: Redis):
    async with a_process(settings, history_messages=7) as process:
        start = await beginning(process)
        for count in range(1, 20):
            await process.say(f"{count}")
            assert redis.xlen(LOG) == min(count, 7)

        log = await process.history.after(COFFEE, start, NOWHERE)
        assert [event.position for event in log.events] == list(range(13, 20))
        assert log.floor == 12
        assert not log.whole_after(Place(start.epoch, Position(11)))
        assert log.whole_after(Place(start.epoch, Position(12)))


async def test_an_operator_may_keep_fewer_from_now_on(settings: Settings):
    async with a_process(settings) as process:
        start = await beginning(process)
        await talk(process, 20)
    async with a_process(settings, history_messages=5) as process:
        await process.say("21")

        log = await process.history.after(COFFEE, start, NOWHERE)

        assert [event.position for event in log.events] == [17, 18, 19, 20, 21]
        assert log.floor == 16


async def test_what_was_taken_back_is_no_loss(settings: Settings):
    async with a_process(settings) as process:
        start = await beginning(process)
        await process.say("one")
        await process.take_back(1)

        log = await process.history.after(COFFEE, start, NOWHERE)

        assert [event.kind for event in log.events] == ["t"]
        assert log.whole_after(start)


async def test_not_a_word_stays_of_what_was_taken_back(
    settings: Settings, redis: Redis
):
    async with a_process(settings) as process:
        await talk(process, 3)
        await process.say(CANARY)
        await talk(process, 3)
        assert CANARY.encode() in everything_in(redis)

        await process.take_back(4)

        assert CANARY.encode() not in everything_in(redis)


async def test_a_log_is_gone_when_its_time_is_up(settings: Settings, redis: Redis):
    async with a_process(settings, history_hours=SECOND_IN_HOURS) as process:
        await process.say(CANARY)
        assert CANARY.encode() in everything_in(redis)

        await eventually(lambda: not redis.exists(LOG))

        assert CANARY.encode() not in everything_in(redis)
        await process.say("later")
        log = await process.history.latest(COFFEE, NOWHERE)
        assert (log.floor, [event.position for event in log.events]) == (1, [2])


async def test_nothing_in_redis_is_for_ever(settings: Settings, redis: Redis):
    async with a_process(settings, FakeClock()) as process:
        await process.backplane.follow(COFFEE)
        for beginning_ in ("new", "lost"):
            await process.say("one")
            await process.react(1)
            await process.take_back(1)
            with pytest.raises(Gone):
                await process.react(1)

            assert all(redis.pttl(key) > 0 for key in redis.scan_iter("*")), beginning_
            redis.delete(META)  # and the next event begins anew


async def test_a_refusal_alone_leaves_nothing_for_ever(
    settings: Settings, redis: Redis
):
    async with a_process(settings) as process:
        with pytest.raises(Gone):
            await process.react(1)

    assert all(redis.pttl(key) > 0 for key in redis.scan_iter("*"))


@pytest.mark.parametrize("hours", [1, 24])
async def test_a_log_outlives_its_last_event_and_not_by_much(
    settings: Settings, redis: Redis, hours: int
):
    clock = FakeClock()
    async with a_process(settings, clock, history_hours=hours) as process:
        for seconds in (0, 1, 58, 3, 40, 200):
            clock.advance(seconds)
            await process.say("one")
            left = redis.pttl(LOG) / 1000
            # The server's time stood still: what it renewed when is known here only.
            renewed = int(redis.hget(META, "renewed") or 0)
            assert (
                hours * HOUR
                <= left - (clock.seconds() - renewed)
                <= (hours * HOUR + 62)
            )


async def test_what_has_had_its_time_is_shown_to_nobody(settings: Settings):
    clock = FakeClock()
    async with a_process(settings, clock) as process:
        start = await beginning(process)
        await talk(process, 3)
        clock.advance(23 * HOUR)
        await talk(process, 2)
        clock.advance(2 * HOUR)

        log = await process.history.after(COFFEE, start, NOWHERE)

        # It is still there, but nobody reads it any more, nor takes it for the whole.
        assert [event.position for event in log.events] == [4, 5]
        assert log.floor == 3
        assert not log.whole_after(start)
        assert read(await process.history.before(COFFEE, 9, NOWHERE)) == ["1", "2"]


async def test_a_log_that_faded_in_part_is_never_taken_for_all(settings: Settings):
    clock = FakeClock()
    async with a_process(settings, clock) as process:
        start = await beginning(process)
        await talk(process, 3)
        clock.advance(25 * HOUR)
        await asyncio.gather(*(process.say("hm") for _ in range(READ_AT_ONCE)))

        log = await process.history.after(COFFEE, start, NOWHERE)
        latest = await process.history.latest(COFFEE, NOWHERE)

        assert log.full
        assert not log.whole_after(start)
        assert latest.reach == 3


@pytest.mark.parametrize(
    ("old", "new"), [(0, 3), (3, 0), (3, 4), (150, 2), (250, 130), (200, 0)]
)
async def test_the_keeper_takes_out_what_is_too_old_and_that_is_known(
    settings: Settings, redis: Redis, old: int, new: int
):
    clock = FakeClock()
    async with a_process(settings, clock) as process:
        start = await beginning(process)
        await asyncio.gather(*(process.say(CANARY) for _ in range(old)))
        clock.advance(24 * HOUR + 1)
        await asyncio.gather(*(process.say("new") for _ in range(new)))

        assert await process.history.expire(COFFEE) == old
        assert await process.history.expire(COFFEE) == 0

        assert CANARY.encode() not in everything_in(redis)
        assert redis.xlen(LOG) == new
        assert bool(redis.exists(LOG)) == bool(new)
        log = await process.history.after(COFFEE, start, NOWHERE)
        assert log.whole_after(Place(start.epoch, Position(old)))
        assert log.whole_after(start) == (old == 0)


async def test_a_log_that_nothing_is_known_of_leaves_nothing_for_ever(
    settings: Settings, redis: Redis
):
    clock = FakeClock()
    async with a_process(settings, clock) as process:
        await talk(process, 3)
        redis.delete(META)
        clock.advance(25 * HOUR)

        assert await process.history.expire(COFFEE) == 3

    assert all(redis.pttl(key) > 0 for key in redis.scan_iter("*"))


async def test_expiring_a_room_nobody_was_in_changes_nothing(
    settings: Settings, redis: Redis
):
    async with a_process(settings) as process:
        assert await process.history.expire(COFFEE) == 0

    assert redis.dbsize() == 0


# -- Rooms that keep nothing


async def test_a_room_without_history_keeps_no_word_and_yet_takes_back(
    settings: Settings, redis: Redis
):
    clock = FakeClock()
    async with a_process(settings, clock, history_hours=0) as process:
        await process.backplane.follow(COFFEE)
        await process.say(CANARY)
        await process.react(1)

        assert CANARY.encode() not in everything_in(redis)

        clock.advance(HOUR / 2)
        await process.history.expire(COFFEE)
        await process.take_back(1)
        assert process.positions() == [1, 2, 3]


async def test_a_room_without_history_forgets_within_the_hour_whose_words_they_were(
    settings: Settings, redis: Redis
):
    clock = FakeClock()
    async with a_process(settings, clock, history_hours=0) as process:
        await process.say("one", member=HERON)
        assert 3_590_000 < redis.pttl(LOG) <= 3_601_000

        clock.advance(HOUR + 1)
        assert await process.history.expire(COFFEE) == 1

        assert bytes(HERON) not in everything_in(redis)


async def test_a_log_of_a_room_without_history_is_never_the_whole(settings: Settings):
    async with a_process(settings, history_hours=0) as process:
        start = await beginning(process)
        await talk(process, 2)

        log = await process.history.after(COFFEE, start, NOWHERE)

        assert log.events == []
        assert not log.whole_after(Place(start.epoch, Position(1)))
        assert log.whole_after(Place(start.epoch, Position(2)))


async def test_an_operator_may_keep_nothing_from_now_on(
    settings: Settings, redis: Redis
):
    async with a_process(settings) as process:
        await process.say(CANARY)
    async with a_process(settings, history_hours=0) as process:
        await process.say("two")

        assert read(await process.history.before(COFFEE, 9, NOWHERE)) == []
        assert redis.pttl(LOG) <= 3_601_000


ONE_ROOM = """
[[room]]
slug = "{slug}"
name = "Room"
programme = "None"
purpose = "To talk."
rules = ["Be kind."]
tags = ["talk"]
for_whom = "Everyone."
disclaimer = "Peers, not professionals."
"""


async def test_each_room_may_keep_its_talk_for_another_time(
    settings: Settings, redis: Redis, tmp_path: Path
):
    file = tmp_path / "rooms.toml"
    file.write_text(
        ONE_ROOM.format(slug="coffee")
        + "history_hours = 2\n"
        + ONE_ROOM.format(slug="grief")
        + "history_hours = 0\n"
        + ONE_ROOM.format(slug="newcomers")
    )
    settings = settings.model_copy(update={"rooms_file": file})
    async with a_process(settings) as process:
        keep = process.history.keep_seconds

        assert keep(COFFEE) == 2 * HOUR
        assert keep(RoomName("grief")) == 0
        assert keep(RoomName("newcomers")) == 24 * HOUR


# -- A server that is not there


async def test_a_log_that_cannot_be_read_is_no_empty_log(settings: Settings):
    process = Process(settings)

    with pytest.raises(Unavailable):
        await process.history.latest(COFFEE, NOWHERE)
    with pytest.raises(Unavailable):
        await process.history.before(COFFEE, 1, NOWHERE)
    with pytest.raises(Unavailable):
        await process.history.expire(COFFEE)
