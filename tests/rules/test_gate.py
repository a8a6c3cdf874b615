"""A gate turns away what a text cannot hold, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from chat.rules.gate import Gate, Lookout
from chat.rules.identifying import _sought
from chat.rules.needed import Needed
from chat.rules.needs import needs
from chat.rules.phrases import phrasebook
from chat.rules.words import plain
from chat.rules.writing.folding import fold
from tests.rules.table import passing, stopped

DETAILS = Path(__file__).parents[1] / "data" / "dev.jsonl"
BOOKS = ("abuse", "sourcing", "predatory")

_WORDS = st.sampled_from(
    ["kill", "u", "you", "don't", "é", "r2", "a", "f*ck", "x_y", "42", "7"]
)
_ATOMS = st.one_of(
    _WORDS.map(re2.escape),
    st.sampled_from([" +", r"\b", r"\w*", r"\W", ".", "[ei]", "[^a]", "'?", "$", "ou"]),
    st.sampled_from([r"\d", r"\d+", "[0-9]", "(?i:KILL)", "(a|7)"]),
)
_REPEATS = st.sampled_from(["", "", "?", "*", "+", "{0,2}", "{2}", "??"])


def _longer(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    few = st.lists(parts, min_size=1, max_size=4)
    groups = few.map(lambda each: f"(?:{'|'.join(each)})")
    repeated = st.builds("{}{}".format, groups, _REPEATS)
    return st.one_of(few.map("".join), repeated)


PATTERNS = st.recursive(_ATOMS, _longer, max_leaves=12)
TEXTS = st.lists(
    st.one_of(_WORDS, st.sampled_from([" ", ". ", "'", "kil", "!", "_"])), max_size=8
).map("".join)


def _gate(*patterns: str) -> Gate:
    return Gate(patterns, Lookout(Needed()))


def lines() -> Iterator[str]:
    for name in ("abuse", "sourcing", "predatory", "disguised"):
        yield from (line.text for line in stopped(name))
    yield from passing("pass")


@given(PATTERNS, TEXTS)
def test_a_gate_lets_every_pattern_pass_that_a_text_holds(pattern: str, text: str):
    found = re2.search(pattern, text) is not None

    assert not found or _gate(pattern).passed(plain(text)) == [0]


@given(PATTERNS, TEXTS)
def test_a_gate_of_a_pattern_in_any_case_asks_for_small_letters(
    pattern: str, text: str
):
    found = re2.search(f"(?i){pattern}", text.upper()) is not None

    assert not found or _gate(f"(?i){pattern}").passed(plain(text)) == [0]


@pytest.mark.parametrize("concern", BOOKS)
def test_a_gated_search_finds_what_a_search_for_everything_finds(concern: str):
    book = phrasebook(f"chat.rules.{concern}")
    for line in lines():
        text = line.lower()
        passed = set(book._gate.passed(plain(text)))
        held = {
            index
            for index, phrase in enumerate(book._phrases)
            if phrase.said.made.search(text)
        }

        assert held <= passed


def test_a_gated_search_for_details_finds_what_a_search_for_everything_finds():
    sought = _sought()
    for line in DETAILS.read_text("utf-8").splitlines():
        text, _ = fold(json.loads(line)["text"])
        held = {pattern for pattern in sought._patterns if pattern.search(text)}

        assert held <= sought.within(text)._possible


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\bkill +(?:you|u)\b", "i will kill you"),
        (r"(?i)\b(?P<who>I|we) (?-i:live) (at)\b", "we live at 4"),
        (r"\bdon'?t +\w+ +here\b", "dont you here"),
        (r"\b(?:buy|sell)ing (?:\w+ )?(?:weed|pills?)$", "selling some pills"),
    ],
)
def test_a_phrase_is_searched_when_all_its_words_are_there(pattern: str, text: str):
    assert _gate(pattern).passed(plain(text)) == [0]


@pytest.mark.parametrize("text", ["skill your", "kill them", "you", "a day clean", ""])
def test_a_phrase_is_not_searched_when_one_of_its_words_is_missing(text: str):
    assert _gate(r"\bkill +(?:you|u)\b").passed(plain(text)) == []


def test_a_pattern_that_any_text_may_hold_is_always_searched():
    assert _gate(r"\w+").passed(plain("")) == [0]
    assert _gate(r"\w+").passed(plain("kill")) == [0]


def test_the_rarest_need_is_asked_first():
    first, *_ = needs(r"\byou +(?:\w+ +)?(?:worthless|pathetic)\b", {})

    assert first == {" worthless ", " pathetic "}


def test_a_pattern_of_a_kind_unknown_is_refused():
    with pytest.raises(ValueError, match="unknown"):
        needs(r"(?U)kill+", {})


def test_gates_of_one_lookout_each_let_only_their_own_patterns_pass():
    lookout = Lookout(Needed())
    first = Gate(["weed", r"\bkill +you\b"], lookout)
    second = Gate([r"\bkill +you\b", "kill", r"\w+"], lookout)

    assert first.passed(plain("i will kill you")) == [1]
    assert second.passed(plain("i will kill you")) == [0, 1, 2]
    assert first.passed(plain("weed")) == [0]
    assert second.passed(plain("weed")) == [2]


def test_a_gate_that_is_made_later_is_known_of_texts_met_before():
    lookout = Lookout(Needed())
    first = Gate(["kill"], lookout)
    assert first.passed(plain("kill you")) == [0]
    second = Gate(["weed", "you"], lookout)

    assert second.passed(plain("kill you")) == [1]
    assert first.passed(plain("kill you")) == [0]


def test_gates_that_were_asked_of_no_words_are_there_for_those_that_come():
    lookout = Lookout(Needed())
    first = Gate(["kill", r"\w+"], lookout)
    assert first.passed(plain("")) == [1]
    second = Gate(["kill"], lookout)

    assert second.passed(plain("kill you")) == [0]
    assert first.passed(plain("kill you")) == [0, 1]
