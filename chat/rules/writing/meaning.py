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
    if _is_plain(text):
        return text, spots(len(text))
    reader = Reader()
    at: Sequence[int] = spots(len(text))
    for edits in (_cups, threaded, lambda text: gathered(text, reader), mended):
        text, places = edited(text, edits(text))
        at = [at[place] for place in places]
    text, places = edited(text, respelled(text, reader))
    return text, tuple([at[place] for place in places])


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


def _cups(text: str) -> Iterator[Edit]:
    """Yield an edit for each `u` that was drawn: `pl|_|g`."""
    for cup in _CUP.finditer(text):
        yield Edit(cup.start(), cup.end(), "u", (cup.start(),))
