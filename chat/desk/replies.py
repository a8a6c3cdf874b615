"""Replies: ready-made words for the member, with places that must be filled first."""

import tomllib
from pathlib import Path
from typing import Final, NamedTuple


class Reply(NamedTuple):
    """Words that suit a situation which comes up again and again."""

    id: str
    name: str
    text: str


def _read(file: Path) -> tuple[Reply, ...]:
    return tuple(Reply(**each) for each in tomllib.loads(file.read_text())["reply"])


REPLIES: Final = _read(Path(__file__).with_name("replies.toml"))


def words_of(canned: str) -> str:
    """Return the text of a ready-made reply; empty: there is none of that id."""
    return next((reply.text for reply in REPLIES if reply.id == canned), "")
