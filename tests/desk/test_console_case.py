"""One case: reading no more than needed, acting once, and being held to it."""

import asyncio
from typing import Any

import httpx2
import pytest

from chat.model import Action, Grade
from chat.roles import Role
from tests.support.clock import FakeClock
from tests.support.console import Colleague, Console
from tests.support.desk import DANGER, heard

SENTENCES = "The first thing. The second thing. The third thing."
SAID: dict[str, Any] = {"text": SENTENCES, "masked": SENTENCES}
PROVED_SECONDS = 301
HELD: dict[str, Any] = {"held": True, "position": 0, "action": Action.HOLD}


def at(id_: str, doing: str = "") -> str:
    return f"/staff/cases/{id_}{doing}"


async def kinds(console: Console, id_: str) -> list[str]:
    return [event.kind for event in await console.desk.events(id_)]


async def act(colleague: Colleague, id_: str, **fields: str) -> httpx2.Response:
    asked = {"member": "", "message": "", "reason": "harassment", **fields}
    return await colleague.post(at(id_, "/act"), **asked)


# Reading


async def test_a_case_begins_with_its_reason_and_none_of_its_words(
    console: Console, fern: Colleague
):
    id_ = await console.case(**SAID, around=heard("Before it.", begin=6))

    page = await fern.reads(at(id_))

    assert "insults somebody" in page
    assert "abuse.insult" in page
    assert "3 sentences, with 1 sentence said around it" in page
    assert "second thing" not in page
    assert "Before it" not in page


async def test_what_was_said_is_read_a_sentence_at_a_time(
    console: Console, fern: Colleague
):
    id_ = await console.case(**SAID)

    await fern.post(at(id_, "/reveal"), reason="decide", upto="1")
    first = await fern.reads(at(id_))
    await fern.post(at(id_, "/reveal"), reason="decide", upto="2")
    second = await fern.reads(at(id_))

    assert "The first thing." in first
    assert "second thing" not in first
    assert "The second thing." in second
    assert "third thing" not in second


async def test_reading_without_a_reason_is_refused(console: Console, fern: Colleague):
    id_ = await console.case(**SAID)

    answer = await fern.post(at(id_, "/reveal"), reason="", upto="1")

    assert answer.status_code == 400
    assert "Say why, please" in answer.text
    assert "The first thing." not in answer.text
    assert "reveal" not in await kinds(console, id_)


async def test_every_reading_stands_in_the_case_with_its_reason(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case(**SAID)

    await fern.post(at(id_, "/reveal"), reason="danger", upto="1")

    page = await birch.reads(at(id_))
    assert "Fern read 1 sentence" in page
    assert "To see whether somebody is in danger" in page


async def test_what_one_read_is_not_shown_to_another(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case(**SAID)

    await fern.post(at(id_, "/reveal"), reason="decide", upto="1")

    assert "The first thing." not in await birch.reads(at(id_))


async def test_what_was_read_is_covered_again_after_a_while(
    console: Console, fern: Colleague, clock: FakeClock
):
    id_ = await console.case(**SAID)
    await fern.post(at(id_, "/reveal"), reason="decide", upto="1")

    for _ in range(3):
        clock.advance(600)
        await fern.reads(at(id_))
    page = await fern.reads(at(id_))

    assert "The first thing." not in page


async def test_all_at_once_asks_who_one_is_once_more(
    console: Console, fern: Colleague, clock: FakeClock
):
    id_ = await console.case(**SAID)
    clock.advance(PROVED_SECONDS)

    whole = await fern.post(at(id_, "/reveal"), reason="decide", upto="3")
    one = await fern.post(at(id_, "/reveal"), reason="decide", upto="1")

    assert whole.headers["location"].startswith("/staff/step-up?next=%2Fstaff%2Fcases")
    assert one.headers["location"] == at(id_, "?open=1")
    assert (await kinds(console, id_)).count("reveal") == 1


async def test_what_others_said_asks_who_one_is_once_more(
    console: Console, fern: Colleague, clock: FakeClock
):
    id_ = await console.case(around=heard("Before it.", begin=6))
    clock.advance(PROVED_SECONDS)
    await fern.post(at(id_, "/reveal"), reason="decide", upto="1")

    answer = await fern.post(at(id_, "/reveal"), reason="decide", upto="2")

    assert answer.headers["location"].startswith("/staff/step-up")
    assert "Before it." not in await fern.reads(at(id_))


async def test_whoever_has_just_proved_who_they_are_reads_what_is_around(
    console: Console, fern: Colleague
):
    id_ = await console.case(around=heard("Before it.", begin=6))

    await fern.post(at(id_, "/reveal"), reason="decide", upto="2")

    page = await fern.reads(at(id_))
    assert "Before it." in page
    assert "The same member" in page


async def test_words_are_covered_unless_one_wants_it_otherwise(
    console: Console, fern: Colleague
):
    id_ = await console.case(**SAID)
    await fern.post(at(id_, "/reveal"), reason="decide", upto="2")
    covered = await fern.reads(at(id_))

    await fern.post("/staff/me", hotkeys="yes")
    plain = await fern.reads(at(id_))

    assert covered.count('<details class="veil">') == 3  # the found words as well
    assert '<details class="veil"' not in plain
    assert "The second thing." in plain


async def test_a_crisis_case_weighs_once_however_often_it_is_read(
    console: Console, fern: Colleague
):
    id_ = await console.case(**SAID, flags=(DANGER,), grade=Grade.HIGH)

    for upto in "123":
        await fern.post(at(id_, "/reveal"), reason="danger", upto=upto)

    assert [each.units for each in await console.carers.exposures(fern.id)] == [6]


async def test_of_a_case_that_is_forgotten_no_words_are_left(
    console: Console, fern: Colleague, clock: FakeClock
):
    id_ = await console.case(**SAID)
    await act(fern, id_, reason="in_order")
    clock.advance(31 * 86_400)
    await console.cases.tidy(clock.seconds())
    async with console.colleague("Moss") as moss:
        page = await moss.reads(at(id_))

    assert "The words are gone" in page
    assert "Who said it" not in page


# Claiming


async def test_of_two_who_claim_at_once_one_is_told_who_has_it(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()

    answers = await asyncio.gather(
        fern.post(at(id_, "/claim")), birch.post(at(id_, "/claim"))
    )

    [won] = [answer for answer in answers if answer.status_code == 303]
    [lost] = [answer for answer in answers if answer.status_code == 409]
    winner = "Fern" if won is answers[0] else "Birch"
    assert f"The case is taken by {winner}" in lost.text


async def test_a_case_that_was_let_go_is_free_again(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()
    await fern.post(at(id_, "/claim"))

    await fern.post(at(id_, "/let-go"))

    assert (await birch.post(at(id_, "/claim"))).status_code == 303


async def test_the_page_tells_its_script_who_has_it_and_that_something_happened(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()
    before = (await birch.get(at(id_, ".json"))).json()

    await fern.post(at(id_, "/reveal"), reason="decide", upto="1")
    read = (await birch.get(at(id_, ".json"))).json()
    await fern.post(at(id_, "/claim"))
    taken = (await birch.get(at(id_, ".json"))).json()

    assert before["events"] == read["events"] < taken["events"]
    assert taken["claimed"] == "Fern has it"


# Acting


async def test_acting_is_done_and_told_by_desk_name(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()

    answer = await act(
        fern, id_, member="warning", words="Kinder, please.", note="Second time."
    )

    page = await birch.reads(at(id_))
    assert answer.headers["location"] == at(id_, "?did=act")
    assert "Fern warned the member. Harassment" in page
    assert "To the member: Kinder, please." in page
    assert "For the team: Second time." in page
    assert await console.desk.kinds() == ["warning"]


async def test_of_two_who_act_at_once_one_is_told_that_it_is_done(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()

    answers = await asyncio.gather(
        act(fern, id_, member="slow"), act(birch, id_, member="held")
    )

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    [lost] = [answer for answer in answers if answer.status_code == 409]
    assert "Somebody was quicker" in lost.text
    assert len(await console.desk.kinds()) == 1


async def test_nobody_acts_on_what_somebody_else_has(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()
    await fern.post(at(id_, "/claim"))

    answer = await act(birch, id_, member="slow")

    assert answer.status_code == 409
    assert "taken by Fern" in answer.text
    assert await console.desk.kinds() == []


async def test_words_with_an_open_place_do_not_go_and_are_not_lost(
    console: Console, fern: Colleague
):
    id_ = await console.case()

    answer = await act(
        fern, id_, member="nudge", words="You wrote {what}.", note="Mild."
    )

    assert answer.status_code == 400
    assert "still to be filled" in answer.text
    assert "You wrote {what}.</textarea>" in answer.text
    assert "Mild.</textarea>" in answer.text
    assert await console.desk.kinds() == []


async def test_without_a_script_ready_made_words_are_put_in_to_be_filled(
    console: Console, fern: Colleague
):
    id_ = await console.case()

    answer = await act(fern, id_, member="nudge", canned="kinder")

    assert answer.status_code == 400
    assert "Your words to {the other member&#39;s name}" in answer.text


async def test_ready_made_words_without_places_go_as_they_are(
    console: Console, fern: Colleague
):
    id_ = await console.case(**HELD)

    await act(fern, id_, message="release", reason="in_order", canned="released")

    [told] = await console.desk.words()
    assert (told.kind, told.text[:26]) == ("released", "We looked at your message ")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"member": "slow", "reason": ""}, "That reason does not go"),
        ({"member": "slow", "reason": "other"}, "needs a note"),
        ({"member": "warning"}, "needs words to the member"),
        ({"member": "suspended:5"}, "Nobody is suspended for that long"),
        ({"member": "suspended:x"}, "Nobody is suspended for that long"),
        ({"member": "banished"}, "cannot be done"),
        ({"message": "release"}, "not held any more"),
        ({"member": "nudge", "words": "a" * 501}, "too long"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_plain_words(
    console: Console, fern: Colleague, fields: dict[str, str], words: str
):
    id_ = await console.case()

    answer = await act(fern, id_, **fields)

    assert answer.status_code == 400
    assert words in answer.text
    assert "action" not in await kinds(console, id_)


async def test_for_somebody_in_danger_the_page_suggests_company_and_nothing_else(
    console: Console, fern: Colleague
):
    await act(fern, await console.case(), member="slow")

    danger = await console.case(flags=(DANGER,), grade=Grade.HIGH)
    other = await console.case()

    assert "What helps most now is somebody who answers" in await fern.reads(at(danger))
    assert "The ladder suggests" not in await fern.reads(at(danger))
    assert "The ladder suggests" in await fern.reads(at(other))


async def test_a_held_message_is_not_passed_over(console: Console, fern: Colleague):
    id_ = await console.case(**HELD)

    answer = await act(fern, id_, member="nudge", words="Hello.")

    assert "say what becomes of it first" in answer.text


async def test_a_facilitator_is_offered_and_granted_the_gentle_part_only(
    console: Console,
):
    id_ = await console.case()
    async with console.colleague("Wren", Role.FACILITATOR) as wren:
        page = await wren.reads(at(id_))
        answer = await act(wren, id_, member="suspended:24")

    assert "A friendly word" in page
    assert "Suspended for" not in page
    assert answer.status_code == 400
    assert "Your role does not have that" in answer.text


async def test_what_was_done_can_be_undone(console: Console, fern: Colleague):
    id_ = await console.case()
    await act(fern, id_, member="slow")
    [done] = [e for e in await console.desk.events(id_) if e.kind == "action"]

    await fern.post(at(id_, "/undo"), event=str(done.id))

    assert await console.desk.kinds() == ["undone"]
    assert "Undo this" not in await fern.reads(at(id_))


async def test_a_note_is_for_the_team(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()

    await fern.post(at(id_, "/note"), note="Known from last week.")

    assert "Known from last week." in await birch.reads(at(id_))


async def test_a_note_that_is_too_long_is_refused_and_said_to_be(
    console: Console, fern: Colleague
):
    id_ = await console.case()

    answer = await fern.post(at(id_, "/note"), note="a" * 5000)

    assert answer.status_code == 400
    assert "The note is too long" in answer.text


async def test_a_wrong_flag_is_counted_for_its_rule_once(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()

    for colleague in (fern, birch, fern):
        await colleague.post(at(id_, "/wrong-flag"), rule="abuse.insult")

    counted = {rule.rule: rule.wrong for rule in await console.rulebook.rules()}
    assert counted["abuse.insult"] == 1
    assert "marked as wrong here" in await fern.reads(at(id_))


# Judging what others did


async def test_an_appeal_is_decided_by_somebody_else(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await appealed(console, fern)

    own, others = await fern.reads(at(id_)), await birch.reads(at(id_))
    refused = await fern.post(at(id_, "/decide"), upheld="yes", words="It stays.")
    granted = await birch.post(at(id_, "/decide"), upheld="no", words="We were wrong.")

    assert "You acted here yourself" in own
    assert "You look afresh" in others
    assert "somebody else decides" in refused.text
    assert granted.status_code == 303
    assert await console.desk.kinds() == ["appeal_overturned"]


async def test_an_appeal_is_not_decided_by_leaving_the_choice_open(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await appealed(console, fern)

    answer = await birch.post(at(id_, "/decide"), words="We have looked again.")

    assert answer.status_code == 400
    assert "We have looked again.</textarea>" in answer.text
    assert "decision" not in await kinds(console, id_)


async def test_what_the_member_says_to_it_is_read_first(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await appealed(console, fern)

    await birch.post(at(id_, "/reveal"), reason="appeal", upto="1")

    page = await birch.reads(at(id_))
    assert "I meant it kindly." in page
    assert "The member, to the room team" in page


async def appealed(console: Console, by: Colleague) -> str:
    id_ = await console.case()
    await act(by, id_, member="slow")
    [told] = await console.desk.words()
    await console.cases.appeal(told.token, told.handle, "I meant it kindly.")
    return id_


async def test_who_asked_for_a_second_pair_of_eyes_is_not_told_to_it(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()
    await act(fern, id_, member="removed", note="Fern here: I am sure.")

    page = await birch.reads(at(id_))

    assert "One of you removed the member" in page
    assert "I am sure" not in page
    assert "Fern removed" not in page


async def test_a_second_pair_of_eyes_is_another_pair(
    console: Console, fern: Colleague, birch: Colleague
):
    id_ = await console.case()
    await act(fern, id_, member="removed")

    refused = await fern.post(at(id_, "/second"), agrees="yes")
    before = await console.desk.kinds()
    await birch.post(at(id_, "/second"), agrees="yes")

    assert refused.status_code == 400
    assert before == ["suspended"]
    assert await console.desk.kinds() == ["removed"]
