"""Predatory: what somebody wants from people who are new and trusting."""

from collections.abc import Iterable

from chat.model import Flag
from chat.rules.canonical import Text
from chat.rules.phrases import phrasebook

_PHRASES = phrasebook(__name__)


def predatory(text: Text) -> Iterable[Flag]:
    """Return where a text grooms, brokers treatment or asks for money."""
    return _PHRASES.findings(text)
