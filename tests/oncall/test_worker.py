"""The worker: its parts run side by side, and none of them ends with another."""

import asyncio

import pytest

from chat.metrics import Metrics
from chat.oncall import worker as module
from chat.oncall.auditor import Auditor
from chat.oncall.worker import Worker
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.needs import WREN
from tests.support.on_call import OnCall


@pytest.fixture
async def on_call(database: Database, clock: FakeClock) -> OnCall:
    on_call = OnCall(database, clock)
    await on_call.come()
    return on_call


def a_worker(on_call: OnCall, *also: module.Part) -> tuple[Worker, Auditor]:
    parts = on_call.worker()

    async def ring(_frame: bytes) -> None: ...

    auditor = Auditor(
        database=on_call.database,
        clock=on_call.clock,
        ring=ring,
        look=parts.escalator.look,
        metrics=Metrics(),
    )
    worker = Worker(
        clock=on_call.clock,
        escalator=parts.escalator,
        outbox=parts.outbox,
        auditor=auditor,
        also=also,
    )
    return worker, auditor


async def test_it_calls_and_goes_on_when_one_of_its_parts_fails(
    on_call: OnCall, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "_AGAIN_SECONDS", 0.01)
    failed = 0

    async def fail() -> None:
        nonlocal failed
        failed += 1
        raise LookupError

    worker, _ = a_worker(on_call, fail)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(worker.run())
        await eventually(lambda: failed > 2)
        await on_call.house.pressed()
        await eventually(lambda: on_call.pushed() == [WREN])
        running.cancel()


async def test_it_is_well_while_it_ticks_and_the_auditor_is_content(
    on_call: OnCall,
):
    worker, auditor = a_worker(on_call)
    assert not worker.is_well()
    await auditor.audit()
    assert not worker.is_well()

    await worker._escalator.tick()
    assert worker.is_well()

    on_call.clock.advance(10)
    assert not worker.is_well(), "its last tick is too long ago"
    await on_call.house.pressed()
    on_call.clock.advance(6)
    await auditor.audit()
    await worker._escalator.tick()
    assert not worker.is_well(), "the auditor found a need that was overdue"
    await auditor.audit()
    assert worker.is_well()
