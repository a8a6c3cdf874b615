"""One night: many need to talk at once, one thing breaks, and nobody is forgotten."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from chat.errors import StoreDown
from tests.chaos.night.faults import NightFault
from tests.chaos.night.house import AFTER, PEERS, House, a_few
from tests.chaos.night.judge import NightVerdict, judge

LONGEST_SECONDS: Final = 360
SETTLED_WITHIN_SECONDS: Final = 150
PEERS_WAIT_SECONDS: Final = 5
"""So that most needs see every step of a round."""


@dataclass(frozen=True)
class Morning:
    """What came of a night."""

    fault: NightFault
    wanted: int
    verdict: NightVerdict
    killed: Counter[str]
    errors: Counter[str]
    pushes: int
    seconds: float


class Night:
    """One fault, from the first press to the last talk that is over."""

    def __init__(
        self,
        fault: NightFault,
        *,
        needs: int = 200,
        peers_wait: float = PEERS_WAIT_SECONDS,
    ) -> None:
        self._fault = fault
        self._needs = needs
        self._peers_wait = peers_wait
        self._house = House(sqlite=fault.sqlite, clock_moves=fault.clock_moves)

    async def run(self) -> Morning:
        """Return what came of it.

        Raises:
            TimeoutError: If it takes far too long.

        """
        began = time.monotonic()
        async with asyncio.timeout(LONGEST_SECONDS), self._house as house:
            verdict = await self._lived()
            return Morning(
                self._fault,
                self._needs,
                verdict,
                house.killed,
                house.errors,
                len(house.push.pushed),
                round(time.monotonic() - began, 1),
            )

    async def _lived(self) -> NightVerdict:
        house = self._house
        async with asyncio.TaskGroup() as tasks:
            for number in range(2):
                told = partial(self._worker_told, number, count())
                tasks.create_task(house.keep(f"worker {number}", "worker", told=told))
            for number, peer in enumerate(PEERS):
                name = f"peer {number}"
                tasks.create_task(house.keep(name, "peer", peer, told=self._peer_told))
            await asyncio.sleep(0)
            await house.all_at_work()
            pressing = tasks.create_task(house.once("members", str(self._needs)))
            await self._fault.breaks(house)
            await pressing
            await self._until_settled()
            over = int(time.time() * 1000)
            house.close()
            for program in house.programs.values():
                program.kill()
        return await self._judged(over)

    def _worker_told(self, number: int, lives: Iterator[int]) -> dict[str, str]:
        fault, life = self._fault, next(lives)
        hurts = number == 0 or (fault.both and life == 0)
        at = f"{fault.point}:{a_few(fault.often)}"
        return {"NIGHT_KILL": at} if fault.point and hurts else {}

    def _peer_told(self) -> dict[str, str]:
        told = {"NIGHT_SILENT": str(self._fault.silent)}
        return told | {"NIGHT_WAIT": str(self._peers_wait)}

    async def _until_settled(self) -> None:
        """Wait until every need is over; what is not by then is judged as it is."""
        gives_up = time.monotonic() + SETTLED_WITHIN_SECONDS
        while time.monotonic() < gives_up and not await self._is_settled():
            await asyncio.sleep(1)

    async def _is_settled(self) -> bool:
        try:
            kept = await self._house.kept()
        except StoreDown:
            return False
        over = [need for need in kept.needs if need.state == "ended"]
        promised = any(need.end == "call_back" for need in over)
        return len(over) == len(kept.needs) and not promised

    async def _judged(self, over: int) -> NightVerdict:
        """Judge what there was when it was over: nobody looks after it since."""
        house = self._house
        kept = await house.kept()
        return judge(kept, house.raised, house.accepted, AFTER, over)


def broken_promises(morning: Morning) -> list[str]:
    """Return what was promised and not kept."""
    fault, verdict = morning.fault, morning.verdict
    late = max(verdict.first_p99, verdict.late_worst)
    kept = {
        "everybody is answered": verdict.needs == morning.wanted,
        "nobody is dropped": verdict.dropped == 0,
        "every need is over, or still offered": _adds_up(verdict),
        "somebody is called for everybody": verdict.uncalled == 0,
        "no need is accepted twice": verdict.accepted_twice == 0,
        "who was told they have it, has it": verdict.accepts_lost == 0,
        "whoever should be killed was": not fault.kills or _was_killed(morning),
        "every step comes in time": fault.latest is None or late <= fault.latest,
        "no process has a fault of its own": not morning.errors,
    }
    return [promise for promise, is_kept in kept.items() if not is_kept]


def _was_killed(morning: Morning) -> bool:
    killed = morning.killed.items()
    return any(times for name, times in killed if name.startswith(morning.fault.kills))


def _adds_up(verdict: NightVerdict) -> bool:
    return verdict.ended + verdict.offered + verdict.held >= verdict.needs


COLUMNS: Final = (
    "night", "needs", "ended", "offered", "dropped", "twice", "uncalled", "killed",
    "pushes", "first p50", "p99", "step late", "seconds",
)  # fmt: skip


def line_of(morning: Morning) -> str:
    """Return a night's line, and below it what was not kept."""
    found = morning.verdict
    cells = (
        morning.fault.name, found.needs, found.ended, found.offered, found.dropped,
        found.accepted_twice, found.uncalled, morning.killed.total(), morning.pushes,
        found.first_p50, found.first_p99, found.late_worst, morning.seconds,
    )  # fmt: skip
    lines = [line(cells)]
    lines += [f"    NOT KEPT: {promise}" for promise in broken_promises(morning)]
    return "\n".join(lines)


def line(cells: Iterable[object]) -> str:
    """Return one line of the table."""
    return "  ".join(
        str(cell).ljust(24) if number == 0 else str(cell).rjust(len(name))
        for number, (cell, name) in enumerate(zip(cells, COLUMNS, strict=True))
    )


def row(morning: Morning) -> dict[str, object]:
    """Return what came of a night, as it is written down."""
    return {
        "night": morning.fault.name,
        **asdict(morning.verdict),
        "killed": morning.killed,
        "errors": morning.errors,
        "pushes": morning.pushes,
        "seconds": morning.seconds,
        "broken_promises": broken_promises(morning),
    }


def write(path: Path, mornings: Iterable[Morning]) -> None:
    """Write down what came of nights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([row(each) for each in mornings], indent=2) + "\n")
