"""Phrases are found however they are written, in time linear in the text."""

import time
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from chat.model import Action, Message
from chat.rules import phrases
from chat.rules.abuse import abuse
from chat.rules.canonical import read
from chat.rules.predatory import predatory
from chat.rules.sourcing import sourcing
from tests.rules.table import Line, stopped

RULES = (abuse, sourcing, predatory)
FILES = sorted(Path(phrases.__file__).parents[1].glob("*/*.toml"))


def is_stopped(text: str) -> bool:
    flags = chain.from_iterable(rule(read(Message(text))) for rule in RULES)
    return any(flag.action >= Action.HOLD for flag in flags)


@pytest.mark.parametrize("line", stopped("disguised"))
def test_a_disguise_does_not_help(line: Line):
    assert is_stopped(line.text)


@pytest.mark.parametrize(
    "text",
    ["you are " * 500, "anyone selling weed, " * 190, "a" * 4000, "you're " * 570],
)
def test_a_hostile_text_costs_no_more_than_its_length(text: str):
    form = read(Message(text))
    for rule in RULES:
        list(rule(form))

    began = time.thread_time()
    for rule in RULES:
        list(rule(form))

    assert time.thread_time() - began < 0.1


def test_every_rule_has_an_id_of_its_own():
    pages = [tomllib.loads(file.read_text("utf-8")) for file in FILES]
    ids = [
        rule["id"] for page in pages for rule in page.get("rule", []) if "said" in rule
    ]

    assert len(ids) == len(set(ids))
