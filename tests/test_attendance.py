"""Attendance: numbers by the slot, kept for ninety days, and nothing else."""

from collections.abc import AsyncIterator

import pytest

from chat import busy
from chat.attendance import Attendance
from chat.model import RoomName
from tests.support.clock import FakeClock
from tests.support.processes import Processes
from tests.support.redis_server import RedisServer

COFFEE, GRIEF = RoomName("coffee"), RoomName("grief")
HOUR, DAY = 3600, 24 * 3600


@pytest.fixture
async def attendance(redis_url: str, clock: FakeClock) -> AsyncIterator[Attendance]:
    processes = Processes(redis_url)
    async with processes.running():
        process = await processes.start()
        yield Attendance(scripts=process.scripts, clock=clock)


async def test_a_room_that_nobody_counted_is_never_busy(attendance: Attendance):
    assert await attendance.usual(COFFEE) == [0.0] * 24


async def test_what_was_counted_is_what_is_usual(
    attendance: Attendance, clock: FakeClock
):
    for _ in range(busy.SLOTS_AN_HOUR):
        await attendance.note(COFFEE, 6)
        clock.advance(busy.SLOT_SECONDS)

    usual = await attendance.usual(COFFEE)

    assert usual[12] == 6.0
    assert sum(usual) == 6.0
    assert await attendance.usual(GRIEF) == [0.0] * 24


async def test_of_several_counts_in_one_slot_the_largest_is_kept(
    attendance: Attendance, clock: FakeClock
):
    for here in (2, 9, 4):
        await attendance.note(COFFEE, here)

    clock.advance(busy.SLOT_SECONDS)
    assert (await attendance.usual(COFFEE))[12] == 9.0


async def test_what_is_older_than_ninety_days_does_not_count(
    attendance: Attendance, clock: FakeClock
):
    await attendance.note(COFFEE, 6)

    clock.advance(busy.DAYS_KEPT * DAY + HOUR)

    assert await attendance.usual(COFFEE) == [0.0] * 24


async def test_only_numbers_are_kept_and_they_have_an_end(
    attendance: Attendance, clock: FakeClock, shared_redis: RedisServer
):
    await attendance.note(COFFEE, 6)

    with shared_redis.client() as client:
        (key,) = client.scan_iter("*slots*")
        assert key == b"porchlight:{coffee}:slots:2026-11-21"
        assert client.hgetall(key) == {b"144": b"6"}
        assert 90 * DAY <= client.ttl(key) <= 91 * DAY
