"""Grammar: sentences put together from parts, as many as wanted, always the same."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import re2

_SLOT = re2.compile(r"\{(\w+)\}")
_TRIES = 6
"""How often to try for a new sentence before a template is taken to be used up."""


class Sentence(NamedTuple):
    """A sentence, the head it is for, and whether that head should flag it."""

    text: str
    head: str
    label: bool


def sentences(path: Path) -> Iterator[Sentence]:
    """Return the sentences of a grammar: `each` of them from every template.

    A template is a sentence with slots such as `{drug}`, and what may fill a slot may
    have slots itself.
    """
    grammar = tomllib.loads(path.read_text("utf-8"))
    chance = Random(grammar["seed"])  # noqa: S311  the same choices every time
    for kind in grammar["kinds"]:
        for template in kind["templates"]:
            for text in _some(template, grammar["slots"], kind["each"], chance):
                yield Sentence(text, kind["head"], kind["label"])


def _some(
    template: str, slots: Mapping[str, Sequence[str]], wanted: int, chance: Random
) -> Iterator[str]:
    made = {_filled(template, slots, chance): None for _ in range(wanted * _TRIES)}
    yield from list(made)[:wanted]


def _filled(template: str, slots: Mapping[str, Sequence[str]], chance: Random) -> str:
    """Return a template with every slot filled."""
    while slot := _SLOT.search(template):
        filling = chance.choice(slots[slot[1]])
        template = template[: slot.start()] + filling + template[slot.end() :]
    return " ".join(template.split())
