"""Likeness: whether two texts say nearly the same, without keeping what they say."""

from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple
from zlib import crc32

from chat.rules.canonical import Text
from chat.rules.writing.tokens import spoken

FEW_WORDS = 4
"""So few words may be said by everybody, as long as they sell nothing."""

ALIKE = 0.6
"""How much of their words two texts share to be taken for one."""

_MASK = (1 << 32) - 1
_FACTORS = (
    *(0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F),
    *(0x165667B1, 0xD3A2646D, 0xFD7046C5, 0xB55A4F09),
)
_SIGNS = "!'*#+|@$%"
_FIGURES = "0123456789"


def _list(name: str) -> frozenset[str]:
    text = files(__package__).joinpath(f"{name}.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


_SMALL = _list("small")
_SELLING = _list("selling")
_KIND = _list("kind")
PLEAS = _list("pleas")
"""The words of whoever asks for help."""
_SAYINGS = _list("sayings")


class Gist(NamedTuple):
    """What a text says, as numbers from which nobody reads it back easily."""

    words: frozenset[int]
    """The words that carry it, as numbers."""
    exact: int
    """The same for two texts of the same words and, if they are few, figures."""
    length: int
    """How many words it has, small ones and all."""
    selling: int
    """How many of its words are those of somebody who offers something."""
    is_kind: bool
    """It congratulates, welcomes or thanks, or is a saying of the rooms."""
    is_plea: bool
    """It asks for help, in so many words."""

    def likeness(self, other: "Gist") -> float:
        """Return how much of their words two texts share, from 0 to 1."""
        shared = len(self.words & other.words)
        return shared / (len(self.words) + len(other.words) - shared)

    def bands(self) -> Iterator[tuple[int, int]]:
        """Yield keys of which texts alike share at least one, nearly always.

        Each is the least of all words in another order (minhash): two texts have it in
        common as often as they share words.
        """
        for factor in _FACTORS:
            yield factor, min([word * factor & _MASK for word in self.words])


def gist(text: Text) -> Gist:
    """Return what a text says."""
    signed = [
        word for token in spoken(text.meant.text) if (word := token.strip(_SIGNS))
    ]
    bare = [word for token in signed if (word := token.strip(_FIGURES))]
    words = frozenset(bare)
    telling = words - _SMALL or words or frozenset(text.folded.text.split())
    return Gist(
        words=frozenset([_number(word) for word in telling]),
        exact=_number(" ".join(bare if len(bare) > FEW_WORDS else signed)),
        length=len(bare),
        selling=len(words & _SELLING),
        is_kind=not words.isdisjoint(_KIND) or words <= _SAYINGS,
        is_plea=bool(words) and words <= PLEAS,
    )


def _number(word: str) -> int:
    return crc32(word.encode())
