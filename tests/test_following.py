"""A room that is followed: whole, or on its way to be."""

import asyncio
import time

import pytest

from chat.errors import Unavailable
from chat.feed import EARLY_EVENTS, Event
from chat.following import GAP_PATIENCE_SECONDS, Following
from chat.history import Log
from chat.model import Place, RoomName
from chat.settings import Settings
from tests.support.eventually import eventually
from tests.support.process import COFFEE, Process

A_LITTLE = 0.01
"""How much too soon a loop may look at its clock."""


async def followed(process: Process) -> Following:
    await process.backplane.follow(COFFEE)
    return process.backplane._rooms[COFFEE]


def readings(process: Process) -> int:
    return int(process.metrics.catch_ups._value.get())


def ahead(following: Following, by: int) -> Event:
    """Return an event that is heard before some that come before it."""
    place = following.feed.place
    return Event("s", place.epoch, place.position + by, 0, 0, b"")


async def test_a_room_is_whole_once_its_log_was_read(settings: Settings):
    async with Process(settings).running() as process:
        following = await followed(process)

        assert following.whole.is_set()
        assert readings(process) == 1


async def test_a_room_without_history_remembers_nothing(settings: Settings):
    settings = settings.model_copy(update={"history_hours": 0})
    async with Process(settings).running() as process:
        following = await followed(process)
        await process.say("one")

        assert following.feed.latest() == []


async def test_a_room_with_a_gap_is_not_whole_until_it_is_filled(settings: Settings):
    async with Process(settings).running() as process:
        following = await followed(process)
        late, early = ahead(following, 1), ahead(following, 2)

        following.offer(early)
        assert not following.whole.is_set()
        following.offer(late)
        await following.whole.wait()

        assert not following.feed.behind
        assert readings(process) == 1


async def test_a_gap_that_stays_is_read_once_its_patience_is_over(settings: Settings):
    async with Process(settings).running() as process:
        following = await followed(process)
        await process.say("one")

        # From an epoch or a position that no server has: the room begins anew.
        offered = time.monotonic()
        following.offer(ahead(following, 3))
        assert readings(process) == 1

        await following.whole.wait()
        assert time.monotonic() - offered >= GAP_PATIENCE_SECONDS - A_LITTLE
        assert process.started_over() == 1


async def test_a_flood_from_the_future_is_read_for_once(settings: Settings):
    async with Process(settings).running() as process:
        following = await followed(process)

        for by in range(2, 3 * EARLY_EVENTS):
            following.offer(ahead(following, by))
        await following.whole.wait()

        assert readings(process) == 2
        assert not following.feed.behind


async def test_what_is_missed_while_the_log_is_read_is_read_as_well(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    async with Process(settings).running() as process:
        following = await followed(process)
        read_log = process.history.after

        async def missing_more(room: RoomName, place: Place, known: Place) -> object:
            monkeypatch.undo()
            log = await read_log(room, place, known)
            following.missed()
            return log

        monkeypatch.setattr(process.history, "after", missing_more)
        following.missed()
        await following.whole.wait()

        assert readings(process) == 3


async def test_what_is_heard_while_the_log_is_read_is_not_taken_for_lost(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    async with Process(settings).running() as process:
        following = await followed(process)
        read_log = process.history.after

        async def heard_meanwhile(room: RoomName, place: Place, known: Place) -> object:
            log = await read_log(room, place, known)
            await process.say("one")
            return log

        monkeypatch.setattr(process.history, "after", heard_meanwhile)
        following.missed()
        await following.whole.wait()

        assert process.started_over() == 0
        assert process.texts() == ["one"]


async def test_a_room_without_history_starts_over_only_for_what_is_not_heard(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    settings = settings.model_copy(update={"history_hours": 0})
    async with (
        Process(settings).running() as here,
        Process(settings).running() as there,
    ):
        following = await followed(here)
        read_log, read_latest = here.history.after, here.history.latest

        async def said_just_before(room: RoomName, place: Place, known: Place) -> Log:
            await there.say("one")
            return await read_log(room, place, known)

        async def heard_just_after(room: RoomName, known: Place) -> Log:
            log = await read_latest(room, known)
            await eventually(lambda: here.texts() == ["one"])
            return log

        monkeypatch.setattr(here.history, "after", said_just_before)
        monkeypatch.setattr(here.history, "latest", heard_just_after)
        following.missed()
        await following.whole.wait()

        assert here.started_over() == 0
        assert following.feed.place.position == 1


async def test_a_room_stays_in_doubt_until_its_log_can_be_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    async with Process(settings).running() as process:
        following = await followed(process)

        async def unavailable(*_: object) -> None:
            raise Unavailable(2)

        monkeypatch.setattr(process.history, "after", unavailable)
        following.missed()
        await eventually(lambda: readings(process) == 3)
        assert not following.whole.is_set()

        monkeypatch.undo()
        await eventually(following.whole.is_set)


async def test_nobody_waits_for_a_room_that_is_let_go_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    async with Process(settings).running() as process:
        following = await followed(process)

        async def never(*_: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(process.history, "after", never)
        following.missed()
        waiting = asyncio.create_task(following.whole.wait())
        await asyncio.sleep(0)
        process.backplane.unfollow(COFFEE)

        assert await waiting
        await eventually(lambda: following._reading and following._reading.done())
