"""`python -m tests.chaos.night`: break a night on call, and see who is forgotten."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tests.chaos.night.faults import NIGHT_FAULTS, NightFault
from tests.chaos.night.house import can_fake_time
from tests.chaos.night.trial import (
    COLUMNS,
    Morning,
    Night,
    broken_promises,
    line,
    line_of,
    write,
)


def main() -> int:
    """Run the nights that are asked for; return what to exit with."""
    chosen = _chosen()
    faults = [fault for fault in NIGHT_FAULTS if chosen.only in (None, fault.name)]
    mornings = asyncio.run(_run(faults, chosen.needs))
    write(chosen.json, mornings)
    return int(any(broken_promises(morning) for morning in mornings))


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos.night", description=__doc__
    )
    parser.add_argument("--needs", type=int, default=200, help="raised at once")
    parser.add_argument("--only", choices=[fault.name for fault in NIGHT_FAULTS])
    parser.add_argument("--json", type=Path, default=Path("var/nights.json"))
    return parser.parse_args()


async def _run(faults: list[NightFault], needs: int) -> list[Morning]:
    task = asyncio.current_task()
    if task is not None:
        # Everything that was started ends with us.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    mornings = []
    _show(line(COLUMNS))
    for fault in faults:
        if fault.clock_moves and not can_fake_time():
            _show(f"{fault.name}: NOT RUN, there is no libfaketime here")
            continue
        mornings.append(await Night(fault, needs=needs).run())
        _show(line_of(mornings[-1]))
    return mornings


def _show(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
