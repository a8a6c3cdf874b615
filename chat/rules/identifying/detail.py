"""A detail: something that could tell who a member is, and where it stands."""

from collections.abc import Iterable, Iterator, Set
from itertools import islice
from typing import NamedTuple

import re2

from chat.rules.gate import LOOKOUT, Gate
from chat.rules.pattern import ready
from chat.rules.words import plain

MOST = 40
"""Places where one pattern may match; nobody gives away so much in one message."""


class Detail(NamedTuple):
    """What was found, and where in the folded text."""

    kind: str
    start: int
    end: int


class Crowded(Exception):
    """A text has more that looks like a detail than can be read in time."""


def each(pattern: "re2._Regexp[str]", text: str) -> Iterator["re2._Match[str]"]:
    """Return a pattern's matches from left to right.

    Raises:
        Crowded: If there are more than `MOST`.

    """
    matches = pattern.finditer(text)
    yield from islice(matches, MOST)
    if next(matches, None):
        raise Crowded


class Sought:
    """Patterns for details, of which few texts can hold even one."""

    def __init__(self, patterns: Iterable["re2._Regexp[str]"]) -> None:
        self._patterns = tuple(map(ready, patterns))
        self._gate = Gate((pattern.pattern for pattern in self._patterns), LOOKOUT)

    def within(self, folded: str) -> "Search":
        """Return a search of one folded text for those it may hold."""
        passed = self._gate.passed(plain(folded))
        return Search({self._patterns[place] for place in passed})


class Search:
    """Searches one text, but not for what it cannot hold."""

    __slots__ = ("_possible",)

    def __init__(self, possible: Set["re2._Regexp[str]"]) -> None:
        self._possible = possible

    def may_find(self, patterns: Iterable["re2._Regexp[str]"]) -> bool:
        """Return whether the text may hold one of some patterns."""
        return not self._possible.isdisjoint(patterns)

    def each(
        self, pattern: "re2._Regexp[str]", text: str
    ) -> Iterator["re2._Match[str]"]:
        """Return a pattern's matches from left to right; see `each`."""
        return each(pattern, text) if pattern in self._possible else iter(())


def place(found: "re2._Match[str]", group: str) -> tuple[int, int]:
    """Return where a named group of a match stands; re2 itself knows only numbers."""
    start, end = found.span(found.re.groupindex[group])
    return start, end
