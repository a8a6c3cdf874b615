"""Words: a text's own, without anything that belongs to none of them."""

from functools import lru_cache
from typing import Final

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS: Final = frozenset(_LETTERS)
"""The signs that words are made of."""

_GAPS = "".join(chr(code) for code in range(128) if chr(code) not in LETTERS)
_ASCII = dict.fromkeys(map(ord, _GAPS), " ")


class _Plain(dict[int, str]):
    """Every sign that belongs to no word as a space."""

    def __missing__(self, point: int) -> str:
        return " "


_PLAIN = _Plain({ord(letter): letter for letter in _LETTERS})


@lru_cache(4)  # several rules ask about the same few texts
def plain(text: str) -> str:
    """Return the plain words of a text, with one space around each."""
    return f" {' '.join(text.translate(_ASCII if text.isascii() else _PLAIN).split())} "


def spaced(pattern: str) -> str:
    """Return a pattern's own words, with spaces where it has other signs."""
    return pattern.translate(_ASCII)
