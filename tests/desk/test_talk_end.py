"""The end of a talk: what a peer notes, whom they show or block, and what is left."""

import pytest
from redis import Redis
from sqlalchemy import select

from chat.errors import StoreDown
from chat.model import Handle
from chat.oncall.stages import End, NeedId, PeerId
from chat.store.schema import cases
from tests.desk.test_talk_page import LINE, page_of, standing
from tests.support.call_desk import CallDesk
from tests.support.console import Colleague
from tests.support.needs import notes


async def test_a_talk_ends_with_a_reason_and_a_note_that_nobody_else_reads(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.talk(wren)

    answer = await wren.post(
        f"{page_of(need)}/end", ending="next_step", note="my own sister"
    )

    ended = (await desk.needs.known(need)).need
    assert answer.headers["location"] == "/staff/calls?did=ended"
    assert (ended.end, ended.ending) == (End.ACCEPTED_AND_SPOKE, "next_step")
    assert "my own sister" in await wren.reads("/staff/calls")
    assert "my own sister" not in await otter.reads("/staff/calls")


async def test_the_end_of_a_talk_leads_to_a_note_for_ones_partner(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)
    during = await wren.reads(page_of(need))
    answer = await wren.post(f"{page_of(need)}/end", ending="heard")

    after = await wren.reads(answer.headers["location"])

    for page in (during, after):
        assert 'href="/staff/me#offload"' in page
    assert 'href="/staff/me#offload"' not in await wren.reads("/staff/calls")


async def test_nobody_is_said_to_be_with_them_once_it_is_over(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.talk(wren)
    await desk.needs.join(need, PeerId(otter.id))
    during = await wren.reads(page_of(need))

    await wren.post(f"{page_of(need)}/end", ending="heard")

    after = await wren.reads(page_of(need))
    assert "Who is with them" in during
    assert "Who is with them" not in after
    assert "on the way" not in after


async def test_a_note_can_be_written_however_the_talk_ended_for_its_peer(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.talk(wren)
    await wren.post(f"{page_of(need)}/hand", to=otter.id)
    await otter.post(f"{page_of(need)}/take-over")
    handed = await wren.post(f"{page_of(need)}/note", note="hard to hand on")
    await desk.needs.withdraw(Handle(b"h" * 16))
    ended = await otter.post(f"{page_of(need)}/note", note="gone so soon")

    assert handed.headers["location"].endswith("?did=noted")
    assert ended.headers["location"].endswith("?did=noted")
    for colleague, note in ((wren, "hard to hand on"), (otter, "gone so soon")):
        assert "Keep the note" in await colleague.reads(page_of(need))
        assert "End the talk" not in await colleague.reads(page_of(need))
        assert note in await colleague.reads("/staff/calls")


async def test_what_a_peer_chose_and_wrote_is_kept_if_the_member_ends_it_meanwhile(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)
    await desk.needs.withdraw(Handle(b"h" * 16))

    answer = await wren.post(f"{page_of(need)}/end", ending="heard", note="a note")

    assert answer.headers["location"] == "/staff/calls?did=ended"
    assert (await desk.needs.known(need)).need.ending == "heard"
    assert "a note" in await wren.reads("/staff/calls")


async def test_a_talk_that_its_member_ended_asks_once_how_it_ended(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.talk(wren)
    during = await standing(wren, need)
    await desk.needs.withdraw(Handle(b"h" * 16))

    after = await standing(wren, need)
    page = await wren.reads(page_of(need))
    await wren.post(f"{page_of(need)}/end", ending="next_step")
    again = await wren.post(f"{page_of(need)}/end", ending="other", note="a note")

    assert (during["ends"], after["ends"]) == (True, True)
    assert "How did it end?" in page
    assert (await desk.needs.known(need)).need.ending == "next_step"
    assert (again.status_code, again.text.count("How did it end?")) == (409, 0)
    assert ">a note</textarea>" in again.text
    assert "Keep the note" in again.text
    assert (await standing(wren, need))["ends"] is False


async def test_how_it_ended_is_asked_for_as_long_as_a_note_is_taken(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)
    await desk.needs.withdraw(Handle(b"h" * 16))
    for _ in range(12):
        desk.clock.advance(300)
        await wren.get("/staff/calls")

    page = await wren.reads(page_of(need))
    answer = await wren.post(f"{page_of(need)}/end", ending="heard")

    assert "How did it end?" not in page
    assert answer.status_code == 409


async def test_no_note_is_kept_of_a_talk_that_is_forgotten(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)
    await desk.needs.finish(need, PeerId(wren.id), "heard")
    for _ in range(13):
        desk.clock.advance(300)
        await wren.get("/staff/calls")

    page = await wren.reads(page_of(need))
    answer = await wren.post(f"{page_of(need)}/note", note="a note")

    assert "Keep the note" not in page
    assert "Hello, I am here." not in page
    assert answer.status_code == 409
    assert await notes(desk.database, need, PeerId(wren.id)) == []


async def test_looking_at_a_talk_that_is_gone_makes_nothing_of_it_anew(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)
    await desk.needs.finish(need, PeerId(wren.id), "heard")
    for _ in range(13):
        desk.clock.advance(300)
        await wren.get("/staff/calls")
    for room in await desk.needs.forget(desk.clock.now()):
        await desk.process.history.forget(room)

    await wren.get(page_of(need))

    url = desk.process.settings.redis_url or ""
    with Redis.from_url(url, protocol=2) as redis:
        assert redis.keys(f"*{need}*:meta") == []


async def test_whoever_handed_over_may_still_block_and_report(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    await desk.member_says(need, "Send me a picture.")
    await wren.post(f"{page_of(need)}/hand", to=otter.id)
    await otter.post(f"{page_of(need)}/take-over")

    blocked = await wren.post(f"{page_of(need)}/block")
    shown = await wren.post(f"{page_of(need)}/report", reason="predatory")

    assert blocked.headers["location"].endswith("?did=blocked")
    assert shown.headers["location"].endswith("?did=reported")
    known = await desk.needs.known(need)
    assert await desk.needs.blockers(known) == {wren.id}


async def test_a_talk_that_cannot_end_yet_keeps_what_was_filled_in(
    wren: Colleague, need: NeedId
):
    answer = await wren.post(f"{page_of(need)}/end", ending="heard", note="a note")

    assert answer.status_code == 409
    assert "Nobody has said a line yet." in answer.text
    assert ">a note</textarea>" in answer.text
    assert 'value="heard" selected' in answer.text


async def test_whoever_cannot_go_on_lets_go_and_others_are_called(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    answer = await wren.post(f"{page_of(need)}/let-go")

    assert answer.headers["location"] == "/staff/calls?did=let_go"
    assert (await desk.needs.known(need)).need.is_calling


async def test_a_talk_that_its_member_ended_says_so(desk: CallDesk, wren: Colleague):
    need = await desk.talk(wren)
    await desk.needs.withdraw(Handle(b"h" * 16))

    stands = await standing(wren, need)

    assert stands["mine"] is False
    assert "This talk is over." in str(stands["words"])


async def test_what_the_member_said_last_is_shown_to_the_room_team(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    await desk.member_says(need, "Send me a picture.")

    answer = await wren.post(f"{page_of(need)}/report", reason="predatory")

    assert answer.headers["location"].endswith("?did=reported")
    desk.flagged.talks = desk.talk_rooms
    await desk.flagged.round()
    (line,) = await desk.console.cases.lines("reported")
    assert line.reasons == ("predatory",)


async def test_a_report_makes_nothing_anew_of_a_talk_that_is_gone(
    desk: CallDesk, wren: Colleague, redis_url: str
):
    need = await desk.talk(wren)
    await desk.needs.finish(need, PeerId(wren.id), "heard")
    for _ in range(13):
        desk.clock.advance(300)
        await wren.get("/staff/calls")
    for room in await desk.needs.forget(desk.clock.now()):
        await desk.process.history.forget(room)

    for id_ in (need, "0" * 32, "%00"):
        answer = await wren.post(f"{page_of(NeedId(id_))}/report", reason="predatory")
        assert answer.status_code in (404, 409)

    with Redis.from_url(redis_url, protocol=2) as redis:
        assert redis.keys("*talk-*:meta") == []


async def test_after_a_hand_over_it_is_still_the_member_who_is_shown(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    await desk.member_says(need, "Send me a picture.")
    await wren.post(f"{page_of(need)}/say", text="I hand you to Otter now.", id=LINE)
    await wren.post(f"{page_of(need)}/hand", to=otter.id)
    await otter.post(f"{page_of(need)}/take-over")

    await otter.post(f"{page_of(need)}/report", reason="predatory")

    desk.flagged.talks = desk.talk_rooms
    await desk.flagged.round()
    async with desk.database.read() as tx:
        (case,) = (await tx.execute(select(cases))).all()
    assert case.member == b"m" * 16


async def test_a_talk_is_shown_to_the_room_team_with_one_press(
    desk: CallDesk, wren: Colleague, need: NeedId
):
    page = await wren.reads(page_of(need))

    assert '<details class="box fold" data-guard open>' in page
    assert '<option value="other" selected>' in page


@pytest.mark.parametrize("reason", ["", "nonsense"])
async def test_a_report_needs_a_reason_and_something_to_show(
    desk: CallDesk, wren: Colleague, need: NeedId, reason: str
):
    no_reason = await wren.post(f"{page_of(need)}/report", reason=reason)
    nothing_said = await wren.post(f"{page_of(need)}/report", reason="predatory")

    assert "Choose why, please." in no_reason.text
    assert "They have not said anything" in nothing_said.text


async def test_a_store_that_is_down_is_said_plainly(
    desk: CallDesk, wren: Colleague, need: NeedId, monkeypatch: pytest.MonkeyPatch
):
    def refuse() -> None:
        raise StoreDown(1)

    monkeypatch.setattr(desk.database, "claim", refuse)
    monkeypatch.setattr(desk.database, "read", refuse)

    answer = await wren.post(f"{page_of(need)}/end", ending="heard")

    assert answer.status_code == 503
    assert "The database is down" in answer.text


async def test_a_handed_over_talk_waits_for_nobody_it_was_not_offered_to(
    desk: CallDesk, wren: Colleague, otter: Colleague, need: NeedId
):
    answer = await wren.post(f"{page_of(need)}/hand", to=wren.id)

    assert answer.status_code == 409
    assert (await desk.needs.known(need)).need.peer == PeerId(wren.id)
