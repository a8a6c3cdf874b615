"""Spam: chain letters, walls of the same, advertising, scams, preaching at others."""

from collections.abc import Iterable

from chat.model import Flag
from chat.rules.canonical import Text
from chat.rules.spam.cues import cued
from chat.rules.spam.walls import walls


def spam(text: Text) -> Iterable[Flag]:
    """Return what in a text is there for its author's gain, or to fill the room."""
    return [*walls(text), *cued(text)]
