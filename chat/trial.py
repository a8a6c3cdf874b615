"""Trial: screening tried on files of labelled lines, and what came of it."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from chat import moderation, scoring
from chat.errors import Amiss
from chat.model import Action, Grade, Message
from chat.rules.spam.recent import Recent
from chat.scoring import Answer, Gold, Lines, Measure


class BadFile(Amiss):
    """A file holds no labelled lines; which file, and why."""


class Trial(NamedTuple):
    """What came of one file."""

    name: str
    lines: int
    measures: Sequence[Measure]
    times: Sequence[float]
    """Microseconds for each line, the quickest first."""
    families: Mapping[str, Measure]
    """Of each functionality, how many lines came out as accepted; maybe empty."""

    def table(self) -> Iterator[str]:
        """Yield the lines of a table for people."""
        yield f"{self.name} ({self.lines} lines)"
        yield from map(str, self.measures)
        if self.times:
            middle, late = (self.times[int(len(self.times) * at)] for at in (0.5, 0.99))
            yield f"us p50 {middle:.0f} p99 {late:.0f}"
        if self.families:
            rates = [row.rate for row in self.families.values()]
            mean, whole = sum(rates) / len(rates), rates.count(1.0)
            yield (
                f"functionalities with 100% pass: {whole}/{len(rates)}, "
                f"mean pass {mean:.3f}, lowest {min(rates):.2f}"
            )


def tried(paths: Sequence[Path], country: str) -> Iterator[Trial]:
    """Yield what comes of screening each file.

    Lines made to evade are held against the plain lines of the other files. `country`
    is whose numbers are read without a country code.

    Raises:
        BadFile: If a file cannot be tried.

    """
    files = [(path, _golds(path)) for path in paths]
    plain = {gold["id"]: gold for _, golds in files for gold in golds if "id" in gold}
    for path, golds in files:
        try:
            yield _tried(path.name, golds, plain, country)
        except (KeyError, TypeError, ValueError) as error:
            raise BadFile(f"{path}: {type(error).__name__}") from None


def _golds(path: Path) -> Sequence[Gold]:
    try:
        golds = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BadFile(f"{path}: {type(error).__name__}") from None
    if not golds or not all(isinstance(gold, dict) for gold in golds):
        raise BadFile(f"{path}: no labelled lines")
    return golds


def _tried(
    name: str, golds: Sequence[Gold], plain: Mapping[str, Gold], country: str
) -> Trial:
    first = golds[0]
    if "messages" in first:
        sequences = ((gold, _sequence(gold, country)) for gold in golds)
        return Trial(name, len(golds), [scoring.floods(sequences)], (), {})
    lines = [(gold, _answer(gold, country)) for gold in golds]
    times = sorted(it.us for _, it in lines)
    if "transform" in first:
        measures = scoring.evasion(_beside_plain(lines, plain, country))
        return Trial(name, len(golds), list(measures), times, {})
    families = scoring.families(lines) if "expect" in first else {}
    return Trial(name, len(golds), list(_kind(first)(lines)), times, families)


def _kind(gold: Gold) -> Callable[[Lines], Iterable[Measure]]:
    if "expect" in gold:
        return scoring.suite
    return scoring.details if "spans" in gold else scoring.corpus


def _answer(gold: Gold, country: str) -> Answer:
    message = Message(gold["text"], country=gold.get("region") or country)
    began = perf_counter()
    verdict = moderation.screen(message)
    us = (perf_counter() - began) * 1e6
    masks = [flag for flag in verdict.flags if flag.action is Action.MASK]
    spans = [(flag.start, flag.end) for flag in masks]
    action, crisis = verdict.action.name.lower(), verdict.grade.name.lower()
    return Answer(action, crisis, spans, us)


def _sequence(gold: Gold, country: str) -> Sequence[tuple[Action, Grade]]:
    recent = Recent()
    verdicts = [
        moderation.screen(
            Message(
                text=said["text"],
                room=said["room"],
                country=country,
                author=said["user"].encode(),
                at=said["t"],
            ),
            recent,
        )
        for said in gold["messages"]
    ]
    return [(verdict.action, verdict.grade) for verdict in verdicts]


def _beside_plain(
    lines: Lines, plain: Mapping[str, Gold], country: str
) -> Sequence[tuple[Gold, Answer, Answer]]:
    if missing := {gold["base"] for gold, _ in lines} - set(plain):
        raise BadFile(f"the plain lines are in none of the files: {min(missing)}")
    return [(gold, it, _answer(plain[gold["base"]], country)) for gold, it in lines]
