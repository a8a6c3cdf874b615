"""Tokens: what stands between the gaps of a text, and where.

`finditer` of re2 counts a text from its beginning for every match; this does not.
"""

from collections.abc import Sequence
from typing import NamedTuple

_GAPS = str.maketrans(dict.fromkeys('.,;:?"_-/\\~=&()[]{}<>', " "))


class Token(NamedTuple):
    """A word, or what may be one, and where it starts."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def spoken(text: str) -> Sequence[str]:
    """Return the tokens of a text alone."""
    return text.translate(_GAPS).split()


def tokens(text: str) -> Sequence[Token]:
    """Return the tokens of a text, in order."""
    spaced = text.translate(_GAPS)
    found: list[Token] = []
    end = 0
    for token in spaced.split():
        start = spaced.index(token, end)
        end = start + len(token)
        found.append(Token(token, start))
    return found
