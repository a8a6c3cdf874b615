"""Runs: digits that belong together, however they are grouped, spelled or disguised."""

import string
from collections.abc import Iterator
from typing import NamedTuple

import re2

from chat.rules.identifying.detail import Search, each

BEFORE = 48
AFTER = 32
"""How far to look around a run for what it is about, in characters."""

_SHORTEST_PART, _LONGEST_PHONE = 9, 15


class Run(NamedTuple):
    """Digits that belong together, with the words around them."""

    start: int
    end: int
    text: str
    digits: str
    before: str
    after: str
    spelled: bool = False

    @property
    def groups(self) -> list[str]:
        """The digits as they are grouped."""
        return [found.group() for found in _GROUP.finditer(self.text)]

    @property
    def alone(self) -> bool:
        """Whether nothing else is said."""
        return not self.before.strip() and not self.after.strip()

    def parts(self, whole: str) -> "Iterator[Run]":
        """Return the numbers that stand here in a row, if it is too long for one."""
        if len(self.digits) <= _LONGEST_PHONE:
            return
        start, digits = 0, 0
        for found in each(_GROUP, self.text):
            if digits == 0:
                start = self.start + found.start()
            digits += found.end() - found.start()
            if digits >= _SHORTEST_PART:
                yield self.cut(start, self.start + found.end(), whole)
                digits = 0

    def cut(self, start: int, end: int, whole: str) -> "Run":
        """Return the part of the run from start to end of the whole text."""
        return _plain(whole, start, end)


_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015"
_SEPARATORS = f"\t \xa0\u2009\u202f.{_DASHES}_()[]/·•*~|\u20e3\ufe0f"
_SEPARATOR = f"[{re2.escape(_SEPARATORS)}]"
_DROP = dict.fromkeys(map(ord, _SEPARATORS + "+,;:"))
_GROUP = re2.compile(r"\d+")
_PLAIN = re2.compile(rf"[+(]{{0,2}}\d(?:{_SEPARATOR}{{0,5}}\d){{4,}}")
_SINGLE = re2.compile(r"\b\d(?:[ ,;:.\-_*/|]{1,4}\d){8,}\b")

_VALUES = {
    **dict.fromkeys(("zero", "oh", "o", "nought", "naught", "nil", "nul", "cero"), "0"),
    **dict.fromkeys(("one", "een", "uno", "won"), "1"),
    **dict.fromkeys(("two", "twee", "dos", "too"), "2"),
    **dict.fromkeys(("three", "drie", "tres"), "3"),
    **dict.fromkeys(("four", "vier", "cuatro"), "4"),
    **dict.fromkeys(("five", "fife", "vyf", "cinco"), "5"),
    **dict.fromkeys(("six", "ses", "seis"), "6"),
    **dict.fromkeys(("seven", "sewe", "siete"), "7"),
    **dict.fromkeys(("eight", "agt", "ocho", "ate"), "8"),
    **dict.fromkeys(("nine", "niner", "nege", "nueve"), "9"),
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18",
    "nineteen": "19", "hundred": "00", "thousand": "000",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6",
    "seventy": "7", "eighty": "8", "ninety": "9",
}  # fmt: skip
_TIMES = {
    "double": 2, "dubbel": 2, "doble": 2, "triple": 3, "treble": 3, "trippel": 3,
}  # fmt: skip

_DIGIT_WORD = "|".join(sorted([*_VALUES, *_TENS], key=len, reverse=True))
_ITEM = rf"(?:(?:{'|'.join(_TIMES)})[ \-]?)?(?:{_DIGIT_WORD}|\d{{1,4}})"
_JOINT = (
    rf"(?:[\s,.{re2.escape(_DASHES)}_/…+()]{{0,4}}|"
    r"[\s,]+(?:dash|hyphen|then|space|dot|plus|and)[\s,]+)"
)
_SPELLED = re2.compile(rf"\b{_ITEM}(?:{_JOINT}{_ITEM}){{3,}}\b")
_ITEMS = re2.compile(rf"{'|'.join(_TIMES)}|{_DIGIT_WORD}|\d+")

_LONGEST = 300
"""Characters of a run that are read; no number is longer, however it is spelled."""

_LETTERED = re2.compile(r"\b[oil]*\d[0-9oil]*(?:[ .\-]{0,2}[oil]*\d[0-9oil]*){1,12}\b")
_LEAST_LETTERED = 9
PATTERNS = (_PLAIN, _SINGLE, _LETTERED, _SPELLED)
_AS_DIGITS = str.maketrans("oil", "011")
_LEAST_TRUE_DIGITS = 5


def runs(folded: str, search: Search) -> Iterator[Run]:
    """Return every run of five digits or more, from left to right by kind."""
    if sum(map(folded.count, string.digits)) < _LEAST_TRUE_DIGITS:
        return
    for found in search.each(_PLAIN, folded):
        yield _plain(folded, *found.span())
    for found in search.each(_SINGLE, folded):
        yield _plain(folded, *found.span())
    yield from _lettered(folded, search)


def spelled_runs(folded: str, search: Search) -> Iterator[Run]:
    """Return every run of seven digits or more of which some are words."""
    for found in search.each(_SPELLED, folded):
        words = [word.group() for word in _ITEMS.finditer(found.group()[:_LONGEST])]
        digits = spoken(words)
        if len(digits) >= 7 and sum(not word.isdigit() for word in words) > 1:
            start, end = found.span()
            yield _around(folded, start, end, digits, spelled=True)


def spoken(words: list[str]) -> str:
    """Return the digits that number words say: `double five, twenty one` is 5521."""
    digits, times, ten = "", 1, ""
    for word in words:
        if word in _TIMES:
            times = _TIMES[word]
            continue
        if ten:
            value = _VALUES.get(word, word)
            digits += ten + (value if len(value) == 1 and value != "0" else "0" + value)
            ten = ""
        elif word in _TENS:
            ten = _TENS[word]
        else:
            value = _VALUES.get(word, word)
            digits += value[0] * (times - 1) + value
        times = 1
    return digits + (ten + "0" if ten else "")


def _lettered(folded: str, search: Search) -> Iterator[Run]:
    for found in search.each(_LETTERED, folded):
        written = found.group()
        true = sum(character.isdigit() for character in written)
        digits = written.translate(_AS_DIGITS).translate(_DROP)
        if true >= _LEAST_TRUE_DIGITS and true < len(digits) >= _LEAST_LETTERED:
            start, end = found.span()
            yield _around(folded, start, end, digits, spelled=True)


def _plain(folded: str, start: int, end: int) -> Run:
    digits = folded[start:end].translate(_DROP)
    return _around(folded, start, end, digits, spelled=False)


def _around(folded: str, start: int, end: int, digits: str, *, spelled: bool) -> Run:
    return Run(
        start,
        end,
        folded[start:end],
        digits,
        folded[max(0, start - BEFORE) : start],
        folded[end : end + AFTER],
        spelled,
    )
