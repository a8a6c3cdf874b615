"""Between processes: what is said anywhere is heard everywhere, once and in order."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from typing import cast

import pytest
from redis import Redis

from chat import backplane, following, protocol
from chat.backplane import channel
from chat.drafts import Draft
from chat.errors import Gone, NotYours, Unavailable
from chat.feed import LATEST_FOR_NEWCOMERS, PAGE_BYTES, RECENT_EVENTS, Page
from chat.history import READ_AT_ONCE, Log, keys
from chat.model import NOWHERE, Epoch, Place, Position, RoomName
from chat.redis import Script
from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.process import COFFEE, HERON, OTTER, WHO, Process, new_id, read
from tests.support.redis_server import RedisServer

NEWCOMERS = RoomName("newcomers")

MINUTE, HOUR = 60, 3600


@pytest.fixture
def redis(shared_redis: RedisServer, redis_url: str) -> Iterator[Redis]:
    with shared_redis.client() as client:
        yield client


@asynccontextmanager
async def processes(
    settings: Settings, count: int = 2, clock: FakeClock | None = None
) -> AsyncIterator[list[Process]]:
    """Run several processes that follow one room."""
    async with AsyncExitStack() as stack:
        running = [
            await stack.enter_async_context(Process(settings, clock).running())
            for _ in range(count)
        ]
        for process in running:
            await process.backplane.follow(COFFEE)
        yield running


@asynccontextmanager
async def one_process(
    settings: Settings, clock: FakeClock | None = None
) -> AsyncIterator[Process]:
    async with processes(settings, 1, clock) as (process,):
        yield process


def changed(settings: Settings, **what: float) -> Settings:
    return settings.model_copy(update=what)


async def say_unheard(process: Process, text: str) -> int:
    """Speak in a way that no line carries, as if it had been down just then."""
    at = process.clock.seconds()
    draft = Draft("s", OTTER, new_id(), at, protocol.said(COFFEE, at, WHO, text, 0))
    arguments = process.backplane._arguments(COFFEE, draft)[:-1]
    _, _, position, _ = await process.scripts.call(
        Script("append"),
        (*keys(COFFEE), f"porchlight:{{coffee}}:once:{draft.id.hex()}"),
        *arguments,
        "porchlight:{coffee}:elsewhere",
    )
    assert isinstance(position, int)
    return position


async def all_heard(process: Process, *texts: str) -> None:
    await eventually(lambda: process.texts() == list(texts))


# -- Saying


async def test_positions_count_from_one_in_each_room(settings: Settings):
    async with one_process(settings) as here:
        said = [await here.say("hello") for _ in range(3)]
        elsewhere = await here.say("hello", room=NEWCOMERS)

    assert [receipt.position for receipt in said] == [1, 2, 3]
    assert elsewhere.position == 1


async def test_positions_have_no_holes_however_many_speak_at_once(settings: Settings):
    async with processes(settings) as (here, there):
        said = await asyncio.gather(
            *(process.say(f"{n}") for n in range(150) for process in (here, there))
        )

        assert sorted(receipt.position for receipt in said) == list(range(1, 301))
        await eventually(lambda: len(here.texts()) == len(there.texts()) == 300)
        assert here.positions() == there.positions() == list(range(1, 301))
        assert here.texts() == there.texts()


async def test_each_process_hears_the_other_in_order_and_itself_once(
    settings: Settings,
):
    async with processes(settings) as (here, there):
        await here.say("one")
        await there.say("two")
        await here.say("three")

        await all_heard(here, "one", "two", "three")
        await all_heard(there, "one", "two", "three")
        await asyncio.sleep(0.05)
        assert len(here.texts()) == 3


async def test_who_speaks_need_not_wait_for_the_echo(settings: Settings):
    async with one_process(settings) as here:
        here.lines.heard = lambda _channel, _data: None

        await here.say("one")

        assert here.texts() == ["one"]


@pytest.mark.parametrize("position", [1, 127, 128, 255, 256, 65_535, 65_536, 2**32])
async def test_the_script_writes_the_frame_that_we_would(
    settings: Settings, redis: Redis, position: int
):
    meta, _log = keys(COFFEE)
    redis.hset(meta, mapping={"epoch": 5, "position": position - 1, "floor": 0})
    async with processes(settings) as (here, there):
        await here.say("one")

        await all_heard(there, "one")
        assert there.frames == here.frames
        assert read(await there.backplane.before(COFFEE, position + 1)) == ["one"]
        assert here.positions() == [position]


async def test_a_repeat_gets_the_first_answer_and_changes_nothing(settings: Settings):
    async with processes(settings) as (here, there):
        id_ = new_id()
        answers = await asyncio.gather(
            *(process.say("one", id_=id_) for process in (here, there) * 5)
        )
        await here.say("two")

        assert len(set(answers)) == 1
        await all_heard(here, "one", "two")
        await all_heard(there, "one", "two")


async def test_a_repeat_gets_the_first_answer_much_later_too(settings: Settings):
    clock = FakeClock()
    async with processes(settings, clock=clock) as (here, there):
        id_ = new_id()
        first = await here.say("one", id_=id_)
        await here.say("two")
        clock.advance(9 * MINUTE)

        assert await there.say("one", id_=id_) == first
        assert there.texts() == ["one", "two"]


async def test_another_member_s_same_id_is_another_message(settings: Settings):
    async with one_process(settings) as here:
        id_ = new_id()

        await here.say("mine", id_=id_, member=OTTER)
        await here.say("mine", id_=id_, member=HERON)

        assert here.positions() == [1, 2]


async def test_the_same_id_in_another_room_is_another_message(settings: Settings):
    async with one_process(settings) as here:
        await here.backplane.follow(NEWCOMERS)
        id_ = new_id()

        await here.say("one", id_=id_)
        await here.say("one", id_=id_, room=NEWCOMERS)

        assert (here.texts(), here.texts(NEWCOMERS)) == (["one"], ["one"])


async def test_repeats_are_known_for_ten_minutes_at_least(
    settings: Settings, redis: Redis
):
    async with one_process(changed(settings, repeat_minutes=10)) as here:
        await here.say("one")

    (once,) = redis.scan_iter("*:once:*")
    assert 599_000 < redis.pttl(once) <= 600_000


async def test_a_repeat_of_what_an_older_version_took_gets_its_first_answer(
    settings: Settings, redis: Redis
):
    async with one_process(settings) as here:
        id_ = new_id()
        first = await here.say("one", id_=id_)
        (once,) = redis.scan_iter("*:once:*")
        redis.set(once, struct.pack(">IQI", 1_700_000_000, *first))

        assert await here.say("one", id_=id_) == first


# -- Taking back, reacting


async def test_one_s_own_message_can_be_taken_back(settings: Settings):
    async with processes(settings) as (here, there):
        await here.say("one")
        await here.say("two")

        taken_back = await there.take_back(1)

        assert taken_back.position == 3
        await eventually(lambda: here.positions() == [1, 2, 3])
        assert read(await here.backplane.since(COFFEE, NOWHERE)) == ["two", ""]
        assert read(await here.backplane.before(COFFEE, 9)) == ["two", ""]


async def test_taking_back_twice_with_one_id_is_one_taking_back(settings: Settings):
    async with one_process(settings) as here:
        await here.say("one")
        id_ = new_id()

        first = await here.take_back(1, id_=id_)

        assert await here.take_back(1, id_=id_) == first
        assert here.positions() == [1, 2]


async def test_nobody_takes_back_another_s_message(settings: Settings):
    async with one_process(settings) as here:
        await here.say("one", member=OTTER)

        with pytest.raises(NotYours):
            await here.take_back(1, member=HERON)

        assert read(await here.backplane.since(COFFEE, NOWHERE)) == ["one"]


@pytest.mark.parametrize("target", [1, 3, 4])
async def test_what_is_not_a_message_can_be_neither_taken_back_nor_reacted_to(
    settings: Settings, target: int
):
    async with one_process(settings) as here:
        await here.say("one")
        await here.say("two")
        await here.react(2)
        await here.take_back(1)

        with pytest.raises(Gone):
            await here.take_back(target)
        with pytest.raises(Gone):
            await here.react(target)

        assert (await here.say("three")).position == 5


async def test_a_room_without_history_takes_back_all_the_same(settings: Settings):
    async with one_process(changed(settings, history_hours=0)) as here:
        await here.say("one")

        with pytest.raises(NotYours):
            await here.take_back(1, member=HERON)
        await here.take_back(1)

        assert here.positions() == [1, 2]


# -- A server that forgot


def copy_of(redis: Redis) -> dict[str, bytes]:
    """Return what a backup, or a disk that was not told the rest, has of a room."""
    return {key: cast("bytes", redis.dump(key)) for key in keys(COFFEE)}


def set_back(redis: Redis, copy: dict[str, bytes]) -> None:
    """Lose all that was said since a copy was made."""
    for key, value in copy.items():
        redis.restore(key, 0, value, replace=True)


@pytest.mark.parametrize("lost", ["meta", "everything"])
async def test_a_server_that_forgot_gives_no_position_twice(
    settings: Settings, redis: Redis, lost: str
):
    # Not even if all of it happens within one second.
    async with processes(settings, clock=FakeClock()) as (here, there):
        for n in range(5):
            await here.say(f"before {n}")
        await eventually(lambda: len(there.texts()) == 5)
        epoch = (await here.backplane.since(COFFEE, NOWHERE)).epoch

        redis.delete(keys(COFFEE)[0]) if lost == "meta" else redis.flushall()
        await here.say("after")

        for process in (here, there):
            await eventually(process.started_over)
            page = await process.backplane.since(COFFEE, known(process, 0))
            assert page.epoch > epoch
            assert (page.position, read(page)) == (1, ["after"])
            assert process.started_over() == 1


async def test_a_server_that_knows_less_than_a_process_begins_anew_with_what_it_has(
    settings: Settings, redis: Redis
):
    async with processes(settings, clock=FakeClock()) as (here, there):
        await here.say("kept")
        copy = copy_of(redis)
        await here.say("lost")
        await eventually(lambda: len(there.texts()) == 2)

        set_back(redis, copy)
        assert (await there.say("after")).position == 3

        await eventually(lambda: here.started_over() == there.started_over() == 1)
        page = await here.backplane.since(COFFEE, NOWHERE)
        assert read(page) == ["kept", "after"]


async def test_what_is_said_after_a_loss_outlives_the_news_of_it(
    settings: Settings, redis: Redis
):
    async with processes(settings) as (here, there):
        await here.say("kept")
        copy = copy_of(redis)
        for n in range(3):
            await here.say(f"lost {n}")
        await eventually(lambda: len(there.texts()) == 4)
        set_back(redis, copy)

        # This one has heard less, and so finds nothing amiss.
        async with one_process(settings) as newcomer:
            assert (await newcomer.say("meanwhile")).position == 2
            await here.say("after")

            for process in (here, there, newcomer):
                await eventually(process.started_over)
                page = await process.backplane.since(COFFEE, NOWHERE)
                assert read(page) == ["kept", "meanwhile", "after"]


async def test_a_server_that_was_set_back_and_got_as_far_again_is_found_out(
    settings: Settings, redis: Redis
):
    async with processes(settings) as (here, there):
        await here.say("kept")
        copy = copy_of(redis)
        await here.say("lost")
        await eventually(lambda: len(there.texts()) == 2)
        set_back(redis, copy)

        async with one_process(settings) as newcomer:
            assert (await newcomer.say("meanwhile")).position == 2
            redis.client_kill_filter(_type="pubsub")

            # The newcomer has heard nothing else; it learns with the next event.
            for process in (here, there):
                await eventually(process.started_over)
            for process in (here, there, newcomer):
                page = await process.backplane.since(COFFEE, NOWHERE)
                assert read(page) == ["kept", "meanwhile"]


async def test_a_line_that_is_lost_alone_begins_nothing_anew(
    settings: Settings, redis: Redis
):
    async with one_process(settings) as here:
        await here.say("one")
        redis.client_kill_filter(_type="pubsub")
        await eventually(lambda: here.line[-2:] == [False, True])

        assert (await here.say("two")).position == 2
        assert here.started_over() == 0


async def test_a_process_that_only_heard_of_an_event_knows_of_it_too(
    settings: Settings, redis: Redis
):
    async with one_process(settings, FakeClock()) as here:
        await here.say("one")
        epoch = here.backplane._rooms[COFFEE].feed.place.epoch
        envelope = backplane._ENVELOPE.pack(b"s", epoch, 4, 0, 0)

        redis.spublish(channel(COFFEE), envelope + b"a frame")
        await eventually(here.started_over)
        await here.say("two")

        page = await here.backplane.since(COFFEE, NOWHERE)
        assert page.epoch > epoch
        assert (page.position, read(page)) == (5, ["one", "two"])


async def test_what_is_lost_cannot_be_reacted_to(settings: Settings, redis: Redis):
    async with one_process(settings, FakeClock()) as here:
        await here.say("kept")
        copy = copy_of(redis)
        await here.say("lost")
        set_back(redis, copy)

        with pytest.raises(Gone):
            await here.react(2)

        assert (await here.react(1)).position == 3


async def test_an_epoch_is_larger_than_any_before(settings: Settings, redis: Redis):
    epochs = []
    async with one_process(settings, FakeClock()) as here:
        for n in range(4):
            await here.say(f"{n}")
            epochs.append((await here.backplane.since(COFFEE, NOWHERE)).epoch)
            redis.flushall()
            await here.say("after")
            await eventually(lambda: here.started_over() == len(epochs))

    assert all(earlier < later for earlier, later in pairwise(epochs))


async def test_whoever_heard_what_all_have_lost_is_told_so_within_the_same_second(
    settings: Settings, redis: Redis
):
    clock = FakeClock()
    async with one_process(settings, clock) as here:
        await here.say("one")
        await here.say("two")
        heard = known(here, 2)
    redis.flushall()

    async with one_process(settings, clock) as there:
        for text in ("three", "four", "five"):
            await there.say(text)

        page = await there.backplane.since(COFFEE, heard)

    assert (page.whole, read(page)) == (False, ["three", "four", "five"])


# -- Gaps


async def test_a_gap_is_filled_from_the_log(settings: Settings):
    async with processes(settings) as (here, there):
        await there.say("one")
        await say_unheard(there, "two")
        await say_unheard(there, "three")
        await there.say("four")

        await all_heard(here, "one", "two", "three", "four")
        await all_heard(there, "one", "two", "three", "four")
        assert here.started_over() == there.started_over() == 0


async def test_a_gap_of_more_than_one_reading_is_filled(settings: Settings):
    async with one_process(settings) as here:
        unheard = [await say_unheard(here, f"{n}") for n in range(2 * READ_AT_ONCE + 7)]

        last = await here.say("last")

        await eventually(lambda: here.texts()[-1:] == ["last"])
        assert here.positions() == [*unheard, last.position]


async def test_what_was_taken_back_leaves_no_gap(settings: Settings):
    async with processes(settings) as (here, there):
        await say_unheard(there, "one")
        await say_unheard(there, "two")
        await there.take_back(1)
        await there.say("four")

        await all_heard(here, "two", "four")
        assert here.positions() == [2, 3, 4]
        assert here.started_over() == 0


async def test_two_that_speak_at_once_cause_no_reading(settings: Settings):
    async with one_process(settings) as here:
        readings = here.metrics.catch_ups._value.get()
        feed = here.backplane._rooms[COFFEE].feed
        epoch, position = feed.place.epoch, feed.place.position
        two, one = (
            backplane._ENVELOPE.pack(b"s", epoch, position + n, 0, 0)
            + protocol.said(COFFEE, 0, WHO, f"{n}", 0).at(position + n)
            for n in (2, 1)
        )

        here.lines.heard(channel(COFFEE), two)
        assert here.texts() == []
        here.lines.heard(channel(COFFEE), one)
        await asyncio.sleep(following.GAP_PATIENCE_SECONDS * 1.2)

        assert here.texts() == ["1", "2"]
        assert here.metrics.catch_ups._value.get() == readings


async def test_what_is_lost_for_good_is_said_so(settings: Settings):
    async with one_process(changed(settings, history_messages=3)) as here:
        await here.say("one")
        for n in range(5):
            await say_unheard(here, f"unheard {n}")

        await here.say("last")

        await eventually(lambda: here.started_over() == 1)
        page = await here.backplane.since(COFFEE, NOWHERE)
        assert read(page) == ["unheard 3", "unheard 4", "last"]


async def test_a_room_without_history_says_so_when_it_missed_something(
    settings: Settings,
):
    async with one_process(changed(settings, history_hours=0)) as here:
        await here.say("one")
        await say_unheard(here, "two")

        await here.say("three")

        await eventually(lambda: here.started_over() == 1)
        missed = await here.backplane.since(COFFEE, known(here, 1))
        assert (missed.whole, missed.position, missed.events) == (False, 3, [])


async def test_a_room_without_history_loses_nothing_while_the_line_holds(
    settings: Settings,
):
    async with processes(changed(settings, history_hours=0)) as (here, there):
        for n in range(20):
            await (here, there)[n % 2].say(f"{n}")

        for process in (here, there):
            await all_heard(process, *(f"{n}" for n in range(20)))
            assert process.started_over() == 0


# -- What somebody missed


def known(process: Process, position: int) -> Place:
    """Return a position in the epoch of a room as a process knows it."""
    epoch = process.backplane._rooms[COFFEE].feed.place.epoch
    return Place(epoch, Position(position))


async def pages(process: Process, start: Place) -> list[Page]:
    """Ask as a page does: again and again while there is more."""
    found = [await process.backplane.since(COFFEE, start)]
    while found[-1].more:
        last = found[-1]
        start = Place(Epoch(last.epoch), Position(last.position))
        found.append(await process.backplane.since(COFFEE, start))
    return found


async def test_a_newcomer_is_shown_the_latest(settings: Settings):
    async with one_process(settings) as here:
        for n in range(LATEST_FOR_NEWCOMERS + 5):
            await here.say(f"{n}")

        page = await here.backplane.since(COFFEE, NOWHERE)

        assert (page.position, page.whole, page.more) == (
            LATEST_FOR_NEWCOMERS + 5,
            True,
            False,
        )
        assert read(page) == [f"{n}" for n in range(5, LATEST_FOR_NEWCOMERS + 5)]


async def test_a_newcomer_finds_what_was_said_before_this_process_began(
    settings: Settings,
):
    async with one_process(settings) as here:
        await here.say("one")
    async with one_process(settings) as there:
        assert read(await there.backplane.since(COFFEE, NOWHERE)) == ["one"]
        assert there.texts() == []


@pytest.mark.parametrize("heard", [0, 1, 100, 399, 400])
async def test_who_returns_gets_everything_since(settings: Settings, heard: int):
    count = RECENT_EVENTS + 200
    async with one_process(settings) as here:
        await asyncio.gather(*(here.say(f"{n}") for n in range(count)))

        missed = await pages(here, known(here, heard))

        assert [text for page in missed for text in read(page)] == here.texts()[heard:]
        assert all(page.whole for page in missed)
        assert missed[-1].position == count


async def test_who_missed_long_messages_gets_them_in_pages(settings: Settings):
    text = "é" * 2000
    count = 3 * PAGE_BYTES // len(text.encode())
    async with one_process(settings) as here:
        for _ in range(count):
            await here.say(text)

        missed = await pages(here, known(here, 0))

        assert len(missed) > 2
        assert sum(len(read(page)) for page in missed) == count
        for page in missed:
            assert sum(map(len, page.events)) <= PAGE_BYTES


async def test_what_was_taken_back_while_one_was_away_is_not_among_it(
    settings: Settings,
):
    async with one_process(settings) as here:
        await asyncio.gather(*(here.say(f"{n}") for n in range(RECENT_EVENTS)))
        for target in range(10, 50):
            await here.take_back(target)

        missed = await pages(here, known(here, 5))

        shown = [text for page in missed for text in read(page)]
        kept = [text for text in here.texts()[5:] if not 9 <= int(text) < 49]
        assert shown == kept + [""] * 40
        assert all(page.whole for page in missed)


@pytest.mark.parametrize(
    "other", [NOWHERE, Place(Epoch(9), Position(1)), Place(Epoch(2**32), Position(1))]
)
async def test_who_comes_from_another_epoch_is_told_so(
    settings: Settings, other: Place
):
    async with one_process(settings) as here:
        await here.say("one")

        page = await here.backplane.since(COFFEE, other)

        assert page.whole is (other == NOWHERE)
        assert read(page) == ["one"]


async def test_who_claims_to_come_from_the_future_is_told_so(settings: Settings):
    async with one_process(settings) as here:
        await here.say("one")

        page = await here.backplane.since(COFFEE, known(here, 7))

        assert (page.whole, page.position, read(page)) == (False, 1, ["one"])


async def test_who_was_away_for_too_long_is_told_so(settings: Settings):
    async with one_process(changed(settings, history_messages=250)) as here:
        await asyncio.gather(*(here.say(f"{n}") for n in range(300)))

        assert not (await here.backplane.since(COFFEE, known(here, 49))).whole
        missed = await pages(here, known(here, 50))

        assert sum(len(page.events) for page in missed) == 250
        assert all(page.whole for page in missed)


async def test_who_heard_more_elsewhere_gets_no_less_here(settings: Settings):
    async with one_process(settings) as here:
        await here.say("one")
        position = await say_unheard(here, "two")

        page = await here.backplane.since(COFFEE, known(here, position))

        assert (page.position, page.whole, page.events) == (position, True, [])
        assert here.texts() == ["one", "two"]


async def test_who_heard_of_a_new_epoch_elsewhere_is_let_in_here(
    settings: Settings, redis: Redis
):
    async with one_process(settings) as here:
        await here.say("one")
        redis.flushall()
        later = FakeClock()
        later.advance(24 * HOUR)
        async with one_process(settings, later) as there:
            await there.say("two")
            new = known(there, 1)

            page = await here.backplane.since(COFFEE, new)

        assert (page.epoch, page.position, page.more) == (new.epoch, 1, False)
        assert page.whole
        assert here.started_over() == 1


# -- What is said while the past is read


Between = Callable[[], Awaitable[object]]


def talked_over(
    process: Process, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let something be said after the log was read and before its answer is here."""
    read_log = process.history.after

    async def after(room: RoomName, place: Place, known: Place) -> Log:
        log = await read_log(room, place, known)
        await between()
        return log

    monkeypatch.setattr(process.history, "after", after)


@pytest.mark.parametrize("meanwhile", [1, 5, RECENT_EVENTS - 1, RECENT_EVENTS + 50])
async def test_what_is_said_while_the_past_is_read_comes_after_it_and_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, meanwhile: int
):
    async with processes(settings) as (here, there):
        await asyncio.gather(*(there.say(f"{n}") for n in range(RECENT_EVENTS + 20)))
        await eventually(lambda: len(here.texts()) == RECENT_EVENTS + 20)
        live: list[bytes] = []

        async def between() -> None:
            monkeypatch.undo()
            for n in range(meanwhile):
                await there.say(f"meanwhile {n}")
            await eventually(lambda: here.texts() == there.texts())

        talked_over(here, between, monkeypatch)
        missed = await pages(here, known(here, 10))
        so_far = len(here.texts())
        await there.say("live")
        await eventually(lambda: len(here.texts()) > so_far)
        live = here.frames[COFFEE][so_far:]

        got = [frame for page in missed for frame in page.events] + live
        assert got == here.frames[COFFEE][10:]
        assert all(page.whole for page in missed)


async def test_members_join_while_the_room_talks_and_miss_nothing(settings: Settings):
    async with processes(settings) as (here, there):
        await asyncio.gather(*(there.say(f"{n}") for n in range(RECENT_EVENTS + 20)))
        await eventually(lambda: len(here.texts()) == RECENT_EVENTS + 20)

        async def talk() -> None:
            for n in range(150):
                await there.say(f"live {n}")

        async def join(position: int) -> tuple[list[bytes], int]:
            await asyncio.sleep(position / 10_000)
            missed = await pages(here, known(here, position))
            # From here on one hears what goes out: the rest of what is in `frames`.
            return [frame for page in missed for frame in page.events], len(
                here.frames[COFFEE]
            )

        talking = asyncio.create_task(talk())
        joined = await asyncio.gather(*(join(n) for n in range(0, RECENT_EVENTS, 5)))
        await talking
        await eventually(lambda: here.texts() == there.texts())

    for position, (frames, live_from) in zip(
        range(0, RECENT_EVENTS, 5), joined, strict=True
    ):
        assert (
            frames + here.frames[COFFEE][live_from:] == (here.frames[COFFEE][position:])
        )


# -- What was said before


async def test_the_past_can_be_paged_backwards_to_its_beginning(settings: Settings):
    async with one_process(settings) as here:
        await asyncio.gather(*(here.say(f"{n}") for n in range(120)))
        found: list[str] = []
        before, more = 121, True
        while more:
            page = await here.backplane.before(COFFEE, before)
            found[:0] = read(page)
            more = page.more
            before -= len(page.events)

        assert found == here.texts()


async def test_of_long_messages_the_nearest_come_first(settings: Settings):
    text = "é" * 2000
    async with one_process(settings) as here:
        for n in range(20):
            await here.say(f"{n} {text}")

        page = await here.backplane.before(COFFEE, 21)

        numbers = [int(said.split()[0]) for said in read(page)]
        assert numbers == list(range(20 - len(numbers), 20))
        assert 5 < len(numbers) < 20
        assert page.more


@pytest.mark.parametrize("before", [-5, 0, 1])
async def test_before_the_first_there_is_nothing(settings: Settings, before: int):
    async with one_process(settings) as here:
        await here.say("one")

        page = await here.backplane.before(COFFEE, before)

        assert (page.events, page.more) == ([], False)


# -- Following


async def test_nothing_is_heard_of_a_room_nobody_here_is_in(settings: Settings):
    async with processes(settings) as (here, there):
        here.backplane.unfollow(COFFEE)
        await there.say("one")
        await asyncio.sleep(0.05)
        assert here.texts() == []
        assert here.backplane.followed == ()

        await here.backplane.follow(COFFEE)
        await there.say("two")
        await all_heard(here, "two")


async def test_a_room_left_and_entered_at_once_is_heard_once(settings: Settings):
    async with processes(settings) as (here, there):
        for n in range(20):
            here.backplane.unfollow(COFFEE)
            await there.say(f"{n}")
            await here.backplane.follow(COFFEE)

        heard = here.positions()
        await there.say("last")
        await eventually(lambda: here.texts()[-1:] == ["last"])
        assert heard == sorted(set(heard))


async def test_many_may_wait_for_one_room(settings: Settings):
    async with one_process(settings) as here:
        feeds = await asyncio.gather(
            *(here.backplane.follow(NEWCOMERS) for _ in range(20))
        )

    assert len({id(feed) for feed in feeds}) == 1


async def test_who_waits_for_a_room_that_is_let_go_of_is_told(settings: Settings):
    async with one_process(settings) as here:
        waiting = asyncio.create_task(here.backplane.follow(NEWCOMERS))
        await asyncio.sleep(0)
        here.backplane.unfollow(NEWCOMERS)

        with pytest.raises(Unavailable):
            await waiting


async def test_a_room_that_cannot_be_heard_is_unavailable_for_now(
    own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(backplane, "READY_WITHIN_SECONDS", 0.2)
    async with one_process(Settings(redis_url=own_redis.url)) as here:
        await here.say("one")
        own_redis.kill()
        await eventually(lambda: here.line == [True, False])

        with pytest.raises(Unavailable):
            await here.backplane.follow(NEWCOMERS)
        # Who was here goes on reading what was heard so far.
        assert read(await here.backplane.since(COFFEE, NOWHERE)) == ["one"]


async def test_a_process_that_ends_is_no_trouble_to_who_still_speaks(
    settings: Settings,
):
    async with one_process(settings) as here:
        await here.backplane.follow(NEWCOMERS)

    with pytest.raises(Unavailable):
        await here.say("too late")
    with pytest.raises(Unavailable):
        await here.backplane.follow(RoomName("aa"))
    here.backplane.unfollow(COFFEE)
    here.backplane.unfollow(COFFEE)


async def test_a_process_that_does_not_run_follows_nothing(settings: Settings):
    idle = Process(settings)

    with pytest.raises(Unavailable):
        await idle.backplane.follow(COFFEE)
    with pytest.raises(Unavailable):
        await idle.say("one")


async def test_talk_fades_on_every_process(settings: Settings):
    clock = FakeClock()
    async with one_process(settings, clock) as here:
        await here.say("one")
        clock.advance(23 * HOUR)
        await here.say("two")
        clock.advance(2 * HOUR)

        here.backplane.fade()

        assert read(await here.backplane.since(COFFEE, NOWHERE)) == ["two"]
        assert not (await here.backplane.since(COFFEE, known(here, 0))).whole
        assert (await here.backplane.since(COFFEE, known(here, 1))).whole


async def test_news_of_presence_is_passed_on_without_a_place(settings: Settings):
    async with processes(settings) as (here, there):
        news: list[tuple[RoomName, bytes]] = []
        here.backplane.news = lambda room, data: news.append((room, data))

        await there.scripts.tell(channel(COFFEE), b"pnews")

        await eventually(lambda: news == [(COFFEE, b"news")])
        assert here.frames == {}
