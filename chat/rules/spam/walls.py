"""Walls: one message that fills the room with the same, over and over."""

from collections import Counter
from collections.abc import Iterator, Sequence

from chat.model import Action, Flag
from chat.rules.canonical import Text
from chat.rules.spam.likeness import PLEAS
from chat.rules.writing.tokens import spoken

SIGNS = 40
"""One sign so often, or so many signs without a word, is no feeling any more."""

FEW_SIGNS = 4
LONG = 90
"""A text of so many characters has more than a few different ones."""

WORDS = 10
LOUD_WORDS = 30
"""One word so often; words that are cried out may come more often."""

PHRASES = 16
LINES = 6
SHARE = 0.6
"""How much of a wall is the same."""

_LOUD = PLEAS | {"yes", "ha", "haha", "hahaha", "lol", "sorry", "fuck", "thanks"}


def walls(text: Text) -> Iterator[Flag]:
    """Yield a flag for a text that is a wall."""
    if len(text.original) < SIGNS:
        return
    if _of_signs(text.original) or _of_words(text) or _of_lines(text.folded.text):
        reason = "Fills the room with the same, over and over"
        yield Flag("spam.wall", "spam", reason, 0, len(text.original), Action.BLOCK)


def _of_signs(text: str) -> bool:
    kinds = set(text)
    if len(kinds) <= FEW_SIGNS and len(text) >= LONG:
        return True
    if kinds.isdisjoint(_PLAIN) and not any(map(str.isalnum, kinds)):
        return sum(map(len, text.split())) >= SIGNS
    if len(kinds) * 6 > len(text):
        return False
    bare = "".join(text.split())
    return _is_same(list(bare), SIGNS)


_PLAIN = frozenset("aeiouAEIOU")


def _of_words(text: Text) -> bool:
    words = spoken(text.folded.text)
    kinds = set(words)
    if len(words) < WORDS or kinds <= PLEAS or len(kinds) * 2 > len(words):
        return False
    if len(words) >= PHRASES and len(kinds) * 5 <= len(words):
        return True
    return _is_same(words, LOUD_WORDS if kinds <= _LOUD else WORDS)


def _of_lines(text: str) -> bool:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return len(lines) >= LINES and _is_same(lines, LINES)


def _is_same(parts: Sequence[str], least: int) -> bool:
    """Return whether most of so many parts or more are one and the same."""
    often = Counter(parts).most_common(1)[0][1]
    return often >= least and often >= SHARE * len(parts)
