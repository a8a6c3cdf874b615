"""Reading: what the patterns are made of that our rules are written in."""

from collections.abc import Iterator, Sequence

from chat.rules.parts import (
    DIGIT,
    GAP,
    MOST,
    NOTHING,
    OPENS,
    SIGN,
    Part,
    either,
    exactly,
    repeated,
    row,
)
from chat.rules.words import LETTERS, spaced

_SIGNS = frozenset(r"()[]{}\?*+.^$")
_ENDS = frozenset(["", "|", ")"])
_REPEATS = frozenset("?*+{")
_OPENINGS = ("?:", "?i:", "?-i:")

Known = dict[str, Sequence[Part]]
"""Groups that were read before."""


def read(pattern: str, known: Known) -> Part:
    """Return what a whole pattern may be.

    Raises:
        ValueError: If it is written as none of our rules is.

    """
    return _Reader(pattern, known).whole()


def _ends(pattern: str) -> dict[int, int]:
    """Return where each group ends, by where it begins."""
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
            open_groups.append(at)
        elif sign == ")":
            ends[open_groups.pop()] = at
    return ends


def _listed(inside: str) -> Part | None:
    """Return what a group may be that is a list of words, as most of them are."""
    if not _SIGNS.isdisjoint(inside) or inside.count("|") >= MOST:
        return None
    return exactly(
        " ".join(f"<{spaced(words)}>".split())[1:-1]
        for words in inside.lower().split("|")
    )


class _Reader:
    """Reads the patterns that our rules are written in; anything else may be any."""

    def __init__(self, pattern: str, known: Known) -> None:
        # One space or several are the same in plain words, and shorter to read.
        pattern = pattern.removeprefix("(?i)").replace(" +", " ")
        self._pattern = pattern
        self._known = known
        self._ends = _ends(pattern)
        self._at = 0

    def whole(self) -> Part:
        part = row(self._alternatives())
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

    def _alternatives(self) -> Sequence[Part]:
        """Return what is to be read in a row: of several alternatives, one part."""
        rows = [list(self._pieces())]
        while self._takes("|"):
            rows.append(list(self._pieces()))
        return rows[0] if len(rows) == 1 else [either(list(map(row, rows)))]

    def _pieces(self) -> Iterator[Part]:
        while (sign := self._next()) not in _ENDS:
            if sign in LETTERS:
                yield self._repeated(self._letters())
            elif sign == "(":
                parts = self._group()
                repeats = self._next() in _REPEATS
                yield from [self._repeated(row(parts))] if repeats else parts
            else:
                yield self._repeated(self._sign())

    def _letters(self) -> Part:
        start = self._at
        while self._next() in LETTERS:
            self._at += 1
        if self._at > start + 1 and self._next() in _REPEATS:
            self._at -= 1
        letters = self._pattern[start : self._at].lower()
        return Part(frozenset([letters]), (), OPENS, OPENS)

    def _sign(self) -> Part:
        sign = self._take()
        if sign == "[":
            return self._class()
        if sign == "\\":
            return _escaped(self._take())
        if sign in "^$":
            return GAP
        return SIGN if sign == "." else _literal(sign)

    def _group(self) -> Sequence[Part]:
        end = self._ends[self._at]
        self._open()
        inside = self._pattern[self._at : end]
        if inside not in self._known:
            listed = _listed(inside)
            self._known[inside] = [listed] if listed else self._alternatives()
        self._at = end + 1
        return self._known[inside]

    def _open(self) -> None:
        """Go on to what is inside a group, whatever it is called."""
        self._at += len("(")
        if self._takes("?P<"):
            self._at = self._pattern.index(">", self._at) + 1
        elif self._next() == "?" and not any(map(self._takes, _OPENINGS)):
            raise ValueError(f"an unknown group: {self._pattern}")

    def _class(self) -> Part:
        start = self._at
        self._takes("^")
        self._takes("]")
        while not self._takes("]"):
            self._at += 2 if self._next() == "\\" else 1
        signs = self._pattern[start : self._at - 1]
        if signs == "0-9":
            return DIGIT
        if set("^-\\[").isdisjoint(signs):
            return either([_literal(sign) for sign in signs])
        return SIGN

    def _repeated(self, part: Part) -> Part:
        if self._takes("?"):
            part = either([part, NOTHING])
        elif self._takes("*"):
            part = repeated(part, 0)
        elif self._takes("+"):
            part = repeated(part, 1)
        elif self._takes("{"):
            least, _, _ = self._pattern[self._at :].partition("}")
            self._at += len(least) + 1
            part = repeated(part, int(least.split(",")[0]))
        else:
            return part
        self._takes("?")
        return part


def _literal(sign: str) -> Part:
    return exactly([sign.lower()]) if sign in LETTERS else GAP


def _escaped(sign: str) -> Part:
    if sign == "d":
        return DIGIT
    if sign in "wSBDpPxQCAzQE":
        if sign in "pPxQCEB":
            raise ValueError(f"an unknown sign: \\{sign}")
        return GAP if sign in "Az" else SIGN
    return GAP if sign in "bsWntrfv" or sign not in LETTERS else _literal(sign)
