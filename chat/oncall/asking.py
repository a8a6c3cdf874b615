"""Asking: what a member may say about their need, and what of it is refused."""

import re
from typing import Final

from chat import text
from chat.errors import TextTooLong
from chat.oncall.refusals import UnknownShare, UnknownWish
from chat.requests import MOST_NEED_CHARACTERS, MOST_SHARES, WISHES

SHARES: Final = {
    "alcohol": "Alcohol",
    "opioids": "Opioids",
    "stimulants": "Stimulants",
    "cannabis": "Cannabis",
    "prescription": "Prescribed medicines",
    "gambling": "Gambling",
    "veteran": "Military service",
    "woman": "Being a woman",
    "man": "Being a man",
    "young": "Being young",
    "parent": "Being a parent",
    "faith": "Faith",
    "lgbtq": "Being LGBTQ+",
    "grief": "Losing someone",
    "violence": "Living through violence",
    "other": "Something else",
}
"""What somebody may have lived through, by its code, as people read it."""

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


def words(said: str) -> str:
    """Return the few words that come with a need; there need not be any.

    Raises:
        TextTooLong, BadText: As they say.

    """
    said = said.strip()
    if len(said) > MOST_NEED_CHARACTERS:
        raise TextTooLong
    if said:
        text.check(said)
    return said


def wish(code: str) -> str:
    """Return what would help, by its code; they may leave it open.

    Raises:
        UnknownWish: If there is no such code.

    """
    if code not in WISHES:
        raise UnknownWish
    return code


def shares(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return what they have lived through, each once, and no more than is of use.

    Raises:
        UnknownShare: If there is no such code.

    """
    if any(code not in SHARES for code in codes):
        raise UnknownShare
    return tuple(dict.fromkeys(codes))[:MOST_SHARES]


def language(tag: str) -> str:
    """Return the language of a browser's tag (`en-ZA`: `en`); empty: any will do.

    Nobody is turned away because of what their browser is set to.
    """
    found = _LANGUAGE.match(tag.lower())
    return found[0] if found else ""
