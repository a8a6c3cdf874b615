"""The calls page: who needs somebody, who comes, and when one can be called oneself."""

from datetime import timedelta
from typing import Any

import pytest

from chat.model import Grade, Handle
from chat.oncall.hours import Hours
from chat.oncall.stages import NeedId, PeerId
from chat.oncall.terms import LONGEST_ON_DUTY
from chat.oncall.ways import new_id
from chat.roles import Role
from chat.store import alerts, peers, ways
from chat.store.instants import kept
from chat.store.ways import Way
from chat.talkroom import talk_of
from tests.support.call_desk import CallDesk
from tests.support.console import Colleague
from tests.support.needs import drill, news_of

SCRIPT = "<script>alert(1)</script>"
WELL = dict.fromkeys(("rested", "steady", "private"), "yes")


async def lists(colleague: Colleague) -> dict[str, Any]:
    answer = await colleague.get("/staff/calls.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["lists"]
    return found


async def ids(colleague: Colleague, name: str) -> list[str]:
    return [row["id"] for row in (await lists(colleague))[name]]


async def test_whoever_has_as_many_talks_as_they_take_is_told_that_they_are_not_called(
    desk: CallDesk, wren: Colleague
):
    await wren.post("/staff/calls/duty", hours="2")
    talks = [await desk.talk(wren, handle=Handle(bytes([n]) * 16)) for n in (65, 66)]
    assert "full" in await noticed(wren)

    await desk.needs.finish(talks[0], PeerId(wren.id), "heard")
    assert "full" not in await noticed(wren)


async def test_a_talk_that_nobody_ended_keeps_nobody_from_being_called(
    desk: CallDesk, wren: Colleague
):
    await wren.post("/staff/calls/duty", hours="2")
    for number in (65, 66):
        await desk.talk(wren, handle=Handle(bytes([number]) * 16))
    for _ in range(13):
        desk.clock.advance(300)
        await wren.get("/staff/calls")
    await desk.is_here(wren.id)

    assert "full" not in await noticed(wren)
    async with desk.database.read() as tx:
        (me,) = await desk.standbys(tx, desk.clock.now())
    assert me.may_be_called


async def noticed(colleague: Colleague) -> list[str]:
    found: list[str] = (await colleague.get("/staff/calls.json")).json()["notices"]
    return found


async def called(desk: CallDesk, need: NeedId, *staff_ids: str) -> list[str]:
    """Have people called about a need, as the worker does; return the alerts' ids."""
    rows = [
        {
            "id": new_id(), "kind": "need", "need_id": need, "staff_id": staff_id,
            "way": "page", "made_at": kept(desk.clock.now()), "state": "sent",
        }
        for staff_id in staff_ids
    ]  # fmt: skip
    async with desk.database.begin() as tx:
        await alerts.add(tx, rows)
    return [str(row["id"]) for row in rows]


async def pushed(desk: CallDesk, need: NeedId, staff_id: str) -> tuple[str, str]:
    """Have somebody called by a phone too, which was never heard of since.

    Returns the alert's id and the phone's.
    """
    return await sent(desk, staff_id, "push", kind="need", need_id=need)


async def sent(
    desk: CallDesk, staff_id: str, by: str, **about: object
) -> tuple[str, str]:
    """Have an alert sent to somebody by a way of their own; return both ids."""
    now = kept(desk.clock.now())
    way = Way(new_id(), staff_id, by, "a way", {}, now - 1)
    row = {
        "id": new_id(), "staff_id": staff_id, "way": by, "way_id": way.id,
        "made_at": now + 1, "state": "sent", **about,
    }  # fmt: skip
    async with desk.database.begin() as tx:
        await ways.add(tx, way)
        await alerts.add(tx, [row])
    return str(row["id"]), way.id


async def confirmed(desk: CallDesk, way_id: str) -> bool:
    async with desk.database.read() as tx:
        way = await ways.way(tx, way_id)
    return way is not None and way.confirmed_at is not None


# Who needs somebody.


async def test_the_most_pressing_stand_first_in_plain_words(
    desk: CallDesk, wren: Colleague
):
    await desk.pressed(words="a long night", wish="listen", shares=("grief",))
    desk.clock.advance(120)
    await desk.pressed(handle=Handle(b"i" * 16), grade=Grade.IMMINENT)

    page = await wren.reads("/staff/calls")

    assert page.index("in danger now") < page.index("a long night")
    for words in ("2 min", "Somebody to listen", "Losing someone", "Coffee room"):
        assert words in page
    assert page.count("I am coming") == 3  # with the row that the script copies


async def test_what_one_shares_with_them_is_said(desk: CallDesk, wren: Colleague):
    async with desk.database.begin() as tx:
        await peers.keep(tx, wren.id, shares=["grief"])
    await desk.pressed(shares=("grief", "alcohol"))

    (row,) = (await lists(wren))["waiting"]

    assert (row["shares"], row["shared"]) == (
        "Losing someone, Alcohol",
        "Losing someone",
    )


async def test_hostile_words_stand_there_as_text(desk: CallDesk, wren: Colleague):
    await desk.pressed(words=SCRIPT)

    page = await wren.reads("/staff/calls")

    assert SCRIPT not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_a_drill_is_marked_for_those_who_answer(desk: CallDesk, wren: Colleague):
    await drill(desk.database, desk.needs)

    (row,) = (await lists(wren))["waiting"]

    assert row["drill"]
    assert row["name"] == "A drill"


async def test_nobody_waiting_is_said_plainly(wren: Colleague):
    assert "Nobody is waiting." in await wren.reads("/staff/calls")


# Coming.


async def test_whoever_comes_first_is_led_to_the_talk(desk: CallDesk, wren: Colleague):
    need = await desk.pressed()

    answer = await wren.post(f"/staff/calls/{need}/accept")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/staff/talks/{need}"
    assert await ids(wren, "mine") == [need]


async def test_whoever_comes_second_is_thanked(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.pressed()
    await wren.post(f"/staff/calls/{need}/accept")

    answer = await otter.post(f"/staff/calls/{need}/accept")

    assert answer.status_code == 409
    assert "Taken, thank you" in answer.text
    assert await lists(otter) == {"asked": [], "mine": [], "waiting": [], "others": []}


async def test_whoever_presses_twice_is_led_there_twice(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()

    answers = [await wren.post(f"/staff/calls/{need}/accept") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]


async def test_nobody_comes_to_who_needs_nobody_any_more(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    await desk.needs.withdraw(Handle(b"h" * 16))

    answer = await wren.post(f"/staff/calls/{need}/accept")

    assert answer.status_code == 409
    assert "do not need anybody any more" in answer.text


@pytest.mark.parametrize("guess", ["0" * 32, "1", "a" * 500, "..%2f..", "%00"])
async def test_a_guessed_need_is_not_there(wren: Colleague, guess: str):
    answer = await wren.post(f"/staff/calls/{guess}/accept")

    assert answer.status_code in {404, 405}


async def test_without_the_course_nobody_comes(desk: CallDesk):
    need = await desk.pressed()
    async with desk.peer("Moss", ready=False) as moss:
        page = await moss.reads("/staff/calls")
        answer = await moss.post(f"/staff/calls/{need}/accept")

    assert "Do the course first" in page
    assert answer.status_code == 403
    assert (await desk.needs.known(need)).need.is_calling


async def test_without_the_course_nobody_reads_who_waits(desk: CallDesk):
    need = await desk.pressed(words="i relapsed in durban")
    async with desk.peer("Moss", ready=False) as moss:
        page = await moss.reads("/staff/calls")
        found = await lists(moss)
        talk = await moss.get(f"/staff/talks/{need}")

    assert "relapsed" not in page
    assert "Nobody is waiting." not in page
    assert not any(found.values())
    assert talk.status_code == 404


async def test_no_private_talk_is_shown_by_its_name(desk: CallDesk, wren: Colleague):
    await desk.pressed(room=talk_of("ab" * 16))

    page = await wren.reads("/staff/calls")

    assert "talk-ab" not in page
    assert "A private talk" in page


async def test_a_coordinator_comes_without_the_course(desk: CallDesk):
    need = await desk.pressed()
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        answer = await birch.post(f"/staff/calls/{need}/accept")

    assert answer.status_code == 303


async def test_a_talk_in_the_care_of_another_is_none_of_a_peers(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    await desk.talk(wren, words="only for Wren")

    assert "only for Wren" not in await otter.reads("/staff/calls")


async def test_whom_one_blocked_is_not_shown_again(desk: CallDesk, wren: Colleague):
    need = await desk.talk(wren)
    await wren.post(f"/staff/talks/{need}/block")
    await desk.needs.withdraw(Handle(b"h" * 16))

    await desk.pressed()

    assert await ids(wren, "waiting") == []


# Coordinators.


async def test_a_coordinator_sees_who_has_whom_and_who_can_be_reached(
    desk: CallDesk, wren: Colleague
):
    need = await desk.talk(wren)
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        page = await birch.reads("/staff/calls")
        others = await ids(birch, "others")

    assert others == [need]
    assert "Wren is there" in page
    assert "Who could be called" in page
    assert "can be reached, in 1 talk" in page


@pytest.mark.parametrize("hours", ["999", "0", "-1", "3", "1.0", "two", ""])
async def test_nobody_is_called_for_hours_that_they_could_not_choose(
    desk: CallDesk, wren: Colleague, hours: str
):
    before = await desk.duty.of(wren.id)

    answer = await wren.post("/staff/calls/duty", hours=hours)

    assert answer.status_code == 400
    assert "That is not possible: choose 1, 2 or 4 hours." in answer.text
    assert await desk.duty.of(wren.id) == before


async def test_only_coordinators_are_told_as_it_changes_who_could_be_called(
    desk: CallDesk, wren: Colleague
):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        before = await mates(birch)
        await desk.talk(wren)
        after = await mates(birch)

    assert before["Wren"] == "can be reached"
    assert after["Wren"] == "can be reached, in 1 talk"
    assert await mates(wren) == {}


async def mates(colleague: Colleague) -> dict[str, str]:
    """Return who could be called, and how it stands with each, as a script is told."""
    found = (await colleague.get("/staff/calls.json")).json()["mates"]
    return {mate["name"]: mate["reach"] for mate in found}


async def test_one_who_is_alone_on_duty_is_told(desk: CallDesk, wren: Colleague):
    assert "on_ones_own" in await noticed(wren)

    async with desk.peer("Otter"):
        assert "on_ones_own" not in await noticed(wren)


async def test_one_who_is_alone_is_promised_a_coordinator_only_if_one_would_be_called(
    desk: CallDesk, wren: Colleague
):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False):
        assert "alone" in await noticed(wren)
        assert "on_ones_own" not in await noticed(wren)

        await desk.sleeps("birch")

        assert "alone" not in await noticed(wren)
        assert "on_ones_own" in await noticed(wren)


async def test_whoever_waits_is_shown_before_what_could_be_better(
    desk: CallDesk, wren: Colleague
):
    calm = await wren.reads("/staff/calls")
    need = await desk.pressed()
    page = await wren.reads("/staff/calls")

    assert calm.index('data-notice="on_ones_own"') < calm.index("data-lists")
    assert page.index(f'data-row="{need}"') < page.index('data-notice="on_ones_own"')
    assert page.count('data-notice="on_ones_own"') == 1


async def test_a_coordinator_without_the_course_is_told_when_they_are_called(
    desk: CallDesk,
):
    role = Role.COORDINATOR
    async with desk.peer("Birch", role, ready=False) as birch:
        assert "last_only" in await noticed(birch)
        assert "not_ready" not in await noticed(birch)


async def test_one_whom_only_the_page_reaches_is_told(desk: CallDesk, wren: Colleague):
    assert await noticed(wren) == ["unreachable", "on_ones_own"]
    page = await wren.reads("/staff/calls")
    assert "You are on duty, but we cannot reach you once you close this page" in page

    await desk.has_phone(wren.id)

    assert await noticed(wren) == ["on_ones_own"]


async def test_a_coordinator_off_duty_whom_only_the_page_reaches_is_told(
    desk: CallDesk,
):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        assert "last_unreachable" in await noticed(birch)
        assert "unreachable" not in await noticed(birch)

        await desk.has_phone(birch.id)

        assert "last_unreachable" not in await noticed(birch)


async def test_a_coordinator_is_told_that_they_are_on_the_last_step(desk: CallDesk):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        assert "too_few" in await noticed(birch)
        page = await birch.reads("/staff/calls")

    assert "You are off duty. As a coordinator you are the last who is called" in page
    assert "coordinator, on the last step" in page


async def test_a_coordinator_in_quiet_hours_is_told_that_they_are_not_called(
    desk: CallDesk,
):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        await desk.sleeps(birch.id)

        assert await noticed(birch) == ["last_only", "too_few_asleep"]
        page = await birch.reads("/staff/calls")

    assert "You are off duty, in your quiet hours: you are not called" in page
    assert "coordinator, in their quiet hours" in page


async def test_a_coordinator_with_all_the_talks_they_take_is_on_no_step(desk: CallDesk):
    async with desk.peer("Birch", Role.COORDINATOR, ready=False) as birch:
        for number in (65, 66):
            await desk.talk(birch, handle=Handle(bytes([number]) * 16))

        told = await noticed(birch)

    assert "full" in told
    assert "too_few" not in told


# Alerts.


async def test_whoever_looks_has_opened_what_calls_them(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.pressed()
    await called(desk, need, wren.id, otter.id)

    await wren.reads("/staff/calls")

    assert (await news_of(desk.needs, need)).opened == 1


async def test_a_link_that_calls_one_is_opened_by_following_it(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    (alert,) = await called(desk, need, wren.id)

    await wren.reads(f"/staff/calls?alert={alert}")

    assert (await news_of(desk.needs, need)).opened == 1


async def test_a_page_that_asks_how_it_stands_has_opened_nothing_unless_it_is_seen(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    await called(desk, need, wren.id)

    await wren.get("/staff/calls.json")
    behind = (await news_of(desk.needs, need)).opened
    await wren.get("/staff/calls.json?seen=yes")
    in_front = (await news_of(desk.needs, need)).opened

    assert (behind, in_front) == (0, 1)


async def test_to_look_at_the_page_says_nothing_of_a_phone_that_got_nothing(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    await called(desk, need, wren.id)
    _, phone = await pushed(desk, need, wren.id)

    await wren.reads("/staff/calls")

    assert not await confirmed(desk, phone)


async def test_the_link_that_a_phone_got_says_that_the_phone_works(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    push, phone = await pushed(desk, need, wren.id)

    await wren.reads(f"/staff/calls?alert={push}")

    assert await confirmed(desk, phone)


async def test_whoever_follows_an_alert_too_late_is_told_so_and_thanked(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.pressed()
    push, _ = await pushed(desk, need, otter.id)
    calling = await otter.reads(f"/staff/calls?alert={push}")
    await wren.post(f"/staff/calls/{need}/accept")

    taken = await otter.reads(f"/staff/calls?alert={push}")
    await desk.needs.withdraw(Handle(b"h" * 16))
    over = await otter.reads(f"/staff/calls?alert={push}")

    assert "That you came counts" not in calling
    assert "Somebody is with them already. That you came counts." in taken
    assert "They do not need anybody any more. That you came counts." in over


async def test_whoever_has_them_is_not_told_that_somebody_else_has(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    push, _ = await pushed(desk, need, wren.id)
    await wren.post(f"/staff/calls/{need}/accept")

    page = await wren.reads(f"/staff/calls?alert={push}")

    assert "That you came counts" not in page


@pytest.mark.parametrize(
    ("kind", "there"), [("gap", "/staff/coverage"), ("swap", "/staff/rota")]
)
async def test_an_alert_about_the_rota_leads_to_where_it_is_told(
    desk: CallDesk, wren: Colleague, kind: str, there: str
):
    alert, _ = await sent(desk, wren.id, "push", kind=kind)

    answer = await wren.get(f"/staff/calls?alert={alert}")

    assert answer.status_code == 303
    assert answer.headers["location"] == there


@pytest.mark.parametrize("kind", ["canary", "test"])
async def test_whoever_opens_the_link_that_tries_their_way_is_thanked(
    desk: CallDesk, wren: Colleague, kind: str
):
    alert, address = await sent(desk, wren.id, "email", kind=kind)

    page = await wren.reads(f"/staff/calls?alert={alert}")

    assert "Now we know that we can reach you" in page
    assert await confirmed(desk, address)


async def test_a_page_that_rings_leads_by_its_own_alert(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    (alert,) = await called(desk, need, wren.id)
    await pushed(desk, need, wren.id)

    standing = (await wren.get("/staff/calls/standing.json")).json()

    assert [each["alert"] for each in standing["calls"]] == [alert]


async def test_any_page_learns_by_what_one_is_called_until_somebody_came(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.pressed()
    (alert,) = await called(desk, need, wren.id)

    before = (await wren.get("/staff/calls/standing.json")).json()
    await wren.reads("/staff/calls")
    looked = (await wren.get("/staff/calls/standing.json")).json()
    await otter.post(f"/staff/calls/{need}/accept")
    after = (await wren.get("/staff/calls/standing.json")).json()

    assert before == {"calls": [{"need": need, "alert": alert, "opened": False}]}
    assert looked == {"calls": [{"need": need, "alert": alert, "opened": True}]}
    assert after == {"calls": []}


async def test_whoever_is_called_after_the_clock_was_set_back_is_called_still(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    desk.clock.advance(-3600)
    (alert,) = await called(desk, need, wren.id)

    before = (await wren.get("/staff/calls/standing.json")).json()
    await wren.reads("/staff/calls")
    looked = (await wren.get("/staff/calls/standing.json")).json()

    assert before == {"calls": [{"need": need, "alert": alert, "opened": False}]}
    assert looked == {"calls": [{"need": need, "alert": alert, "opened": True}]}


async def test_nobody_is_called_by_an_alert_from_before_a_call_back_was_promised(
    desk: CallDesk, wren: Colleague
):
    need = await desk.pressed()
    await called(desk, need, wren.id)
    handle = (await desk.needs.known(need)).told.handle
    await desk.needs.call_back(handle, desk.clock.now() + timedelta(hours=1))
    desk.clock.advance(600)

    assert await desk.pressed() == need

    assert (await wren.get("/staff/calls/standing.json")).json() == {"calls": []}


# My shift.


async def test_i_can_take_it_for_some_hours_and_stop(desk: CallDesk):
    async with desk.console.colleague("Moss", Role.PEER) as moss:
        async with desk.database.begin() as tx:
            await peers.keep(tx, moss.id, ready_at=kept(desk.clock.now()))
        assert "You are off duty" in await moss.reads("/staff/calls")

        await moss.post("/staff/calls/duty", hours="4")
        terms = await desk.duty.of(moss.id)
        assert terms.on_duty(desk.clock.now())
        assert "Thank you. You are on call until" in await moss.reads("/staff/calls")

        await moss.post("/staff/calls/off")
        assert "You are off duty" in await moss.reads("/staff/calls")


async def test_i_can_take_it_for_longer_begins_where_it_would_have_ended(
    desk: CallDesk,
):
    async with desk.peer("Moss") as moss:
        await moss.post("/staff/calls/duty", hours="4")
        ends = (await desk.duty.of(moss.id)).on_duty_until
        assert ends is not None
        after = str(int(ends.timestamp()))
        assert f'name="after" value="{after}"' in await moss.reads("/staff/calls")

        # Sent twice, it is said once.
        for _ in range(2):
            await moss.post("/staff/calls/duty", hours="1", after=after)

        assert (await desk.duty.of(moss.id)).on_duty_until == ends + timedelta(hours=1)


async def test_nobody_is_on_duty_for_less_long_by_saying_so_again(desk: CallDesk):
    async with desk.peer("Moss") as moss:
        await moss.post("/staff/calls/duty", hours="4")
        ends = (await desk.duty.of(moss.id)).on_duty_until

        await moss.post("/staff/calls/duty", hours="1")

        assert (await desk.duty.of(moss.id)).on_duty_until == ends


async def test_nobody_is_on_duty_for_longer_than_anybody_may_be(desk: CallDesk):
    async with desk.peer("Moss") as moss:
        for _ in range(4):
            ends = (await desk.duty.of(moss.id)).on_duty_until
            after = "" if ends is None else str(int(ends.timestamp()))
            await moss.post("/staff/calls/duty", hours="4", after=after)

        longest = desk.clock.now() + LONGEST_ON_DUTY
        assert (await desk.duty.of(moss.id)).on_duty_until == longest


async def test_nobody_takes_it_without_the_course(desk: CallDesk):
    async with desk.peer("Moss", ready=False) as moss:
        answer = await moss.post("/staff/calls/duty", hours="4")

    assert answer.status_code == 409
    assert "Do the course first" in answer.text


async def test_a_shift_begins_with_a_look_at_oneself(desk: CallDesk, wren: Colleague):
    unsure = await wren.post("/staff/calls/check-in", rested="yes", steady="yes")
    assert unsure.status_code == 400
    assert (await desk.duty.of(wren.id)).checked_in_at is None

    await wren.post("/staff/calls/check-in", **WELL)
    assert (await desk.duty.of(wren.id)).checked_in_at == desk.clock.now()
    assert "My shift is over" in await wren.reads("/staff/calls")


async def test_a_shift_ends_where_it_can_be_put_down(desk: CallDesk, wren: Colleague):
    answer = await wren.post("/staff/calls/check-out")

    assert answer.headers["location"] == "/staff/me?did=out#offload"
    assert not (await desk.duty.of(wren.id)).on_duty(desk.clock.now())


async def on_shift(desk: CallDesk) -> list[str]:
    """Return who is called as being on shift now."""
    async with desk.database.read() as tx:
        standbys = await desk.team.standbys(tx, desk.clock.now())
    return [one.peer for one in standbys if one.on_shift]


async def has_a_shift(desk: CallDesk, colleague: Colleague) -> None:
    """Give somebody the next three hours."""
    now = desk.clock.now()
    hours = Hours(now, now + timedelta(hours=3))
    await desk.plan.add_temporary("birch", PeerId(colleague.id), hours)


async def test_whoever_says_that_their_shift_is_over_is_called_no_more(
    desk: CallDesk, wren: Colleague
):
    await has_a_shift(desk, wren)
    assert await on_shift(desk) == [wren.id]

    await wren.post("/staff/calls/check-out")

    assert await on_shift(desk) == []
    assert "You are off duty" in await wren.reads("/staff/calls")


async def test_a_shift_that_was_ended_by_mistake_goes_on_with_a_check_in(
    desk: CallDesk, wren: Colleague
):
    await has_a_shift(desk, wren)
    await wren.post("/staff/calls/check-out")

    await wren.post("/staff/calls/check-in", **WELL)

    assert await on_shift(desk) == [wren.id]


async def test_whoever_stops_is_not_told_that_their_shift_is_over(
    desk: CallDesk, wren: Colleague
):
    await has_a_shift(desk, wren)

    answer = await wren.post("/staff/calls/off")

    page = await wren.reads(answer.headers["location"])
    assert "You are called no more, unless you have a shift." in page
    assert await on_shift(desk) == [wren.id]


async def test_whoever_is_not_well_can_let_the_shift_go(
    desk: CallDesk, wren: Colleague
):
    assert "/staff/calls/check-out" not in await wren.reads("/staff/calls")
    await has_a_shift(desk, wren)

    answer = await wren.post("/staff/calls/check-in", rested="yes")

    assert "a time to rest" in answer.text
    assert 'action="/staff/calls/check-out"' in answer.text


async def test_a_check_in_is_asked_for_again_before_the_next_shift(
    desk: CallDesk, wren: Colleague
):
    await wren.post("/staff/calls/check-in", **WELL)
    assert "how are you?" not in await wren.reads("/staff/calls")

    long_ago = kept(desk.clock.now() - timedelta(hours=13))
    async with desk.database.begin() as tx:
        await peers.keep(tx, wren.id, checked_in_at=long_ago)

    assert "how are you?" in await wren.reads("/staff/calls")


async def test_a_peer_comes_to_the_calls_first(wren: Colleague):
    answer = await wren.get("/staff")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/staff/calls"


async def test_a_peer_has_every_place_of_being_on_call_in_sight(wren: Colleague):
    page = await wren.reads("/staff/calls")

    for place in ("calls", "rota", "coverage", "ways", "course", "me"):
        assert f'href="/staff/{place}"' in page


async def test_handed_to_one_it_stands_first(
    desk: CallDesk, wren: Colleague, otter: Colleague
):
    need = await desk.talk(wren)
    await desk.needs.hand(need, PeerId(wren.id), PeerId(otter.id))

    assert await ids(otter, "asked") == [need]
    page = await otter.reads("/staff/calls")
    assert "Somebody asks you to take over" in page
    assert "Wren is there, you were asked to take over" in page
