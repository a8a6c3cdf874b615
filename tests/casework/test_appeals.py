"""Appeals: somebody else than who acted decides, and a member may answer back."""

import pytest
from sqlalchemy import select

from chat.casework.appeals import LONGEST
from chat.casework.case import Place, Queue, Status
from chat.casework.ladder import Act, Kind
from chat.casework.refusals import (
    AppealedAlready,
    CaseTaken,
    DecideFirst,
    NoAppeal,
    NotAllowed,
    NothingToDecide,
    SameModerator,
    WordsUnfilled,
)
from chat.errors import BadText, TextTooLong
from chat.model import Handle
from chat.roles import Role
from chat.store.schema import audit
from tests.support.desk import HANDLE, Desk, an_opening

REMOVED = Act(Kind.REMOVED, "predatory", words="Not here", message=Kind.TAKE_DOWN)
SLOW = Act(Kind.SLOW, "spam", words="Slowly")


async def acted_on(desk: Desk, act: Act = SLOW) -> str:
    """Return a case that ada acted on."""
    receipt = await desk.process.say("what was said here")
    id_ = await desk.cases.open(an_opening(position=receipt.position))
    await desk.cases.act(id_, "ada-id", act)
    return id_


async def appeal(desk: Desk, kind: str = "slow", text: str = "It was not me") -> None:
    token = next(row.token for row in await desk.words() if row.kind == kind)
    await desk.cases.appeal(token, HANDLE, text)


async def test_a_member_brings_an_act_back_before_the_team(desk: Desk):
    id_ = await acted_on(desk)

    await appeal(desk)

    (line,) = await desk.cases.lines(Queue.APPEALS)
    assert (line.id, line.appealed) == (id_, True)
    assert desk.rung[-1][:4] == (64, id_, "appeals", "open")


async def test_whoever_decides_reads_the_appeal_first(desk: Desk):
    id_ = await acted_on(desk)
    await appeal(desk, text="It was not me. Really.")

    shown = await desk.cases.reveal(id_, "ben-id", "appeal", 2)

    assert [each.text for each in shown] == ["It was not me.", "Really."]
    assert {each.said.kind for each in shown} == {"appeal"}


async def test_who_acted_does_not_judge_their_own_act(desk: Desk):
    id_ = await acted_on(desk)
    await appeal(desk)

    with pytest.raises(SameModerator):
        await desk.cases.decide(id_, "ada-id", True, "No")

    assert (await desk.cases.case(id_)).state.appeal


async def test_an_act_that_is_upheld_stands(desk: Desk):
    id_ = await acted_on(desk)
    await appeal(desk)

    await desk.cases.decide(id_, "ben-id", True, "We read it again.")

    async with desk.database.read() as tx:
        asked = select(audit.c.actor, audit.c.verb, audit.c.detail)
        recorded = (await tx.execute(asked.order_by(audit.c.id))).all()
    event = (await desk.cases.case(id_)).state.acts[-1].event
    assert [tuple(row) for row in recorded] == [
        ("ada-id", "action", "act=slow reason=spam"),
        ("member", "appeal", f"event={event}"),
        ("ben-id", "decision", f"upheld=True event={event}"),
    ]
    assert await desk.kinds() == ["appeal_upheld", "slow"]
    case = await desk.cases.case(id_)
    assert (case.state.status, case.weight) == (Status.RESOLVED, 1)


async def test_an_act_that_is_overturned_is_taken_back(desk: Desk):
    act = Act(Kind.SLOW, "spam", message=Kind.TAKE_DOWN)
    id_ = await acted_on(desk, act)
    assert desk.process.texts()[-1:] == ["what was said here"]
    await appeal(desk)

    await desk.cases.decide(id_, "ben-id", False, "Sorry.")

    (told,) = await desk.words()
    assert (told.kind, told.text) == ("appeal_overturned", "Sorry.")
    case = await desk.cases.case(id_)
    assert (case.state.status, case.weight) == (Status.RESOLVED, 0)
    assert case.state.message is Place.SAID
    assert await desk.position(id_) == 3


async def test_words_are_appealed_against_once(desk: Desk):
    id_ = await acted_on(desk)
    await appeal(desk)

    with pytest.raises(AppealedAlready):
        await appeal(desk)

    await desk.cases.decide(id_, "ben-id", True, "")
    with pytest.raises(AppealedAlready):
        await appeal(desk)


async def test_nobody_appeals_against_somebody_elses_words(desk: Desk):
    await acted_on(desk)
    (told,) = await desk.words()

    with pytest.raises(NoAppeal):
        await desk.cases.appeal(told.token, Handle(bytes(16)), "Let me")
    with pytest.raises(NoAppeal):
        await desk.cases.appeal(bytes(16), HANDLE, "Let me")
    assert await desk.cases.lines(Queue.APPEALS) == []


async def test_a_friendly_word_and_what_was_undone_allow_no_appeal(desk: Desk):
    await acted_on(desk, Act(Kind.NUDGE, "spam", words="Please"))
    with pytest.raises(NoAppeal):
        await appeal(desk, "nudge")

    id_ = await acted_on(desk)
    token = next(row.token for row in await desk.words() if row.kind == "slow")
    event = (await desk.cases.case(id_)).state.acts[-1].event
    await desk.cases.undo(id_, "ben-id", event)
    with pytest.raises(NoAppeal):
        await desk.cases.appeal(token, HANDLE, "Let me")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", BadText), ("a\x00b", BadText), ("x" * (LONGEST + 1), TextTooLong)],
)
async def test_an_appeal_is_something_that_can_be_read(desk, text: str, refusal):
    await acted_on(desk)

    with pytest.raises(refusal):
        await appeal(desk, text=text)

    assert await desk.cases.lines(Queue.APPEALS) == []


async def test_an_appeal_is_decided_before_anything_else_is_done(desk: Desk):
    id_ = await acted_on(desk)
    await appeal(desk)

    with pytest.raises(DecideFirst):
        await desk.cases.act(id_, "ben-id", SLOW)
    with pytest.raises(WordsUnfilled):
        await desk.cases.decide(id_, "ben-id", True, "Dear {name}")


async def test_there_is_nothing_to_decide_where_nobody_appealed(desk: Desk):
    id_ = await acted_on(desk)

    with pytest.raises(NothingToDecide):
        await desk.cases.decide(id_, "ben-id", True, "")
    with pytest.raises(NothingToDecide):
        await desk.cases.second(id_, "ben-id", True)


async def test_a_facilitator_does_not_decide(desk: Desk):
    await desk.staff("fay", role=Role.FACILITATOR)
    id_ = await acted_on(desk)
    await appeal(desk)

    with pytest.raises(NotAllowed):
        await desk.cases.decide(id_, "fay-id", True, "")


async def test_whoever_is_to_be_removed_is_suspended_until_somebody_agrees(desk: Desk):
    id_ = await acted_on(desk, REMOVED)

    assert await desk.kinds() == ["suspended", "taken_down"]
    (line,) = await desk.cases.lines(Queue.APPEALS)
    assert (line.id, line.needs_second, line.status) == (id_, True, "open")
    with pytest.raises(SameModerator):
        await desk.cases.second(id_, "ada-id", True)

    await desk.cases.second(id_, "ben-id", True)

    assert await desk.kinds() == ["removed", "taken_down"]
    case = await desk.cases.case(id_)
    assert (case.state.status, case.state.outcome) == (Status.RESOLVED, "removed")
    assert case.weight == 5


async def test_whom_nobody_else_would_remove_stays_suspended(desk: Desk):
    id_ = await acted_on(desk, REMOVED)

    await desk.cases.second(id_, "ben-id", False)

    assert await desk.kinds() == ["suspended", "taken_down"]
    state = (await desk.cases.case(id_)).state
    assert (state.status, state.outcome) == (Status.RESOLVED, "suspended")


async def test_an_appeal_meanwhile_waits_for_its_own_decision(desk: Desk):
    id_ = await acted_on(desk, REMOVED)
    await appeal(desk, "suspended")

    await desk.cases.second(id_, "ben-id", True)
    (line,) = await desk.cases.lines(Queue.APPEALS)
    assert (line.appealed, line.needs_second) == (True, False)

    await desk.cases.decide(id_, "ben-id", False, "Come back")
    assert await desk.kinds() == ["appeal_overturned"]
    assert (await desk.cases.case(id_)).state.status is Status.RESOLVED


async def test_what_somebody_else_decides_is_theirs(desk: Desk):
    id_ = await acted_on(desk, REMOVED)
    await desk.staff("cyd")
    await desk.cases.claim(id_, "cyd-id")

    with pytest.raises(CaseTaken):
        await desk.cases.second(id_, "ben-id", True)
    await desk.cases.second(id_, "cyd-id", True)
