"""The outcomes, for people and for machines, and whether every promise was kept."""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.chaos.inquest import CaseVerdict
from tests.chaos.trial import Outcome

NOTICED_WITHIN_SECONDS = 6
ENDED_WITHIN_SECONDS = 10
_NO_WORK = CaseVerdict(0, 0, 0, 0, 0, 0)
COLUMNS = (
    "fault", "acked", "lost", "doubled", "out_of_order", "silent_gaps",
    "seconds_to_whole", "seconds_to_notice", "dropped_connections", "told_not_whole",
    "cases", "cases_lost", "cases_doubled", "acts", "acts_lost",
)  # fmt: skip


def row(outcome: Outcome) -> dict[str, object]:
    """Return an outcome as it is written down."""
    return {
        "fault": outcome.fault.name,
        **outcome.verdict._asdict(),
        "seconds_to_whole": outcome.seconds_to_whole,
        "seconds_to_notice": _finite(outcome.seconds_to_notice),
        "dropped_connections": outcome.dropped_connections,
        "told_not_whole": outcome.told_not_whole,
        "close_codes": outcome.close_codes,
        "refused": outcome.refused,
        "errors": outcome.errors,
        "slowest_end_seconds": round(outcome.slowest_end, 2),
        "replies_dropped": outcome.replies_dropped,
        **(outcome.work or _NO_WORK)._asdict(),
        "broken_promises": broken_promises(outcome),
    }


def broken_promises(outcome: Outcome) -> list[str]:
    """Return what was promised and not kept."""
    fault, verdict = outcome.fault, outcome.verdict
    work = outcome.work or _NO_WORK
    kept = {
        "something is acked": verdict.acked > 0,
        "nothing is lost": verdict.lost == 0,
        "nothing is doubled": verdict.doubled == 0,
        "everything is in order": verdict.out_of_order == 0,
        "no gap is silent": verdict.silent_gaps == 0,
        "only what is lost is called lost": fault.forgets or not outcome.told_not_whole,
        "everyone becomes whole": outcome.seconds_to_whole is not None,
        "a loss is noticed in time": not fault.noticed or _noticed(outcome),
        "lines are kept": not (fault.keeps_lines and outcome.dropped_connections),
        "a told process ends in time": outcome.slowest_end <= ENDED_WITHIN_SECONDS,
        "something becomes a case": not fault.works or work.cases > 0,
        "something is acted on": not fault.works or work.acts > 0,
        "no case is lost": work.cases_lost == 0,
        "no case is doubled": work.cases_doubled == 0,
        "every act happens once": work.acts_lost == 0,
        "what is held stays held": work.leaked == 0,
        "no process has a fault of its own": not outcome.errors,
    }
    return [promise for promise, is_kept in kept.items() if not is_kept]


def _finite(seconds: float | None) -> float | str | None:
    return "never" if seconds == math.inf else seconds


def _noticed(outcome: Outcome) -> bool:
    took = outcome.seconds_to_notice
    return took is not None and took <= NOTICED_WITHIN_SECONDS


def write(path: Path, outcomes: Iterable[Outcome]) -> None:
    """Write outcomes down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([row(outcome) for outcome in outcomes], indent=2) + "\n")


def line(cells: Sequence[object]) -> str:
    """Return one line of the table."""
    return "  ".join(
        str(cell).rjust(len(name)) for cell, name in zip(cells, _WIDE, strict=True)
    )


def line_of(outcome: Outcome) -> str:
    """Return an outcome's line, and below it what was not kept."""
    cells = row(outcome)
    lines = [line([cells[name] for name in COLUMNS])]
    lines += [f"    NOT KEPT: {promise}" for promise in broken_promises(outcome)]
    return "\n".join(lines)


_WIDE = tuple(name.ljust(16) if name == "fault" else name for name in COLUMNS)
