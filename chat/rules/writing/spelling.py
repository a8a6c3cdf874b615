"""Spelling: the word that was meant by letters, figures, signs and stretches."""

from collections.abc import Iterator
from typing import NamedTuple

from chat.rules.writing.lists import pairs, words

STEPS_PER_WORD = 300
STEPS_PER_MESSAGE = 2500
"""How many ways are tried at most: hostile words must come to an end too."""

STARS_PER_WORD = 2
"""More of them hide too much for anybody to know the word."""

_STARS = "*#"
_ANY = "abcdefghijklmnopqrstuvwxyz"
_STANDS_FOR = {
    **pairs("signs.txt"),
    **dict.fromkeys(_STARS, _ANY),
}
SIGNS = frozenset(_STANDS_FOR) - {"v", "z"}
"""Figures and signs that may stand for letters."""

LETTER = {sign: letters[0] for sign, letters in _STANDS_FOR.items() if sign in SIGNS}
"""The letter that a sign most often stands for."""

_HOUSE_RANK = 2500
"""How common the words of this house are taken to be beside the others."""


def _ranks() -> dict[str, int]:
    ranks = {word: rank for rank, word in enumerate(words("common.txt"))}
    for word in words("house.txt"):
        ranks[word] = min(ranks.get(word, _HOUSE_RANK), _HOUSE_RANK)
    return ranks


def _beginnings(words: Iterator[str]) -> frozenset[str]:
    return frozenset(word[:end] for word in words for end in range(1, len(word) + 1))


RANKS = _ranks()
"""Words that others may be read as, and how many are more common."""

KNOWN = frozenset(RANKS) | frozenset(words("foreign.txt"))
"""Words that are what they look like."""

_BEGINNINGS = _beginnings(iter(RANKS))


class Reading(NamedTuple):
    """A word that was meant, and where in the token each of its letters stands."""

    word: str
    places: tuple[int, ...]
    stretches: int
    """How many of its letters were written more often than they are."""


class _Way(NamedTuple):
    """How far a token has been read in one way."""

    at: int
    word: str
    places: tuple[int, ...]
    stretches: int
    stretching: bool


class Reader:
    """Reads the words of one message, for as many steps as a message is worth."""

    __slots__ = ("_read", "_steps")

    def __init__(self) -> None:
        self._steps = STEPS_PER_MESSAGE
        self._read: dict[str, Reading | None] = {}

    def read(self, token: str) -> Reading | None:
        """Return the most likely word that a token was meant to be, if there is any."""
        if token not in self._read:
            self._read[token] = self._likeliest(token)
        return self._read[token]

    def _likeliest(self, token: str) -> Reading | None:
        if sum(map(token.count, _STARS)) > STARS_PER_WORD:
            return None
        ways = [_Way(0, "", (), 0, stretching=False)]
        found: list[Reading] = []
        for _ in range(min(STEPS_PER_WORD, self._steps)):
            if not ways:
                break
            self._steps -= 1
            way = ways.pop()
            if way.at < len(token):
                ways += _further(way, token)
            elif way.word in RANKS:
                found.append(Reading(way.word, way.places, way.stretches))
        return min(found, key=_unlikeliness, default=None)


def _unlikeliness(reading: Reading) -> tuple[int, int]:
    return reading.stretches, RANKS[reading.word]


def _further(way: _Way, token: str) -> Iterator[_Way]:
    """Yield each way to read one character more."""
    sign = token[way.at]
    letters = _STANDS_FOR.get(sign, sign)
    places = (*way.places, way.at)
    for letter in letters:
        if (word := way.word + letter) in _BEGINNINGS:
            yield _Way(way.at + 1, word, places, way.stretches, stretching=False)
    if sign == "'":
        yield way._replace(at=way.at + 1)
    elif way.word and way.word[-1] in letters and sign not in _STARS:
        stretches = way.stretches + (not way.stretching)
        yield way._replace(at=way.at + 1, stretches=stretches, stretching=True)
