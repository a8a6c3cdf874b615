"""Sourcing: asking for drugs, offering them, explaining them, and vices for sale."""

from collections.abc import Iterable
from functools import cache

from chat.model import Flag
from chat.rules.canonical import Text
from chat.rules.phrases import Phrasebook, phrasebook


@cache
def _phrases() -> Phrasebook:
    # Made when first asked for: whoever only imports this need not wait for it.
    return phrasebook(__name__)


def sourcing(text: Text) -> Iterable[Flag]:
    """Return where a text asks for, offers or explains what people here left behind."""
    return _phrases().findings(text)
