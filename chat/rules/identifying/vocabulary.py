"""Vocabulary: which words are ordinary, and which are what people are called."""

from importlib.resources import files

from chat.words import FIRST_WORDS, SECOND_WORDS


def _listed(name: str) -> str:
    return files("chat.rules.identifying").joinpath(name).read_text("utf-8")


_GIVEN = frozenset(_listed("given_names.txt").split())
_PSEUDONYMS = frozenset(word.lower() for word in (*FIRST_WORDS, *SECOND_WORDS))
_ORDINARY = frozenset(_listed("ordinary.txt").split()) | _PSEUDONYMS

PLACES = frozenset(_listed("places.txt").strip().replace("\n", "|").split("|"))
"""Towns and suburbs that people put behind a street."""

_PLACES = frozenset(town.lower() for town in PLACES)

_ORDINARY_SURNAMES = """
    zulu black white brown green young king short baker cook farmer miller hunter carter
    bishop pope knight law hill west north church price rich day banks rivers park parks
    page cross frost winter winters summers power powers savage sharp gold silver wood
    woods stone field fields mason driver porter butler potter weaver marsh moody dutch
    french english welsh scott kind wise good best love
"""
_SURNAMES = frozenset(_ORDINARY_SURNAMES.split())

_LATE_LETTERS = "ing ly ful less ness able ible ous tion ment ive ed"
_ENDINGS = tuple(_LATE_LETTERS.split())
"""Endings that few names have; with five letters before them, hardly any."""


def is_ordinary(word: str) -> bool:
    """Tell whether a lower-case word is a word of everyday talk rather than a name."""
    if word in _ORDINARY:
        return True
    if word in _GIVEN:
        return False
    return len(word) > 6 and word.endswith(_ENDINGS)


def is_surname(word: str) -> bool:
    """Tell whether a lower-case word of everyday talk is many a family's name too."""
    return word in _SURNAMES


def is_given_name(word: str) -> bool:
    """Tell whether people are called by a lower-case word."""
    return word in _GIVEN


def is_pseudonym(word: str) -> bool:
    """Tell whether the word is one that pseudonyms are made of."""
    return word in _PSEUDONYMS


def is_place(phrase: str) -> bool:
    """Tell whether a lower-case phrase is a town or suburb that we know."""
    return phrase in _PLACES
