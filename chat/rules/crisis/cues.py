"""Cues: what a language says about danger, as its data files list it."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, islice
from typing import Any, NamedTuple

from chat.model import Grade
from chat.rules.crisis.clauses import Clauses
from chat.rules.gate import LOOKOUT, Gate, Lookout
from chat.rules.needed import KEPT
from chat.rules.pattern import Pattern


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
    conditions: tuple[Condition, ...]
    guards: tuple[tuple[str, str], ...]
    wanted: frozenset[str]
    """The cues without which it cannot hold."""


SHORT = "short"
"""The cue of a text in which nothing stands together by chance."""

_MOST = 40
"""As many of one cue as are looked at; a text with more says nothing new."""

_BESIDES = Lookout(KEPT)
"""Finds the words of what stands beside anchors: few texts have even one of those."""

_MEMORY_BYTES = 64 << 20
"""Memory enough that a pattern need not forget what it has seen."""

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
        rules = _by_anchor(written, whole["guards"])
        self._names = list(whole["cues"])
        self._refuse_strangers(whole["guards"], rules)
        self.rules = {name: rules[name] for name in self._names if name in rules}
        phrases = {
            name: [_named(phrase, whole["names"]) for phrase in those]
            for name, those in whole["cues"].items()
        }
        self._patterns = {
            name: Pattern(_any(phrases[name]), _MEMORY_BYTES) for name in self._names
        }
        besides = {name: each for name, each in phrases.items() if name not in rules}
        self._anchors = _Gated({name: phrases[name] for name in self.rules}, LOOKOUT)
        self._besides = _Gated(besides, _BESIDES)

    def _refuse_strangers(
        self, guards: Iterable[str], rules: Mapping[str, Sequence[Rule]]
    ) -> None:
        """Raise for a cue that is asked for and nowhere described."""
        asked = set(guards) | set(self.yields.values()) | set(rules)
        for rule in chain.from_iterable(rules.values()):
            asked.update(each.cue for each in rule.conditions)
        if strangers := asked - set(self._names) - {SHORT}:
            raise KeyError(f"no such cue: {', '.join(sorted(strangers))}")

    def cues(self, clauses: Clauses) -> "Cues":
        """Return the cues of a text; most are never asked for, nor looked for."""
        anchors = self._anchors.passed(clauses.plain)
        if not anchors:
            return Cues(self, (), (), clauses)
        cues = Cues(self, anchors, self._besides.passed(clauses.plain), clauses)
        if self._mark and not cues.get(self._mark):
            return Cues(self, (), (), clauses)
        return cues

    def places(self, name: str, clauses: Clauses) -> list[Cue]:
        """Return where a cue stands in a text."""
        matches = islice(self._patterns[name].made.finditer(clauses.text), _MOST)
        spans = [match.span() for match in matches]
        return [Cue(name, at, end, clauses.clause(at)) for at, end in spans]


class _Gated:
    """Cues, of which a text can have few: each phrase of theirs needs some words."""

    def __init__(self, phrases: Mapping[str, Sequence[str]], lookout: Lookout) -> None:
        self._names = [name for name, those in phrases.items() for _ in those]
        patterns = (_any([one]) for those in phrases.values() for one in those)
        self._gate = Gate(patterns, lookout)

    def passed(self, plain: str) -> Iterable[str]:
        """Return the cues that plain words may hold, in their order."""
        return dict.fromkeys([self._names[place] for place in self._gate.passed(plain)])


class Cues:
    """The cues of one text; each is looked for when it is asked for, and then known."""

    __slots__ = ("_anchors", "_clauses", "_found", "_language", "_may_stand")

    def __init__(
        self,
        language: Language,
        anchors: Iterable[str],
        besides: Iterable[str],
        clauses: Clauses,
    ) -> None:
        self._language = language
        self._clauses = clauses
        self._anchors = anchors
        self._found: dict[str, Sequence[Cue]] = {}
        self._may_stand = {*anchors, *besides}
        if clauses.short:
            self._may_stand.add(SHORT)
            self._found[SHORT] = [Cue(SHORT, 0, 0, 0)]

    def get(self, name: str) -> Sequence[Cue]:
        """Return every place where a cue stands in the text."""
        if name not in self._may_stand:
            return ()
        if name not in self._found:
            self._found[name] = self._language.places(name, self._clauses)
        return self._found[name]

    def possible(
        self, rules: Mapping[str, Sequence[Rule]]
    ) -> Iterator[tuple[Rule, Sequence[Cue]]]:
        """Yield the rules that may hold, each with its anchors in the text."""
        for name in self._anchors:
            for rule in rules[name]:
                if rule.wanted <= self._may_stand:
                    yield rule, self.get(name)


def _named(phrase: str, names: Mapping[str, str]) -> str:
    """Return a phrase with every `{name}` written out."""
    before = ""
    while "{" in phrase and phrase != before:
        before = phrase
        for name, meaning in names.items():
            phrase = phrase.replace("{" + name + "}", f"(?:{meaning})")
    return phrase


def _any(phrases: Iterable[str]) -> str:
    return rf" (?:{'|'.join(phrases)})(?:\b| )"


def _by_anchor(
    written: Iterable[Mapping[str, Any]], guards: Mapping[str, str]
) -> dict[str, list[Rule]]:
    rules: dict[str, list[Rule]] = {}
    for row in written:
        for combination in row["when"]:
            anchor, *others = combination.split()
            conditions = tuple(_condition(other) for other in others)
            rule = Rule(
                row["name"],
                row["category"],
                Grade[row["grade"].upper()],
                row["reason"],
                conditions,
                tuple(
                    (guard, reach)
                    for guard, reach in guards.items()
                    if guard not in row.get("despite", ())
                ),
                frozenset(each.cue for each in conditions if each.wanted),
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


@cache
def languages() -> Sequence[Language]:
    """Return the languages that are understood, made when first asked for."""
    return [_language(name) for name in ("en", "af", "zu", "es")]
