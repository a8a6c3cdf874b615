"""Screening: what happens to a message before anyone else reads it.

Every rule runs over every message, so that a moderator sees each reason at once.
"""

from collections.abc import Callable, Iterable

from chat.model import Flag
from chat.rules.canonical import Text

Rule = Callable[[Text], Iterable[Flag]]
