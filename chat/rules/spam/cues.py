"""Cues: what advertising, scams and preaching say, as `cues.toml` lists it."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from chat.model import Action, Flag
from chat.rules.canonical import Text
from chat.rules.gate import LOOKOUT, Gate
from chat.rules.pattern import Pattern
from chat.rules.words import plain

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

_NEAR = 160
"""How many characters apart cues belong to each other."""

_MEMORY_BYTES = 8 << 20
"""What one pattern may grow to while it learns the texts it meets."""


class _Rule(NamedTuple):
    id: str
    category: str
    action: Action
    reason: str
    least: int
    """How many of its cues a text must have."""
    leader: int
    """The cue that must be among them; -1 if any may."""

    def holds(self, cues: Sequence[int]) -> bool:
        """Return whether cues are enough of its own."""
        return len(cues) >= self.least and self.leader in (-1, *cues)


class _Cues:
    """All cues, tried at once: few texts have any of the words they need."""

    def __init__(self, source: str) -> None:
        table = tomllib.loads(source)
        self._words: Mapping[str, str] = table["words"]
        self._owners: list[_Rule] = []
        self._cues: list[Pattern] = []
        for each in table["rules"]:
            self._add(each, each["patterns"])
        for each in table["mixes"]:
            self._add(each, each["signals"])
        self._gate = Gate((cue.pattern for cue in self._cues), LOOKOUT)
        before = _expression(table["reported"]["before"], {})
        self._reported = Pattern(before, _MEMORY_BYTES)

    def _add(self, table: Mapping[str, Any], cues: list[str]) -> None:
        rule = _rule(table, len(self._owners))
        for cue in cues:
            pattern = _expression(cue, self._words)
            self._cues.append(Pattern(pattern, _MEMORY_BYTES))
            self._owners.append(rule)

    def found(self, text: str) -> Iterator[tuple[_Rule, int, int]]:
        """Yield each rule that a text meets, once, and where."""
        possible: dict[_Rule, list[int]] = defaultdict(list)
        for index in self._gate.passed(plain(text)):
            possible[self._owners[index]].append(index)
        encoded = text.encode(errors="replace")
        for rule, may_stand in possible.items():
            if not rule.holds(may_stand):
                continue
            cues = [each for each in may_stand if self._cues[each].made.search(encoded)]
            if not rule.holds(cues):
                continue
            spans = [self._cues[index].made.search(text).span() for index in cues]
            start, end = min(spans)[0], max(end for _, end in spans)
            near = len(cues) == 1 or end - start <= _NEAR
            if near and not self._reported.made.search(text[:start]):
                yield rule, start, end


def _rule(table: Mapping[str, Any], first: int) -> _Rule:
    action = Action[table["action"].upper()]
    least, leader = table.get("least", 1), first if table.get("leader") else -1
    return _Rule(table["id"], table["category"], action, table["reason"], least, leader)


def _expression(cue: str, words: Mapping[str, str]) -> str:
    """Return a cue as a regular expression; `cues.toml` says how it is written."""
    for _ in range(_NESTING):
        for name, choice in words.items():
            cue = cue.replace(f"{{{name}}}", f"(?:{choice})")
    for short, long in _SHORTHAND:
        cue = cue.replace(short, long)
    return rf"\b(?:{cue})(?:\b|$|\s)"


@cache
def _cues() -> _Cues:
    # Made when first asked for: whoever only imports this need not wait for it.
    return _Cues(files(__package__).joinpath("cues.toml").read_text("utf-8"))


def cued(text: Text) -> Iterator[Flag]:
    """Yield a flag for every kind of spam that a text has the words of."""
    for rule, start, end in _cues().found(text.meant.text):
        span = text.meant.span(start, end)
        yield Flag(rule.id, rule.category, rule.reason, *span, rule.action)
