"""Needed: what each pattern needs, as it was read ahead and kept beside the rules.

To read some three thousand patterns takes longer than all else that a start waits for.
A pattern that is not kept, as its rule was just written, is read when it is asked for;
one whose rule has changed is another pattern. `make needs` reads all of them anew.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final
from zlib import compress, decompress

from chat.rules.needs import needs
from chat.rules.rarity import Choice
from chat.rules.reading import Known

FILE: Final = Path(__file__).with_name("needed.bin")

_ASKED = 3
"""As many of a pattern's needs are asked after; more hardly ever turn it away."""

Needs = Sequence[Choice]


class Needed:
    """What patterns need: as it is kept, or else as it is read now."""

    def __init__(self, kept: Callable[[], Mapping[str, Needs]] = dict) -> None:
        self.kept = kept
        self._known: Known = {}
        self.read: dict[str, Needs] = {}
        """What was not kept, and was read."""

    def of(self, pattern: str) -> Needs:
        """Return sets of which a text must have one string each, the rarest first."""
        key = blake2b(pattern.encode(), digest_size=8).hexdigest()
        found = self.kept().get(key)
        if found is None:
            found = self.read[key] = needs(pattern, self._known)[:_ASKED]
        return found


@cache
def kept() -> Mapping[str, Needs]:
    """Return what is kept of every pattern, by a short hash of it."""
    table = json.loads(decompress(FILE.read_bytes()))
    choices = [frozenset(strings.split("|")) for strings in table["choices"]]
    return {
        key: [choices[place] for place in places]
        for key, places in table["needs"].items()
    }


KEPT: Final = Needed(kept)
"""What the rules of this house ask."""


def written(read: Mapping[str, Needs]) -> bytes:
    """Return what is to be kept of what was read."""
    choices = sorted({_listed(each) for needed in read.values() for each in needed})
    places = {strings: place for place, strings in enumerate(choices)}
    table = {
        "choices": choices,
        "needs": {
            key: [places[_listed(each)] for each in needed]
            for key, needed in sorted(read.items())
        },
    }
    return compress(json.dumps(table, separators=(",", ":")).encode(), 9)


def _listed(choice: Iterable[str]) -> str:
    return "|".join(sorted(choice))
