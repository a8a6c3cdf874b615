"""Screening as a house has it: rules that rest, rules on trial, and its own phrases."""

import pytest

from chat.model import Action, Grade, Message
from chat.rules.house import Phrase
from chat.screening import Screening

ATTACK = "you're a worthless junkie, nobody wants you here"
IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
SOUP = Phrase("house.teapot", "teapot lid", Action.HOLD)


@pytest.fixture
def screening() -> Screening:
    return Screening(None)


def rules_of(screening: Screening, text: str) -> set[str]:
    return {flag.rule for flag in screening.screen(Message(text)).flags}


def test_a_rule_that_is_off_does_nothing(screening: Screening):
    rules = rules_of(screening, ATTACK)

    screening.learn(dict.fromkeys(rules, "off"), [])

    assert screening.screen(Message(ATTACK)).action is Action.ALLOW


def test_a_rule_in_shadow_is_counted_and_does_nothing(screening: Screening):
    rules = rules_of(screening, ATTACK)
    screening.learn(dict.fromkeys(rules, "shadow"), [])
    screening.counted()

    verdict = screening.screen(Message(ATTACK))

    fired, shadow = screening.counted()
    assert verdict.action is Action.ALLOW
    assert not fired
    assert set(shadow) == rules


def test_no_rule_about_danger_can_be_silenced(screening: Screening):
    rules = rules_of(screening, IN_DANGER)

    screening.learn(dict.fromkeys(rules, "off"), [])

    assert screening.screen(Message(IN_DANGER)).grade is Grade.IMMINENT


def test_a_phrase_of_the_house_acts_once_it_is_live(screening: Screening):
    screening.learn({}, [SOUP])

    verdict = screening.screen(Message("has anyone seen the Teapot Lid"))

    assert (verdict.action, verdict.flags[0].rule) == (Action.HOLD, "house.teapot")


def test_counts_begin_anew_when_they_were_taken(screening: Screening):
    screening.screen(Message(ATTACK))
    first = screening.counted()

    assert first[0]
    assert screening.counted() == ({}, {})


def test_counts_that_could_not_be_kept_are_not_lost(screening: Screening):
    screening.screen(Message(ATTACK))
    fired, shadow = screening.counted()

    screening.count_again(fired, shadow)

    assert screening.counted() == (fired, shadow)
