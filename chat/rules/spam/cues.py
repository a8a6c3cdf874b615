"""Cues: what advertising, scams and preaching say, as `cues.toml` lists it."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import NamedTuple

import re2

from chat.model import Action, Flag
from chat.rules.canonical import Text

_WORDS_BETWEEN = r"(?:[\w'$%€£]+\W+){0,6}"
_SHORTHAND = (
    (" ?... ", rf"\W*{_WORDS_BETWEEN}"),
    (" ... ", rf"\W+{_WORDS_BETWEEN}"),
    (")*", "){0,3}"),
    (" ?", r"\W*"),
    (" ", r"\W+"),
)

_NESTING = 2
"""How deep names of words stand in words."""


class _Rule(NamedTuple):
    id: str
    category: str
    action: Action
    reason: str


class _Cues:
    """All cues, tried at once: few texts have any of the words they need."""

    def __init__(self, source: str) -> None:
        table = tomllib.loads(source)
        self._rules: list[_Rule] = []
        self._patterns: list[str] = []
        self._filter = re2.Filter()
        for each in table["rules"]:
            action = Action[each["action"].upper()]
            rule = _Rule(each["id"], each["category"], action, each["reason"])
            for cue in each["patterns"]:
                self._filter.Add(_expression(cue, table["words"]))
                self._rules.append(rule)
        self._filter.Compile()

    def found(self, text: str) -> Iterator[tuple[_Rule, int, int]]:
        """Yield each rule that a text meets, once, and where."""
        met = set()
        for index in self._filter.Match(text) or ():
            rule = self._rules[index]
            if rule not in met:
                met.add(rule)
                yield rule, *self._filter.re(index).search(text).span()


def _expression(cue: str, words: Mapping[str, str]) -> str:
    """Return a cue as a regular expression; `cues.toml` says how it is written."""
    for _ in range(_NESTING):
        for name, choice in words.items():
            cue = cue.replace(f"{{{name}}}", f"(?:{choice})")
    for short, long in _SHORTHAND:
        cue = cue.replace(short, long)
    return rf"\b(?:{cue})\b"


_CUES = _Cues(files(__package__).joinpath("cues.toml").read_text("utf-8"))


def cued(text: Text) -> Iterator[Flag]:
    """Yield a flag for every kind of spam that a text has the words of."""
    for rule, start, end in _CUES.found(text.meant.text):
        span = text.meant.span(start, end)
        yield Flag(rule.id, rule.category, rule.reason, *span, rule.action)
