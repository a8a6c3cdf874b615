"""House phrases: what a house itself does not want said, or wants to be told of.

They are tried on what was said lately before they act.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from chat.model import Action, Flag
from chat.rules.canonical import Form, Text

SHORTEST: Final = 3
"""A shorter phrase is part of everything."""

LONGEST: Final = 80


class Phrase(NamedTuple):
    """Words that the house watches for, and what then becomes of the message."""

    rule: str
    """The id by which it is counted: `house.lend-me`."""
    words: str
    action: Action


def house(phrases: Sequence[Phrase]) -> Callable[[Text], Iterable[Flag]]:
    """Return the rule that finds these phrases, as whole words, however written."""

    def rule(text: Text) -> Iterator[Flag]:
        for phrase in phrases:
            span = find(phrase.words, text)
            if span is not None:
                reason = "Says words that this house watches for"
                yield Flag(phrase.rule, "house", reason, *span, phrase.action)

    return rule


def find(words: str, text: Text) -> tuple[int, int] | None:
    """Return where a text says these words first, in its own code points."""
    return _first(words, text.folded) or _first(words, text.meant)


def _first(words: str, form: Form) -> tuple[int, int] | None:
    wanted = " ".join(words.lower().split())
    at = form.text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if _is_whole(form.text, at, end):
            return form.span(at, end)
        at = form.text.find(wanted, at + 1)
    return None


def _is_whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not before.isalnum() and not after.isalnum()
