"""Vocabulary: which words are ordinary, and which are what people are called."""

from importlib.resources import files

from chat.words import FIRST_WORDS, SECOND_WORDS


def _words(name: str) -> frozenset[str]:
    text = files("chat.rules.identifying").joinpath(name).read_text("utf-8")
    return frozenset(text.split())


_GIVEN = _words("given_names.txt")
_PSEUDONYMS = frozenset(word.lower() for word in (*FIRST_WORDS, *SECOND_WORDS))
_ORDINARY = _words("ordinary.txt") | _PSEUDONYMS

_ENDINGS = (
    "ing",
    "ly",
    "ful",
    "less",
    "ness",
    "able",
    "ible",
    "ous",
    "tion",
    "ment",
    "ive",
)
"""Endings that few names have; with five letters before them, hardly any."""


def is_ordinary(word: str) -> bool:
    """Tell whether a lower-case word is a word of everyday talk rather than a name."""
    if word in _ORDINARY:
        return True
    return len(word) > 6 and word not in _GIVEN and word.endswith((*_ENDINGS, "ed"))


def is_given_name(word: str) -> bool:
    """Tell whether people are called by a lower-case word."""
    return word in _GIVEN


def is_pseudonym(word: str) -> bool:
    """Tell whether the word is one that pseudonyms are made of."""
    return word in _PSEUDONYMS
