"""Folding: a text in plain lower-case letters, as a reader sees it.

What cannot be seen goes, accents go, and full-width, styled and look-alike letters
become the ones they stand for. Digits and signs stay, whatever script they came in.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from unicodedata import category, decimal, name, normalize

import re2

from chat.rules.writing.lists import pairs

SPOTS = tuple(range(4097))
"""Where the characters of a text stand that has as many as its original."""

_FLAGS = re2.compile("[\U0001f1e6-\U0001f1ff]+")
_LETTERS_KEPT = 16384
"""Enough for every script that is typed; the rest is worked out each time."""

_AS_WRITTEN = "\n\t"
_MARKS = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
_UNSEEN = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0000, 0xE01EF),
)
_NAMED = (
    "LATIN LETTER SMALL CAPITAL ",
    "REGIONAL INDICATOR SYMBOL LETTER ",
    "NEGATIVE CIRCLED LATIN CAPITAL LETTER ",
    "NEGATIVE SQUARED LATIN CAPITAL LETTER ",
    "SQUARED LATIN CAPITAL LETTER ",
    "TAG LATIN SMALL LETTER ",
)


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Return a text folded, and where each of its characters stands in the original.

    There is one more place than there are characters: the length of the original.
    """
    if text.isascii() and text.isprintable():
        return text.lower().replace("`", "'"), spots(len(text))
    pieces = [_FOLDED[character] for character in text]
    for flag in _FLAGS.finditer(text):
        # Two of these letters are a country's flag; more or fewer spell something.
        if flag.end() - flag.start() == 2:
            pieces[flag.start() : flag.end()] = flag.group()
    if set(map(len, pieces)) == {1}:
        return "".join(pieces), spots(len(text))
    at = [spot for spot, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), (*at, len(text))


def spots(length: int) -> Sequence[int]:
    """Return the places of a text that is as long as its original."""
    return SPOTS[: length + 1] if length < len(SPOTS) else tuple(range(length + 1))


def _look_alikes() -> Mapping[str, str]:
    """Return what letters look like: first what Unicode says, then what we add."""
    rows = pairs("confusables.txt").items(), pairs("plain.txt").items()
    return {look: letters for looks, letters in chain(*rows) for look in looks}


_LOOK_ALIKES = _look_alikes()


class _Folded(dict[str, str]):
    """Every character's folding, worked out when it is first seen."""

    def __missing__(self, character: str) -> str:
        folded = _folded(character)
        if len(self) < _LETTERS_KEPT:
            self[character] = folded
        return folded


_FOLDED = _Folded()


def _folded(character: str) -> str:
    if character in _AS_WRITTEN:
        return character
    if character.isspace():
        return " "
    if _is_unseen(character):
        return ""
    kind = category(character)
    if kind == "Nd":
        return str(decimal(character))
    return _as_latin(character) or character.lower()


def _is_unseen(character: str) -> bool:
    code = ord(character)
    return category(character) in ("Cc", "Cf", "Cs", "Co") or any(
        first <= code <= last for first, last in (*_UNSEEN, *_MARKS)
    )


def _as_latin(character: str) -> str:
    """Return what a character says in plain letters and signs, if it says anything."""
    lower = character.lower()
    for look in (lower, character):
        if look in _LOOK_ALIKES:
            return _LOOK_ALIKES[look]
    for prefix in _NAMED:
        said = name(character, "").removeprefix(prefix)
        if len(said) == 1 and said != name(character, ""):
            return said.lower()
    parts = normalize("NFKD", lower)
    bare = "".join(
        _LOOK_ALIKES.get(part, part) for part in parts if not _is_unseen(part)
    )
    return bare.lower() if bare.isascii() else ""
