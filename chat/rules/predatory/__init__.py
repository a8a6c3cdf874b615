"""Predatory: what somebody wants from people who are new and trusting."""

from collections.abc import Iterable
from functools import cache

from chat.model import Flag
from chat.rules.canonical import Text
from chat.rules.phrases import Phrasebook, phrasebook


@cache
def _phrases() -> Phrasebook:
    # Made when first asked for: whoever only imports this need not wait for it.
    return phrasebook(__name__)


def predatory(text: Text) -> Iterable[Flag]:
    """Return where a text grooms, brokers treatment or asks for money."""
    return _phrases().findings(text)
