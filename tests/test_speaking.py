"""What happens to words between their author and the room, in the whole service."""

from functools import partialmethod
from unittest.mock import Mock

import pytest

from chat.asides import Word
from chat.crowds import CROWD
from chat.held import Held
from chat.identity import Identity, name_of
from chat.model import Grade, RoomName
from tests.support.by_heart import know_for_good
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.frames import (
    Care,
    Controls,
    Done,
    Named,
    Notice,
    Refused,
    Said,
    TakenBack,
    Waiting,
    code,
)
from tests.support.member import Member, new_id
from tests.support.room_team import Moderator
from tests.support.service import House

IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
ATTACK = "you're a worthless junkie, nobody wants you here"
HELD = "how much fent should i cook to get high"
COFFEE = RoomName("coffee")


@pytest.fixture
async def otter(house: House) -> Member:
    return await house.member("coffee")


@pytest.fixture
async def wren(house: House) -> Member:
    return await house.member("coffee")


@pytest.fixture
async def moderator(house: House) -> Moderator:
    return await Moderator.on_duty(house.service)


# In danger


async def test_who_is_in_danger_is_heard_by_the_room(otter: Member, wren: Member):
    await otter.says(IN_DANGER)

    assert (await wren.hears(Said)).text == IN_DANGER


async def test_only_the_author_is_shown_the_help_lines(otter: Member, wren: Member):
    position = await otter.says(IN_DANGER)

    assert await otter.hears(Care) == Care("coffee", position, Grade.IMMINENT)
    await wren.hears(Said)
    assert [e for e in await wren.all_heard() if isinstance(e, Care)] == []


async def test_danger_is_an_urgent_case_at_once(otter: Member, moderator: Moderator):
    await otter.says(IN_DANGER)

    case = await moderator.sees("urgent")

    assert (case.source, case.room, case.grade) == ("rule", "coffee", Grade.IMMINENT)


async def test_no_pace_holds_back_whoever_is_in_danger(otter: Member):
    for n in range(12):
        await otter.say(f"hello number {n}")

    answers = [await otter.say(IN_DANGER) for _ in range(5)]

    assert [type(answer) for answer in answers] == [Done] * 5


async def test_neither_a_locked_room_nor_a_suspension_silences_danger(
    house: House,
    otter: Member,
    wren: Member,
    moderator: Moderator,
    monkeypatch: pytest.MonkeyPatch,
):
    await otter.says(IN_DANGER)
    case = await moderator.sees("urgent")
    await moderator.acts(case.id, "suspended", "Please take a break.", hours=1)
    await otter.hears(Word)
    held = house.service.backroom.held
    know_for_good(held, [Held(COFFEE, locked=True)], monkeypatch)

    assert code(await otter.say("hello")) == "suspended"
    assert code(await wren.say("hello")) == "room_locked"
    await otter.says(IN_DANGER)
    await wren.says(IN_DANGER)


# Masked, blocked, held


async def test_what_would_identify_somebody_is_hidden_from_everyone(
    otter: Member, wren: Member, moderator: Moderator
):
    await otter.says("call me on 082 555 0177 tonight")

    heard = [(await member.hears(Said)).text for member in (wren, otter)]

    assert heard == ["call me on [phone number] tonight"] * 2
    assert await moderator.sees_nothing()


async def test_what_hides_nothing_is_told_to_its_author(otter: Member):
    await otter.says("good morning all")

    assert [e for e in await otter.all_heard() if isinstance(e, Notice)] == []


async def test_an_attack_is_not_delivered_and_its_author_told_why(
    otter: Member, wren: Member, moderator: Moderator
):
    refused = await otter.say(ATTACK)

    assert refused == Refused(refused.ref, "blocked", 0, "abuse")
    assert [e for e in await wren.all_heard() if isinstance(e, Said)] == []
    assert (await moderator.sees("reported")).categories


async def test_what_is_held_reaches_the_room_when_it_is_released(
    otter: Member, wren: Member, moderator: Moderator
):
    waiting = await otter.says_to_the_team(HELD)
    case = await moderator.sees("held")
    assert [e for e in await wren.all_heard() if isinstance(e, Said)] == []

    await moderator.acts(case.id, "release")

    assert (await wren.hears(Said)).text == HELD
    word = await otter.hears(Word)
    assert (word.kind, word.id) == ("released", waiting.id)


async def test_what_is_refused_never_reaches_the_room(
    otter: Member, wren: Member, moderator: Moderator
):
    waiting = await otter.says_to_the_team(HELD)
    case = await moderator.sees("held")

    await moderator.acts(case.id, "refuse", "We do not ask for drugs here.")

    word = await otter.hears(Word)
    assert (word.kind, word.id) == ("not_released", waiting.id)
    assert [e for e in await wren.all_heard() if isinstance(e, Said)] == []


async def test_what_is_held_and_sent_again_waits_once(
    otter: Member, moderator: Moderator
):
    id_ = new_id()
    for _ in range(3):
        await otter.send(4, 99, "coffee", id_, HELD, 0)
        assert isinstance(await otter.answer(Waiting, 99), Waiting)

    assert (await moderator.sees("held")).reasons == ()


async def test_a_page_that_sends_again_floods_nobody(otter: Member):
    id_ = new_id()

    answers = [await otter.say("hello", id_=id_) for _ in range(6)]

    assert len({answer[1:] for answer in answers}) == 1


# What members ask of the room team


async def test_a_report_says_nothing_to_whom_it_is_about(
    otter: Member, wren: Member, moderator: Moderator
):
    position = await otter.says("a thing that hurt wren")
    await wren.hears(Said)

    assert isinstance(await wren.report(position), Done)

    case = await moderator.sees("reported")
    assert (case.source, case.reasons) == ("report", ("harassment",))
    assert [e for e in await otter.all_heard() if isinstance(e, Word)] == []


async def test_the_same_reporter_counts_once(
    otter: Member, wren: Member, moderator: Moderator
):
    position = await otter.says("a thing that hurt wren")
    await wren.hears(Said)

    for _ in range(3):
        await wren.report(position)

    assert await moderator.reporters("reported") == 1


async def test_a_report_of_what_is_not_there_is_refused(otter: Member):
    assert code(await otter.report(4711)) == "gone"


async def test_a_message_that_a_rule_and_a_member_found_is_one_case(
    otter: Member, wren: Member, moderator: Moderator
):
    position = await otter.says(IN_DANGER)
    await wren.hears(Said)
    await wren.report(position, "risk_to_self")

    async def reported() -> bool:
        return (await moderator.sees("urgent")).reasons == ("risk_to_self",)

    await eventually(reported)


async def test_the_bell_calls_the_room_team(otter: Member, moderator: Moderator):
    await otter.bell()

    assert (await moderator.sees("reported")).source == "bell"


# What the room team says and does


async def test_a_message_is_taken_down_for_everyone(
    otter: Member, wren: Member, moderator: Moderator
):
    position = await otter.says("a thing that hurt wren")
    await wren.hears(Said)
    await wren.report(position)
    case = await moderator.sees("reported")

    await moderator.acts(case.id, "take_down", "That hurt somebody.")

    taken = await wren.hears(TakenBack)
    assert (taken.target, taken.by_team) == (position, True)
    assert (await otter.hears(Word)).kind == "taken_down"


async def test_a_warning_must_be_read_before_one_speaks_again(
    otter: Member, wren: Member, moderator: Moderator
):
    position = await otter.says("a thing that hurt wren")
    await wren.hears(Said)
    await wren.report(position)
    case = await moderator.sees("reported")
    await moderator.acts(case.id, "warning", "Please be kind to each other.")

    word = await otter.hears(Word)
    assert (word.kind, word.text) == ("warning", "Please be kind to each other.")
    assert code(await otter.say("but i")) == "read_first"
    await otter.heed(word.token)
    gone = await otter.hears(Word)
    assert (gone.token, gone.kind) == (word.token, "undone")
    await otter.says("sorry")


async def test_nobody_heeds_a_word_of_somebody_else(
    otter: Member, wren: Member, moderator: Moderator
):
    position = await otter.says("a thing that hurt wren")
    await wren.hears(Said)
    await wren.report(position)
    case = await moderator.sees("reported")
    await moderator.acts(case.id, "warning", "Please be kind to each other.")
    word = await otter.hears(Word)

    assert code(await wren.heed(word.token)) == "gone"


async def test_a_suspension_holds_in_every_room_and_on_every_connection(
    house: House, otter: Member, wren: Member, moderator: Moderator, clock: FakeClock
):
    position = await otter.says("a thing that hurt wren")
    await wren.hears(Said)
    await wren.report(position)
    case = await moderator.sees("reported")
    await moderator.acts(case.id, "suspended", "Please take a break.", hours=1)
    await otter.hears(Word)

    elsewhere = await house.member("women", secret=otter.secret)
    word = await elsewhere.hears(Word)
    refused = await elsewhere.say("hello", "women")

    assert word.kind == "suspended"
    assert code(refused) == "suspended"
    assert 3500 < refused[2] <= 3600
    clock.advance(3600)
    await elsewhere.says("hello", "women")


async def test_an_appeal_is_decided_by_somebody_else(
    house: House, otter: Member, wren: Member, moderator: Moderator
):
    position = await otter.says("a thing that hurt wren")
    await wren.hears(Said)
    await wren.report(position)
    case = await moderator.sees("reported")
    await moderator.acts(case.id, "suspended", "Please take a break.", hours=1)
    word = await otter.hears(Word)

    assert isinstance(await otter.appeal(word.token, "it was a misunderstanding"), Done)

    other = await Moderator.on_duty(house.service, "Harbour")
    appealed = await other.sees("appeals")
    cases = house.service.backroom.cases
    await cases.decide(appealed.id, other.id, False, "We see it now. Sorry.")
    told = [await otter.hears(Word) for _ in range(2)]
    assert {each.kind for each in told} == {"undone", "overturned"}
    await otter.says("thank you")


# Rooms that are held


async def test_a_room_that_is_slowed_tells_those_inside_and_slows_them(
    house: House, otter: Member, clock: FakeClock
):
    backroom = house.service.backroom
    await backroom.controls.set(COFFEE, by="lantern", slow_seconds=30)

    controls = await otter.hears(Controls)
    await otter.says("one")
    refused = await otter.say("two")

    assert controls.slow == 30
    assert (code(refused), refused[2]) == ("too_fast", 30)
    clock.advance(30)
    await otter.says("two")


async def test_behind_a_shield_newcomers_wait_for_the_room_team(
    house: House, otter: Member, moderator: Moderator
):
    await house.service.backroom.controls.set(COFFEE, by="lantern", shield=True)
    await otter.hears(Controls)

    newcomer = await house.member("coffee")

    assert (await newcomer.hears(Controls)).shield
    await newcomer.says_to_the_team("hello everyone")
    await otter.says("hello")
    assert (await moderator.sees("held")).room == "coffee"


# Nobody answers


async def test_a_newcomers_words_that_nobody_answers_are_shown_to_the_room_team(
    house: House, otter: Member, moderator: Moderator, clock: FakeClock
):
    await otter.says("hello, first time here")
    assert await moderator.sees_nothing()

    clock.advance(90)
    await house.service.backroom.flagged.round()

    assert (await moderator.sees("reported")).source == "unanswered"


async def test_who_was_answered_waits_for_nobody(
    house: House, otter: Member, wren: Member, moderator: Moderator, clock: FakeClock
):
    await otter.says("hello, first time here")
    await wren.says("welcome, otter")
    clock.advance(60)
    await otter.says("thank you wren")

    clock.advance(60)

    # Wren's own first words were answered too.
    assert await moderator.sees_nothing()


async def test_whom_the_room_team_greets_speaks_like_everybody(
    house: House, clock: FakeClock
):
    controls = house.service.backroom.controls
    await house.service.backroom.database.migrate()
    await controls.set(COFFEE, by="lantern", shield=True)
    await eventually(lambda: house.service.backroom.held.of(COFFEE).shield_since)
    newcomer = await house.member("coffee")
    await newcomer.says_to_the_team("hello everyone")

    clock.advance(60)
    await controls.greet(COFFEE, by="lantern")
    await newcomer.hears(Controls)
    await newcomer.hears(Controls)

    await newcomer.says("thank you for having me")


async def test_what_was_said_before_a_room_was_locked_gets_its_first_answer_again(
    house: House, otter: Member, monkeypatch: pytest.MonkeyPatch
):
    id_ = new_id()
    first = await otter.say("hello", id_=id_)
    held = house.service.backroom.held
    know_for_good(held, [Held(COFFEE, locked=True)], monkeypatch)

    again = await otter.say("hello", id_=id_)

    assert again[1:] == first[1:]


async def test_many_who_come_at_once_ring_the_desk(house: House):
    await house.service.backroom.database.migrate()
    for _ in range(CROWD):
        await house.member("coffee")

    (alarm,) = await eventually(house.service.backroom.alarms)

    assert (alarm.room, alarm.number) == ("coffee", CROWD)


async def test_what_one_is_called_elsewhere_is_hidden_here(
    house: House, otter: Member, wren: Member
):
    named = await otter.name("women")
    assert isinstance(named, Named)
    elsewhere = name_of(named.who)

    await otter.says(f"you know me as {elsewhere} from another room")

    assert elsewhere not in (await wren.hears(Said)).text


@pytest.fixture
def making_names(otter: Member, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """What makes pseudonyms, and counts how often."""
    making = Mock(side_effect=Identity.member)
    monkeypatch.setattr(Identity, "member", partialmethod(making))
    return making


async def test_nobody_is_named_for_a_line_that_says_no_pseudonym(
    otter: Member, making_names: Mock
):
    await otter.says("a heron came by this morning, all quiet")

    assert not making_names.called


async def test_what_one_is_called_elsewhere_is_found_out_once(
    otter: Member, making_names: Mock
):
    await otter.says("thank you, Quiet Heron")
    assert making_names.called
    making_names.reset_mock()

    await otter.says("and good night, Quiet Heron")

    assert not making_names.called


async def test_what_one_is_called_elsewhere_is_known_to_one_connection_alone(
    house: House, otter: Member, making_names: Mock
):
    await otter.says("thank you, Quiet Heron")
    again = await house.member("coffee", secret=otter.secret)
    making_names.reset_mock()

    await again.says("and good night, Quiet Heron")

    assert making_names.called
