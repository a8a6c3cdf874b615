"""Canonical: a text as it was meant, with a way back to what was written."""

from collections.abc import Sequence
from dataclasses import dataclass

from chat.model import Message
from chat.rules.writing.folding import fold
from chat.rules.writing.meaning import mean


@dataclass(frozen=True, slots=True)
class Form:
    """One reading of a text; `at[i]` is where its character i stands in the original.

    `at` has one more entry than the text: the length of the original.
    """

    text: str
    at: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters start to end stand in the original."""
        return self.at[start], self.at[end - 1] + 1 if end > start else self.at[start]


@dataclass(frozen=True, slots=True)
class Text:
    """A message in the three forms that rules read.

    `original` is what was written. `folded` is lower case without what cannot be seen,
    without accents, full-width, styled and look-alike letters; digits and signs stay.
    `meant` further reads leetspeak inside words, joins spaced letters and shortens
    repeats; use it for words, never for numbers.
    """

    message: Message
    original: str
    folded: Form
    meant: Form


def read(message: Message) -> Text:
    """Return a message's text in its three forms."""
    text, at = fold(message.text)
    folded = Form(text, at)
    text, places = mean(text)
    meant = Form(text, tuple([at[place] for place in places]))
    return Text(message, message.text, folded, meant if text != folded.text else folded)
