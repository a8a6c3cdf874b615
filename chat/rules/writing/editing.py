"""Editing: a text with parts of it replaced, and the way back to what it was."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chat.rules.writing.folding import spots


class Edit(NamedTuple):
    """What stands in the place of characters start to end, and where it was there."""

    start: int
    end: int
    text: str
    places: Sequence[int]


def edited(text: str, edits: Iterable[Edit]) -> tuple[str, Sequence[int]]:
    """Return a text with edits made, which are in order and apart, and its places."""
    pieces: list[str] = []
    at: list[int] = []
    done = 0
    for edit in edits:
        pieces += (text[done : edit.start], edit.text)
        at += range(done, edit.start)
        at += edit.places
        done = edit.end
    if not done:
        return text, spots(len(text))
    pieces.append(text[done:])
    at += range(done, len(text) + 1)
    return "".join(pieces), tuple(at)
