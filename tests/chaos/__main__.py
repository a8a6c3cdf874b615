"""`python -m tests.chaos`: break one thing after another, and look at what is left."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.chaos import table
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.trial import Outcome, Trial

RATE = 20
"""Messages a second, in all rooms together."""


def main() -> int:
    """Run the trials that are asked for; return what to exit with."""
    chosen = _chosen()
    faults = [fault for fault in FAULTS if chosen.only in (None, fault.name)]
    outcomes = asyncio.run(_run(faults, chosen.seconds, chosen.clients))
    table.write(chosen.json, outcomes)
    return int(any(table.broken_promises(outcome) for outcome in outcomes))


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of each fault")
    parser.add_argument("--clients", type=int, default=200, help="pages in all")
    parser.add_argument("--only", choices=[fault.name for fault in FAULTS])
    parser.add_argument("--json", type=Path, default=Path("var/chaos.json"))
    return parser.parse_args()


async def _run(faults: Sequence[Fault], seconds: float, pages: int) -> list[Outcome]:
    _end_in_order_when_told()
    outcomes = []
    _show(table.line(table.COLUMNS))
    for fault in faults:
        trial = Trial(fault, seconds=seconds, pages=pages, rate=RATE)
        outcomes.append(await trial.run())
        _show(table.line_of(outcomes[-1]))
    return outcomes


def _end_in_order_when_told() -> None:
    """Let everything that was started end with us."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _show(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
