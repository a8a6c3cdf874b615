"""Abuse: what is said to hurt somebody here, or a whole people."""

from collections.abc import Iterable
from functools import cache

from chat.model import Flag
from chat.rules.canonical import Text
from chat.rules.phrases import Phrasebook, phrasebook


@cache
def _phrases() -> Phrasebook:
    # Made when first asked for: whoever only imports this need not wait for it.
    return phrasebook(__name__)


def abuse(text: Text) -> Iterable[Flag]:
    """Return what in a text insults, hates, threatens, baits, harasses or outs."""
    return _phrases().findings(text)
