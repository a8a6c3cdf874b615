"""Acting: what follows from an act, and what is left of it once it is undone."""

import re

import pytest
from sqlalchemy import select

from chat.casework.acting import Arrival
from chat.casework.case import Place, Queue, Status
from chat.casework.ladder import DAY, HOUR, Act, Kind
from chat.casework.refusals import (
    BadDuration,
    CaseResolved,
    HeldWaits,
    NobodyToTell,
    NotAllowed,
    NotHeld,
    NothingToTakeDown,
    NothingToUndo,
    UnknownReason,
    WordsUnfilled,
)
from chat.errors import BadText
from chat.model import Action, Grade, MemberId
from chat.roles import Role
from chat.settings import Settings
from chat.store.database import Database
from chat.store.schema import audit, case_events, effects, strikes
from tests.support.clock import FakeClock
from tests.support.desk import DANGER, HANDLE, Desk, an_opening
from tests.support.eventually import eventually
from tests.support.process import COFFEE, OTTER, Process

HERON = MemberId(b"heron-----------")
TAKE_DOWN = Act(Kind.TAKE_DOWN, "hate")
RELEASE = Act(Kind.RELEASE, "in_order")
REFUSE = Act(Kind.REFUSE, "hate")
HELD = {"held": True, "position": 0, "action": Action.HOLD}


async def a_case(desk: Desk, text: str = "what was said here") -> str:
    """Have the otter say something, and open a case about it."""
    receipt = await desk.process.say(text)
    return await desk.cases.open(
        an_opening(position=receipt.position, text=text, masked=text)
    )


async def in_the_room(desk: Desk) -> list[str]:
    """Return what can be read in the room now."""
    log = await desk.process.backplane.before(COFFEE, 2**40)
    frames = {"coffee": list(log.events)}
    desk.process.frames, heard = frames, desk.process.frames
    texts = desk.process.texts()
    desk.process.frames = heard
    return texts


@pytest.mark.parametrize(
    ("act", "kind", "lasts"),
    [
        (Act(Kind.NUDGE, "cross_talk", words="One at a time"), "nudge", 0),
        (Act(Kind.WARNING, "hate", words="Stop"), "warning", 0),
        (Act(Kind.SLOW, "spam"), "slow", DAY),
        (Act(Kind.HELD, "spam"), "held", 3 * DAY),
        (Act(Kind.SUSPENDED, "hate", hours=1), "suspended", HOUR),
        (Act(Kind.SUSPENDED, "hate", hours=168), "suspended", 7 * DAY),
    ],
)
async def test_a_member_is_told_by_the_room_team(desk, act: Act, kind: str, lasts: int):
    id_ = await a_case(desk)

    await desk.cases.act(id_, "ada-id", act)

    (told,) = await desk.words()
    assert (told.handle, told.kind, told.text) == (HANDLE, kind, act.words)
    assert told.until == (desk.clock.seconds() + lasts if lasts else 0)
    assert (told.reason, told.room) == (act.reason, "coffee")
    assert not re.search(r"\bada\b", repr(told))
    assert desk.sanctioned == [HANDLE]


async def test_a_message_is_taken_down(desk: Desk):
    id_ = await a_case(desk)

    await desk.cases.act(id_, "ada-id", TAKE_DOWN)

    assert await in_the_room(desk) == []
    assert await desk.kinds() == ["taken_down"]


async def test_what_is_done_to_member_and_message_is_one_act(desk: Desk):
    id_ = await a_case(desk)
    act = Act(Kind.SUSPENDED, "hate", hours=3, message=Kind.TAKE_DOWN, words="Pause")

    event = await desk.cases.act(id_, "ada-id", act)

    assert await in_the_room(desk) == []
    assert await desk.kinds() == ["suspended", "taken_down"]

    await desk.cases.undo(id_, "ben-id", event)
    assert await desk.kinds() == ["undone"]
    assert await in_the_room(desk) == ["what was said here"]


async def test_a_held_message_is_released_as_others_may_read_it(desk: Desk):
    id_ = await desk.cases.open(an_opening(**HELD, masked="what [masked] here"))

    await desk.cases.act(id_, "ada-id", RELEASE)

    assert await in_the_room(desk) == ["what [masked] here"]
    case = await desk.cases.case(id_)
    assert (case.state.message, await desk.position(id_)) == (Place.SAID, 1)
    assert await desk.kinds() == ["released"]


async def test_a_held_message_is_refused_and_nobody_reads_it(desk: Desk):
    id_ = await desk.cases.open(an_opening(**HELD))

    await desk.cases.act(id_, "ada-id", REFUSE)

    assert await in_the_room(desk) == []
    assert await desk.kinds() == ["not_released"]


async def test_whose_a_released_message_is_the_room_still_knows(desk: Desk):
    id_ = await desk.cases.open(an_opening(**HELD))
    await desk.cases.act(id_, "ada-id", RELEASE)

    # Only its own member may take a message back.
    await desk.process.take_back(1, member=OTTER)

    assert await in_the_room(desk) == []


async def test_every_step_of_a_message_can_be_undone_and_done_again(desk: Desk):
    id_ = await desk.cases.open(an_opening(**HELD))
    said = ["what was said here"]

    for _ in range(3):
        event = await desk.cases.act(id_, "ada-id", RELEASE)
        assert await in_the_room(desk) == said
        await desk.cases.undo(id_, "ben-id", event)
        assert await in_the_room(desk) == []

    event = await desk.cases.act(id_, "ada-id", REFUSE)
    await desk.cases.undo(id_, "ben-id", event)
    (line,) = await desk.cases.lines(Queue.HELD)
    assert line.id == id_


async def test_undoing_leaves_neither_word_nor_strike(desk: Desk):
    id_ = await a_case(desk)
    event = await desk.cases.act(id_, "ada-id", Act(Kind.SLOW, "spam"))
    assert (await desk.cases.case(id_)).weight == 1

    await desk.cases.undo(id_, "ada-id", event)

    case = await desk.cases.case(id_)
    assert (case.weight, case.state.status) == (0, Status.OPEN)
    assert await desk.kinds() == ["undone"]
    assert desk.sanctioned == [HANDLE, HANDLE]
    with pytest.raises(NothingToUndo):
        await desk.cases.undo(id_, "ada-id", event)


async def test_undoing_what_was_never_done_is_refused(desk: Desk):
    id_ = await a_case(desk)

    for event in (0, 1, 10**6):
        with pytest.raises(NothingToUndo):
            await desk.cases.undo(id_, "ada-id", event)


async def test_strikes_weigh_on_a_member_in_every_room_until_they_expire(desk: Desk):
    id_ = await a_case(desk)
    await desk.cases.act(id_, "ada-id", Act(Kind.WARNING, "hate", words="Stop"))
    elsewhere = await desk.cases.open(an_opening(room="women", member=HERON))
    assert (await desk.cases.case(elsewhere)).weight == 1

    desk.clock.advance(30 * DAY)
    assert (await desk.cases.case(elsewhere)).weight == 0
    await desk.cases.tidy(desk.clock.seconds())

    async with desk.database.read() as tx:
        assert (await tx.execute(select(strikes))).all() == []


@pytest.mark.parametrize(
    ("opening", "act", "refusal"),
    [
        ({}, Act(Kind.NOTHING, "no such reason"), UnknownReason),
        ({}, Act(Kind.SUSPENDED, "hate", hours=2), BadDuration),
        ({}, Act(Kind.SUSPENDED, "hate"), BadDuration),
        ({}, Act(Kind.SLOW, "hate", hours=1), BadDuration),
        ({}, Act(Kind.NUDGE, "hate", words="Hello {name}"), WordsUnfilled),
        ({}, Act(Kind.NUDGE, "hate", words="a\x00b"), BadText),
        ({}, Act(Kind.NUDGE, "hate", words="x", note="a\x00b"), BadText),
        ({}, RELEASE, NotHeld),
        ({}, REFUSE, NotHeld),
        (HELD, Act(Kind.NOTHING, "in_order"), HeldWaits),
        (HELD, TAKE_DOWN, HeldWaits),
        (HELD, Act(Kind.SLOW, "spam"), HeldWaits),
        ({"position": 0, "source": "bell", "text": ""}, TAKE_DOWN, NothingToTakeDown),
        ({"sealed": b""}, Act(Kind.SLOW, "spam"), NobodyToTell),
    ],
)
async def test_what_cannot_be_done_leaves_nothing_behind(
    desk: Desk, opening, act: Act, refusal
):
    id_ = await desk.cases.open(an_opening(**opening))
    before = await desk.dump()

    with pytest.raises(refusal):
        await desk.cases.act(id_, "ada-id", act)

    assert await desk.dump() == before


async def test_a_resolved_case_is_not_acted_on_again(desk: Desk):
    id_ = await a_case(desk)
    await desk.cases.act(id_, "ada-id", Act(Kind.NOTHING, "in_order"))
    before = await desk.dump()

    with pytest.raises(CaseResolved):
        await desk.cases.act(id_, "ada-id", TAKE_DOWN)

    assert await desk.dump() == before


async def test_a_facilitator_does_not_suspend(desk: Desk):
    await desk.staff("fay", role=Role.FACILITATOR)
    id_ = await a_case(desk)

    with pytest.raises(NotAllowed):
        await desk.cases.act(id_, "fay-id", Act(Kind.SUSPENDED, "hate", hours=1))
    event = await desk.cases.act(id_, "fay-id", TAKE_DOWN)
    with pytest.raises(NotAllowed):
        await desk.cases.undo(id_, "fay-id", event)


async def test_whoever_has_no_handle_is_still_taken_down(desk: Desk):
    receipt = await desk.process.say("nobody's")
    id_ = await desk.cases.open(an_opening(sealed=b"", position=receipt.position))

    await desk.cases.act(id_, "ada-id", TAKE_DOWN)

    assert await in_the_room(desk) == []
    assert await desk.kinds() == []


async def test_every_act_is_in_the_record_without_words_or_notes(desk: Desk):
    id_ = await a_case(desk)
    act = Act(Kind.WARNING, "hate", words="Please stop", note="Third time")

    await desk.cases.act(id_, "ada-id", act)

    async with desk.database.read() as tx:
        rows = (await tx.execute(select(audit))).all()
    assert [(row.actor, row.verb, row.subject) for row in rows] == [
        ("ada-id", "action", id_)
    ]
    assert rows[0].detail == "act=warning reason=hate"


async def test_no_desk_name_is_in_the_history_of_a_case(desk: Desk):
    id_ = await a_case(desk)
    await desk.cases.claim(id_, "ada-id")
    await desk.cases.act(id_, "ada-id", TAKE_DOWN)

    async with desk.database.read() as tx:
        events = repr((await tx.execute(select(case_events))).all())
    assert not re.search(r"\bada\b", events.replace("ada-id", ""))


async def test_all_that_newcomers_said_is_undone_in_one_go(desk: Desk):
    for text in ("raid one", "raid two"):
        await desk.process.say(text)
    flagged = await a_case(desk, "raid three")
    held = await desk.cases.open(an_opening(**HELD))
    await desk.process.say("an old hand", member=HERON)

    async def arrivals(room: str, since: int) -> list[Arrival]:
        assert (room, since) == (COFFEE, 99)
        return [Arrival(OTTER, [1, 2, 3])]

    desk.cases.arrivals = arrivals
    count = await desk.cases.undo_arrivals(COFFEE, 99, "ada-id")

    assert count == 3
    assert await in_the_room(desk) == ["an old hand"]
    resolved = await desk.cases.lines(None)
    assert {line.id for line in resolved} == {flagged, held}
    assert await desk.kinds() == ["not_released", "taken_down"]


async def test_whoever_is_in_danger_among_newcomers_is_left_to_a_human(desk: Desk):
    receipt = await desk.process.say("in danger")
    id_ = await desk.cases.open(
        an_opening(flags=(DANGER,), grade=Grade.HIGH, position=receipt.position)
    )

    async def arrivals(_room: str, _since: int) -> list[Arrival]:
        return [Arrival(OTTER, [receipt.position])]

    desk.cases.arrivals = arrivals
    assert await desk.cases.undo_arrivals(COFFEE, 0, "ada-id") == 0

    assert await in_the_room(desk) == ["in danger"]
    assert [line.id for line in await desk.cases.lines(Queue.URGENT)] == [id_]


async def test_what_is_decided_while_redis_is_away_happens_later(
    database: Database, settings: Settings, clock: FakeClock, own_redis
):
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    async with Process(settings, clock).running() as process:
        await process.backplane.follow(COFFEE)
        desk = Desk(database, clock, process)
        await desk.staff("ada")
        id_ = await a_case(desk)

        own_redis.stop()
        await desk.cases.act(id_, "ada-id", TAKE_DOWN)
        assert (await desk.cases.case(id_)).state.message is Place.TAKEN_DOWN
        assert not await desk.effects.settle()

        own_redis.start()
        await eventually(desk.effects.settle)
        assert await in_the_room(desk) == []
        async with database.read() as tx:
            rows = (await tx.execute(select(effects))).all()
        assert all(row.done_at is not None for row in rows)
