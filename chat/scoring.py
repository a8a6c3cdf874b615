"""Scoring: how well screening does on labelled lines, as a table of rates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import sqrt
from typing import Any, Final, NamedTuple

from chat.model import Action, Grade

Gold = Mapping[str, Any]
"""A labelled line, as its file has it."""

_LOOK_ALIKES: Final = tuple(f"n{number}" for number in range(12, 19))
_STOPPED: Final = ("hold", "block")
_COVERED: Final = 0.9
"""Of so much of a personal detail nobody may read a character."""

_CERTAINTY: Final = 1.96
"""Standard deviations on either side: 95 % of the time the rate lies within."""


class Answer(NamedTuple):
    """What screening decided about a line, as `moderate` prints it."""

    action: str
    crisis: str
    spans: Sequence[tuple[int, int]]
    us: float

    @property
    def grade(self) -> Grade:
        """How much danger it saw."""
        return Grade[self.crisis.upper()]

    @property
    def is_stopped(self) -> bool:
        """Whether nobody reads it, or the room team first."""
        return self.action in _STOPPED


class Measure(NamedTuple):
    """A rate: so many of so many."""

    name: str
    hits: int
    of: int

    @property
    def rate(self) -> float:
        """The share, 0 if there is nothing to share."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Between what it lies 95 % of the time (Wilson)."""
        if not self.of:
            return 0.0, 0.0
        widening = _CERTAINTY**2 / self.of
        centre = (self.rate + widening / 2) / (1 + widening)
        spread = self.rate * (1 - self.rate) / self.of + widening / (4 * self.of)
        half = _CERTAINTY * sqrt(spread) / (1 + widening)
        return round(centre - half, 3), round(centre + half, 3)

    def __str__(self) -> str:
        return (
            f"{self.name:52s} {self.hits}/{self.of} = {self.rate:.3f}"
            f"  95% CI {self.interval}"
        )


Lines = Sequence[tuple[Gold, Answer]]


def _measure(name: str, held: Iterable[object]) -> Measure:
    outcomes = [bool(each) for each in held]
    return Measure(name, sum(outcomes), len(outcomes))


def suite(lines: Lines) -> Iterator[Measure]:
    """Yield the measures of a suite whose lines say what is expected."""
    yield from _found(lines)
    yield from _false_alarms(lines)
    yield from _actions(lines)
    yield from _details(lines)


def _of(lines: Lines, crisis: str) -> Lines:
    return [(gold, it) for gold, it in lines if gold["expect"]["crisis"] == crisis]


def _found(lines: Lines) -> Iterator[Measure]:
    for crisis in ("imminent", "high", "medium", "low"):
        least = Grade.LOW if crisis == "low" else Grade.MEDIUM
        of = _of(lines, crisis)
        yield _measure(
            f"crisis {crisis}: detected at >=medium (low: >=low)",
            (it.grade >= least for _, it in of),
        )
        yield _measure(
            f"crisis {crisis}: grade in accepted set",
            (it.crisis in gold["expect"]["accept_crisis"] for gold, it in of),
        )
    urgent = [*_of(lines, "high"), *_of(lines, "imminent")]
    yield _measure(
        "crisis high+imminent: detected at >=medium",
        (it.grade >= Grade.MEDIUM for _, it in urgent),
    )
    yield _measure(
        "crisis imminent: graded >=high",
        (it.grade >= Grade.HIGH for _, it in _of(lines, "imminent")),
    )


def _false_alarms(lines: Lines) -> Iterator[Measure]:
    none = _of(lines, "none")
    yield _measure(
        "gold none: flagged >=medium (false alarm)",
        (it.grade >= Grade.MEDIUM for _, it in none),
    )
    yield _measure(
        "gold none: flagged >=high", (it.grade >= Grade.HIGH for _, it in none)
    )
    yield _measure(
        "contrast pairs n12-n18: flagged >=medium",
        (
            it.grade >= Grade.MEDIUM
            for gold, it in lines
            if gold["functionality"].startswith(_LOOK_ALIKES)
        ),
    )


def _actions(lines: Lines) -> Iterator[Measure]:
    expected = [(gold["expect"], it) for gold, it in lines]
    yield _measure(
        "action accepted (all)",
        (it.action in gold["accept_action"] for gold, it in expected),
    )
    yield _measure(
        "must stop (gold hold/block): stopped",
        (
            it.is_stopped
            for gold, it in expected
            if gold["action"] in _STOPPED and "minor" not in gold["categories"]
        ),
    )
    yield _measure(
        "must deliver (gold allow): delivered untouched",
        (
            it.action == "allow"
            for gold, it in expected
            if gold["action"] == "allow" and gold["crisis"] == "none"
        ),
    )
    yield _measure(
        "crisis text never blocked",
        (
            it.action != "block"
            for gold, it in expected
            if Grade[gold["crisis"].upper()] >= Grade.MEDIUM
        ),
    )
    yield from _solicitation(lines)


def _solicitation(lines: Lines) -> Iterator[Measure]:
    for name, families in (
        ("abuse (a34-a39)", ("a34", "a35", "a36", "a37", "a38", "a39")),
        ("solicitation (s40-s45)", ("s40", "s41", "s42", "s43", "s44", "s45")),
        ("spam (s45-x48)", ("s45", "s46", "x47", "x48")),
    ):
        of = [it for gold, it in lines if gold["functionality"].startswith(families)]
        yield _measure(f"{name}: stopped", (it.is_stopped for it in of))


def _details(lines: Lines) -> Iterator[Measure]:
    covered: dict[str, list[bool]] = defaultdict(list)
    for gold, it in lines:
        for start, end, kind in gold["expect"]["pii_spans"]:
            covered[kind].append(_is_covered(start, end, it))
    for kind, outcomes in sorted(covered.items()):
        yield _measure(f"PII {kind} masked (>=90% of characters)", outcomes)
    yield _measure("PII all", (each for kinds in covered.values() for each in kinds))
    yield _measure(
        "no PII in gold: something masked",
        (bool(it.spans) for gold, it in lines if not gold["expect"]["pii_spans"]),
    )
    yield _measure(
        "help lines and official links: something masked",
        (bool(it.spans) for gold, it in lines if gold["functionality"][:3] == "n31"),
    )


def _is_covered(start: int, end: int, it: Answer) -> bool:
    hidden = {at for span in it.spans for at in range(span[0], span[1])}
    return len(hidden & set(range(start, end))) >= _COVERED * (end - start)


def families(lines: Lines) -> Mapping[str, Measure]:
    """Return of each functionality how many lines came out as accepted."""
    rows: dict[str, list[bool]] = defaultdict(list)
    for gold, it in lines:
        expect = gold["expect"]
        right = (
            it.action in expect["accept_action"]
            and it.crisis in expect["accept_crisis"]
        )
        rows[gold["functionality"]].append(right)
    return {name: _measure(name, row) for name, row in sorted(rows.items())}


def corpus(lines: Lines) -> Iterator[Measure]:
    """Yield the measures of a corpus that only has labels."""
    yield from _rates("messages", [it for _, it in lines])
    yield _measure("messages masked", (bool(it.spans) for _, it in lines))
    labels: dict[str, list[Answer]] = defaultdict(list)
    for gold, it in lines:
        labels[gold["label"]].append(it)
    for label, answers in sorted(labels.items()):
        yield from _rates(f"  label {label}:", answers)


def _rates(name: str, answers: Sequence[Answer]) -> Iterator[Measure]:
    medium = (it.grade >= Grade.MEDIUM for it in answers)
    high = (it.grade >= Grade.HIGH for it in answers)
    yield _measure(f"{name} with crisis>=medium", medium)
    yield _measure(f"{name} with crisis>=high", high)
    yield _measure(f"{name} held or blocked", (it.is_stopped for it in answers))


def details(lines: Lines) -> Iterator[Measure]:
    """Yield the measures of lines whose personal details are marked."""
    yield _measure(
        "spans masked (>=90% of characters)",
        (_is_covered(a, b, it) for gold, it in lines for a, b, *_ in gold["spans"]),
    )
    yield _measure(
        "no span in gold: something masked",
        (bool(it.spans) for gold, it in lines if not gold["spans"]),
    )


def evasion(lines: Sequence[tuple[Gold, Answer, Answer]]) -> Iterator[Measure]:
    """Yield how often a line keeps the verdict of the plain line it was made from."""
    kept: dict[str, list[bool]] = defaultdict(list)
    for gold, it, plain in lines:
        same = (it.action, it.crisis) == (plain.action, plain.crisis)
        kept[gold["transform"]].append(same)
    for transform, outcomes in sorted(kept.items()):
        yield _measure(f"  {transform}: verdict kept", outcomes)
    yield _measure("verdict kept", (each for row in kept.values() for each in row))


def floods(sequences: Iterable[tuple[Gold, Sequence[tuple[Action, Grade]]]]) -> Measure:
    """Return how many sequences of messages came out as they must."""
    return _measure(
        "flood sequences right",
        (_is_right(gold["expect"], it) for gold, it in sequences),
    )


def _is_right(expect: Gold, verdicts: Sequence[tuple[Action, Grade]]) -> bool:
    stopped = [action >= Action.HOLD for action, _ in verdicts]
    if "first_n_allowed" in expect:
        calm, latest = expect["first_n_allowed"], expect["by_index_at_most"]
        return not any(stopped[:calm]) and all(stopped[latest:])
    if "block_from_index" in expect:
        blocked = [action is Action.BLOCK for action, _ in verdicts]
        return all(blocked[expect["block_from_index"] :])
    if "hold_from_index" in expect:
        return all(stopped[expect["hold_from_index"] :])
    if "crisis_at_index" in expect:
        at = expect["crisis_at_index"]
        return not any(stopped[at:]) and verdicts[at][1] >= Grade.MEDIUM
    return not any(stopped)
