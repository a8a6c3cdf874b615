"""Abuse: what is said to hurt somebody here, or a whole people."""

from collections.abc import Iterable

from chat.model import Flag
from chat.rules.canonical import Text
from chat.rules.phrases import phrasebook

_PHRASES = phrasebook(__name__)


def abuse(text: Text) -> Iterable[Flag]:
    """Return what in a text insults, hates, threatens, baits, harasses or outs."""
    return _PHRASES.findings(text)
