"""Rarity: about how many texts have one of several strings."""

from functools import cache
from math import fsum

from chat.rules.writing.spelling import RANKS

Choice = frozenset[str]
"""Strings of which a text must have one."""

_FIGURES = 0.05
"""How often each figure is in a text: most texts have none."""

EDGE = " "
"""Where a word ends or begins."""


def rarity(choice: Choice) -> float:
    """Return about how many of such strings a text has."""
    return fsum(map(_frequency, choice))  # in whatever order


def rarest(choice: Choice) -> tuple[float, list[str]]:
    """Return what to sort by: the rarest first, always in the same order."""
    return rarity(choice), sorted(choice)


@cache
def _frequency(string: str) -> float:
    words = string.split()
    if not words:
        return 1000
    if string.isdigit():
        return _FIGURES
    often = min(
        5 / (RANKS.get(word, 20_000) + 5) + 8 * 0.2 ** len(word) * open_ends
        for word, open_ends in zip(words, _open_ends(string, len(words)), strict=True)
    )
    return often * 0.3 ** (len(words) - 1)


def _open_ends(string: str, words: int) -> list[int]:
    ends = [0] * words
    ends[0] += string[0] != EDGE
    ends[-1] += string[-1] != EDGE
    return ends
