"""Workers: any of them may be killed at any time, and what it had is taken up again."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from chat import bulletin
from chat.oncall.notify import Outcome
from chat.oncall.sending import LEASE
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.needs import OTTER, WREN, a_handle
from tests.support.on_call import Crash, OnCall

CRASHES = [
    ["due"], ["called"], ["before_commit"], ["after_commit"], ["sending"], ["sent"],
    ["recorded"], ["after_commit", "leased"], ["sending", "sent", "recorded"],
]  # fmt: skip
"""The points at which one worker after the other is killed."""


async def test_two_workers_call_each_peer_once(on_call: OnCall):
    for _ in range(30):
        await on_call.house.pressed()
    workers = [on_call.worker(), on_call.worker()]

    for worker in workers:
        await worker.tick()

    assert len(on_call.pushed()) == 30


class Killed:
    """Kills a worker when it comes to a point; not at once, but in the middle of it."""

    def __init__(self, point: str) -> None:
        self._point = point
        self._left = 3 if point in ("called", "sending", "sent") else 1

    def __call__(self, at: str) -> None:
        self._left -= at == self._point
        if at == self._point and self._left <= 0:
            raise Crash


@pytest.mark.parametrize("points", CRASHES, ids="-".join)
async def test_whoever_crashes_anywhere_costs_an_alert_too_many_and_never_one_too_few(
    on_call: OnCall, points: list[str]
):
    ids = [await on_call.house.pressed() for _ in range(5)]

    for point in points:
        with pytest.raises((Crash, BaseExceptionGroup)):
            await on_call.worker(Killed(point)).tick()
        # What the killed one had in hand is free before two seconds have passed.
        on_call.clock.advance(1.5)
    await on_call.worker().tick()

    rung = Counter(note.need_id for note in on_call.outside.got)
    assert set(rung) == set(ids)
    assert max(rung.values()) <= 1 + len(points)
    paged = Counter(ring[4] for ring in on_call.house.rung if ring[0] == bulletin.ALERT)
    assert set(paged) == set(ids)
    assert max(paged.values()) <= 1 + len(points)
    assert await on_call.states() == {"sent"}


async def test_two_killed_in_turn_hold_up_an_alert_for_less_than_two_seconds(
    on_call: OnCall,
):
    """The second comes first to what the first had, and is killed with it as well."""
    await on_call.house.pressed()
    alive = on_call.worker()
    began = on_call.clock.now()
    with pytest.raises(Crash):
        await on_call.worker(Killed("after_commit")).tick()
    on_call.clock.advance(LEASE.total_seconds())
    with pytest.raises(Crash):
        await on_call.worker(Killed("leased")).tick()

    while not await alive.outbox.deliver():
        on_call.clock.advance(alive.outbox.looks_in)

    assert on_call.clock.now() - began < timedelta(seconds=1.6)
    assert on_call.pushed() == [WREN]


async def test_what_was_just_written_is_sent_before_one_looks_for_what_others_had(
    on_call: OnCall,
):
    await on_call.house.pressed()
    on_call.outside.answers[on_call.phones[WREN].id] = Outcome.LATER
    await on_call.worker().tick()
    on_call.clock.advance(1)
    id_ = await on_call.house.pressed()
    worker = on_call.worker(Killed("leased"))
    await worker.escalator.tick()

    with pytest.raises((Crash, BaseExceptionGroup)):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await worker.outbox.run()

    assert on_call.paged() == [WREN, WREN]
    assert on_call.pushed(id_) == [WREN]


@pytest.mark.parametrize("point", ["silent", "raised_again"])
async def test_a_crash_while_a_need_comes_back_does_not_lose_it(
    on_call: OnCall, point: str
):
    handle = a_handle()
    id_ = (await on_call.house.press(handle)).id
    await on_call.house.needs.accept(id_, WREN)
    if point == "raised_again":
        at = on_call.clock.now() + timedelta(seconds=30)
        await on_call.house.needs.call_back(handle, at)
    on_call.clock.advance(60)

    def fault(at: str) -> None:
        if at == point:
            raise Crash

    with pytest.raises(Crash):
        await on_call.worker(fault).tick()
    await on_call.worker().tick()

    assert (await on_call.house.kinds(id_)).count(point) == 1
    assert len(on_call.pushed(id_)) == 1


async def test_what_one_could_not_send_another_tries_again(on_call: OnCall):
    await on_call.house.pressed()
    way = on_call.phones[WREN].id
    on_call.outside.answers[way] = Outcome.LATER
    await on_call.worker().tick()
    del on_call.outside.answers[way]

    on_call.clock.advance(1)
    await on_call.worker().tick()

    assert on_call.pushed() == [WREN, WREN]
    assert await on_call.states() == {"sent"}


async def test_what_is_gone_for_one_is_gone_for_all(on_call: OnCall):
    id_ = await on_call.house.pressed()
    on_call.outside.answers[on_call.phones[WREN].id] = Outcome.GONE
    worker = on_call.worker()
    await worker.tick()
    on_call.change(WREN, reachable=False)

    await worker.tick()

    assert on_call.pushed(id_) == [WREN, OTTER]
    assert [row.state for row in await on_call.rows(way="push", staff_id=WREN)] == [
        "failed"
    ]
