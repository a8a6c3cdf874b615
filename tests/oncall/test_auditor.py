"""The auditor: a need that is stuck is found, told and looked at, within seconds."""

import asyncio
import logging
from datetime import timedelta

import msgpack
import pytest
from sqlalchemy import update

from chat import bulletin
from chat.errors import StoreDown
from chat.metrics import Metrics
from chat.oncall.auditor import Auditor
from chat.oncall.health import Trouble
from chat.oncall.notify import Outcome
from chat.store import stays
from chat.store.oncall import needs
from tests.support.eventually import eventually
from tests.support.needs import WREN, a_handle
from tests.support.on_call import OnCall, down


class Office:
    """An auditor, and whom it tells."""

    def __init__(self, on_call: OnCall) -> None:
        self.rung: list[object] = []
        self.looks = 0
        self.metrics = Metrics()
        self.auditor = Auditor(
            database=on_call.database,
            clock=on_call.clock,
            ring=self._ring,
            look=self._look,
            metrics=self.metrics,
        )

    async def _ring(self, frame: bytes) -> None:
        self.rung.append(tuple(msgpack.unpackb(frame)))

    def _look(self) -> None:
        self.looks += 1


@pytest.fixture
def office(on_call: OnCall) -> Office:
    return Office(on_call)


async def test_where_all_is_well_nobody_is_told(on_call: OnCall, office: Office):
    await on_call.house.pressed()
    await on_call.worker().tick()
    await on_call.house.talk()
    await on_call.house.drill()

    assert not await office.auditor.audit()

    assert office.auditor.content
    assert office.rung == []
    assert office.looks == 1
    assert b"needs_open 2.0" in office.metrics.render()


async def test_a_need_that_nobody_looks_after_is_told_aloud(
    on_call: OnCall, office: Office, caplog: pytest.LogCaptureFixture
):
    handle = a_handle()
    await on_call.house.press(handle, words="please")
    on_call.clock.advance(6)

    assert await office.auditor.audit() == {Trouble.OVERDUE: 1}

    assert not office.auditor.content
    assert office.rung == [(bulletin.ALARM, "", "overdue", 1)]
    assert office.looks == 1, "and it is looked at"
    assert b'oncall_alarms_total{what="overdue"} 1.0' in office.metrics.render()
    [record] = [each for each in caplog.records if each.levelno == logging.CRITICAL]
    assert "please" not in repr(record.__dict__)
    assert handle.hex() not in repr(record.__dict__)


async def test_the_same_is_told_again_each_minute_only(on_call: OnCall, office: Office):
    await on_call.house.pressed()
    on_call.clock.advance(6)

    for _ in range(7):
        await office.auditor.audit()
        on_call.clock.advance(10)

    assert len(office.rung) == 2


async def test_an_alert_that_nobody_sends_is_told(on_call: OnCall, office: Office):
    await on_call.house.pressed()
    await on_call.worker().escalator.tick()

    on_call.clock.advance(15)
    assert not await office.auditor.audit()
    on_call.clock.advance(2)

    assert await office.auditor.audit() == {Trouble.STUCK_ALERT: 2}


async def test_an_alert_that_only_waits_for_its_turn_is_told(
    on_call: OnCall, office: Office
):
    await on_call.house.pressed()
    worker = on_call.worker()
    on_call.outside.hangs.clear()
    await worker.escalator.tick()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.outbox.deliver())
        await eventually(lambda: worker.outbox._in_hand)

        on_call.clock.advance(17)
        await worker.outbox._renew()
        assert (await office.auditor.audit())[Trouble.STUCK_ALERT]
        on_call.outside.hangs.set()


async def test_a_call_back_that_is_overdue_is_told(on_call: OnCall, office: Office):
    handle = a_handle()
    await on_call.house.press(handle)
    at = on_call.clock.now() + timedelta(minutes=10)
    await on_call.house.needs.call_back(handle, at)
    assert not await office.auditor.audit()
    assert b"needs_open 0.0" in office.metrics.render()

    on_call.clock.advance(606)

    assert await office.auditor.audit() == {Trouble.OVERDUE: 1}


async def test_a_missed_check_in_for_which_nobody_is_called_is_told(
    on_call: OnCall, office: Office
):
    async with on_call.database.begin() as tx:
        await stays.keep(
            tx, handle=a_handle(), room="coffee", member=b"m" * 16, who=b"whowh",
            language="en", minutes=10, due=on_call.now,
        )  # fmt: skip

    on_call.clock.advance(75)
    assert not await office.auditor.audit()
    on_call.clock.advance(1)

    assert await office.auditor.audit() == {Trouble.OVERDUE_CHECK_IN: 1}


async def test_a_need_about_which_every_call_fails_is_told(
    on_call: OnCall, office: Office
):
    for way in on_call.phones.values():
        on_call.outside.answers[way.id] = Outcome.NO
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    for _ in range(185):
        await worker.tick()
        on_call.clock.advance(1)

    assert await office.auditor.audit() == {Trouble.UNHEARD: 1}
    on_call.outside.answers.clear()
    on_call.clock.advance(60)
    await worker.tick()
    assert id_ in {note.need_id for note in on_call.outside.got}
    assert not await office.auditor.audit()


async def test_a_need_that_was_given_back_late_is_as_unheard_as_a_new_one(
    on_call: OnCall, office: Office
):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.tick()
    on_call.clock.advance(1)
    await on_call.house.needs.accept(id_, WREN)
    on_call.clock.advance(2)
    await on_call.house.needs.spoke(id_, WREN)
    on_call.clock.advance(3600)
    for way in on_call.phones.values():
        on_call.outside.answers[way.id] = Outcome.NO

    await on_call.house.needs.let_go(id_, WREN)
    for _ in range(35):
        await worker.tick()
        on_call.clock.advance(5)
    assert not await office.auditor.audit()
    for _ in range(2):
        await worker.tick()
        on_call.clock.advance(5)

    assert await office.auditor.audit() == {Trouble.UNHEARD: 1}


async def test_a_need_that_cannot_be_read_is_told(on_call: OnCall, office: Office):
    broken = await on_call.house.pressed()
    async with on_call.database.begin() as tx:
        await tx.execute(update(needs).filter_by(id=broken).values(grade=99))

    assert await office.auditor.audit() == {Trouble.UNREADABLE: 1}


async def test_while_the_database_is_down_it_is_not_content(
    on_call: OnCall, office: Office
):
    with down(on_call.database), pytest.raises(StoreDown):
        await office.auditor.audit()

    assert not office.auditor.content
