"""Parts of a pattern: what each may be, alone, one of several, or in a row."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from chat.rules.rarity import EDGE, Choice, rarest

MOST: Final = 2000
_MOST_JOINED = 40
"""How many strings are told apart, of alternatives and of what they make together."""

_NONE, _EMPTY, _OPEN = frozenset[str](), "", "x"
_BARE = frozenset([_EMPTY])
ANYWHERE: Final = frozenset([_EMPTY, EDGE])


class Part(NamedTuple):
    """What a part of a pattern may be: one of a few strings, or more than are told."""

    strings: Choice | None
    choices: tuple[Choice, ...]
    heads: Choice
    tails: Choice
    """How it begins and ends: with a space, open, or not at all as it may be empty."""


def exactly(strings: Iterable[str]) -> Part:
    """Return a part that is one of these strings."""
    told = frozenset(strings)
    heads = frozenset([EDGE if each[:1] == EDGE else each and _OPEN for each in told])
    tails = frozenset([EDGE if each[-1:] == EDGE else each and _OPEN for each in told])
    return Part(told, (), heads, tails)


NOTHING: Final = exactly([""])
GAP: Final = exactly([EDGE])
DIGIT: Final = exactly("0123456789")
OPENS: Final = frozenset([_OPEN])
SIGN: Final = Part(None, (), OPENS, OPENS)


def choices(part: Part) -> tuple[Choice, ...]:
    """Return sets of which a text must have one string each, if it has the part."""
    return part.choices if part.strings is None else (part.strings,)


def either(parts: list[Part]) -> Part:
    """Return what one of several parts may be."""
    if len(parts) == 1:
        return parts[0]
    told = [part.strings for part in parts if part.strings is not None]
    union = _NONE.union(*told)
    if len(told) == len(parts) and len(union) <= MOST:
        return exactly(union)
    best = [min(choices(part), key=rarest, default=ANYWHERE) for part in parts]
    heads = _NONE.union(*(part.heads for part in parts))
    tails = _NONE.union(*(part.tails for part in parts))
    return Part(None, (_NONE.union(*best),), heads, tails)


def row(parts: Sequence[Part]) -> Part:
    """Return what parts may be one after the other."""
    if len(parts) == 1:
        return parts[0]
    heads = list(accumulate([part.heads for part in parts[::-1]], _on, initial=_BARE))
    strings, choices, tails, whole = _BARE, list[Choice](), _BARE, True
    for part, following in zip(parts, heads[-1:0:-1], strict=True):
        before, tails = tails, _on(tails, part.tails)
        if part.strings is not None and _few(strings, part.strings):
            strings = _glued(strings, part.strings)
            continue
        whole = False
        choices += [_glued(strings, _edge(following)), *part.choices]
        if part.strings is None:
            strings = _edge(tails)
        else:
            strings = _glued(_edge(before), part.strings)
    if whole:
        return exactly(strings)
    return Part(None, (*choices, strings), heads[-1], tails)


def _on(first: Choice, second: Choice) -> Choice:
    """Return the ends of two parts in a row, of which the second is further out."""
    return (second - _BARE) | first if _EMPTY in second else second


def _edge(ends: Choice) -> Choice:
    return ends if ends == {EDGE} else _BARE


def _few(first: Choice, second: Choice) -> bool:
    return min(len(first), len(second)) == 1 or len(first) * len(second) <= _MOST_JOINED


def _glued(first: Choice, second: Choice) -> Choice:
    return frozenset(
        [
            before[:-1] + after if before[-1:] == EDGE == after[:1] else before + after
            for before in first
            for after in second
        ]
    )


def repeated(part: Part, least: int) -> Part:
    """Return what a part may be that is repeated."""
    if part == GAP:
        return part if least else either([part, NOTHING])
    if not least:
        return Part(None, (), part.heads | _BARE, part.tails | _BARE)
    return Part(None, choices(part), part.heads, part.tails)
