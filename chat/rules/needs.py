"""Needs: the words that a pattern cannot do without, so that few need be searched.

A text is looked at in its plain words, one space around each; what a pattern needs is
some of the strings in each of several sets. Where a pattern is hard to see through,
less is asked: a text that the pattern finds always has what is said to be needed.
"""

from chat.rules.parts import ANYWHERE, choices
from chat.rules.rarity import Choice, rarest
from chat.rules.reading import Known, read


def needs(pattern: str, known: Known) -> list[Choice]:
    """Return sets of which a text must have one string each, the rarest first.

    Of a pattern that may be found in any text the list is empty. `known` remembers the
    groups that many patterns share.
    """
    found = choices(read(pattern, known))
    return sorted({each for each in found if each.isdisjoint(ANYWHERE)}, key=rarest)
