"""What hurts somebody here is stopped; how people in recovery talk is not."""

import pytest

from chat.model import Action, Flag, Message
from chat.rules.abuse import abuse
from chat.rules.canonical import read
from tests.rules.table import Line, passing, stopped


def found(text: str) -> list[Flag]:
    return list(abuse(read(Message(text))))


@pytest.mark.parametrize("line", stopped("abuse"))
def test_what_hurts_somebody_here_is_stopped(line: Line):
    assert any(flag.action >= Action.HOLD for flag in found(line.text))


@pytest.mark.parametrize("text", passing("abuse") + passing("pass"))
def test_venting_teasing_and_telling_what_was_suffered_pass(text: str):
    assert found(text) == []


def test_most_lines_are_stopped_for_what_they_are():
    lines = stopped("abuse")

    right = [
        line.category in {flag.category for flag in found(line.text)} for line in lines
    ]

    assert sum(right) >= 0.9 * len(lines)


def test_the_flag_points_at_the_words_as_they_were_written():
    (flag, *_) = found("hello 🙂 all, you are a wor\u200bthless junkie")

    assert "hello 🙂 all, you are a wor\u200bthless junkie"[flag.start : flag.end] == (
        "you are a wor\u200bthless junkie"
    )


def test_what_was_said_to_somebody_is_theirs_to_tell():
    assert found("he told me you're a worthless junkie and nobody wants you here") == []


def test_an_excuse_reaches_no_further_than_its_sentence():
    assert found("My mum said hi. You're a worthless junkie!") != []


def test_telling_another_to_die_is_no_crisis_of_the_author():
    assert {flag.grade for flag in found("go kill yourself")} == {0}
