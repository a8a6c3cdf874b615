"""Triage: what a human should see, and who should be answered."""

import pytest

from chat import triage
from chat.model import Action, Flag, Grade, Verdict


def flag(
    category: str,
    rule: str = "",
    action: Action = Action.ALLOW,
    grade: Grade = Grade.NONE,
) -> Flag:
    return Flag(rule or f"{category}.some", category, "why", 0, 1, action, grade)


def verdict(*flags: Flag) -> Verdict:
    action = max((each.action for each in flags), default=Action.ALLOW)
    grade = max((each.grade for each in flags), default=Grade.NONE)
    return Verdict(action, grade, flags, "text")


@pytest.mark.parametrize(
    ("found", "seen"),
    [
        (verdict(), False),
        (verdict(flag("pii", action=Action.MASK)), False),
        (verdict(flag("link", action=Action.MASK)), False),
        (verdict(flag("suicide", grade=Grade.LOW)), False),
        (verdict(flag("suicide", grade=Grade.MEDIUM)), True),
        (verdict(flag("overdose", grade=Grade.IMMINENT)), True),
        (verdict(flag("minor")), True),
        (verdict(flag("drug_sale", action=Action.HOLD)), True),
        (verdict(flag("hate", action=Action.BLOCK)), True),
        (verdict(flag("spam", "spam.recent.repeat", Action.BLOCK)), False),
        (verdict(flag("spam", "spam.recent.alike", Action.HOLD)), True),
        (verdict(flag("pii", "identifying.broken")), True),
    ],
)
def test_which_verdicts_become_a_case(found: Verdict, *, seen: bool):
    assert triage.needs_a_human(found) is seen


def test_a_block_is_named_for_what_blocked_it():
    both = verdict(flag("pii", action=Action.MASK), flag("threat", action=Action.BLOCK))

    assert triage.concern(both) == "threat"


@pytest.mark.parametrize(
    ("found", "first_words", "why"),
    [
        (verdict(), False, ""),
        (verdict(), True, "n"),
        (verdict(flag("suicide", grade=Grade.LOW)), False, "d"),
        (verdict(flag("suicide", grade=Grade.LOW)), True, "d"),
    ],
)
def test_who_should_be_answered(found: Verdict, why: str, *, first_words: bool):
    assert triage.watch(found, first_words=first_words) == why
