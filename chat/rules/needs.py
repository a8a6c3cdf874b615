"""Needs: the words that a pattern cannot do without, so that few need be searched.

A text is looked at in its plain words, one space around each; what a pattern needs is
some of the strings in each of several sets. Where a pattern is hard to see through,
less is asked: a text that the pattern finds always has what is said to be needed.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

from chat.rules.writing.spelling import RANKS

Choice = frozenset[str]
"""Strings of which a text must have one."""

_MOST = 2000
_MOST_JOINED = 40
"""How many strings are told apart, of alternatives and of what they make together."""

_NONE, _EMPTY, _EDGE, _OPEN = frozenset[str](), "", " ", "x"
_BARE = frozenset([_EMPTY])
_ANYWHERE = frozenset([_EMPTY, _EDGE])
_SIGNS = frozenset(r"()[]{}\?*+.^$")
_ENDS = frozenset(["", "|", ")"])
_REPEATS = frozenset("?*+{")
_WORDS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS = frozenset(_WORDS)
_GAPS = "".join(chr(code) for code in range(128) if chr(code) not in _WORDS)
_ASCII = dict.fromkeys(map(ord, _GAPS), " ")


class _Plain(dict[int, str]):
    """Every sign that belongs to no word as a space, as a pattern's `\\w` has it."""

    def __missing__(self, point: int) -> str:
        return " "


_PLAIN = _Plain({ord(letter): letter for letter in _WORDS})


@lru_cache(4)  # several rules ask about the same few texts
def plain(text: str) -> str:
    """Return the plain words of a text, with one space around each."""
    return f" {' '.join(text.translate(_ASCII if text.isascii() else _PLAIN).split())} "


def needs(pattern: str, known: "Known") -> list[Choice]:
    """Return sets of which a text must have one string each, the rarest first.

    Of a pattern that may be found in any text the list is empty. `known` remembers the
    groups that many patterns share.
    """
    part = _Reader(pattern, known).whole()
    telling = {choice for choice in _choices(part) if choice.isdisjoint(_ANYWHERE)}
    return sorted(telling, key=_key)


def rarity(choice: Choice) -> float:
    """Return about how many of such strings a text has."""
    return sum(map(_frequency, choice))


def _key(choice: Choice) -> tuple[float, list[str]]:
    return rarity(choice), sorted(choice)


@cache
def _frequency(string: str) -> float:
    words = string.split()
    if not words:
        return 1000
    often = min(
        5 / (RANKS.get(word, 20_000) + 5) + 8 * 0.2 ** len(word) * open_ends
        for word, open_ends in zip(words, _open_ends(string, len(words)), strict=True)
    )
    return often * 0.3 ** (len(words) - 1)


def _open_ends(string: str, words: int) -> list[int]:
    ends = [0] * words
    ends[0] += string[0] != _EDGE
    ends[-1] += string[-1] != _EDGE
    return ends


class _Part(NamedTuple):
    """What a part of a pattern may be: one of a few strings, or more than are told."""

    strings: Choice | None
    choices: tuple[Choice, ...]
    heads: Choice
    tails: Choice
    """How it begins and ends: with a space, open, or not at all as it may be empty."""


def _exactly(strings: Iterable[str]) -> _Part:
    told = frozenset(strings)
    heads = frozenset([_EDGE if each[:1] == _EDGE else each and _OPEN for each in told])
    tails = frozenset(
        [_EDGE if each[-1:] == _EDGE else each and _OPEN for each in told]
    )
    return _Part(told, (), heads, tails)


Known = dict[str, Sequence[_Part]]
"""Groups that were read before."""

_NOTHING = _exactly([""])
_GAP = _exactly([_EDGE])
_OPENS = frozenset([_OPEN])
_SIGN = _Part(None, (), _OPENS, _OPENS)


def _choices(part: _Part) -> tuple[Choice, ...]:
    return part.choices if part.strings is None else (part.strings,)


def _either(parts: list[_Part]) -> _Part:
    """Return what one of several parts may be."""
    if len(parts) == 1:
        return parts[0]
    told = [part.strings for part in parts if part.strings is not None]
    union = _NONE.union(*told)
    if len(told) == len(parts) and len(union) <= _MOST:
        return _exactly(union)
    best = [min(_choices(part), key=_key, default=_ANYWHERE) for part in parts]
    heads = _NONE.union(*(part.heads for part in parts))
    tails = _NONE.union(*(part.tails for part in parts))
    return _Part(None, (_NONE.union(*best),), heads, tails)


def _row(parts: Sequence[_Part]) -> _Part:
    """Return what parts may be one after the other."""
    if len(parts) == 1:
        return parts[0]
    heads = list(accumulate([part.heads for part in parts[::-1]], _on, initial=_BARE))
    strings, choices, tails, whole = _BARE, list[Choice](), _BARE, True
    for part, following in zip(parts, heads[-1:0:-1], strict=True):
        before, tails = tails, _on(tails, part.tails)
        if part.strings is not None and _few(strings, part.strings):
            strings = _glued(strings, part.strings)
            continue
        whole = False
        choices += [_glued(strings, _edge(following)), *part.choices]
        if part.strings is None:
            strings = _edge(tails)
        else:
            strings = _glued(_edge(before), part.strings)
    if whole:
        return _exactly(strings)
    return _Part(None, (*choices, strings), heads[-1], tails)


def _on(first: Choice, second: Choice) -> Choice:
    """Return the ends of two parts in a row, of which the second is further out."""
    return (second - _BARE) | first if _EMPTY in second else second


def _edge(ends: Choice) -> Choice:
    return ends if ends == {_EDGE} else _BARE


def _few(first: Choice, second: Choice) -> bool:
    return min(len(first), len(second)) == 1 or len(first) * len(second) <= _MOST_JOINED


def _glued(first: Choice, second: Choice) -> Choice:
    return frozenset(
        [
            before[:-1] + after if before[-1:] == _EDGE == after[:1] else before + after
            for before in first
            for after in second
        ]
    )


def _ends(pattern: str) -> dict[int, int]:
    """Return where each group ends that begins behind a `(?:`."""
    ends: dict[int, int] = {}
    open_groups: list[int] = []
    in_class = escaped = False
    for at, sign in enumerate(pattern):
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "(":
            open_groups.append(at + len("(?:"))
        elif sign == ")":
            ends[open_groups.pop()] = at
    return ends


def _listed(inside: str) -> _Part | None:
    """Return what a group may be that is a list of words, as most of them are."""
    if not _SIGNS.isdisjoint(inside) or inside.count("|") >= _MOST:
        return None
    return _exactly(
        " ".join(f"<{words.translate(_ASCII)}>".split())[1:-1]
        for words in inside.split("|")
    )


class _Reader:
    """Reads the patterns that our rules are written in; anything else may be any."""

    def __init__(self, pattern: str, known: Known) -> None:
        # One space or several are the same in plain words, and shorter to read.
        self._pattern = pattern = pattern.replace(" +", " ")
        self._known = known
        self._ends = _ends(pattern)
        self._at = 0

    def whole(self) -> _Part:
        part = _row(self._alternatives())
        if self._at < len(self._pattern):
            raise ValueError(f"cannot read on at {self._at}: {self._pattern}")
        return part

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _takes(self, sign: str) -> bool:
        taken = self._pattern.startswith(sign, self._at)
        self._at += len(sign) * taken
        return taken

    def _alternatives(self) -> Sequence[_Part]:
        """Return what is to be read in a row: of several alternatives, one part."""
        rows = [list(self._pieces())]
        while self._takes("|"):
            rows.append(list(self._pieces()))
        return rows[0] if len(rows) == 1 else [_either(list(map(_row, rows)))]

    def _pieces(self) -> Iterator[_Part]:
        while (sign := self._next()) not in _ENDS:
            if sign in _LETTERS:
                yield self._repeated(self._letters())
            elif sign == "(":
                parts = self._group()
                repeats = self._next() in _REPEATS
                yield from [self._repeated(_row(parts))] if repeats else parts
            else:
                yield self._repeated(self._sign())

    def _letters(self) -> _Part:
        start = self._at
        while self._next() in _LETTERS:
            self._at += 1
        if self._at > start + 1 and self._next() in _REPEATS:
            self._at -= 1
        return _Part(frozenset([self._pattern[start : self._at]]), (), _OPENS, _OPENS)

    def _sign(self) -> _Part:
        sign = self._take()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return _escaped(self._take())
        if sign in "^$":
            return _GAP
        return _SIGN if sign == "." else _literal(sign)

    def _group(self) -> Sequence[_Part]:
        self._at += len("(")
        if self._next() == "?" and not self._takes("?:"):
            raise ValueError(f"an unknown group: {self._pattern}")
        end = self._ends[self._at]
        inside = self._pattern[self._at : end]
        if inside not in self._known:
            listed = _listed(inside)
            self._known[inside] = [listed] if listed else self._alternatives()
        self._at = end + 1
        return self._known[inside]

    def _class(self) -> _Part:
        start = self._at
        self._takes("^")
        self._takes("]")
        while not self._takes("]"):
            self._at += 2 if self._next() == "\\" else 1
        signs = self._pattern[start : self._at - 1]
        if set("^-\\[").isdisjoint(signs):
            return _either([_literal(sign) for sign in signs])
        return _SIGN

    def _repeated(self, part: _Part) -> _Part:
        if self._takes("?"):
            part = _either([part, _NOTHING])
        elif self._takes("*"):
            part = _some(part, 0)
        elif self._takes("+"):
            part = _some(part, 1)
        elif self._takes("{"):
            least, _, _ = self._pattern[self._at :].partition("}")
            self._at += len(least) + 1
            part = _some(part, int(least.split(",")[0]))
        else:
            return part
        self._takes("?")
        return part


def _some(part: _Part, least: int) -> _Part:
    """Return what a part may be that is repeated."""
    if part == _GAP:
        return part if least else _either([part, _NOTHING])
    if not least:
        return _Part(None, (), part.heads | _BARE, part.tails | _BARE)
    return _Part(None, _choices(part), part.heads, part.tails)


def _literal(sign: str) -> _Part:
    return _exactly([sign]) if sign in _WORDS else _GAP


def _escaped(sign: str) -> _Part:
    if sign in "wdSBDpPxQCAzQE":
        if sign in "pPxQCEB":
            raise ValueError(f"an unknown sign: \\{sign}")
        return _GAP if sign in "Az" else _SIGN
    return _GAP if sign in "bsWntrfv" or sign not in _WORDS else _literal(sign)
