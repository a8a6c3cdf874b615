"""Spam: chain letters, walls of the same, advertising, scams, preaching at others."""

from collections.abc import Iterable

from chat.model import Flag
from chat.rules.canonical import Text


def spam(text: Text) -> Iterable[Flag]:
    """Return what in a text is there for its author's gain, or to fill the room."""
    return []
