"""Gate: which of many patterns a text may hold at all, by one look at its words.

To search hundreds of patterns costs more than a message is worth, and one automaton
for all of them learns from every new text without end. A gate knows the words that each
pattern needs and finds them all in one pass; the few patterns that are left are then
searched one by one.
"""

from collections.abc import Iterable, Mapping, Sequence

import ahocorasick

from chat.rules.needs import Choice, Known, needs

_NEVER = -1
_ASKED = 3
"""As many of a pattern's needs are asked after; more hardly ever turn it away."""


class Gate:
    """Lets those patterns pass whose words a text has."""

    __slots__ = ("_always", "_automaton", "_called")

    def __init__(self, patterns: Iterable[str]) -> None:
        numbers: dict[Choice, int] = {}
        self._called: dict[int, list[tuple[int, Sequence[int]]]] = {}
        self._always: list[int] = []
        known: Known = {}
        for index, pattern in enumerate(patterns):
            asked = needs(pattern, known)[:_ASKED]
            rarest, *others = [
                numbers.setdefault(choice, len(numbers)) for choice in asked
            ] or [_NEVER]
            self._called.setdefault(rarest, []).append((index, tuple(others)))
            if not asked:
                self._always.append(index)
        self._automaton = _automaton(numbers)

    def passed(self, plain: str) -> list[int]:
        """Return the patterns, by their places, that plain words may hold."""
        found: set[int] = set()
        for _, choices in self._automaton.iter(plain):
            found.update(choices)
        passed = [
            index
            for choice in found & self._called.keys()
            for index, others in self._called[choice]
            if found.issuperset(others)
        ]
        return sorted(self._always + passed)


def _automaton(numbers: Mapping[Choice, int]) -> ahocorasick.Automaton:
    """Return what finds strings, each with the choices that it is one of."""
    choices: dict[str, list[int]] = {}
    for choice, number in numbers.items():
        for string in choice:
            choices.setdefault(string, []).append(number)
    automaton = ahocorasick.Automaton()
    automaton.add_word("\n", ())  # no plain words have it; it may not be empty
    for string, those in choices.items():
        automaton.add_word(string, tuple(those))
    automaton.make_automaton()
    return automaton
