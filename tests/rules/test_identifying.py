"""What tells who somebody is gets masked; what helps or says nothing stays readable."""

import tomllib
from pathlib import Path

import pytest

from chat.model import Action, Flag, Message
from chat.rules.canonical import read
from chat.rules.identifying import identifying

LINES = tomllib.loads(
    Path(__file__).with_name("identifying_lines.toml").read_text("utf-8")
)
DETAILS = (
    "phones", "disguised", "mail", "addresses", "handles", "links", "numbers", "names",
)  # fmt: skip


def found(text: str, country: str = "", names: tuple[str, ...] = ()) -> list[Flag]:
    return list(identifying(read(Message(text, country=country, names=names))))


def unmarked(line: str) -> tuple[str, set[int]]:
    text, inside, marked = "", False, set[int]()
    for character in line:
        if character in "{}":
            inside = character == "{"
            continue
        if inside:
            marked.add(len(text))
        text += character
    return text, marked


def covered(text: str) -> set[int]:
    return {place for flag in found(text) for place in range(flag.start, flag.end)}


@pytest.mark.parametrize("line", [line for kind in DETAILS for line in LINES[kind]])
def test_a_detail_is_masked_and_the_words_around_it_are_not(line):
    text, marked = unmarked(line)

    masked = covered(text)

    assert len(marked & masked) >= 0.9 * len(marked)
    assert len(masked - marked) <= 6


@pytest.mark.parametrize("line", LINES["allowed"])
def test_a_help_line_stays_readable(line):
    assert found(line) == []


@pytest.mark.parametrize("line", LINES["harmless"])
def test_what_identifies_nobody_stays_readable(line):
    assert found(line) == []
