"""A detail: something that could tell who a member is, and where it stands."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import re2

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


def place(found: "re2._Match[str]", group: str) -> tuple[int, int]:
    """Return where a named group of a match stands; re2 itself knows only numbers."""
    start, end = found.span(found.re.groupindex[group])
    return start, end
