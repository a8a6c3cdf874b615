"""Respelling: words with figures, signs or too many letters, spelled as meant."""

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import groupby
from operator import eq
from typing import NamedTuple

import re2

from chat.rules.writing.editing import Edit
from chat.rules.writing.lists import pairs, words
from chat.rules.writing.spelling import KNOWN, LETTER, RANKS, SIGNS, Reader, Reading
from chat.rules.writing.tokens import Token, tokens

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_THRICE = re2.compile("|".join(letter * 3 for letter in _LETTERS))
_NUMBER = re2.compile(
    r"[$€£r]?[0-9]+(?:mg|mcg|ug|g|kg|ml|l|cl|oz|lbs?|st|nd|rd|th|am|pm|hr?s?|mins?|m|secs?"
    r"|s|d|x|k|km|cm|mm|yrs?|yo|y|days?|wks?|w|weeks?|mos?|months?|years?|p|%|ish|steps?"
    r"|f|c|ers?|pts?|u|iu|in|pack|for|(?:ft|h|in)[0-9]+)?!*"
)
_FIRST = frozenset("0123456789$€£r")
_UNITS = frozenset(words("units.txt"))
_TEXTING = pairs("texting.txt")
_STRETCHED = pairs("stretched.txt")

_COMMON = 300
_COMMON_IF_LONG = 2000
"""Figures alone are read as one of so many words, and only among other such words."""

_LONG = 4
"""A doubled letter is one too many if a word of so many letters is left."""

_CODE = 5
"""Something shorter with figures in it is an abbreviation, not a word."""


class _Kind(Enum):
    PLAIN = 1
    STRETCHED = 2
    MIXED = 3
    FIGURES = 4


class _Written(NamedTuple):
    start: int
    text: str
    kind: _Kind


class _Evidence(NamedTuple):
    """What a message shows of how its author writes."""

    stretches: bool
    mixes: bool


def respelled(text: str, reader: Reader) -> Iterator[Edit]:
    """Yield edits that spell words as they are."""
    written = [_written(token) for token in tokens(text)]
    evidence = _evidence(written)
    following = [token.text for token in written[1:]]
    for token, after in zip(written, [*following, ""], strict=True):
        if reading := _reading(token, after, evidence, reader):
            places = [token.start + place for place in reading.places]
            end = token.start + len(token.text)
            yield Edit(token.start, end, reading.word, places)


def _written(token: Token) -> _Written:
    if token.text in KNOWN:
        return _Written(token.start, token.text, _Kind.PLAIN)
    core = token.text.lstrip("'*#")
    start = token.end - len(core)
    core = core.rstrip("'*#!") or core
    return _Written(start, core, _kind(core))


def _kind(core: str) -> _Kind:
    if core in KNOWN or core.removesuffix("'s") in KNOWN:
        return _Kind.PLAIN
    if core in _TEXTING:
        return _Kind.MIXED
    if SIGNS.isdisjoint(core):
        return _Kind.STRETCHED if any(map(eq, core, core[1:])) else _Kind.PLAIN
    if SIGNS.issuperset(core) or (core[0] in _FIRST and _NUMBER.fullmatch(core)):
        return _Kind.FIGURES
    return _Kind.MIXED


def _evidence(written: Sequence[_Written]) -> _Evidence:
    stretched = [token.text for token in written if token.kind is _Kind.STRETCHED]
    mixed = sum(token.kind is _Kind.MIXED for token in written)
    return _Evidence(
        stretches=len(stretched) > 1 and len(stretched) * 6 >= len(written),
        mixes=mixed > 1 and mixed * 5 >= len(written),
    )


def _reading(
    token: _Written, after: str, evidence: _Evidence, reader: Reader
) -> Reading | None:
    match token.kind:
        case _Kind.PLAIN if evidence.stretches and token.text in _STRETCHED:
            return _whole(token.text, _STRETCHED[token.text])
        case _Kind.STRETCHED:
            return _shortened(token.text, reader, sure=evidence.stretches)
        case _Kind.MIXED:
            return _unmixed(token.text, reader)
        case _Kind.FIGURES if evidence.mixes and not _counts(token.text, after, reader):
            return _guessed(token.text, reader)
    return None


def _counts(token: str, after: str, reader: Reader) -> bool:
    """Return whether figures say how many there are of what comes after."""
    if not token.isdigit():
        return False
    reading = reader.read(after)
    return after in _UNITS or (reading is not None and reading.word in _UNITS)


def _whole(token: str, word: str) -> Reading:
    """Return a reading whose letters stand nowhere in particular in the token."""
    places = tuple(at * len(token) // len(word) for at in range(len(word)))
    return Reading(word, places, 0)


def _shortened(token: str, reader: Reader, *, sure: bool) -> Reading | None:
    reading = reader.read(token)
    thrice = _THRICE.search(token) is not None
    if reading and (sure or thrice or len(reading.word) >= _LONG):
        return reading
    return _cut(token) if thrice else None


def _cut(token: str) -> Reading:
    """Return a word nobody knows with three of a letter, and more, made one."""
    places: list[int] = []
    for _, group in groupby(range(len(token)), token.__getitem__):
        run = list(group)
        places += run if len(run) < 3 else run[:1]
    return Reading("".join(token[at] for at in places), tuple(places), 0)


def _unmixed(token: str, reader: Reader) -> Reading | None:
    if token in _TEXTING:
        return _whole(token, _TEXTING[token])
    if reading := reader.read(token):
        return reading
    inner = token.strip("".join(SIGNS))
    if len(inner) < max(len(token), _CODE) or "@" in token or "!" in token:
        return None
    plain = "".join(LETTER.get(character, character) for character in token)
    return Reading(plain, tuple(range(len(token))), 0)


def _guessed(token: str, reader: Reader) -> Reading | None:
    reading = reader.read(token)
    common = _COMMON if len(token) < _LONG else _COMMON_IF_LONG
    return reading if reading and RANKS[reading.word] < common else None
