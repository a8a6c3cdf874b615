"""The outbox: an alert is sent at least once, and not for ever."""

import asyncio
from typing import Any

import pytest

from chat.oncall.notify import Note, Outcome
from chat.store import alerts, ways
from chat.store.database import Database
from tests.support.eventually import eventually
from tests.support.needs import HERON, OTTER, WREN
from tests.support.on_call import OnCall, Worker, down

# What the databases do differently, `test_workers.py` tries.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def worker(on_call: OnCall) -> Worker:
    return on_call.worker()


async def pushes(on_call: OnCall) -> list[Any]:
    return await on_call.rows(way="push")


async def test_what_was_sent_is_written_down(on_call: OnCall, worker: Worker):
    await on_call.house.pressed()

    await worker.tick()

    rows = await on_call.rows()
    assert {(row.state, row.sent_at, row.lease_until) for row in rows} == {
        ("sent", on_call.now, None)
    }
    metrics = worker.metrics.render()
    assert b'alerts_total{outcome="sent",way="push"} 1.0' in metrics
    assert b'alerts_total{outcome="sent",way="page"} 1.0' in metrics


async def test_a_note_expires_with_the_step(on_call: OnCall, worker: Worker):
    await on_call.house.pressed()

    await worker.tick()

    assert on_call.outside.got[0].expires_in.total_seconds() == 40


async def test_what_does_not_answer_is_tried_again_within_the_step(
    on_call: OnCall, worker: Worker
):
    await on_call.house.pressed()
    way = on_call.phones[WREN].id
    on_call.outside.answers[way] = Outcome.LATER

    tried = []
    for second in range(12):
        before = len(on_call.outside.got)
        await worker.tick()
        tried += [second] * (len(on_call.outside.got) - before)
        if second == 7:
            del on_call.outside.answers[way]
        on_call.clock.advance(1)

    assert tried == [0, 1, 3, 7]
    assert [row.state for row in await pushes(on_call)] == ["waiting"]
    on_call.clock.advance(3)
    await worker.tick()
    assert [row.state for row in await pushes(on_call)] == ["sent"]


async def test_what_never_answers_is_given_up_and_the_next_step_tries_anew(
    on_call: OnCall, worker: Worker
):
    await on_call.house.pressed()
    on_call.outside.answers[on_call.phones[WREN].id] = Outcome.LATER

    for _ in range(39):
        await worker.tick()
        on_call.clock.advance(1)
    assert [(row.state, row.why) for row in await pushes(on_call)] == [
        ("failed", "unanswered")
    ]
    on_call.clock.advance(1)
    await worker.tick()

    again = [row for row in await pushes(on_call) if row.staff_id == WREN]
    assert [(row.step, row.state) for row in again] == [(0, "failed"), (1, "waiting")]


async def test_a_step_that_calls_anew_replaces_what_was_still_tried(
    on_call: OnCall, worker: Worker
):
    await on_call.house.pressed()
    on_call.outside.answers[on_call.phones[WREN].id] = Outcome.LATER
    await worker.tick()

    on_call.clock.advance(40)
    await worker.escalator.tick()

    first, *_ = [row for row in await pushes(on_call) if row.staff_id == WREN]
    assert first.state == "dropped"


async def test_a_way_that_is_gone_is_forgotten_and_the_others_are_called(
    on_call: OnCall, worker: Worker
):
    id_ = await on_call.house.pressed()
    way = on_call.phones[WREN]
    on_call.outside.answers[way.id] = Outcome.GONE

    await worker.tick()
    async with on_call.database.read() as tx:
        assert await ways.way(tx, way.id) is None
    assert on_call.pushed(id_) == [WREN]
    # Wren's phone was all that reached them.
    on_call.change(WREN, reachable=False)
    await worker.tick()

    assert on_call.pushed(id_) == [WREN, OTTER]


async def test_a_way_whose_address_changed_meanwhile_is_kept(
    on_call: OnCall, worker: Worker
):
    await on_call.house.pressed()
    way = on_call.phones[WREN]
    on_call.outside.answers[way.id] = Outcome.GONE
    await worker.escalator.tick()

    # The browser has moved its subscription, and the push was for the one before.
    async with on_call.database.begin() as tx:
        await ways.change_address(tx, way.id, {"endpoint": "elsewhere"})
    await worker.outbox.deliver()

    async with on_call.database.read() as tx:
        assert await ways.way(tx, way.id) is not None


async def test_a_way_that_is_gone_puts_no_step_forward_if_others_reach_them(
    on_call: OnCall, worker: Worker
):
    id_ = await on_call.house.pressed()
    await on_call.have_phone(WREN)
    on_call.outside.answers[on_call.phones[WREN].id] = Outcome.GONE

    await worker.tick()
    await worker.tick()

    assert on_call.pushed(id_) == [WREN, WREN]


async def test_a_way_that_is_set_up_wrong_is_kept_and_not_tried_again(
    on_call: OnCall, worker: Worker
):
    await on_call.house.pressed()
    way = on_call.phones[WREN]
    on_call.outside.answers[way.id] = Outcome.NO

    await worker.tick()

    async with on_call.database.read() as tx:
        assert await ways.way(tx, way.id) is not None
    assert [row.state for row in await pushes(on_call)] == ["failed"]


async def test_nobody_is_called_any_more_for_a_need_that_was_taken(
    on_call: OnCall, worker: Worker
):
    id_ = await on_call.house.pressed()
    on_call.outside.answers[on_call.phones[WREN].id] = Outcome.LATER
    await worker.tick()
    await on_call.house.needs.accept(id_, OTTER)

    on_call.clock.advance(1)
    await worker.tick()

    assert on_call.pushed(id_) == [WREN]
    assert [row.state for row in await pushes(on_call)] == ["dropped"]


async def test_a_lease_from_before_the_clock_was_set_back_is_over(
    on_call: OnCall, worker: Worker
):
    await on_call.house.pressed()
    await worker.escalator.tick()
    on_call.clock.advance(-3600)

    await on_call.worker().outbox.deliver()

    assert on_call.pushed() == [WREN]


async def test_what_another_is_sending_is_left_to_them(on_call: OnCall, worker: Worker):
    await on_call.house.pressed()
    await worker.escalator.tick()

    assert await on_call.worker().outbox.deliver() == 0


async def test_an_alert_about_no_need_goes_by_its_way_as_well(
    on_call: OnCall, worker: Worker
):
    way = on_call.phones[HERON]
    async with on_call.database.begin() as tx:
        await alerts.add(
            tx,
            [
                {
                    "id": "c" * 32,
                    "kind": "canary",
                    "staff_id": HERON,
                    "way_id": way.id,
                    "way": "push",
                    "made_at": on_call.now,
                    "next_at": on_call.now,
                }
            ],
        )

    await worker.outbox.deliver()

    [note] = on_call.outside.got
    assert (note.kind, note.staff_id, note.need_id) == ("canary", HERON, "")


async def test_whoever_takes_long_to_send_keeps_it(on_call: OnCall, worker: Worker):
    await on_call.house.pressed()
    on_call.outside.hangs.clear()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(worker.outbox.run())
        await worker.escalator.tick()
        [row] = await pushes(on_call)
        on_call.clock.advance(0.7)

        async def renewed() -> bool:
            return bool((await pushes(on_call))[0].lease_until > row.lease_until)

        await eventually(renewed)
        on_call.clock.advance(0.7)
        assert await on_call.worker().outbox.deliver() == 0

        on_call.outside.hangs.set()

        async def sent() -> bool:
            return await on_call.states() == {"sent"}

        await eventually(sent)
        running.cancel()
    assert on_call.pushed() == [WREN]


async def test_what_waits_behind_a_slow_way_is_dropped_once_nobody_needs_it(
    on_call: OnCall, worker: Worker
):
    # More than are under way at a time.
    ids = [await on_call.house.pressed() for _ in range(52)]
    on_call.outside.hangs.clear()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(worker.outbox.run())
        await worker.escalator.tick()
        for id_ in ids:
            await on_call.house.needs.accept(id_, WREN)

        async def over() -> bool:
            return len(worker.outbox._over) == 52

        await eventually(over)
        on_call.outside.hangs.set()

        async def settled() -> bool:
            return await on_call.states() == {"sent", "dropped"}

        await eventually(settled)
        running.cancel()
    assert len(on_call.pushed()) == 50


async def test_a_need_that_is_given_back_calls_others_whatever_was_dropped_before(
    on_call: OnCall, worker: Worker
):
    id_ = await on_call.house.pressed()
    on_call.outside.hangs.clear()
    await worker.escalator.tick()
    async with asyncio.TaskGroup() as tasks:
        # Wren comes by a page, while the push to a phone is still on its way.
        tasks.create_task(worker.outbox.deliver())
        await eventually(lambda: worker.outbox._in_hand)
        await on_call.house.needs.accept(id_, WREN)
        await worker.outbox._renew()
        on_call.outside.hangs.set()
    on_call.outside.got.clear()

    await on_call.house.needs.let_go(id_, WREN)
    await worker.tick()

    assert on_call.pushed(id_)


async def test_a_service_that_hangs_holds_up_no_other(
    on_call: OnCall, worker: Worker, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chat.oncall.outbox.AT_ONCE", 1)
    hangs, answers = on_call.phones[HERON], on_call.phones[WREN]
    async with on_call.database.begin() as tx:
        await ways.change_address(tx, hangs.id, {"endpoint": "https://a.example/1"})
        await ways.change_address(tx, answers.id, {"endpoint": "https://b.example/1"})
    never, send = asyncio.Event(), on_call.outside.send

    async def unless_it_hangs(way: str, note: Note) -> Outcome:
        if note.way_id == hangs.id:
            await never.wait()
        return await send(way, note)

    worker.outbox._send = unless_it_hangs
    on_call.change(HERON, on_shift=True)
    await on_call.house.pressed()
    await worker.escalator.tick()

    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(worker.outbox.deliver())
        await eventually(lambda: on_call.pushed() == [WREN])
        sending.cancel()


async def test_what_was_sent_while_the_database_was_down_is_written_down_after_it(
    on_call: OnCall, worker: Worker
):
    await on_call.house.pressed()
    await worker.escalator.tick()

    async with asyncio.TaskGroup() as tasks:
        with down(on_call.database):
            running = tasks.create_task(worker.outbox.run())
            await eventually(lambda: on_call.pushed() == [WREN])

        async def sent() -> bool:
            return await on_call.states() == {"sent"}

        await eventually(sent)
        running.cancel()
    assert on_call.pushed() == [WREN]


async def test_one_that_cannot_be_sent_by_a_mistake_of_ours_stops_no_other(
    on_call: OnCall, worker: Worker, caplog: pytest.LogCaptureFixture
):
    async def fails(_frame: bytes) -> None:
        raise RuntimeError

    await on_call.house.pressed()
    await worker.escalator.tick()
    worker.outbox._ring = fails

    await worker.outbox.deliver()

    assert on_call.pushed() == [WREN]
    assert await on_call.states(way="push") == {"sent"}
    assert await on_call.states(way="page") == {"waiting"}
    assert "an alert could not be sent" in caplog.text


async def test_alerts_go_after_a_month(
    on_call: OnCall, worker: Worker, database: Database
):
    await on_call.house.pressed()
    made = on_call.now
    await worker.tick()

    async with database.claim() as tx:
        await alerts.forget(tx, made)
    assert len(await on_call.rows()) == 2
    async with database.claim() as tx:
        await alerts.forget(tx, made + 1)

    assert await on_call.rows() == []
