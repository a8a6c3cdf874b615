"""Training: how the weights of the linear heads are made, the same bytes every time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chat.model import Message
from chat.rules import canonical
from chat.rules.linear import heads
from chat.training.fitting import Example, Weights, Window, fit, often, see
from chat.training.sources import Line, read

_LOWEST = -0.3
"""No threshold is lower, however quiet a head is on the lines it was tried on."""
_LEAST = 2
"""What a key must say to some head to be kept, of 127: the rest is rounding."""
_MOST_WINDOWS = 4
"""A long post teaches no more windows than that, or it would drown what is short."""


class Shares(NamedTuple):
    """How many lines of one source, none of them seen in training, a head flags."""

    source: str
    wanted: bool
    """Whether these are lines that it should flag."""
    flagged: int
    lines: int


class Report(NamedTuple):
    """What one head learnt from, and what it does to lines it never saw."""

    head: str
    yes: int
    no: int
    threshold: float
    shares: tuple[Shares, ...]

    def told(self) -> Iterator[str]:
        """Return the report as rows of the table in `docs/model-card.md`."""
        counts = f"{self.yes} to flag, {self.no} not"
        yield f"| **{self.head}** | {counts} | {self.threshold:.3f} |"
        for source, wanted, flagged, lines in self.shares:
            kind = "flagged of those to flag" if wanted else "flagged wrongly"
            yield f"| {source} | {kind} | {flagged} of {lines} |"


class _Lesson(NamedTuple):
    line: Line
    windows: tuple[Window, ...]


class _Group(NamedTuple):
    source: str
    wanted: bool
    alarms: float


_Scores = Mapping[_Group, Sequence[float]]
"""The scores of lines kept from training."""


def train(folder: Path, corpora: Path) -> tuple[bytes, list[Report]]:
    """Return a file of weights, learnt from our own lines and corpora, and how it does.

    Raises:
        BadSource: If a corpus is missing or is not the one that was looked at.

    """
    lessons = [_Lesson(line, _windows(line.text)) for line in read(folder, corpora)]
    known = often(w for line, seen in lessons if not line.kept for w in seen)
    learnt, units, reports = [], [], []
    for name in heads.NAMES:
        about = [lesson for lesson in lessons if name in lesson.line.labels]
        examples = list(_examples(name, about))
        weights = fit(examples, known)
        scores = _scores(name, weights, about)
        threshold = _quiet(scores)
        learnt.append(heads.Head(weights.step, weights.bias, threshold))
        units.append(weights.units)
        reports.append(_report(name, examples, threshold, scores))
    return heads.write(learnt, _side_by_side(units)), reports


def _windows(text: str) -> tuple[Window, ...]:
    """Return what the heads will see of a text, as live screening reads it."""
    meant = canonical.read(Message(text)).meant.text
    words = heads.words(meant)
    seen = [see(window) for _, window in heads.windows(words) if window]
    return tuple(seen[:_MOST_WINDOWS])


def _examples(name: str, lessons: Sequence[_Lesson]) -> Iterator[Example]:
    for line, windows in lessons:
        flagged = line.labels[name]
        if not line.kept:
            # Which window of a longer text is to blame, nobody said: take the first.
            for window in windows[:1] if flagged else windows:
                yield Example(window, flagged, line.weight)


def _scores(name: str, weights: Weights, lessons: Sequence[_Lesson]) -> _Scores:
    """Return the scores of the lines kept from training, by source and label."""
    scores = defaultdict(list)
    for line, windows in lessons:
        if line.kept and windows:
            score = max(map(weights.score, windows))
            group = _Group(line.source, line.labels[name], line.alarms)
            scores[group].append(score)
    return scores


def _quiet(scores: _Scores) -> float:
    """Return the lowest threshold that flags hardly any talk it should not."""
    return max(
        [_LOWEST, *(_limit(scores[g], g.alarms) for g in scores if not g.wanted)]
    )


def _limit(scores: Sequence[float], alarms: float) -> float:
    """Return the score that no more than a share of some scores is above."""
    above = int(len(scores) * alarms)
    return sorted([*scores, _LOWEST], reverse=True)[above]


def _side_by_side(units: Sequence[Mapping[int, int]]) -> dict[int, tuple[int, ...]]:
    """Return each key with what it says to every head, if it says enough to any."""
    rows = {key: tuple(head[key] for head in units) for key in units[0]}
    return {key: row for key, row in rows.items() if max(map(abs, row)) >= _LEAST}


def _report(
    name: str,
    examples: Sequence[Example],
    threshold: float,
    scores: _Scores,
) -> Report:
    yes = sum(example.flagged for example in examples)
    shares = tuple(
        Shares(
            group.source, group.wanted, sum(s > threshold for s in those), len(those)
        )
        for group, those in sorted(scores.items())
    )
    return Report(name, yes, len(examples) - yes, threshold, shares)
