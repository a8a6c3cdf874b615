"""Replies: ready-made words for the member, with places that must be filled first."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import re2

_PLACE: Final = re2.compile(r"\{[^{}]*\}")


class Reply(NamedTuple):
    """Words that suit a situation which comes up again and again."""

    id: str
    name: str
    text: str


def _read(file: Path) -> tuple[Reply, ...]:
    return tuple(Reply(**each) for each in tomllib.loads(file.read_text())["reply"])


REPLIES: Final = _read(Path(__file__).with_name("replies.toml"))


def unfilled(words: str) -> Sequence[str]:
    """Return the places in words to a member that nobody has filled yet."""
    return [str(place) for place in _PLACE.findall(words)]


def words_of(canned: str) -> str:
    """Return the text of a ready-made reply; empty: there is none of that id."""
    return next((reply.text for reply in REPLIES if reply.id == canned), "")
