"""Effects: what was decided happens in the room, once, however often it is tried."""

import asyncio

from sqlalchemy import delete, func, select, update

from chat.casework.ladder import Act, Kind
from chat.flagged import case_key
from chat.history import keys
from chat.model import Action, MemberId
from chat.redis import Script
from chat.store import effects as store
from chat.store.schema import effects, excerpts
from tests.support.desk import HANDLE, IDENTITY, Desk, an_opening
from tests.support.process import COFFEE, OTTER

TAKE_DOWN = Act(Kind.TAKE_DOWN, "hate")
RELEASE = Act(Kind.RELEASE, "in_order")
HELD = {"held": True, "position": 0, "action": Action.HOLD}


async def due(desk: Desk) -> int:
    async with desk.database.read() as tx:
        asked = select(func.count()).select_from(effects).filter_by(done_at=None)
        return (await tx.execute(asked)).scalar_one()


async def forget_that_it_was_done(desk: Desk) -> None:
    """Be a process that died after something happened, before it was noted."""
    async with desk.database.begin() as tx:
        await tx.execute(update(effects).values(done_at=None))


async def test_what_happened_and_was_not_noted_does_not_happen_twice(desk: Desk):
    id_ = await desk.cases.open(an_opening(**HELD))
    await desk.cases.act(id_, "ada-id", RELEASE)
    assert desk.process.texts() == ["what was said here"]

    await forget_that_it_was_done(desk)
    assert await desk.effects.settle()

    assert desk.process.texts() == ["what was said here"]
    assert await desk.position(id_) == 1


async def test_what_was_decided_before_a_crash_happens_after_it(desk: Desk):
    id_ = await desk.cases.open(an_opening(**HELD))
    await desk.cases.act(id_, "ada-id", RELEASE)
    event = (await desk.cases.case(id_)).state.acts[-1].event
    await desk.cases.undo(id_, "ada-id", event)
    heard = list(desk.process.heard())

    await forget_that_it_was_done(desk)
    await desk.another().effects.settle()

    assert desk.process.heard() == heard
    assert await due(desk) == 0


async def test_what_happened_is_known_for_longer_than_what_a_page_repeats(desk: Desk):
    id_ = await desk.cases.open(an_opening(**HELD))
    await desk.cases.act(id_, "ada-id", RELEASE)
    (once,) = [key for key in desk.process.keys("*once*") if b"effect".hex() in key]

    left = desk.process.seconds_left(once)

    assert left > 29 * 86_400, "the database may be away for long before it is noted"


async def test_several_processes_may_settle_at_once(desk: Desk):
    ids = [await desk.cases.open(an_opening(**HELD)) for _ in range(4)]
    for id_ in ids:
        await desk.cases.act(id_, "ada-id", RELEASE)
    await forget_that_it_was_done(desk)

    await asyncio.gather(*(desk.another().effects.settle() for _ in range(4)))

    assert len(desk.process.texts()) == 4
    assert await due(desk) == 0


async def test_a_message_that_is_gone_needs_no_taking_down(desk: Desk):
    receipt = await desk.process.say("soon gone")
    id_ = await desk.cases.open(an_opening(position=receipt.position))
    await desk.process.take_back(receipt.position)

    await desk.cases.act(id_, "ada-id", TAKE_DOWN)

    assert await due(desk) == 0


async def test_what_was_deleted_meanwhile_is_not_released(desk: Desk):
    id_ = await desk.cases.open(an_opening(**HELD))
    async with desk.database.begin() as tx:
        await tx.execute(delete(excerpts))

    await desk.cases.act(id_, "ada-id", RELEASE)

    assert desk.process.texts() == []
    assert await due(desk) == 0


async def test_one_mistake_of_ours_does_not_stop_the_others(desk: Desk):
    async with desk.database.begin() as tx:
        await store.add(tx, "no such", at=1, room=COFFEE, payload={})
        await store.add(tx, "sanction", at=1, room="", payload={"handle": "zz"})
        await store.add(tx, "sanction", at=1, room="", payload={"handle": HANDLE.hex()})

    assert await desk.effects.settle()

    assert desk.sanctioned == [HANDLE]


async def test_a_report_of_a_released_message_joins_its_case(desk: Desk):
    key = case_key(COFFEE, OTTER, b"own id--")
    sealed = IDENTITY.seal(HANDLE, key)
    opening = an_opening(**HELD, id=b"own id--", key=key, sealed=sealed)
    id_ = await desk.cases.open(opening)
    await desk.cases.act(id_, "ada-id", RELEASE)

    spoken = await desk.process.scripts.call(Script("spoken"), (keys(COFFEE)[1],), 1)

    member, _at, kept, message_id, _frame = spoken
    assert case_key(COFFEE, MemberId(member), message_id) == key
    assert IDENTITY.unseal(kept, member) == HANDLE


async def test_a_page_cannot_answer_for_an_effect_in_advance(desk: Desk):
    """Ids that a page chooses never are those of effects."""
    id_ = await desk.cases.open(an_opening(**HELD))
    for number in range(1, 5):
        await desk.process.say("mine", id_=number.to_bytes(8))

    await desk.cases.act(id_, "ada-id", RELEASE)

    assert desk.process.texts()[-1] == "what was said here"
