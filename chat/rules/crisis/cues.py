"""Cues: what a language says about danger, as its data files list it."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from itertools import islice
from typing import Any, NamedTuple

import re2

from chat.model import Grade
from chat.rules.crisis.clauses import Clauses


class Cue(NamedTuple):
    """A cue found in a text: its name, where it stands, and in which clause."""

    name: str
    start: int
    end: int
    clause: int


class Condition(NamedTuple):
    """What a rule asks of another cue: how near it is, and whether it may be there."""

    cue: str
    reach: str
    wanted: bool


class Rule(NamedTuple):
    """One combination of cues that means danger."""

    name: str
    category: str
    grade: Grade
    reason: str
    anchor: str
    conditions: tuple[Condition, ...]
    guards: tuple[tuple[str, str], ...]


SHORT = "short"
"""The cue of a text in which nothing stands together by chance."""

_MOST = 40
"""As many of one cue as are looked at; a text with more says nothing new."""

_REACHES = {"~": "near", "*": "message", "<": "before", ">": "after"}


class Language:
    """The cues, rules and guards of one language, ready to be looked for."""

    def __init__(self, tables: Iterable[Mapping[str, Any]]) -> None:
        whole: dict[str, Any] = {
            "names": {},
            "cues": {},
            "guards": {},
            "yields": {},
            "mark": {},
        }
        written: list[Mapping[str, Any]] = []
        for table in tables:
            for part in whole:
                whole[part] |= table.get(part, {})
            written += table.get("rules", [])
        self.yields: dict[str, str] = whole["yields"]
        self._mark: str = whole["mark"].get("cue", "")
        self.rules = _by_anchor(written, whole["guards"])
        self._names = list(whole["cues"])
        self._refuse_strangers(whole["guards"])
        patterns = [_pattern(each, whole["names"]) for each in whole["cues"].values()]
        self._cues = dict(zip(self._names, map(_compiled, patterns), strict=True))
        anchors = [
            name for name in self._names if name in self.rules or name == self._mark
        ]
        self._anchors = _Sieve(anchors, dict(zip(self._names, patterns, strict=True)))
        others = [name for name in self._names if name not in anchors]
        self._others = _Sieve(others, dict(zip(self._names, patterns, strict=True)))

    def _refuse_strangers(self, guards: Iterable[str]) -> None:
        """Raise for a cue that is asked for and nowhere described."""
        asked = set(guards) | set(self.yields.values()) | set(self.rules)
        for rules in self.rules.values():
            asked.update(each.cue for rule in rules for each in rule.conditions)
        if strangers := asked - set(self._names) - {SHORT}:
            raise KeyError(f"no such cue: {', '.join(sorted(strangers))}")

    def cues(self, clauses: Clauses) -> list[Cue]:
        """Return every cue in a text; none, quickly, when nothing could come of it."""
        text = clauses.text
        names = self._anchors.names(text)
        if not names or (self._mark and self._mark not in names):
            return []
        names += self._others.names(text)
        cues = [Cue(SHORT, 0, 0, 0)] if clauses.short else []
        return cues + [
            Cue(
                name,
                found.start(),
                found.end(),
                clauses.clause(found.start()),
            )
            for name in names
            for found in islice(self._cues[name].finditer(text), _MOST)
        ]


def _pattern(phrases: Iterable[str], names: Mapping[str, str]) -> bytes:
    """Return one pattern for any of the phrases, with `{name}` written out."""
    whole = "|".join(phrases)
    while "{" in whole:
        before = whole
        for name, meaning in names.items():
            whole = whole.replace("{" + name + "}", f"(?:{meaning})")
        if whole == before:
            break
    return rf" (?:{whole})(?:\b| )".encode()


def _room() -> Any:
    """Return memory enough that a pattern need not forget what it has seen."""
    options = re2.Options()
    options.max_mem = 64 << 20
    return options


def _compiled(pattern: bytes) -> Any:
    return re2.compile(pattern, _room())


class _Sieve:
    """Says which of many cues are in a text; most fall through for want of a word.

    One automaton for all patterns would be quicker still, had it not more states than
    memory: each new sentence would build its own.
    """

    def __init__(self, names: list[str], patterns: Mapping[str, bytes]) -> None:
        self._names = names
        self._filter = re2.Filter()
        for name in names:
            self._filter.Add(patterns[name], _room())
        self._filter.Compile()

    def names(self, text: bytes) -> list[str]:
        """Return the names of the cues in a text."""
        found = self._filter.Match(text) or ()
        return [self._names[index] for index in found]


def _by_anchor(
    written: Iterable[Mapping[str, Any]], guards: Mapping[str, str]
) -> dict[str, list[Rule]]:
    rules: dict[str, list[Rule]] = {}
    for row in written:
        for combination in row["when"]:
            anchor, *others = combination.split()
            rule = Rule(
                row["name"],
                row["category"],
                Grade[row["grade"].upper()],
                row["reason"],
                anchor,
                tuple(_condition(other) for other in others),
                tuple(
                    (guard, reach)
                    for guard, reach in guards.items()
                    if guard not in row.get("despite", ())
                ),
            )
            rules.setdefault(anchor, []).append(rule)
    return rules


def _condition(written: str) -> Condition:
    wanted = not written.startswith("!")
    rest = written.removeprefix("!")
    if rest == SHORT:
        return Condition(rest, "message", wanted)
    reach = _REACHES.get(rest[0], "clause")
    return Condition(rest.lstrip("~*<>"), reach, wanted)


def _language(name: str) -> Language:
    """Return a language as the files that begin with its name describe it."""
    folder = files(__package__)
    return Language(
        tomllib.loads(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.startswith(f"{name}.") and file.name.endswith(".toml")
    )


LANGUAGES = [_language(name) for name in ("en", "af", "zu", "es")]
"""The languages that are understood."""
