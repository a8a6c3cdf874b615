"""Fitting: the weights of one head from examples, with nothing but plain arithmetic.

Squared hinge loss, one step an example, and each step forgets a little of what it
touches, so that nothing is leant on alone. Only + - * / and square roots are used,
which every machine rounds alike: the same examples give the same bytes anywhere.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from random import Random
from typing import NamedTuple, Self

from chat.rules.linear import heads

_SEED = 2026
_ROUNDS = 12
_PACE = 0.03
_FORGOTTEN = 0.01
_SELDOM = 3
"""What fewer windows show gets no weight: that would be learning by heart."""
_LARGEST = 127
_BIAS = -1.0
"""Where a text stands of which nothing is known: as far from flagged as can be."""


class Window(NamedTuple):
    """What a head sees of one window of words."""

    keys: "array[int]"
    size: float
    """What the sum is divided by."""


class Example(NamedTuple):
    """A window, and whether the head should flag it."""

    window: Window
    flagged: bool
    weight: float


class Weights(NamedTuple):
    """What a head has learnt: a small integer for a key, worth `step` a unit."""

    step: float
    bias: float
    units: Mapping[int, int]

    def score(self, window: Window) -> float:
        """Return what the head makes of a window."""
        total = sum(self.units.get(key, 0) for key in window.keys)
        return self.bias + self.step * total / window.size


def see(words: Sequence[str]) -> Window:
    """Return what a head sees of words."""
    keys = array("I", [mark.key for mark in heads.marks(words)])
    return Window(keys, heads.spread(words))


def often(windows: Iterable[Window]) -> dict[int, int]:
    """Return the keys that enough windows show, numbered from 0."""
    shown = Counter[int]()
    for window in windows:
        shown.update(set(window.keys))
    kept = sorted(key for key, times in shown.items() if times >= _SELDOM)
    return {key: number for number, key in enumerate(kept)}


def fit(examples: Iterable[Example], known: Mapping[int, int]) -> Weights:
    """Return the weights of known keys that tell one kind of example from the other."""
    order = [_Task.of(one, known) for one in examples]
    weights = [0.0] * len(known)
    chance = Random(_SEED)  # noqa: S311  no secret, and the same order every time
    for _ in range(_ROUNDS):
        chance.shuffle(order)
        for task in order:
            _learn(task, weights)
    return _rounded(weights, known)


class _Task(NamedTuple):
    places: list[int]
    size: float
    side: float
    weight: float

    @classmethod
    def of(cls, one: Example, known: Mapping[int, int]) -> Self:
        places = [known[key] for key in one.window.keys if key in known]
        return cls(places, one.window.size, 1.0 if one.flagged else -1.0, one.weight)


def _learn(task: _Task, weights: list[float]) -> None:
    """Take a step towards an example that is not clear yet."""
    places, size, side, weight = task
    # Not sum(): what that adds up floats to differs between versions of Python.
    score = _BIAS + fsum(map(weights.__getitem__, places)) / size
    short = 1.0 - side * score
    if short <= 0:
        return
    change = _PACE * 2.0 * short * side * weight / size
    for place in places:
        weights[place] += change - _FORGOTTEN * weights[place]


def _rounded(weights: Sequence[float], known: Mapping[int, int]) -> Weights:
    step = max(map(abs, weights), default=0.0) / _LARGEST or 1.0
    units = {key: round(weights[place] / step) for key, place in known.items()}
    return Weights(step, _BIAS, units)
