"""Cases: from opening to appeal, on both databases, whoever else is at it too."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from chat import bulletin
from chat.carers import Carers
from chat.casework.case import LEASE_SECONDS, Queue, Status
from chat.casework.ladder import Act, Kind
from chat.casework.refusals import (
    CaseResolved,
    CaseTaken,
    NoSuchCase,
    NoSuchRule,
    NotAllowed,
    ReasonMissing,
)
from chat.model import Action, Grade
from chat.roles import Role
from chat.settings import Settings
from chat.store.database import Database
from chat.store.schema import rule_counts
from tests.support.clock import FakeClock
from tests.support.desk import ABUSE, DANGER, Desk, an_opening, heard
from tests.support.process import COFFEE, Process

NOTHING = Act(Kind.NOTHING, "in_order")


@pytest.fixture
async def desk(
    database: Database, settings: Settings, clock: FakeClock
) -> AsyncIterator[Desk]:
    async with Process(settings, clock).running() as process:
        desk = Desk(database, clock, process)
        await desk.staff("ada", "ben", "cyd")
        yield desk


async def test_what_a_rule_flagged_waits_in_a_queue(desk: Desk):
    id_ = await desk.cases.open(an_opening())

    (line,) = await desk.cases.lines(Queue.REPORTED)
    assert (line.id, line.rules, line.categories) == (
        id_,
        ("abuse.insult",),
        ("abuse",),
    )
    assert desk.rung == [(bulletin.CASE, id_, "reported", "open", "", ())]


@pytest.mark.parametrize(
    ("changes", "queue"),
    [
        ({"flags": (DANGER,), "grade": Grade.HIGH}, Queue.URGENT),
        ({"flags": (replace(DANGER, rule="crisis.broken"),)}, Queue.URGENT),
        ({"held": True, "position": 0, "action": Action.HOLD}, Queue.HELD),
        ({"source": "report", "flags": (), "reason": "hate"}, Queue.REPORTED),
        ({"source": "unanswered", "flags": ()}, Queue.REPORTED),
        ({"source": "bell", "flags": (), "text": "", "position": 0}, Queue.REPORTED),
    ],
)
async def test_a_case_waits_where_it_belongs(desk: Desk, changes, queue: Queue):
    id_ = await desk.cases.open(an_opening(**changes))

    assert [line.id for line in await desk.cases.lines(queue)] == [id_]
    for other in set(Queue) - {queue}:
        assert await desk.cases.lines(other) == []


async def test_the_same_opening_brought_again_changes_nothing(desk: Desk):
    opening = an_opening()
    id_ = await desk.cases.open(opening, heard("before", begin=6))
    before = await desk.dump()

    assert await desk.cases.open(opening, heard("before", begin=6)) == id_

    assert await desk.dump() == before


async def test_a_case_that_is_brought_again_rings_again(desk: Desk):
    """Whoever opened it may have died before they rang."""
    opening = an_opening()
    await desk.cases.open(opening)

    other = desk.another()
    await other.cases.open(opening)

    assert other.rung == desk.rung


async def test_a_member_who_asks_for_somebody_rings_on_the_rooms_page(desk: Desk):
    bell = an_opening(source="bell", flags=(), text="", position=0)

    id_ = await desk.cases.open(bell)

    case = (bulletin.CASE, id_, "reported", "open", "", ())
    assert desk.rung == [case, (bulletin.BELL, bell.room, bell.at)]


async def test_many_who_open_one_case_at_once_open_one(desk: Desk):
    opening, other = an_opening(), desk.another()

    ids = await asyncio.gather(
        *(each.cases.open(opening) for each in [desk, other] * 5)
    )

    assert len(set(ids)) == 1
    assert len(await desk.events(ids[0])) == 1


async def test_whatever_was_said_can_be_kept(desk: Desk):
    odd = "a\0b\ud800c\U0001f600"
    flag = replace(ABUSE, reason=odd, start=1, end=4)

    id_ = await desk.cases.open(an_opening(text=odd, masked=odd, flags=(flag,)))

    shown = await desk.cases.reveal(id_, "ada-id", "must know", 9)
    (finding,) = (await desk.cases.case(id_)).findings
    assert [each.text for each in shown] == ["a\ufffdb?c\U0001f600"]
    assert finding.phrase == "\ufffdb?"


async def test_a_report_joins_the_case_that_a_rule_opened(desk: Desk):
    opening = an_opening()
    report = replace(opening, source="report", flags=(), reason="hate")

    id_ = await desk.cases.open(opening)
    await desk.cases.open(replace(report, reporter=b"1"))
    await desk.cases.open(replace(report, reporter=b"2"))
    await desk.cases.open(replace(report, reporter=b"2"))

    (line,) = await desk.cases.lines(Queue.REPORTED)
    assert (line.id, line.reasons) == (id_, ("hate",))
    assert len((await desk.cases.case(id_)).state.reporters) == 2


async def test_who_reported_is_shown_to_nobody(desk: Desk):
    opening = an_opening(source="report", flags=(), reason="hate", reporter=b"reporter")

    id_ = await desk.cases.open(opening)

    assert b"reporter".hex() not in repr(await desk.cases.case(id_))
    assert b"reporter".hex() not in repr(await desk.cases.lines(Queue.REPORTED))


async def test_reports_are_counted_for_whoever_asks(desk: Desk):
    told: list[int] = []

    async def note(_opening: object, reporters: int) -> None:
        told.append(reporters)

    desk.cases.reported = note
    report = an_opening(source="report", flags=(), reason="hate", reporter=b"1")

    await desk.cases.open(report)
    await desk.cases.open(report)
    await desk.cases.open(replace(report, reporter=b"2"))

    assert told == [1, 2]


async def test_news_reopens_a_case_and_the_same_again_does_not(desk: Desk):
    opening = an_opening()
    id_ = await desk.cases.open(opening)
    await desk.cases.act(id_, "ada-id", NOTHING)

    await desk.cases.open(opening)
    assert await desk.cases.lines(Queue.REPORTED) == []

    await desk.cases.open(replace(opening, source="report", flags=(), reason="hate"))
    assert [line.id for line in await desk.cases.lines(Queue.REPORTED)] == [id_]


async def test_danger_comes_first_and_age_wins_in_the_end(desk: Desk):
    old = await desk.cases.open(an_opening(flags=(DANGER,), grade=Grade.HIGH))
    desk.clock.advance(300)
    worse = await desk.cases.open(an_opening(flags=(DANGER,), grade=Grade.IMMINENT))

    assert [line.id for line in await desk.cases.lines("urgent")] == [worse, old]

    desk.clock.advance(600)
    newest = await desk.cases.open(an_opening(flags=(DANGER,), grade=Grade.IMMINENT))
    lines = await desk.cases.lines("urgent")

    assert [line.id for line in lines] == [worse, old, newest]


async def test_a_queue_can_be_searched_but_not_for_what_was_said(desk: Desk):
    id_ = await desk.cases.open(an_opening())
    other = replace(ABUSE, rule="spam.flood", category="spam")
    await desk.cases.open(an_opening(flags=(other,)))

    found = await desk.cases.lines(Queue.REPORTED, search="insult")
    assert [line.id for line in found] == [id_]
    assert await desk.cases.lines(Queue.REPORTED, search="what was said") == []
    for nonsense in ("%", "_", "x\ud800", "'; DROP TABLE cases; --"):
        assert await desk.cases.lines(Queue.REPORTED, search=nonsense) == []
    assert await desk.cases.lines(Queue.REPORTED, room="\x00") == []
    assert await desk.cases.lines(Queue.REPORTED, room="elsewhere") == []
    assert len(await desk.cases.lines(Queue.REPORTED, room="coffee")) == 2


@pytest.mark.parametrize("id_", ["", "0", "'; --", "\x00", "../../x", "é" * 300])
async def test_a_guessed_id_is_no_case(desk: Desk, id_: str):
    with pytest.raises(NoSuchCase):
        await desk.cases.case(id_)
    with pytest.raises(NoSuchCase):
        await desk.cases.claim(id_, "ada-id")


async def test_of_two_who_claim_at_once_one_is_told(desk: Desk):
    id_, other = await desk.cases.open(an_opening()), desk.another()

    outcomes = await asyncio.gather(
        desk.cases.claim(id_, "ada-id"),
        other.cases.claim(id_, "ben-id"),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes].count(CaseTaken) == 1
    (line,) = await desk.cases.lines(Queue.REPORTED)
    assert line.by in ("ada", "ben")
    assert line.looking == (line.by,)


async def test_a_claim_holds_while_somebody_looks_and_lapses_when_not(desk: Desk):
    id_ = await desk.cases.open(an_opening())
    await desk.cases.claim(id_, "ada-id")

    for _ in range(3):
        desk.clock.advance(LEASE_SECONDS - 1)
        await desk.cases.looking(id_, "ada-id")
    with pytest.raises(CaseTaken):
        await desk.cases.claim(id_, "ben-id")

    desk.clock.advance(LEASE_SECONDS)
    await desk.cases.claim(id_, "ben-id")
    (line,) = await desk.cases.lines(Queue.REPORTED)
    assert line.by == "ben"


async def test_a_lapsed_claim_is_let_go_by_the_clock(desk: Desk):
    id_ = await desk.cases.open(an_opening())
    await desk.cases.claim(id_, "ada-id")
    desk.clock.advance(LEASE_SECONDS)
    (line,) = await desk.cases.lines(Queue.REPORTED)
    assert (line.status, line.by) == ("open", "")

    await desk.cases.tidy(desk.clock.seconds())

    assert desk.rung[-1] == (bulletin.CASE, id_, "reported", "open", "", ())
    assert (await desk.events(id_))[-1].actor == "house"


async def test_a_case_can_be_left_to_others(desk: Desk):
    id_ = await desk.cases.open(an_opening())
    await desk.cases.claim(id_, "ada-id")

    await desk.cases.let_go(id_, "ben-id")
    assert (await desk.cases.case(id_)).state.claimed_by == "ada-id"

    await desk.cases.let_go(id_, "ada-id")
    case = await desk.cases.case(id_)
    assert (case.state.status, case.looking) == (Status.OPEN, ())


async def test_everybody_sees_who_looks(desk: Desk):
    id_ = await desk.cases.open(an_opening())

    assert await desk.cases.looking(id_, "ben-id") == ("ben",)
    assert await desk.cases.looking(id_, "ada-id") == ("ada", "ben")
    rung = len(desk.rung)
    await desk.cases.looking(id_, "ada-id")

    assert len(desk.rung) == rung
    assert desk.rung[-1][-1] == ("ada", "ben")
    desk.clock.advance(61)
    assert (await desk.cases.case(id_)).looking == ()
    assert [e.kind for e in await desk.events(id_)].count("look") == 2


async def test_what_was_said_is_revealed_step_by_step_with_a_reason(desk: Desk):
    opening = an_opening(text="First. Second!", masked="First. Second!")
    around = heard("long before", "just before", "x", "just after", begin=5)
    around[2] = heard("said later", begin=7)[0]
    id_ = await desk.cases.open(opening, around)

    with pytest.raises(ReasonMissing):
        await desk.cases.reveal(id_, "ada-id", "  ", 1)
    first = await desk.cases.reveal(id_, "ada-id", "must know", 1)
    all_ = await desk.cases.reveal(id_, "ada-id", "must know", 9)

    assert [each.text for each in first] == ["First."]
    assert (await desk.cases.case(id_)).steps == 5
    assert [each.text for each in all_] == [
        "First.", "Second!", "just before", "just after", "long before",
    ]  # fmt: skip
    reveals = [e for e in await desk.events(id_) if e.kind == "reveal"]
    assert [(e.actor, e.detail["step"]) for e in reveals] == [
        ("ada-id", 1),
        ("ada-id", 9),
    ]


async def test_details_that_were_masked_stay_masked(desk: Desk):
    phone = replace(
        ABUSE, rule="identifying.phone", start=8, end=20, placeholder="[phone number]"
    )
    id_ = await desk.cases.open(
        an_opening(
            text="call me 082 123 4567", masked="call me [phone number]", flags=(phone,)
        )
    )

    shown = await desk.cases.reveal(id_, "ada-id", "must know", 9)
    case = await desk.cases.case(id_)

    assert [each.text for each in shown] == ["call me [phone number]"]
    assert case.findings[0].phrase == "[phone number]"


async def test_a_finding_shows_the_phrase_that_it_is_about(desk: Desk):
    id_ = await desk.cases.open(an_opening())

    (finding,) = (await desk.cases.case(id_)).findings

    assert (finding.reason, finding.phrase) == ("insults somebody", "what")


async def test_reading_a_case_is_counted_once(desk: Desk):
    id_ = await desk.cases.open(an_opening(flags=(DANGER,), grade=Grade.HIGH))

    for step in (1, 2):
        await desk.cases.reveal(id_, "ada-id", "must know", step)

    carers = Carers(database=desk.database, clock=desk.clock)
    assert [read.units for read in await carers.exposures("ada-id")] == [6]
    assert await carers.exposures("ben-id") == []


async def test_a_wrong_flag_is_counted_once(desk: Desk):
    id_ = await desk.cases.open(an_opening())

    for who in ("ada-id", "ben-id"):
        await desk.cases.wrong_flag(id_, who, "abuse.insult")
    with pytest.raises(NoSuchRule):
        await desk.cases.wrong_flag(id_, "ada-id", "abuse.other")

    async with desk.database.read() as tx:
        counted = (await tx.execute(select(rule_counts))).all()
    assert [(row.rule, row.wrong) for row in counted] == [("abuse.insult", 1)]


async def test_a_note_stands_beside_the_case(desk: Desk):
    id_ = await desk.cases.open(an_opening())

    await desk.cases.note(id_, "ada-id", " seen before ")

    case = await desk.cases.case(id_)
    assert case.events[-1].detail == {"text": "seen before"}
    assert case.names == {"ada-id": "ada"}


async def test_whoever_left_the_team_may_do_nothing(desk: Desk):
    await desk.staff("peer", role=Role.PEER)
    id_ = await desk.cases.open(an_opening())

    for who in ("nobody", "peer-id", "house", ""):
        for attempt in (
            desk.cases.claim(id_, who),
            desk.cases.looking(id_, who),
            desk.cases.reveal(id_, who, "curious", 1),
            desk.cases.note(id_, who, "hello"),
            desk.cases.act(id_, who, NOTHING),
            desk.cases.wrong_flag(id_, who, "abuse.insult"),
            desk.cases.undo(id_, who, 1),
            desk.cases.undo_arrivals(COFFEE, 0, who),
        ):
            with pytest.raises(NotAllowed):
                await attempt

    assert [event.kind for event in await desk.events(id_)] == ["flag"]


async def test_of_two_who_act_at_once_one_is_told(desk: Desk):
    id_, other = await desk.cases.open(an_opening()), desk.another()
    slow = Act(Kind.SLOW, "spam")

    outcomes = await asyncio.gather(
        desk.cases.act(id_, "ada-id", slow),
        other.cases.act(id_, "ben-id", slow),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes].count(CaseResolved) == 1
    assert issubclass(CaseResolved, CaseTaken)
    assert await desk.kinds() == ["slow"]
    assert (await desk.cases.case(id_)).weight == 1


async def test_what_somebody_else_has_cannot_be_acted_on(desk: Desk):
    id_ = await desk.cases.open(an_opening())
    await desk.cases.claim(id_, "ada-id")

    with pytest.raises(CaseTaken):
        await desk.cases.act(id_, "ben-id", NOTHING)
    await desk.cases.act(id_, "ada-id", NOTHING)

    (line,) = await desk.cases.lines(None)
    assert (line.outcome, line.status) == ("nothing", "resolved")
