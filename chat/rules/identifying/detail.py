"""A detail: something that could tell who a member is, and where it stands."""

from typing import NamedTuple

import re2


class Detail(NamedTuple):
    """What was found, and where in the folded text."""

    kind: str
    start: int
    end: int


def place(found: "re2._Match[str]", group: str) -> tuple[int, int]:
    """Return where a named group of a match stands; re2 itself knows only numbers."""
    start, end = found.span(found.re.groupindex[group])
    return start, end
