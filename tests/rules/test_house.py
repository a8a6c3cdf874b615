"""The house's own phrases are found as whole words, however they are written."""

import pytest

from chat.model import Action, Message
from chat.rules.canonical import read
from chat.rules.house import Phrase, find, house


def found(words: str, text: str) -> str | None:
    span = find(words, read(Message(text)))
    return None if span is None else text[slice(*span)]


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("lend me", "Could you lend me a hand?", "lend me"),
        ("lend me", "LEND ME now", "LEND ME"),
        ("end me", "Could you lend me a hand?", None),
        ("lend me", "lend men", None),
        ("lend me", "lend men, then lend me", "lend me"),
        ("lend me", "", None),
        ("r.i.p", "r.i.p my friend", "r.i.p"),
    ],
)
def test_a_phrase_is_found_as_whole_words(words: str, text: str, expected: str | None):
    assert found(words, text) == expected


def test_what_is_found_carries_the_phrases_own_action_and_where_it_stands():
    rule = house([Phrase("house.lend-me", "lend me", Action.HOLD)])

    [flag] = rule(read(Message("please lend me")))

    assert (flag.rule, flag.action, flag.start, flag.end) == (
        "house.lend-me",
        Action.HOLD,
        7,
        14,
    )


def test_a_house_without_phrases_finds_nothing():
    assert list(house([])(read(Message("anything")))) == []
