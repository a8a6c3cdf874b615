"""Excerpts: what was said around a case, shown a sentence at a time."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from chat.model import Who

# A sentence ends with its mark and a space, or with a line.
_END = re.compile(r"(?<=[.!?…])\s+|\n+")
LONGEST: Final = 240
"""Characters; what has no end is cut here, at a space if there is one."""


class Said(NamedTuple):
    """One message of an excerpt, as others in the room read it."""

    place: int
    """Its number in the excerpt, from 1."""
    who: Who
    at: int
    text: str
    is_subject: bool
    kind: str = "said"
    """`said`, or `appeal`: what the member answers to the room team."""


class Sentence(NamedTuple):
    """A sentence of an excerpt, and the step at which it is shown."""

    step: int
    said: Said
    text: str


def sentences(text: str) -> list[str]:
    """Return a text in parts that can be read one at a time."""
    parts = (part.strip() for part in _END.split(text))
    return [piece for part in parts if part for piece in _pieces(part)]


def _pieces(part: str) -> Iterable[str]:
    while len(part) > LONGEST:
        cut = part.rfind(" ", LONGEST // 2, LONGEST)
        cut = cut if cut > 0 else LONGEST
        yield part[:cut]
        part = part[cut:].lstrip()
    if part:
        yield part


def steps(excerpt: Sequence[Said]) -> list[Sentence]:
    """Return an excerpt as it is shown: an appeal, the message, then what is nearest.

    Whoever decides reads as little as they need.
    """
    middle = next((said.place for said in excerpt if said.is_subject), 0)
    nearest_first = sorted(excerpt, key=lambda said: _nearness(said, middle))
    found = [(said, text) for said in nearest_first for text in sentences(said.text)]
    return [Sentence(i, said, text) for i, (said, text) in enumerate(found, 1)]


def _nearness(said: Said, middle: int) -> tuple[bool, bool, int, int]:
    distance = abs(said.place - middle)
    return said.kind != "appeal", not said.is_subject, distance, said.place
