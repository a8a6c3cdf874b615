"""The list of rules: none is missing, and none says less than it does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.model import Action, Flag, Message
from chat.moderation import screen
from chat.rulelist import Listed, every_rule
from chat.rules.spam.recent import HURRY

LINES = Path(__file__).parent / "rules" / "lines"
SAMPLES = (
    "call me on 082 555 0177 or at me@example.org, see example.org/x",
    "my card is 4111 1111 1111 1111, i live at 12 Some Street, @otter99 on insta",
    "i have the pills and the letters are written, tonight i am going to kill myself",
    "my sister won't wake up, she took a load of benzos",
    "my husband beats me and he is at the door now",
    "earn $700 a week from home, no skills needed, click here",
    "no " * 60,
)


def flags() -> Iterator[Flag]:
    """Yield what is found in lines of every kind."""
    lines = [
        line.partition("|")[2] or line
        for page in sorted(LINES.glob("*.txt"))
        for line in page.read_text("utf-8").splitlines()[::4]
    ]
    for line in (*SAMPLES, *lines):
        yield from screen(Message(line)).flags


def test_every_rule_that_fires_is_listed_with_the_most_that_it_does():
    listed, seen = every_rule(), list(flags())

    assert len({flag.rule for flag in seen}) > 50
    assert {flag.rule for flag in seen} - set(listed) == set()
    assert [flag for flag in seen if flag.action > listed[flag.rule].action] == []


@pytest.mark.parametrize("rule", [HURRY, "crisis.eased", "linear.crisis", "spam.wall"])
def test_rules_that_stand_in_no_file_are_listed(rule: str):
    assert rule in every_rule()


def test_rules_are_listed_once_and_by_what_they_are_for():
    listed = every_rule()

    assert list(listed) == sorted(listed)
    assert {each.kind for each in listed.values()} == {
        "abuse", "crisis", "identifying", "linear", "predatory", "sourcing", "spam",
    }  # fmt: skip
    assert listed["abuse.told_to_die"] == Listed(
        "abuse.told_to_die",
        Action.BLOCK,
        "somebody is told to die or to hurt themselves",
    )


def test_danger_stops_no_message():
    danger = [each for each in every_rule().values() if each.kind == "crisis"]

    assert {each.action for each in danger} == {Action.ALLOW}
