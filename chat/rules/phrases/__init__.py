"""Phrases: what people say, written so that a volunteer can read it.

A phrasebook is a folder of TOML files. Each rule in them lists what is said; in there

- `<name>` stands for any of the words listed under that name,
- a space for whatever may stand between two words of a sentence,
- `~` for up to three words, `...` for anything within the sentence,
- a space with `?` for one that may be missing, `'` for such an apostrophe,

and the rest is a linear-time pattern. `unless` lists what excuses a find when it is
said in the same sentence; a file may say in `needs` which words, one of them, a text
must have besides. A text is searched for the few phrases whose words it has.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import re2

from chat.model import Action, Flag
from chat.rules.canonical import Form, Text
from chat.rules.gate import LOOKOUT, Gate
from chat.rules.pattern import Pattern
from chat.rules.words import plain as words

_ANYTHING = r"[^.!?\n]*"
_SIGNS = {
    " ... ": rf" +(?:{_ANYTHING} )?",
    " ~ ": r" +(?:[^ .!?\n]+ +){0,3}",
    " ?": " *",
    " ": " +",
    r"\w": r"[\w']",
    "'": "'?",
}
_NAME = re2.compile(r"<(\w+)>")
_KEPT = ".!?\n'*@$%&+"
_MEMORY_BYTES = 24 << 20
"""What one pattern may grow to while it learns the texts it meets."""

_MOST = 16
"""Whoever says something so often in one text is not excused any more."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What one rule looks for, and what it says about it."""

    rule: str
    category: str
    action: Action
    reason: str
    said: Pattern
    unless: Pattern | None
    needs: Pattern | None

    def find(self, plain: str, quick: str | bytes, form: Form) -> Flag | None:
        """Return a flag where this is said and nothing excuses it."""
        for times, match in enumerate(self.said.made.finditer(quick), 1):
            if self.needs and not self.needs.made.search(quick):
                return None
            if times == _MOST or not self._excused(plain, *match.span()):
                return self._flag(*form.span(*match.span()))
        return None

    def _excused(self, text: str, start: int, end: int) -> bool:
        if self.unless is None:
            return False
        return bool(self.unless.made.search(_sentence(text, start, end)))

    def _flag(self, start: int, end: int) -> Flag:
        return Flag(self.rule, self.category, self.reason, start, end, self.action)


class Phrasebook:
    """All phrases of one concern."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        said = (phrase.said.pattern for phrase in self._phrases)
        self._gate = Gate(said, LOOKOUT)

    def findings(self, text: Text) -> Iterator[Flag]:
        """Return one flag for each rule whose words stand in the text."""
        found: dict[str, Flag] = {}
        for form in _forms(text):
            for flag in self._in(form):
                found.setdefault(flag.rule, flag)
        return iter(found.values())

    def _in(self, form: Form) -> Iterator[Flag]:
        passed = self._gate.passed(words(form.text))
        if not passed:
            return
        plain, quick = _searched(form.text)
        for phrase in map(self._phrases.__getitem__, passed):
            if flag := phrase.find(plain, quick, form):
                yield flag


class _Plain(dict[int, str]):
    """Every sign that is no part of a word or a sentence, as one space.

    Patterns would be many times larger if they had to know those signs.
    """

    def __missing__(self, point: int) -> str:
        sign = chr(point)
        keep = sign.isalnum() or sign in _KEPT
        self[point] = sign if keep else _APOSTROPHES.get(sign, " ")
        return self[point]


_APOSTROPHES = dict.fromkeys("’‘`´", "'")  # noqa: RUF001 - what people type
_PLAIN = _Plain()


@lru_cache(2)
def _searched(text: str) -> tuple[str, str | bytes]:
    """Return what phrases are searched in, and again as bytes if each is a character.

    In bytes nothing need be counted to know where a find stands.
    """
    plain = text.translate(_PLAIN)
    return plain, plain.encode() if plain.isascii() else plain


def _forms(text: Text) -> Sequence[Form]:
    if text.folded.text == text.meant.text:
        return (text.folded,)
    return (text.folded, text.meant)


def _sentence(text: str, start: int, end: int) -> str:
    """Return the sentence in which start to end stands."""
    first = max(text.rfind(mark, 0, start) for mark in ".!?\n") + 1
    lasts = [at for mark in ".!?\n" if (at := text.find(mark, end)) >= 0]
    return text[first : min(lasts, default=len(text))]


def phrasebook(package: str) -> Phrasebook:
    """Return the phrasebook in a package's TOML files.

    Words that many concerns use stand in this package's own file.
    """
    everyday = tomllib.loads(files(__name__).joinpath("everyday.toml").read_text())
    pages = sorted(files(package).iterdir(), key=lambda entry: entry.name)
    return Phrasebook(
        phrase
        for page in pages
        if page.name.endswith(".toml")
        for phrase in _phrases(
            tomllib.loads(page.read_text("utf-8")), everyday["words"]
        )
    )


def _phrases(
    page: Mapping[str, Any], everyday: Mapping[str, list[str]]
) -> Iterator[Phrase]:
    words = {**everyday, **page.get("words", {})}
    needs = _patterns(page.get("needs", []), words)
    needed = Pattern("|".join(needs), _MEMORY_BYTES) if needs else None
    for rule in page["rule"]:
        unless = _patterns([*page.get("unless", []), *rule.get("unless", [])], words)
        excuse = Pattern("|".join(unless), _MEMORY_BYTES) if unless else None
        for said in _patterns(rule["said"], words):
            yield Phrase(
                rule=rule["id"],
                category=rule["category"],
                action=Action[rule["action"].upper()],
                reason=rule["reason"],
                said=Pattern(said, _MEMORY_BYTES),
                unless=excuse,
                needs=needed,
            )


def _patterns(phrases: Sequence[str], words: Mapping[str, list[str]]) -> list[str]:
    return [_signed(_whole(phrase, words)) for phrase in phrases]


def _whole(phrase: str, words: Mapping[str, list[str]]) -> str:
    """Return a phrase that begins and ends with whole words, or with the sentence."""
    return rf"\b(?:{_named(phrase, words)})(?:\b|\W|$)"


def _named(phrase: str, words: Mapping[str, list[str]]) -> str:
    """Return a phrase with every `<name>` replaced, also in what replaces it."""
    while _NAME.search(phrase):
        phrase = _NAME.sub(lambda name: f"(?:{'|'.join(words[name[1]])})", phrase)
    return phrase


def _signed(phrase: str) -> str:
    """Return a phrase with every sign replaced, but none in what replaces it."""
    for mark, sign in enumerate(_SIGNS):
        phrase = phrase.replace(sign, chr(mark))
    for mark, meaning in enumerate(_SIGNS.values()):
        phrase = phrase.replace(chr(mark), meaning)
    return phrase
