"""Screening: what happens to a message before anyone else reads it."""

import logging
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.model import Action, Flag, Grade, Message, Verdict
from chat.moderation import RULES, Concern, Rule, screen
from chat.rules.canonical import Text
from chat.rules.spam.recent import Recent


def flag(
    rule: str = "abuse.insult",
    action: Action = Action.ALLOW,
    grade: Grade = Grade.NONE,
    span: tuple[int, int] = (0, 1),
    placeholder: str = "",
) -> Flag:
    category = rule.partition(".")[0]
    return Flag(rule, category, "because", *span, action, grade, placeholder)


def finding(*flags: Flag) -> Rule:
    def rule(_: Text) -> Iterable[Flag]:
        return flags

    return rule


def screened(*flags: Flag, text: str = "some words") -> Verdict:
    rules = [Concern("one", finding(flag), "spam") for flag in flags]
    return screen(Message(text), rules=rules)


def breaking(error: Exception) -> Rule:
    def rule(_: Text) -> Iterable[Flag]:
        yield flag("abuse.threat", Action.BLOCK)
        raise error

    return rule


def with_broken(name: str, error: Exception | None = None) -> list[Concern]:
    """Return the rules of the house, one of them broken."""
    rule = breaking(error or ValueError("bad"))
    return [
        Concern(each.name, rule, each.category, warns=each.warns, grade=each.grade)
        if each.name == name
        else each
        for each in RULES
    ]


HARMLESS = "made coffee and went for a walk"


def test_nothing_found_is_delivered_as_it_is():
    assert screen(Message(HARMLESS)) == Verdict(Action.ALLOW, Grade.NONE, (), HARMLESS)


def test_every_rule_runs_and_each_reason_is_told():
    found = [flag("a.one", Action.BLOCK), flag("b.two"), flag("c.three", Action.MASK)]

    assert screened(*found).flags == tuple(found)


@pytest.mark.parametrize("hardest", Action)
def test_the_hardest_action_wins(hardest: Action):
    softer = [flag(f"x.{each.name}", each) for each in Action if each <= hardest]

    assert screened(*softer).action is hardest


@pytest.mark.parametrize("grade", Grade)
def test_the_greatest_danger_wins(grade: Grade):
    lesser = [flag(f"x.{each.name}", grade=each) for each in Grade if each <= grade]

    assert screened(*lesser).grade is grade


@pytest.mark.parametrize("grade", [Grade.MEDIUM, Grade.HIGH, Grade.IMMINENT])
@pytest.mark.parametrize("action", [Action.HOLD, Action.BLOCK])
def test_an_urgent_flag_never_holds_a_message(grade: Grade, action: Action):
    verdict = screened(flag("abuse.x", action), flag("crisis.x", grade=grade))

    assert (verdict.action, verdict.grade) == (Action.ALLOW, grade)


def test_what_is_in_danger_is_masked_all_the_same():
    mask = flag("identifying.phone", Action.MASK, span=(5, 9), placeholder="[phone]")

    verdict = screened(
        mask,
        flag("spam.x", Action.BLOCK),
        flag("crisis.x", grade=Grade.HIGH),
        text="call 0821 now",
    )

    assert (verdict.action, verdict.masked) == (Action.MASK, "call [phone] now")


def test_somebody_without_hope_is_never_turned_away():
    verdict = screened(flag("abuse.x", Action.BLOCK), flag("crisis.x", grade=Grade.LOW))

    assert verdict.action is Action.HOLD


@pytest.mark.parametrize("grade", [Grade.MEDIUM, Grade.HIGH, Grade.IMMINENT])
def test_the_model_alone_raises_danger_to_medium_at_most(grade: Grade):
    assert screened(flag("linear.crisis", grade=grade)).grade is Grade.MEDIUM


@pytest.mark.parametrize("action", [Action.HOLD, Action.BLOCK])
def test_the_model_sees_no_danger_where_a_rule_would_stop_the_message(action: Action):
    verdict = screened(
        flag("linear.crisis", grade=Grade.MEDIUM), flag("abuse.baiting", action)
    )

    assert (verdict.action, verdict.grade) == (action, Grade.NONE)


@pytest.mark.parametrize(
    ("spans", "masked"),
    [
        ([(0, 2)], "<0>cdefgh"),
        ([(2, 4), (5, 6)], "ab<0>e<1>gh"),
        ([(2, 5), (3, 4)], "ab<0>fgh"),
        ([(3, 6), (1, 4)], "a<1>gh"),
        ([(1, 3), (1, 5)], "a<1>fgh"),
        ([(2, 4), (4, 6)], "ab<0><1>gh"),
        ([(0, 8)], "<0>"),
    ],
)
def test_masks_that_overlap_become_one(spans: list[tuple[int, int]], masked: str):
    masks = [
        flag("identifying.x", Action.MASK, span=span, placeholder=f"<{number}>")
        for number, span in enumerate(spans)
    ]

    assert screened(*masks, text="abcdefgh").masked == masked


def test_offsets_are_those_of_the_original_text():
    text = "🎉 é\u200b write to sam.b@example.org 🎉"

    verdict = screen(Message(text))

    assert verdict.action is Action.MASK
    assert "sam.b" not in verdict.masked
    assert verdict.masked.startswith("🎉 é\u200b write to ")
    assert verdict.masked.endswith(" 🎉")


@pytest.mark.parametrize("name", [each.name for each in RULES])
def test_a_rule_that_breaks_is_a_flag_and_the_message_is_delivered(name: str):
    verdict = screen(Message(HARMLESS), rules=with_broken(name))

    assert verdict.action is Action.ALLOW
    assert [each.rule for each in verdict.flags] == [f"{name}.broken"]


def test_the_other_rules_still_run_when_one_breaks():
    text = "you worthless junkie, write me at sam.b@example.org"

    verdict = screen(Message(text), rules=with_broken("crisis"))

    assert verdict.action is Action.BLOCK
    assert "sam.b" not in verdict.masked


def test_an_author_is_warned_when_nobody_could_look_for_personal_details():
    verdict = screen(Message(HARMLESS), rules=with_broken("identifying"))

    assert verdict.unchecked == ("identifying",)
    assert verdict.grade is Grade.NONE


def test_a_message_is_urgent_when_nobody_could_look_for_danger():
    verdict = screen(Message(HARMLESS), rules=with_broken("crisis"))

    assert verdict.grade is Grade.HIGH
    assert verdict.unchecked == ()


def test_a_broken_crisis_rule_does_not_release_abuse():
    verdict = screen(Message("kill yourself"), rules=with_broken("crisis"))

    assert verdict.action >= Action.HOLD


@pytest.mark.parametrize("name", ["abuse", "sourcing", "predatory", "spam", "linear"])
def test_nobody_is_warned_or_urgent_when_another_rule_breaks(name: str):
    verdict = screen(Message(HARMLESS), rules=with_broken(name))

    assert (verdict.grade, verdict.unchecked) == (Grade.NONE, ())


def test_a_text_that_cannot_be_read_breaks_every_rule_and_is_delivered():
    half = "half \ud83d a character"
    broken = [f"{each.name}.broken" for each in RULES]

    verdict = screen(Message(half), Recent(), rules=with_broken("crisis"))
    rules = {each.rule for each in verdict.flags}

    assert verdict.action is Action.ALLOW
    assert verdict.masked == half
    assert rules <= set(broken)
    assert "crisis.broken" in rules


def test_no_word_of_a_message_reaches_the_log_when_a_rule_breaks(
    caplog: pytest.LogCaptureFixture,
):
    secret = "grandmother"

    with caplog.at_level(logging.DEBUG):
        screen(Message(secret), rules=with_broken("spam", KeyError(secret)))

    (record,) = caplog.records
    assert record.exc_info is None
    assert secret not in str(record.__dict__)
    assert (record.__dict__["rule"], record.__dict__["error"]) == ("spam", "KeyError")


def test_every_concern_says_in_words_what_happens_when_it_breaks():
    assert {each.name for each in RULES if each.warns} == {"identifying"}
    assert {each.name for each in RULES if each.grade} == {"crisis"}


def test_the_rules_run_in_the_order_in_which_they_are_told():
    names = [each.name for each in RULES]

    assert names[:2] == ["identifying", "crisis"]
    assert names[-1] == "linear"


def test_a_flood_is_stopped_and_danger_in_it_is_not():
    recent = Recent()
    burst = [
        screen(Message(f"word {n} and more", author=b"a", at=100 + n / 5), recent)
        for n in range(10)
    ]

    urgent = screen(Message("i want to die", author=b"a", at=103), recent)

    assert burst[-1].action is Action.BLOCK
    assert urgent.action is Action.ALLOW
    assert urgent.grade >= Grade.MEDIUM


def test_without_a_memory_nobody_floods():
    same = Message("we meet at seven in the hall", author=b"a", at=100)

    assert {screen(same).action for _ in range(9)} == {Action.ALLOW}


@settings(max_examples=150)
@given(st.text(max_size=300))
def test_any_text_has_a_verdict_and_breaks_no_rule(text: str):
    verdict = screen(Message(text), Recent())

    assert not [each.rule for each in verdict.flags if each.rule.endswith(".broken")]
    assert all(0 <= each.start <= each.end <= len(text) for each in verdict.flags)
