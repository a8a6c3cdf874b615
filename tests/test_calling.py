"""What a member asks when they need to talk, and what they are told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.asides import NeedNews
from chat.calling import NEEDS_PER_MINUTE
from chat.model import Grade
from chat.oncall.known import ONE_OF_MANY
from chat.oncall.stays import GRACE
from chat.pacing import CALLS_PER_MINUTE
from chat.requests import MOST_NEED_CHARACTERS
from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.frames import Done, StayTold, code
from tests.support.peer import need_of
from tests.support.talkhouse import TalkHouse

IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
ATTACK = "you're a worthless junkie, nobody wants you here"


@pytest.fixture
async def house(
    settings: Settings, clock: FakeClock, sqlite_template: Path
) -> AsyncIterator[TalkHouse]:
    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        yield house


async def test_hello_comes_before_a_need(house: TalkHouse):
    visitor = await house.house.visitor()

    refused = [
        await visitor.asks_to_talk(),
        await visitor.withdraw(),
        await visitor.call_back(1),
        await visitor.stay(),
        await visitor.talk_more(1),
        await visitor.card(bytes(16), yes=True),
    ]

    assert {code(answer) for answer in refused} == {"hello_first"}


# Needs


async def test_pressing_again_is_the_same_need(house: TalkHouse):
    otter = await house.member()

    first, second = await otter.presses(), await otter.presses("I miss my dad")

    assert first.talk == second.talk
    known = await house.needs.known(need_of(first.talk))
    assert known.told.words == "I miss my dad"


async def test_words_of_danger_come_first_and_are_read_as_they_are(house: TalkHouse):
    otter = await house.member()

    told = await otter.presses(IN_DANGER)

    known = await house.needs.known(need_of(told.talk))
    assert (known.need.grade, known.told.words) == (Grade.IMMINENT, IN_DANGER)


async def test_words_that_nobody_should_read_stop_no_need(house: TalkHouse):
    said = {"call me on 082 555 0177": "call me on [phone number]", ATTACK: ""}
    for words, read in said.items():
        told = await (await house.member()).presses(words)

        assert (await house.needs.known(need_of(told.talk))).told.words == read


async def test_whoever_raises_needs_by_the_hundred_comes_after_everybody_else(
    settings: Settings, clock: FakeClock, sqlite_template: Path
):
    far = settings.model_copy(update={"trusted_proxies": ""})
    async with TalkHouse.open(far, sqlite_template, clock) as house:
        told = [
            await (await house.member()).presses(IN_DANGER if last else "")
            for last in [False] * (NEEDS_PER_MINUTE + 2) + [True]
        ]
        known = [await house.needs.known(need_of(each.talk)) for each in told]
        clock.advance(60 / NEEDS_PER_MINUTE)
        later = await (await house.member()).presses()
        after = await house.needs.known(need_of(later.talk))

    sources = [each.told.source for each in (*known, after)]
    assert sources == ["pressed"] * NEEDS_PER_MINUTE + [ONE_OF_MANY] * 3 + ["pressed"]
    assert all(each.need.is_open for each in known)


async def test_behind_our_own_proxy_nobody_is_one_of_many(house: TalkHouse):
    for _ in range(NEEDS_PER_MINUTE + 1):
        await (await house.member()).presses()

    found = await house.needs.open_needs()
    assert {each.told.source for each in found} == {"pressed"}


async def test_what_cannot_be_is_refused_and_nothing_is_raised(house: TalkHouse):
    otter = await house.member()

    refused = [
        await otter.asks_to_talk("x" * (MOST_NEED_CHARACTERS + 1)),
        await otter.asks_to_talk("a\x00b"),
        await otter.asks_to_talk(shares="grief,no-such-thing"),
        await otter.asks_to_talk(room="coffee"),
        await otter.asks_to_talk(room="no-such-room"),
    ]

    assert [code(answer) for answer in refused] == [
        "text_too_long", "bad_text", "unknown_share", "not_in_room", "not_in_room",
    ]  # fmt: skip
    assert await house.needs.open_needs() == []


async def test_nobody_is_turned_away_for_the_language_of_their_browser(
    house: TalkHouse,
):
    otter = await house.member()

    for language in ("", "en-ZA", "x" * 300, "日本語", "\x00"):
        assert isinstance(await otter.asks_to_talk(language=language), Done)


async def test_a_need_pressed_in_a_talk_is_the_same_need(house: TalkHouse):
    otter = await house.member()
    told = await otter.presses()
    await otter.join(told.talk)

    again = await otter.presses(room=told.talk)

    assert again.talk == told.talk


async def test_who_withdraws_is_told_so_and_may_say_it_twice(house: TalkHouse):
    otter = await house.member()
    await otter.presses()

    assert isinstance(await otter.withdraw(), Done)
    while (await otter.hears(NeedNews)).why != "withdrew":
        pass
    assert isinstance(await otter.withdraw(), Done)


async def test_who_asks_to_be_called_back_is_raised_again_then(
    house: TalkHouse, clock: FakeClock
):
    otter = await house.member()
    await otter.presses()
    at = clock.seconds() + 3600

    assert isinstance(await otter.call_back(at), Done)

    while (await otter.hears(NeedNews)).call_back_at != at:
        pass


async def test_nobody_is_called_back_at_a_time_that_is_none(house: TalkHouse):
    otter = await house.member()
    await otter.presses()

    for at in (0, 1, 2**53 - 1, 253402300800):
        assert code(await otter.call_back(at)) == "bad_call_back"


async def test_a_device_asks_at_a_pace(house: TalkHouse):
    otter = await house.member()

    answers = [await otter.asks_to_talk() for _ in range(CALLS_PER_MINUTE)]

    assert code(answers[-1]) == "too_fast"
    assert len(await house.needs.open_needs()) == 1


# Check-ins


async def test_a_check_in_is_told_and_told_again_to_a_page_that_comes_back(
    house: TalkHouse, clock: FakeClock
):
    otter = await house.member("coffee")

    assert isinstance(await otter.stay(20, "coffee"), Done)

    due = clock.seconds() + 1200
    assert await otter.hears(StayTold) == StayTold(20, due)
    again = await house.member(secret=otter.secret)
    assert await again.hears(StayTold) == StayTold(20, due)


async def test_who_misses_one_is_told_that_somebody_is_called(
    house: TalkHouse, clock: FakeClock
):
    otter = await house.member()
    await otter.stay(10)
    clock.advance(600 + GRACE.total_seconds())

    await house.service.callroom.stays.round()

    assert (await otter.hears(NeedNews)).state in ("raised", "offered")
    while await otter.hears(StayTold) != StayTold(0, 0):
        pass
