"""A talk's page: what a peer says and does there, with a script or without one."""

import pytest

from chat.model import Grade
from chat.oncall.facts import FIRST_LINE, SILENCE
from chat.oncall.known import HOUSE
from chat.oncall.stages import NeedId, PeerId, State
from chat.roles import Role
from tests.support.call_desk import CallDesk
from tests.support.console import Colleague
from tests.support.needs import drill

SCRIPT = "<script>alert(1)</script>"
LINE = "00" * 7 + "07"


async def said_in(desk: CallDesk, need: NeedId) -> list[bytes]:
    return (await desk.listening.earlier(need, 2**53)).events


def page_of(need: str) -> str:
    return f"/staff/talks/{need}"


async def standing(colleague: Colleague, need: str) -> dict[str, object]:
    found: dict[str, object] = (await colleague.get(f"{page_of(need)}.json")).json()
    return found


# What it shows.


async def test_the_page_says_what_they_told_and_offers_words_to_begin_with(
    wren: Colleague, need: NeedId
):
    page = await wren.reads(page_of(need))

    for words in ("a long night", "Somebody to listen", "I am here to listen."):
        assert words in page
    assert "are you thinking of ending your life" not in page


async def test_no_title_keeps_their_name_in_the_history_of_a_browser(
    wren: Colleague, need: NeedId
):
    page = await wren.reads(page_of(need))

    name = page.split('title--case">')[1].split("<")[0]
    assert name != "Somebody"
    assert name not in page.split("</head>")[0]


async def test_what_they_told_stands_before_the_words_to_begin_with(
    wren: Colleague, need: NeedId
):
    page = await wren.reads(page_of(need))

    places = [
        page.index(words)
        for words in ("I need a moment", "What they told us", "Words to begin with")
    ]
    assert places == sorted(places)


async def test_whoever_has_begun_needs_no_words_to_begin_with(
    wren: Colleague, need: NeedId
):
    await wren.post(f"{page_of(need)}/say", text="I am here.", id=LINE)

    assert "Words to begin with" not in await wren.reads(page_of(need))


async def test_who_may_be_in_danger_may_be_asked_plainly(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren, grade=Grade.HIGH)

    assert "are you thinking of ending your life" in await wren.reads(page_of(need))


async def test_what_was_said_is_there_without_a_script(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    await desk.member_says(need, f"Hello {SCRIPT}")
    await wren.post(f"{page_of(need)}/say", text="I am here.", id=LINE)

    page = await wren.reads(page_of(need))

    assert SCRIPT not in page
    assert page.index("Hello &lt;script&gt;") < page.index("I am here.")


async def test_when_something_was_said_is_told_by_the_readers_clock(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    await wren.post(f"{page_of(need)}/say", text="I am here.", id=LINE)
    await wren.post(f"{page_of(need)}/note", note="It was long.")

    now = desk.clock.now()
    by_script = f'data-at="{int(now.timestamp())}">{now:%H:%M} UTC</time>'
    assert by_script in await wren.reads(page_of(need))
    assert by_script in await wren.reads("/staff/calls")


async def test_a_first_line_makes_it_a_talk(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    await wren.post(f"{page_of(need)}/say", text="I am here.", id=LINE)

    assert (await desk.needs.known(need)).need.state is State.TALKING
    assert "I am here." in await wren.reads(page_of(need))


async def test_a_form_sent_twice_says_it_once(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    for _ in range(2):
        await wren.post(f"{page_of(need)}/say", text="I am here.", id=LINE)

    page = await wren.reads(page_of(need))

    assert page.count('dir="auto">I am here.') == 1


@pytest.mark.parametrize("text", ["", "a" * 2001])
async def test_what_cannot_be_said_stays_where_it_was_written(
    wren: Colleague, need: NeedId, text: str
):
    answer = await wren.post(f"{page_of(need)}/say", text=text, id=LINE)

    assert answer.status_code == 409
    assert f">{text}</textarea>" in answer.text


@pytest.mark.parametrize("guess", ["0" * 32, "1", "a" * 500, "%00"])
async def test_a_guessed_talk_is_not_there(wren: Colleague, guess: str):
    answers = [
        await wren.get(page_of(guess)),
        await wren.post(f"{page_of(guess)}/say", text="hello", id=LINE),
        await wren.post(f"{page_of(guess)}/end", ending="heard"),
    ]

    assert {answer.status_code for answer in answers} <= {404, 405}


async def test_whose_talk_it_is_no_more_is_told_no_more_than_that(
    wren: Colleague, otter: Colleague, need: NeedId
):
    await wren.post(f"{page_of(need)}/hand", to=otter.id)
    await otter.post(f"{page_of(need)}/take-over")

    stands = await standing(wren, need)

    assert stands == await standing(wren, "0" * 32)
    assert stands["mine"] is False
    assert stands["words"] == "Somebody else is with them now. Thank you for coming."


async def test_a_talk_of_others_is_not_there(
    desk: CallDesk, otter: Colleague, need: NeedId
):
    answers = [
        await otter.get(page_of(need)),
        await otter.post(f"{page_of(need)}/say", text="hello", id=LINE),
        await otter.post(f"{page_of(need)}/join"),
        await otter.post(f"{page_of(need)}/end", ending="heard"),
        await otter.post(f"{page_of(need)}/take-over"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert await said_in(desk, need) == []


# How it stands.


async def test_a_first_line_is_owed_for_a_minute(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    desk.clock.advance(18)
    owed = await standing(wren, need)

    assert (owed["mine"], owed["seconds"], owed["owed"]) == (True, 42, "first")


async def test_that_they_have_gone_is_said_by_whoever_sees_who_is_there(
    wren: Colleague, need: NeedId
):
    page = await wren.reads(page_of(need))

    assert 'data-gone="Not here just now; they may come"></span>' in page


async def test_nobody_goes_from_a_drill(desk: CallDesk, wren: Colleague):
    need = await drill(desk.database, desk.needs)
    await wren.post(f"/staff/calls/{need}/accept")

    assert "Not here" not in await wren.reads(page_of(need))


async def test_an_answer_is_owed_for_as_long_as_they_wait(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)
    assert (await standing(wren, need))["seconds"] is None

    await desk.needs.wrote(need)
    desk.clock.advance(60)
    owed = await standing(wren, need)

    left = SILENCE.total_seconds() - 60
    assert (owed["seconds"], owed["owed"]) == (left, "answer")


async def test_whoever_was_silent_is_told_kindly_and_may_speak_again(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    await lapse(desk, need)

    stands = await standing(wren, need)
    page = await wren.reads(page_of(need))

    assert stands["mine"] is True
    assert "Nobody minds." in str(stands["words"])
    assert "Nobody minds." in page
    await wren.post(f"{page_of(need)}/say", text="I am back.", id=LINE)
    assert (await desk.needs.known(need)).need.peer == wren.id


async def test_whoever_let_them_go_is_not_told_that_they_were_silent(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)

    await wren.post(f"{page_of(need)}/let-go")

    page = await wren.reads(page_of(need))
    assert "it was quiet here or you could not go on" in page


async def test_whom_another_has_relieved_can_only_read_that_it_is_so(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    await lapse(desk, need)
    await otter.post(f"/staff/calls/{need}/accept")

    stands = await standing(wren, need)
    page = await wren.reads(page_of(need))
    answer = await wren.post(f"{page_of(need)}/say", text="I am back.", id=LINE)

    assert stands["mine"] is False
    assert "Somebody else is with them now. Thank you for coming." in page
    assert 'data-over="yes" hidden' in page, "an empty talk"
    assert 'action="/staff/talks' not in page.partition("What stays with you")[0]
    assert answer.status_code == 409
    assert await said_in(desk, need) == []


async def test_only_who_had_it_takes_it_again_by_speaking(
    desk: CallDesk, otter: Colleague
):
    need = await desk.pressed()

    answer = await otter.post(f"{page_of(need)}/say", text="I am here.", id=LINE)

    assert answer.status_code == 409
    assert "This talk is not yours to change." in answer.text
    async with desk.peer("Sorrel", ready=False) as sorrel:
        answer = await sorrel.post(f"{page_of(need)}/say", text="I am here.", id=LINE)
    assert answer.status_code == 404

    assert (await desk.needs.known(need)).need.is_calling
    assert await said_in(desk, need) == []


async def lapse(desk: CallDesk, need: NeedId) -> None:
    """Let a minute go by without a first line, as the worker sees it."""
    desk.clock.advance(FIRST_LINE.total_seconds())
    async with desk.database.claim() as tx:
        known = await desk.needs.ledger.locked(tx, need)
        lapsed = known.need.lapse(desk.clock.now())
        await desk.needs.ledger.keep(tx, known, lapsed, "silent", HOUSE)


# Others.


async def test_another_is_asked_says_no_and_is_asked_again_and_takes_over(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    asked = await wren.post(f"{page_of(need)}/hand", to=otter.id)
    assert asked.headers["location"].endswith("?did=asked")
    told = await wren.reads(asked.headers["location"])
    assert told.count("You stay until they say yes.") == 1
    assert "Otter was asked to take over" in told
    assert "You are asked to take over." in await otter.reads(page_of(need))

    await otter.post(f"{page_of(need)}/decline")
    assert (await desk.needs.known(need)).need.handing_to is None

    await wren.post(f"{page_of(need)}/hand", to=otter.id)
    await otter.post(f"{page_of(need)}/take-over")
    assert (await desk.needs.known(need)).need.peer == otter.id


async def test_whoever_is_asked_reads_what_was_said(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    await desk.member_says(need, "It is about my brother.")
    await wren.post(f"{page_of(need)}/hand", to=otter.id)

    assert "It is about my brother." in await otter.reads(page_of(need))


async def test_whoever_is_asked_is_told_by_every_way(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    await desk.has_phone(otter.id)

    await wren.post(f"{page_of(need)}/hand", to=otter.id)

    assert await desk.alerts() == [("hand", "otter", "page"), ("hand", "otter", "push")]


async def test_whoever_blocks_whom_they_are_with_is_offered_to_let_others_come(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)

    answer = await wren.post(f"{page_of(need)}/block")

    page = await wren.reads(answer.headers["location"])
    company = page.index("I would like company, or cannot go on")
    assert " open>" in page[company - 60 : company]
    assert f"/staff/talks/{need}" in await wren.reads("/staff/calls")


async def test_whoever_is_asked_again_and_again_is_told_once_a_minute(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False):
        for _ in range(3):
            await wren.post(f"{page_of(need)}/hand", to=otter.id)
            await wren.post(f"{page_of(need)}/company")
        once = {("hand", "otter", "page"), ("company", "birch", "page")}
        assert len(await desk.alerts()) == len(once)
        assert set(await desk.alerts()) == once

        desk.clock.advance(60)
        await wren.post(f"{page_of(need)}/company")

        assert len(await desk.alerts()) == len(once) + 1


async def test_nobody_is_asked_who_cannot_be_reached(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    desk.clock.advance(600)

    answer = await wren.post(f"{page_of(need)}/hand", to=otter.id)

    assert answer.status_code == 409
    assert "Choose somebody else who can be reached" in answer.text


async def test_nobody_is_asked_who_wants_to_meet_them_no_more(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    before = await desk.talk(otter)
    await otter.post(f"{page_of(before)}/block")
    await otter.post(f"{page_of(before)}/end", ending="abuse")
    need = await desk.talk(wren)

    page = await wren.reads(page_of(need))
    answer = await wren.post(f"{page_of(need)}/hand", to=otter.id)

    assert f'value="{otter.id}"' not in page
    assert answer.status_code == 409
    assert (await desk.needs.known(need)).need.handing_to is None


async def test_a_coordinator_sits_in_and_then_reads_and_speaks(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    await desk.member_says(need, "Not a word to anybody.")
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        before = await birch.reads(page_of(need))
        await birch.post(f"{page_of(need)}/join")
        after = await birch.reads(page_of(need))

    assert "Not a word to anybody." not in before
    assert "Not a word to anybody." in after
    assert ", with you<" in after
    assert (await desk.needs.known(need)).need.helpers == (wren.id, "birch")


async def test_whoever_sits_in_may_go_and_may_end_it(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.talk(wren)
    await desk.needs.join(need, PeerId(otter.id))
    page = await otter.reads(page_of(need))

    answer = await otter.post(f"{page_of(need)}/leave")

    assert "I go now" in page
    assert "I cannot go on" not in page
    assert answer.headers["location"] == "/staff/calls?did=left"
    assert (await desk.needs.known(need)).need.helpers == (wren.id,)
    await desk.needs.join(need, PeerId(otter.id))
    await otter.post(f"{page_of(need)}/end", ending="heard")
    assert not (await desk.needs.known(need)).need.is_open


async def test_whoever_sits_in_has_it_when_the_peer_cannot_go_on(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.talk(wren)
    await desk.needs.join(need, PeerId(otter.id))

    await wren.post(f"{page_of(need)}/let-go")

    stands = await standing(otter, need)
    assert (stands["mine"], stands["owed"], stands["seconds"]) == (True, "first", 60)
    assert "I cannot go on" in await otter.reads(page_of(need))


async def test_no_coordinator_is_rung_in_their_quiet_hours_because_of_company(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        await desk.has_phone("birch")
        await desk.sleeps("birch")

        await wren.post(f"{page_of(need)}/company")

        assert not any(who == "birch" for _, who, _ in await desk.alerts())
        assert "would like company" in await birch.reads("/staff/calls")


async def test_whoever_would_like_company_is_offered_it(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        await wren.post(f"{page_of(need)}/company")

        assert "would like company" in await birch.reads("/staff/calls")
        assert ("company", "birch", "page") in await desk.alerts()

    # Any peer may come then.
    assert "would like company" in await otter.reads("/staff/calls")
    assert (await otter.post(f"{page_of(need)}/join")).status_code == 303
    assert "would like company" not in await wren.reads("/staff/calls")
