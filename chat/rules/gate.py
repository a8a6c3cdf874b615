"""Gate: which of many patterns a text may hold at all, by one look at its words.

To search hundreds of patterns costs more than a message is worth, and one automaton
for all of them learns from every new text without end. A gate knows the words that each
pattern needs and finds them all in one pass; the few patterns that are left are then
searched one by one. All gates of a lookout are asked about the same texts: it looks at
each once, for all of them, when the first one asks.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import ahocorasick

from chat.rules.needed import KEPT, Needed
from chat.rules.rarity import Choice

_REMEMBERED = 4
"""As many texts as one message is read as; rules ask about them in turn."""


class _Called(NamedTuple):
    """A pattern that a text may hold which meets its rarest need."""

    gate: int
    place: int
    others: int
    """Its other needs, each a bit: whole sets would be slow to ask."""


class Lookout:
    """Finds the words that patterns need, for several gates at once."""

    def __init__(self, needed: Needed) -> None:
        self._needed = needed
        self._rarest: dict[Choice, int] = {}
        self._called: list[list[_Called]] = []
        """By the number of their rarest need, those it calls."""
        self._bits: dict[Choice, int] = {}
        self._always: list[list[int]] = []
        self._automaton = ahocorasick.Automaton()
        """Finds strings, each with what it meets: bits, and numbers of rarest needs."""
        self._automaton.add_word("\n", [0, ()])  # in no words; it may not be empty
        self._automaton.make_automaton()
        self._new: dict[str, list[Any]] = {}
        """Strings that are not yet among those it finds, with what they meet."""
        self.passed = lru_cache(_REMEMBERED)(self._look)

    def add(self, patterns: Iterable[str]) -> int:
        """Look for what patterns need as well; return the number of their gate."""
        asked = [self._needed.of(pattern) for pattern in patterns]
        gate = len(self._always)
        self._always.append([place for place, needed in enumerate(asked) if not needed])
        for place, needed in enumerate(asked):
            for rarest in needed[:1]:
                others = sum(map(self._bit, needed[1:]))
                self._called[self._number(rarest)].append(_Called(gate, place, others))
        self.passed.cache_clear()
        return gate

    def _bit(self, choice: Choice) -> int:
        if choice not in self._bits:
            self._bits[choice] = bit = 1 << len(self._bits)
            for string in choice:
                if met := self._new.get(string):
                    met[0] |= bit
                else:
                    self._new[string] = [bit, ()]
        return self._bits[choice]

    def _number(self, choice: Choice) -> int:
        if choice not in self._rarest:
            self._rarest[choice] = number = len(self._rarest)
            self._called.append([])
            alone = (number,)
            for string in choice:
                if met := self._new.get(string):
                    met[1] += alone
                else:
                    self._new[string] = [0, alone]
        return self._rarest[choice]

    def _look(self, plain: str) -> Sequence[Sequence[int]]:
        """Return for each gate the patterns, by their places, that may be held."""
        met, called = 0, set[int]()
        for _, (bits, numbers) in self._found(plain):
            met |= bits
            if numbers:
                called.update(numbers)
        passed = [list(always) for always in self._always]
        for number in called:
            for gate, place, others in self._called[number]:
                if others & met == others:
                    passed[gate].append(place)
        return passed

    def _found(self, plain: str) -> Iterable[tuple[int, tuple[int, Sequence[int]]]]:
        if plain.isspace():
            # Whoever asks this only wants gates to be there; more may be on their way.
            return ()
        if self._new:
            self._put_together()
        found: Iterable[tuple[int, tuple[int, Sequence[int]]]]
        found = self._automaton.iter(plain)
        return found

    def _put_together(self) -> None:
        for string, met in self._new.items():
            if known := self._automaton.get(string, None):
                known[0] |= met[0]
                known[1] += met[1]
            else:
                self._automaton.add_word(string, met)
        self._new = {}
        self._automaton.make_automaton()


LOOKOUT = Lookout(KEPT)
"""The one that all rules share."""


class Gate:
    """Lets those patterns pass whose words a text has."""

    __slots__ = ("_lookout", "_number")

    def __init__(self, patterns: Iterable[str], lookout: Lookout) -> None:
        self._lookout = lookout
        self._number = self._lookout.add(patterns)

    def passed(self, plain: str) -> list[int]:
        """Return the patterns, by their places, that plain words may hold."""
        return sorted(self._lookout.passed(plain)[self._number])
