"""The escalator: whoever a need has come to is called, by whichever worker is left."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from chat import bulletin
from chat.errors import StoreDown
from chat.model import Grade
from chat.oncall import escalator
from chat.oncall.audiences import Standby
from chat.oncall.facts import QUIET
from chat.oncall.stages import End, State
from chat.store import staff
from chat.store.oncall import needs
from tests.support.needs import HERON, OTTER, WREN, a_handle, news_of
from tests.support.on_call import OnCall, down

# What the databases do differently, `test_workers.py` tries.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_whoever_is_on_shift_is_called_at_once_by_page_and_phone(on_call: OnCall):
    id_ = await on_call.house.pressed()

    assert await on_call.worker().tick() == 1

    assert on_call.paged() == [WREN]
    [note] = on_call.outside.got
    assert (note.kind, note.staff_id) == ("need", WREN)
    assert note.address == {"endpoint": WREN}
    assert await on_call.states() == {"sent"}
    need = (await on_call.house.needs.known(id_)).need
    assert need.state is State.OFFERED
    assert on_call.house.rung[-2][:1] == (bulletin.NEED,)
    assert (await news_of(on_call.house.needs, id_)).alerted == 1


async def test_each_later_step_comes_in_its_time(on_call: OnCall):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()

    rung = []
    for second in range(0, 122, 4):
        await worker.tick()
        rung += [(second, peer) for peer in on_call.pushed()]
        on_call.outside.got.clear()
        on_call.clock.advance(4)

    assert Counter(rung) == Counter([
        (0, WREN),
        (40, WREN), (40, OTTER),
        (80, WREN), (80, OTTER), (80, HERON),
        (120, WREN), (120, OTTER), (120, HERON),
    ])  # fmt: skip
    assert {row.kind for row in await on_call.rows(step=1)} == {"need_again"}
    assert (await news_of(on_call.house.needs, id_)).alerted == 3


async def test_whoever_is_called_first_is_not_told_that_somebody_still_waits(
    on_call: OnCall,
):
    on_call.change(WREN, reachable=False)
    on_call.change(OTTER, reachable=False)
    await on_call.house.pressed()

    await on_call.worker().tick()

    (called,) = {(row.staff_id, row.kind) for row in await on_call.rows()}
    assert called == (HERON, "need")


async def test_nothing_happens_where_nothing_is_due(on_call: OnCall):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.tick()
    kinds = await on_call.house.kinds(id_)

    on_call.clock.advance(39)

    assert await worker.tick() == 0
    assert await on_call.house.kinds(id_) == kinds


async def test_once_it_is_accepted_nobody_is_called(on_call: OnCall):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.tick()
    await on_call.house.needs.accept(id_, WREN)
    await on_call.house.needs.spoke(id_, WREN)

    on_call.clock.advance(3600)
    await worker.tick()

    assert on_call.pushed() == [WREN]


async def test_a_peer_without_a_first_line_loses_it_to_the_others(on_call: OnCall):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.tick()
    await on_call.house.needs.accept(id_, WREN)
    on_call.outside.got.clear()

    on_call.clock.advance(60)
    assert await worker.tick() == 1

    need = (await on_call.house.needs.known(id_)).need
    assert (need.state, need.went_silent) == (State.OFFERED, (WREN,))
    assert on_call.pushed() == [OTTER], "Wren, who went silent, comes last"
    assert (await on_call.house.kinds(id_))[-2:] == ["silent", "called"]
    assert (await news_of(on_call.house.needs, id_)).alerted == 1


async def test_who_left_the_team_has_nobody_in_their_care(on_call: OnCall):
    talk = (await on_call.house.talk()).need.id
    accepted = await on_call.house.pressed()
    await on_call.house.needs.accept(accepted, WREN)
    async with on_call.database.begin() as tx:
        await staff.disable(tx, WREN, 0)
    on_call.team = on_call.team[1:]

    assert await on_call.worker().tick() == 2

    for id_ in (talk, accepted):
        need = (await on_call.house.needs.known(id_)).need
        assert (need.state, need.went_silent) == (State.OFFERED, (WREN,))
        assert (await on_call.house.kinds(id_))[-2:] == ["let_go", "called"]


async def test_a_talk_that_nobody_ended_is_over_after_a_day_of_silence(on_call: OnCall):
    house, worker = on_call.house, on_call.worker()
    ended, grave = (await house.talk()).need.id, (await house.talk()).need.id
    await house.press((await house.needs.known(grave)).told.handle, grade=Grade.HIGH)
    for id_ in (ended, grave):
        await house.needs.wrote(id_)
        await house.needs.spoke(id_, WREN)
    on_call.clock.advance(QUIET.total_seconds() - 1)
    assert await worker.tick() == 0

    on_call.clock.advance(1)
    assert await worker.tick() == 1

    assert (await house.needs.known(ended)).need.end is End.ACCEPTED_AND_SPOKE
    assert (await house.kinds(ended))[-1] == "ended"
    assert (await house.needs.known(grave)).need.is_open
    assert on_call.pushed() == []


async def test_who_went_silent_is_called_where_there_is_nobody_else(on_call: OnCall):
    on_call.team = [Standby(WREN, reachable=True, on_shift=True)]
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.tick()
    await on_call.house.needs.accept(id_, WREN)

    on_call.clock.advance(60)
    await worker.tick()

    assert on_call.pushed() == [WREN, WREN]


async def test_silence_while_the_member_writes_gives_it_back(on_call: OnCall):
    known = await on_call.house.talk()
    worker = on_call.worker()
    await on_call.house.needs.wrote(known.need.id)

    on_call.clock.advance(179)
    assert await worker.tick() == 0
    on_call.clock.advance(1)
    assert await worker.tick() == 1

    need = (await on_call.house.needs.known(known.need.id)).need
    assert need.state is State.OFFERED


async def test_a_promised_call_back_raises_it_again_at_its_time(on_call: OnCall):
    handle = a_handle()
    id_ = (await on_call.house.press(handle)).id
    worker = on_call.worker()
    await worker.tick()
    on_call.outside.got.clear()
    at = on_call.clock.now() + timedelta(days=2)
    await on_call.house.needs.call_back(handle, at)

    on_call.clock.advance(2 * 86400 - 1)
    assert await worker.tick() == 0
    on_call.clock.advance(1)
    assert await worker.tick() == 1

    need = (await on_call.house.needs.known(id_)).need
    assert (need.state, need.raised_at) == (State.OFFERED, at)
    assert on_call.pushed() == [WREN]
    assert (await news_of(on_call.house.needs, id_)).alerted == 1


async def test_a_drill_is_called_like_any_other(on_call: OnCall):
    id_ = await on_call.house.drill()

    await on_call.worker().tick()

    assert on_call.pushed(id_) == [WREN]


async def test_a_peer_who_blocks_a_member_is_not_called_for_them(on_call: OnCall):
    handle = a_handle()
    first = (await on_call.house.press(handle)).id
    await on_call.house.needs.accept(first, WREN)
    await on_call.house.needs.spoke(first, WREN)
    await on_call.house.needs.block(first, WREN)
    await on_call.house.needs.finish(first, WREN, "abuse")

    again = (await on_call.house.press(handle)).id
    other = await on_call.house.pressed()
    await on_call.worker().tick()

    assert on_call.pushed(again) == [OTTER]
    assert on_call.pushed(other) == [WREN]


async def test_with_nobody_there_the_member_is_told_and_whoever_comes_is_called(
    on_call: OnCall,
):
    handle = a_handle()
    id_ = (await on_call.house.press(handle)).id
    team, on_call.team = on_call.team, []
    worker = on_call.worker()

    await worker.tick()

    told = await on_call.house.needs.news(handle)
    assert told is not None
    assert told.nobody
    assert on_call.house.news[-1] == (id_, handle)
    on_call.clock.advance(5)
    assert await worker.tick() == 0
    on_call.team = team
    assert await worker.tick() == 1
    assert on_call.pushed() == [WREN]
    told = await on_call.house.needs.news(handle)
    assert told is not None
    assert not told.nobody


async def test_the_most_pressing_is_called_for_first(on_call: OnCall):
    plain = await on_call.house.pressed()
    grave = await on_call.house.pressed(Grade.IMMINENT)

    await on_call.worker().tick()

    assert [note.need_id for note in on_call.outside.got] == [grave, plain]


async def test_a_clock_that_is_set_back_puts_nothing_off(on_call: OnCall):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.tick()
    on_call.outside.got.clear()

    on_call.clock.advance(-3600)
    await worker.tick()

    assert set(on_call.pushed(id_)) == {WREN, OTTER}


async def test_a_clock_that_is_set_back_lets_no_silent_peer_keep_it(on_call: OnCall):
    id_ = await on_call.house.pressed()
    await on_call.house.needs.accept(id_, WREN)

    on_call.clock.advance(-3600)
    await on_call.worker().tick()

    assert (await on_call.house.needs.known(id_)).need.state is State.OFFERED


async def test_a_need_whose_next_moment_got_lost_is_found(on_call: OnCall):
    id_ = await on_call.house.pressed()
    async with on_call.database.begin() as tx:
        await tx.execute(update(needs).values(next_at=None))

    await on_call.worker().tick()

    assert on_call.pushed(id_) == [WREN]


async def test_one_broken_need_does_not_keep_the_others_from_their_turn(
    on_call: OnCall,
):
    broken, whole = await on_call.house.pressed(), await on_call.house.pressed()
    async with on_call.database.begin() as tx:
        await tx.execute(update(needs).filter_by(id=broken).values(grade=99))

    await on_call.worker().tick()

    assert on_call.pushed(whole) == [WREN]


async def test_a_step_all_of_whose_phones_are_gone_does_not_wait_for_its_time(
    on_call: OnCall,
):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()
    await worker.escalator.tick()
    # What was the only way to reach Wren is no more by the time it is tried.
    on_call.change(WREN, reachable=False)
    worker.escalator.look_again([id_])

    await worker.tick()

    assert OTTER in on_call.pushed(id_)


async def test_a_page_that_is_told_late_keeps_nobody_from_being_called(
    on_call: OnCall, monkeypatch: pytest.MonkeyPatch
):
    never = asyncio.Event()

    async def hangs(_frame: bytes) -> None:
        await never.wait()

    monkeypatch.setattr(escalator, "AT_ONCE", 1)
    first, second = await on_call.house.pressed(), await on_call.house.pressed()
    on_call.house.needs._ring = hangs

    assert await on_call.worker().tick() == 2

    assert on_call.pushed(first) == on_call.pushed(second) == [WREN]


async def test_the_oldest_need_that_nobody_has_is_measured(on_call: OnCall):
    worker = on_call.worker()
    await on_call.house.drill()
    await worker.tick()
    assert b"oldest_unaccepted_seconds 0.0" in worker.metrics.render()
    id_ = await on_call.house.pressed()

    on_call.clock.advance(30)
    await worker.tick()
    assert b"oldest_unaccepted_seconds 30.0" in worker.metrics.render()

    await on_call.house.needs.accept(id_, WREN)
    on_call.clock.advance(1)
    await worker.tick()
    assert b"oldest_unaccepted_seconds 0.0" in worker.metrics.render()


async def test_whoever_waits_is_measured_while_the_database_is_down(on_call: OnCall):
    worker = on_call.worker()
    await on_call.house.pressed()
    await worker.tick()

    on_call.clock.advance(90)
    with down(on_call.database), pytest.raises(StoreDown):
        await worker.tick()

    assert b"oldest_unaccepted_seconds 90.0" in worker.metrics.render()


async def test_without_a_database_a_tick_says_so_and_the_next_makes_up_for_it(
    on_call: OnCall,
):
    id_ = await on_call.house.pressed()
    worker = on_call.worker()

    with down(on_call.database), pytest.raises(StoreDown):
        await worker.tick()
    assert worker.escalator.ticked_at == float("-inf")
    await worker.tick()

    assert on_call.pushed(id_) == [WREN]
    assert worker.escalator.ticked_at == on_call.clock.monotonic()
