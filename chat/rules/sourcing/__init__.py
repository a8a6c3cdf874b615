"""Sourcing: asking for drugs, offering them, explaining them, and vices for sale."""

from collections.abc import Iterable

from chat.model import Flag
from chat.rules.canonical import Text
from chat.rules.phrases import phrasebook

_PHRASES = phrasebook(__name__)


def sourcing(text: Text) -> Iterable[Flag]:
    """Return where a text asks for, offers or explains what people here left behind."""
    return _PHRASES.findings(text)
