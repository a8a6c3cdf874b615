"""Meaning: a folded text with its words as they were meant.

Figures and signs inside words become letters, spaced and split letters are joined,
stretched words shortened. What is a number stays one, as far as anybody can tell.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import re2

from chat.rules.writing.editing import Edit, edited
from chat.rules.writing.folding import spots
from chat.rules.writing.gathering import are_pieces, gathered, mended, threaded
from chat.rules.writing.respelling import respelled
from chat.rules.writing.spelling import KNOWN, Reader
from chat.rules.writing.tokens import spoken

_TWICE = "|".join(letter * 2 for letter in "abcdefghijklmnopqrstuvwxyz")
_SIGN = "[0-9@$|*#€£¢+]"
_ODD = re2.compile(
    rf"[a-z](?:{_SIGN}|!+[a-z])|(?:{_SIGN}|!)[a-z]|(?:^| )[a-z!@](?: |$)|{_TWICE}"
)
_CUP = re2.compile(r"\|_\|")


def mean(text: str) -> tuple[str, Sequence[int]]:
    """Return a folded text as it was meant, and where its characters stand in it.

    There is one more place than there are characters: the length of the text.
    """
    at: Sequence[int] = spots(len(text))
    reader = Reader()
    for edits in _READINGS if not _is_plain(text) else (_widths,):
        if changes := list(edits(text, reader)):
            text, places = edited(text, changes)
            at = tuple([at[place] for place in places])
    return text, at


def _is_plain(text: str) -> bool:
    """Return whether nothing in a text could be meant otherwise."""
    words = spoken(text)
    odd = set(words) - KNOWN
    if not odd:
        return True
    if _ODD.search(" ".join(odd)):
        return False
    pairs = pairwise(words)
    return not any(
        (first in odd or second in odd) and are_pieces(first, second)
        for first, second in pairs
    )


def _cups(text: str, _: Reader) -> Iterator[Edit]:
    """Yield an edit for each `u` that was drawn: `pl|_|g`."""
    for cup in _CUP.finditer(text):
        yield Edit(cup.start(), cup.end(), "u", (cup.start(),))


def _widths(text: str, _: Reader) -> Iterator[Edit]:
    """Yield an edit for each gap that is wider than it need be."""
    start = text.find("  ")
    while start >= 0:
        end = start + len(text[start:]) - len(text[start:].lstrip(" "))
        yield Edit(start, end, " ", (start,))
        start = text.find("  ", end)


# Gaps come last: their width tells letters that are spaced from words.
_READINGS = (_cups, threaded, gathered, mended, respelled, _widths)
