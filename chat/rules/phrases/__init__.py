"""Phrases: what people say, written so that a volunteer can read it, found in one pass.

A phrasebook is a folder of TOML files. Each rule in them lists what is said; in there

- `<name>` stands for any of the words listed under that name,
- a space for whatever may stand between two words of a sentence,
- `~` for up to three words, `...` for anything within the sentence,
- a space with `?` for one that may be missing, `'` for such an apostrophe,

and the rest is a linear-time pattern. `unless` lists what excuses a find when it is
said in the same sentence; a file whose words are rare says in `needs` which of them a
text must have to be searched at all.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import re2

from chat.model import Action, Flag
from chat.rules.canonical import Form, Text

_ANYTHING = r"[^.!?\n]*"
_SIGNS = {
    " ... ": rf" +(?:{_ANYTHING} )?",
    " ~ ": r" +(?:[^ .!?\n]+ +){0,3}",
    " ?": " *",
    " ": " +",
    r"\w": r"[\w']",
    "'": "'?",
}
_SIGN = re2.compile(r" \.\.\. | ~ | \?| |\\w|'")
_NAME = re2.compile(r"<(\w+)>")
_KEPT = ".!?\n'*@$%&+"
_MEMORY_BYTES = 24 << 20
"""What one automaton may grow to while it learns the texts it meets."""
_VOLUME = 10_000
"""Found by measuring: half as much costs more passes, twice as much more learning."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What one rule looks for, and what it says about it."""

    rule: str
    category: str
    action: Action
    reason: str
    said: Any
    unless: Any

    def find(self, plain: str, form: Form) -> Flag | None:
        """Return a flag where this is said and nothing excuses it."""
        for match in self.said.finditer(plain):
            if not self._excused(plain, *match.span()):
                return self._flag(*form.span(*match.span()))
        return None

    def _excused(self, text: str, start: int, end: int) -> bool:
        return bool(self.unless and self.unless.search(_sentence(text, start, end)))

    def _flag(self, start: int, end: int) -> Flag:
        return Flag(self.rule, self.category, self.reason, start, end, self.action)


class Chapter:
    """The phrases of one file, in volumes that are each searched in one pass."""

    def __init__(self, phrases: Iterable[Phrase], needs: str) -> None:
        self._needs = _search(needs) if needs else None
        self._volumes = [
            (_search("|".join(phrase.said.pattern for phrase in volume)), volume)
            for volume in _volumes(phrases)
        ]

    def findings(self, plain: str, encoded: bytes, form: Form) -> Iterator[Flag]:
        """Return a flag for each of the phrases that stands in a text."""
        if self._needs and not self._needs.Match(encoded):
            return
        for said, phrases in self._volumes:
            if said.Match(encoded):
                yield from filter(
                    None, (phrase.find(plain, form) for phrase in phrases)
                )


class Phrasebook:
    """All phrases of one concern."""

    def __init__(self, chapters: Iterable[Chapter]) -> None:
        self._chapters = tuple(chapters)

    def findings(self, text: Text) -> Iterator[Flag]:
        """Return one flag for each rule whose words stand in the text."""
        found: dict[str, Flag] = {}
        for form in _forms(text):
            for flag in self._in(form):
                found.setdefault(flag.rule, flag)
        return iter(found.values())

    def _in(self, form: Form) -> Iterator[Flag]:
        plain = form.text.translate(_PLAIN)
        encoded = plain.encode(errors="replace")
        for chapter in self._chapters:
            yield from chapter.findings(plain, encoded, form)


def _volumes(phrases: Iterable[Phrase]) -> Iterator[list[Phrase]]:
    """Return phrases in lots that one automaton holds with ease.

    In one for all, every text would meet states that no text before it met, and
    to learn those costs far more than several passes.
    """
    volume: list[Phrase] = []
    for phrase in phrases:
        volume.append(phrase)
        if sum(_weight(phrase.said.pattern) for phrase in volume) > _VOLUME:
            yield volume
            volume = []
    if volume:
        yield volume


def _weight(pattern: str) -> int:
    """Return about how hard a pattern is on an automaton."""
    return len(pattern) * (3 if _ANYTHING in pattern else 1)


def _search(pattern: str) -> re2.Set:
    # A set of one: it answers yes or no with less ado than a pattern of its own.
    said = re2.Set.SearchSet(_options())
    said.Add(pattern)
    said.Compile()
    return said


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
    return Phrasebook(
        _chapter(file, everyday["words"])
        for file in sorted(files(package).iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".toml")
    )


def _chapter(file: Traversable, everyday: Mapping[str, list[str]]) -> Chapter:
    page = tomllib.loads(file.read_text(encoding="utf-8"))
    words = {**everyday, **page.get("words", {})}
    needs = "|".join(_patterns(page.get("needs", []), words))
    return Chapter(_phrases(page, words), needs)


def _phrases(
    page: Mapping[str, Any], words: Mapping[str, list[str]]
) -> Iterator[Phrase]:
    for rule in page["rule"]:
        unless = _patterns([*page.get("unless", []), *rule.get("unless", [])], words)
        for said in _lots(_patterns(rule["said"], words)):
            yield Phrase(
                rule=rule["id"],
                category=rule["category"],
                action=Action[rule["action"].upper()],
                reason=rule["reason"],
                said=_compiled(said),
                unless=_compiled(unless) if unless else None,
            )


def _lots(patterns: Sequence[str]) -> Iterator[list[str]]:
    """Return a rule's patterns in lots that fill a volume at most."""
    lot: list[str] = []
    for pattern in patterns:
        lot.append(pattern)
        if sum(map(_weight, lot)) > _VOLUME:
            yield lot
            lot = []
    if lot:
        yield lot


def _compiled(patterns: Sequence[str]) -> Any:
    return re2.compile("|".join(patterns), _options())


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    return options


def _patterns(phrases: Sequence[str], words: Mapping[str, list[str]]) -> list[str]:
    return [_SIGN.sub(_sign, _whole(phrase, words)) for phrase in phrases]


def _whole(phrase: str, words: Mapping[str, list[str]]) -> str:
    """Return a phrase that begins and ends with whole words, or with the sentence."""
    return rf"\b(?:{_named(phrase, words)})(?:\b|\W|$)"


def _named(phrase: str, words: Mapping[str, list[str]]) -> str:
    """Return a phrase with every `<name>` replaced, also in what replaces it."""
    while _NAME.search(phrase):
        phrase = _NAME.sub(lambda name: f"(?:{'|'.join(words[name[1]])})", phrase)
    return phrase


def _sign(sign: Any) -> str:
    return _SIGNS[sign[0]]
