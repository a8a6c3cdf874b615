"""Rooms, rules, numbers and one's own page: what is set there, and what is told."""

from urllib.parse import quote

import pytest

from chat import bulletin
from chat.casework.acting import Arrival
from chat.controls import Alarm
from chat.model import Action, MemberId, RoomName
from chat.roles import Role
from tests.support.clock import FakeClock
from tests.support.console import Colleague, Console
from tests.support.desk import DANGER

A_MINUTE = 60
SCRIPT = "<script>alert(1)</script>"


# Rooms


async def test_a_rooms_controls_are_set_and_shown(console: Console, fern: Colleague):
    await fern.post("/staff/rooms/coffee", slow="30", shield="yes", greeting="Come in.")

    page = await fern.reads("/staff/rooms")
    kept = (await console.controls.all())["coffee"]
    assert (kept.slow_seconds, kept.locked, kept.greeting) == (30, False, "Come in.")
    assert kept.shield_since == console.clock.seconds()
    assert "slow (30 s), shield up, greeting" in page
    assert "Set by Fern" in page


async def test_those_who_wait_behind_the_shield_are_greeted(
    console: Console, fern: Colleague, clock: FakeClock
):
    await fern.post("/staff/rooms/coffee", shield="yes")
    clock.advance(A_MINUTE)

    await fern.post("/staff/rooms/coffee/greet")

    assert (await console.controls.all())["coffee"].shield_since == clock.seconds()


async def test_a_room_that_would_be_slower_than_anyone_bears_is_not_set(
    console: Console, fern: Colleague
):
    answer = await fern.post("/staff/rooms/coffee", slow="100000")

    assert answer.status_code == 400
    assert "ten minutes" in answer.text
    assert await console.controls.all() == {}


async def test_a_bell_and_a_crowd_stand_on_top_until_they_are_seen_to(
    console: Console, fern: Colleague
):
    bell = await console.case(source="bell", flags=(), text="", masked="")
    console.alarms.append(Alarm("newcomers", 23, console.clock.seconds()))

    page = await fern.reads("/staff/rooms")

    assert "First days: 23 people came in within a minute" in page
    assert f'<a href="/staff/cases/{bell}">Coffee room: a member asks' in page


async def test_other_alarms_say_what_they_are_about(console: Console, fern: Colleague):
    now = console.clock.seconds()
    console.alarms += [Alarm("coffee", 5, now, "cards"), Alarm("", 1, now, "overdue")]

    page = await fern.reads("/staff/rooms")

    assert "Coffee room: one member asked 5 people today to talk in private" in page
    assert "Somebody who needs to talk may not be heard" in page


async def test_everything_by_those_who_came_lately_is_taken_back_at_once(
    console: Console, fern: Colleague
):
    asked: list[tuple[RoomName, int]] = []

    async def arrivals(room: RoomName, since: int) -> list[Arrival]:
        asked.append((room, since))
        return [Arrival(MemberId(b"otter-----------"), ())]

    console.cases.arrivals = arrivals
    await console.case()

    await fern.post("/staff/rooms/coffee/undo-arrivals", minutes="15", sure="yes")

    assert asked == [(RoomName("coffee"), console.clock.seconds() - 15 * A_MINUTE)]
    assert "taken back" in await fern.reads("/staff/rooms?did=undo")


@pytest.mark.parametrize(
    "fields", [{"minutes": "15"}, {"minutes": "100000", "sure": "yes"}]
)
async def test_nothing_is_taken_back_by_a_slip_of_the_finger(
    console: Console, fern: Colleague, fields: dict[str, str]
):
    async def never(_room: RoomName, _since: int) -> list[Arrival]:
        raise AssertionError("asked for arrivals")

    console.cases.arrivals = never

    answer = await fern.post("/staff/rooms/coffee/undo-arrivals", **fields)

    assert answer.status_code == 400


# Rules


async def test_a_rule_is_set_to_shadow_by_a_coordinator_only(
    console: Console, fern: Colleague, birch: Colleague
):
    refused = await fern.post("/staff/rules/mode", rule="abuse.insult", mode="shadow")
    granted = await birch.post("/staff/rules/mode", rule="abuse.insult", mode="shadow")

    assert (refused.status_code, granted.status_code) == (403, 303)
    assert await console.rulebook.modes() == {"abuse.insult": "shadow"}
    assert '<select class="field" name="mode"' not in await fern.reads("/staff/rules")


@pytest.mark.parametrize("rule", ["crisis.plan", "spam.recent.hurry"])
async def test_a_rule_about_danger_or_floods_always_acts(
    console: Console, birch: Colleague, rule: str
):
    answer = await birch.post("/staff/rules/mode", rule=rule, mode="off")

    assert "That rule always acts." in answer.text
    assert await console.rulebook.modes() == {}


async def test_a_rule_that_never_spoke_up_is_found_and_set(
    console: Console, birch: Colleague
):
    calm = await birch.reads("/staff/rules")
    page = await birch.reads("/staff/rules?kind=predatory")

    assert "predatory.age" not in calm
    assert page.count('name="rule" value="predatory.') == 9
    assert "abuse.insult" not in page
    await birch.post("/staff/rules/mode", rule="predatory.age", mode="shadow")
    assert "predatory.age" in await birch.reads("/staff/rules")


async def test_rules_are_found_by_what_they_look_for(fern: Colleague):
    page = await fern.reads("/staff/rules?find=Hurt+TOLD")
    nothing = await fern.reads(f"/staff/rules?find={quote(SCRIPT)}")

    assert "abuse.told_to_die" in page
    assert "or to hurt themselves. It does not go out." in page
    assert "No rule is called so, or looks for that." in nothing
    assert SCRIPT not in nothing


async def test_rules_about_danger_are_listed_and_cannot_be_set(birch: Colleague):
    page = await birch.reads("/staff/rules?kind=crisis")

    assert page.count("always acts") == 20
    assert 'name="rule" value="crisis.' not in page


async def test_a_rule_shows_how_often_it_was_right(console: Console, fern: Colleague):
    id_ = await console.case()
    await console.rulebook.count({"abuse.insult": 8}, {})
    await fern.post(f"/staff/cases/{id_}/wrong-flag", rule="abuse.insult")

    page = await fern.reads("/staff/rules")

    assert 'data-label="Right">88 %' in page


async def test_a_phrase_is_tried_on_what_was_said_lately_and_shows_little_of_it(
    console: Console, fern: Colleague
):
    console.texts = [
        "My cousin Anna says that you can double your money in 3 weeks if you ask Tom",
        "Double trouble tonight.",
    ]

    answer = await fern.post("/staff/rules/try", phrase="Double your  money")

    assert "1 of 2 messages of this day says it" in answer.text
    assert "… you can <mark>double your money</mark> in # …" in answer.text
    assert "Anna" not in answer.text
    assert await console.rulebook.phrases() == []


async def test_a_phrase_is_watched_for_in_shadow_first(
    console: Console, birch: Colleague
):
    await birch.post("/staff/rules/phrases", phrase="double your money", action="2")

    [kept] = await console.rulebook.phrases()
    assert (kept.words, kept.action, kept.mode, kept.by) == (
        "double your money",
        Action.HOLD,
        "shadow",
        "Birch",
    )


async def test_a_phrase_too_short_to_mean_anything_is_refused(birch: Colleague):
    tried = await birch.post("/staff/rules/try", phrase="a")
    added = await birch.post("/staff/rules/phrases", phrase="a", action="2")

    assert (tried.status_code, added.status_code) == (400, 400)
    assert "3 to 80 characters" in tried.text


# Numbers


async def test_numbers_name_nobody(console: Console, birch: Colleague):
    async with console.colleague("Moss") as moss:
        for _ in range(3):
            id_ = await console.case(flags=(DANGER,))
            await moss.post(f"/staff/cases/{id_}/reveal", reason="danger", upto="1")

    page = await birch.reads("/staff/numbers")

    assert "Moss" not in page
    assert "too few to show" in page


# One's own page


async def test_wishes_are_kept_and_shown(console: Console, fern: Colleague):
    async with console.colleague("Moss"):
        await fern.post("/staff/me", topic="drugs", partner="moss")
        page = await fern.reads("/staff/me")

    assert 'value="drugs" checked' in page
    assert 'value="moss" selected' in page
    assert (await console.carers.wishes(fern.id)).blur is False


async def test_more_than_one_topic_can_be_left_to_others(
    console: Console, fern: Colleague
):
    await fern.client.post(
        "/staff/me", data={"csrf": fern.csrf, "topic": ["drugs", "hate"]}
    )

    assert (await console.carers.wishes(fern.id)).opt_outs == ("drugs", "hate")


async def test_keys_can_be_switched_off(console: Console, fern: Colleague):
    assert 'data-hotkeys="on"' in await fern.reads("/staff")

    await fern.post("/staff/me", blur="yes")

    assert 'data-hotkeys="off"' in await fern.reads("/staff")


async def test_a_note_at_the_end_of_a_shift_reaches_the_partner_alone(
    console: Console, fern: Colleague, birch: Colleague
):
    async with console.colleague("Moss") as moss:
        await fern.post("/staff/me", partner="moss")
        await fern.post("/staff/me/offload", text="I keep hearing the cup.")

        assert "I keep hearing the cup." in await moss.reads("/staff/me")
        for other in (fern, birch):
            assert "hearing the cup" not in await other.reads("/staff/me")

        [note] = await console.carers.notes("moss")
        await birch.post(f"/staff/me/notes/{note.id}")
        assert len(await console.carers.notes("moss")) == 1
        await moss.post(f"/staff/me/notes/{note.id}")
        assert await console.carers.notes("moss") == []


async def test_a_note_without_a_partner_is_not_lost(fern: Colleague):
    answer = await fern.post("/staff/me/offload", text="I keep hearing the cup.")

    assert answer.status_code == 400
    assert "Choose a partner first" in answer.text
    assert "I keep hearing the cup." in answer.text


async def test_a_note_that_is_too_long_is_not_lost(fern: Colleague):
    answer = await fern.post("/staff/me/offload", text="long " * 1000)

    assert answer.status_code == 400
    assert "long long long" in answer.text


async def test_a_greeting_that_is_too_long_leaves_the_one_before(
    console: Console, fern: Colleague
):
    await fern.post("/staff/rooms/coffee", greeting="Come in.")

    answer = await fern.post("/staff/rooms/coffee", greeting="a" * 5000)

    assert answer.status_code == 400
    assert (await console.controls.all())["coffee"].greeting == "Come in."


async def test_a_shift_is_told_in_kind_words(console: Console, fern: Colleague):
    assert "read nothing yet" in await fern.reads("/staff/me")
    id_ = await console.case(flags=(DANGER,), grade=4)

    await fern.post(f"/staff/cases/{id_}/reveal", reason="danger", upto="1")

    page = await fern.reads("/staff/me")
    assert "You have read 10 units so far" in page
    assert "Your pause lasts until 12:10 UTC" in page


async def test_a_peer_has_a_page_of_their_own(console: Console):
    async with console.colleague("Wren", Role.PEER) as wren:
        assert (await wren.get("/staff")).headers["location"] == "/staff/calls"
        assert "Not tonight" in await wren.reads("/staff/me")


async def test_every_change_of_a_room_is_told_at_once(
    console: Console, fern: Colleague
):
    await fern.post("/staff/rooms/coffee", locked="yes")

    assert console.rung == [bulletin.controls("coffee")]
