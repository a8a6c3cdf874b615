"""What people say when they or others are in danger, and what only sounds like it."""

import time
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from chat.model import Action, Flag, Grade, Message
from chat.moderation import screen
from chat.rules.canonical import read
from chat.rules.crisis import EASED, crisis

HERE = Path(__file__).parent
KNOWN = tomllib.loads((HERE / "crisis_lines.toml").read_text("utf-8"))
UNSEEN = [
    tomllib.loads((HERE / name).read_text("utf-8"))
    for name in (
        "crisis_unseen.toml",
        "crisis_unseen2.toml",
        "crisis_unseen3.toml",
        "crisis_unseen4.toml",
        "crisis_unseen5.toml",
        "crisis_unseen6.toml",
        "crisis_unseen7.toml",
        "crisis_unseen8.toml",
        "crisis_lookalikes.toml",
        "crisis_lookalikes2.toml",
    )
]


def flags(text: str) -> list[Flag]:
    return list(crisis(read(Message(text))))


def grade(text: str) -> str:
    return max((flag.grade for flag in flags(text)), default=Grade.NONE).name.lower()


def missed(kinds: dict[str, Any]) -> list[str]:
    """Return the lines whose grade is not one of those that would be right."""
    return [
        f"{kind}: {line}"
        for kind, table in kinds.items()
        for line in table["lines"]
        if grade(line) not in table["accept"]
    ]


def lines(kinds: Iterable[dict[str, Any]], *, in_danger: bool) -> list[str]:
    return [
        line
        for tables in kinds
        for table in tables.values()
        if ("none" not in table["accept"]) is in_danger
        for line in table["lines"]
    ]


@pytest.mark.parametrize("kind", KNOWN)
def test_each_kind_of_line_is_graded_as_it_should_be(kind: str):
    wrong = missed({kind: KNOWN[kind]})

    assert len(wrong) <= len(KNOWN[kind]["lines"]) // 10, wrong


def test_most_of_what_was_written_without_a_look_at_the_rules_is_found():
    danger = lines(UNSEEN, in_danger=True)

    found = [line for line in danger if grade(line) != "none"]

    assert len(found) >= 0.95 * len(danger), set(danger) - set(found)


def test_what_only_sounds_like_a_crisis_is_none():
    harmless = lines([KNOWN, *UNSEEN], in_danger=False)

    alarms = [line for line in harmless if grade(line) not in ("none", "low")]

    assert len(alarms) <= 0.02 * len(harmless), alarms


@pytest.mark.parametrize("line", KNOWN["minor"]["lines"])
def test_a_child_is_noticed_and_never_held_back(line: str):
    found = [flag for flag in flags(line) if flag.category == "minor"]

    assert found
    assert all(flag.action is Action.ALLOW for flag in found)


def test_no_crisis_flag_ever_holds_a_message():
    for line in lines([KNOWN], in_danger=True):
        assert all(flag.action is Action.ALLOW for flag in flags(line)), line


@pytest.mark.parametrize(
    "kind", [kind for kind, table in KNOWN.items() if "category" in table]
)
def test_a_flag_says_what_kind_of_danger_it_is(kind: str):
    table = KNOWN[kind]

    right = [
        line
        for line in table["lines"]
        if table["category"] in {flag.category for flag in flags(line)}
    ]

    assert len(right) >= 0.75 * len(table["lines"]), set(table["lines"]) - set(right)


def test_telling_somebody_else_to_die_is_no_crisis_of_the_speaker():
    assert grade("go and kill yourself, nobody would miss you") == "none"


def test_a_denial_is_believed_but_only_of_what_it_denies():
    assert grade("I don't want to die, I want to stop drinking") == "none"
    assert grade("I don't want to be talked out of it, I want to die") == "medium"


@pytest.mark.parametrize(
    "line",
    [
        "i dont want to die anymore",
        "i am not suicidal, only worn out",
        "no, i am not planning to kill myself",
    ],
)
def test_a_model_is_not_believed_where_the_danger_is_denied(line: str):
    assert [flag.rule for flag in flags(line)] == [EASED]

    verdict = screen(Message(line))

    assert verdict.grade is Grade.NONE
    assert not verdict.flags


@pytest.mark.parametrize(
    "line",
    [
        "cut my arms again last night, couldnt stop",
        "really want to burn myself right now",
        "blade in my hand trying not to",
    ],
)
def test_hurting_oneself_is_not_taken_for_an_attempt(line: str):
    assert grade(line) in {"medium", "high"}


def test_vomiting_blood_after_a_binge_cannot_wait():
    assert grade("been vomiting blood since i finished a litre of brandy") == "imminent"


def test_a_plea_for_money_is_no_violence():
    plea = "my brother is stuck at the airport, if you send R2000 he will pay double"

    assert grade(plea) == "none"


def test_what_is_long_past_is_past_until_it_is_back():
    assert grade("three years ago I wanted to kill myself") == "none"
    assert grade(
        "three years ago I wanted to, and now I want to kill myself again"
    ) in {
        "medium",
        "high",
    }


def test_a_flag_points_at_the_words_it_means_in_what_was_written():
    text = "Hey 👋 all… I'M GOING to  kill   myself TONIGHT, sorry"

    flag = next(flag for flag in flags(text) if flag.grade is Grade.IMMINENT)

    assert "kill   myself" in text[flag.start : flag.end]


def test_a_reason_is_in_words_a_volunteer_understands():
    (flag,) = flags("I just took 40 paracetamol and I'm scared")

    assert flag.reason == "says an overdose or poisoning may be under way"


@pytest.mark.parametrize(
    "text",
    [
        "i want to die kill myself took pills tonight he is not breathing " * 60,
        "kill myself tonight " * 200,
        "took all my pills, " * 200,
        "k i l l " * 500,
        "." * 4096,
        "quiero morirme ya " * 220,
    ],
)
def test_a_hostile_text_does_not_hold_up_the_room(text: str):
    message = read(Message(text[:4096]))
    begun = time.process_time()

    list(crisis(message))

    # Ten times what it takes here: a test machine may be slow.
    assert time.process_time() - begun < 0.1
