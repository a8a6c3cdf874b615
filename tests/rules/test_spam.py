"""Spam: what is there for its author's gain, or to fill the room."""

import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.model import Action, Flag, Message
from chat.rules import canonical
from chat.rules.spam import spam
from chat.rules.spam.likeness import gist
from chat.rules.spam.recent import PAUSE_SECONDS, SPARED_SECONDS, WINDOW_SECONDS, Recent

LINES = tomllib.loads(Path(__file__).with_name("spam_lines.toml").read_text("utf-8"))

ADS = [
    "join the cheapest sneaker group in town",
    "get your degree printed and delivered in a week",
    "free signals every morning, ask for the link",
    "sell your gold to us for cash",
    "new perfumes in stock, best prices",
]
TALK = [
    "made it to day nine and the nights are still the worst part",
    "my sister came to visit and we cooked together like before",
    "does anybody sleep in the first two weeks",
    "thank you all for listening to me yesterday",
    "work was long but i walked past the shop",
]
KIND = [
    "congrats",
    "so proud of you",
    "welcome home",
    "🎉",
    "well done!",
    "hugs",
    "amen",
]
PRAYER = "god grant me the serenity to accept the things i cannot change"


def flags(text: str) -> list[Flag]:
    return list(spam(canonical.read(Message(text))))


@pytest.mark.parametrize("text", LINES["spam"])
def test_spam_of_every_kind_is_stopped(text: str):
    assert any(flag.action >= Action.HOLD for flag in flags(text))


@pytest.mark.parametrize("text", LINES["talk"])
def test_talk_that_comes_near_it_passes(text: str):
    assert flags(text) == []


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("pass this on to 12 friends or the luck turns bad", "spam"),
        ("earn R700 a day from home, no experience", "spam"),
        ("our herbal tea cures alcoholism in a week, order now", "scam"),
        ("you will burn in hell unless you join our church", "proselytising"),
    ],
)
def test_a_flag_says_what_kind_of_spam_it_is(text: str, category: str):
    assert category in {flag.category for flag in flags(text)}


def test_a_flag_points_at_the_words_it_was_raised_for():
    text = "hey all! \uff46ollow my channel and subscribe, ok?"

    (flag,) = flags(text)

    assert "channel and subscribe" in text[flag.start : flag.end]
    assert flag.start > text.index("hey all!")


def test_whoever_cries_for_help_is_no_wall():
    assert flags("help me please " * 12) == []


class Said(NamedTuple):
    """One message of a sequence."""

    text: str
    author: str = "a"
    at: float = 0
    room: str = "r"
    in_danger: bool = False


def heard(*sequence: Said) -> list[Action]:
    """Return what becomes of each of several messages."""
    recent = Recent()
    return [became(recent, said) for said in sequence]


def became(recent: Recent, said: Said) -> Action:
    message = Message(
        said.text, room=said.room, author=said.author.encode(), at=said.at
    )
    found = recent.flags(canonical.read(message), in_danger=said.in_danger)
    return max((flag.action for flag in found), default=Action.ALLOW)


ALLOW, HOLD, BLOCK = Action.ALLOW, Action.HOLD, Action.BLOCK


@pytest.mark.parametrize("text", [*ADS, *TALK])
@pytest.mark.parametrize("pause", [2.5, 3, 8, 30])
def test_the_fourth_time_the_same_is_blocked(text: str, pause: float):
    times = [Said(text, at=100 + number * pause) for number in range(6)]

    assert heard(*times) == [ALLOW, ALLOW, ALLOW, BLOCK, BLOCK, BLOCK]


@pytest.mark.parametrize("text", ADS)
def test_the_same_in_several_rooms_is_the_same(text: str):
    rooms = [
        Said(text + " " + "!" * number, at=100 + 2.5 * number, room=f"r{number}")
        for number in range(7)
    ]

    assert heard(*rooms)[3:] == [BLOCK] * 4


@pytest.mark.parametrize("text", ADS)
@pytest.mark.parametrize("pause", [0.5, 1.5, 20])
def test_nearly_the_same_from_many_is_held(text: str, pause: float):
    ends = ["", " ✨4", "..7", " ok8", "2", "!!", " 🔥", " now", "99"]
    voices = [
        Said(text + end, author=f"u{number}", at=100 + number * pause)
        for number, end in enumerate(ends)
    ]

    actions = heard(*voices)

    assert actions[:5] == [ALLOW] * 5
    assert actions[5:] == [HOLD] * 4


@pytest.mark.parametrize("pause", [0.2, 0.4, 0.7, 1.0])
def test_a_burst_is_throttled_after_the_first_five(pause: float):
    burst = [Said(f"{TALK[n % 5]} {n}", at=100 + n * pause) for n in range(14)]

    actions = heard(*burst)

    assert actions[:5] == [ALLOW] * 5
    assert set(actions[9:]) == {BLOCK}


def test_whoever_paused_after_a_burst_is_heard_again():
    recent = Recent()
    for number in range(12):
        became(recent, Said(f"{TALK[number % 5]} {number}", at=100 + number * 0.3))

    assert became(recent, Said("sorry", at=103.5)) is BLOCK
    assert became(recent, Said("sorry all", at=103.5 + PAUSE_SECONDS + 5)) is ALLOW


@pytest.mark.parametrize("text", [*KIND, PRAYER, "keep coming back, it works"])
def test_a_whole_room_may_say_the_same_kind_thing(text: str):
    room = [Said(text, author=f"u{n}", at=100 + n * 0.5) for n in range(30)]

    assert set(heard(*room)) == {ALLOW}


def test_a_roll_call_is_no_campaign():
    names = ["sam", "thandi", "pieter", "lee", "ana", "kofi", "mo", "jo", "zanele"]
    room = [
        Said(
            f"hi i'm {name}, i'm an addict, {n * 7} days clean", author=name, at=100 + n
        )
        for n, name in enumerate(names)
    ]

    assert set(heard(*room)) == {ALLOW}


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.sampled_from([*KIND, *TALK[:3], "morning all", "same here", "day 12"]),
            st.floats(min_value=4, max_value=40),
        ),
        max_size=25,
    )
)
def test_normal_talk_of_a_few_people_passes(talk: list[tuple[str, str, float]]):
    at = 100.0
    said: list[Said] = []
    for author, text, pause in talk:
        at += pause
        again = [each for each in said if (each.author, each.text) == (author, text)]
        if len(again) < 3:
            said.append(Said(text, author, at))

    assert set(heard(*said)) <= {ALLOW}


def test_whoever_was_in_danger_is_never_told_to_be_quiet():
    recent = Recent()
    became(recent, Said("i took all of them", in_danger=True, at=100))

    actions = {
        became(recent, Said("are you there", at=100 + n / 10)) for n in range(40)
    }

    assert actions == {ALLOW}


def test_danger_in_a_burst_ends_the_throttling():
    recent = Recent()
    for number in range(12):
        became(recent, Said(f"{TALK[number % 5]} {number}", at=100 + number * 0.2))

    assert became(recent, Said("goodbye", in_danger=True, at=102.5)) is ALLOW
    assert became(recent, Said("i mean it", at=102.6)) is ALLOW


@pytest.mark.parametrize(
    "plea", ["help", "please", "anyone there", "is somebody awake"]
)
def test_a_plea_may_be_repeated(plea: str):
    assert set(heard(*(Said(plea, at=100 + n * 0.8) for n in range(20)))) == {ALLOW}


def test_being_spared_comes_to_an_end():
    recent = Recent()
    became(recent, Said("goodbye", in_danger=True, at=100))
    later = 100 + SPARED_SECONDS

    actions = [became(recent, Said(ADS[0], at=later + 3 * n)) for n in range(5)]

    assert actions == [ALLOW, ALLOW, ALLOW, BLOCK, BLOCK]


def test_what_was_said_long_ago_does_not_count():
    often = [Said(TALK[0], at=100 + n * (WINDOW_SECONDS / 2 + 1)) for n in range(8)]

    assert set(heard(*often)) == {ALLOW}


def test_time_that_goes_back_is_taken_for_now():
    times = [Said(ADS[0], at=at) for at in (100, 140, 110, 150)]

    assert heard(*times) == [ALLOW, ALLOW, ALLOW, BLOCK]


def test_nobody_in_particular_cannot_flood():
    assert set(heard(*(Said(ADS[0], author="", at=100 + n) for n in range(9)))) == {
        ALLOW
    }


def test_memory_of_what_was_said_has_an_end():
    recent = Recent()
    for number in range(5000):
        word = f"w{number}"
        became(recent, Said(f"{word}a {word}b {word}c", author=word, at=number))

    assert len(recent) <= 2048
    assert len(recent._bands) <= 2048 * 8


def test_no_word_of_what_was_said_can_be_read_in_memory():
    said = gist(canonical.read(Message("a secret about grandmother")))

    assert "grandmother" not in repr(said)
