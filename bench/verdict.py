"""What was promised, and whether the runs bear it out."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from generator import Figures

Pick = dict[str, object]


@dataclass(frozen=True)
class Promise:
    """A number at the top of results.json, and its bound."""

    name: str
    scenario: str
    figure: str
    of: Pick
    bound: float
    against: Pick | None = None
    """Compared with this run of the same round; without it the figure itself counts."""
    keeps: Callable[[float, float], bool] = operator.le

    def by_round(self, runs: list[Figures]) -> list[float]:
        """Return the number in each round in which it could be had."""
        rounds = sorted({run["round"] for run in runs})
        values = (self._value(runs, number) for number in rounds)
        return [value for value in values if value is not None]

    def _value(self, runs: list[Figures], number: int) -> float | None:
        ours = self._find(runs, number, self.of)
        if ours is not None and ours < 0:
            return math.inf  # of the messages none arrived
        if self.against is None or ours is None:
            return ours
        theirs = self._find(runs, number, self.against)
        return ours / theirs if theirs else None

    def _find(self, runs: list[Figures], number: int, pick: Pick) -> float | None:
        wanted = {"scenario": self.scenario, "round": number, **pick}
        for run in runs:
            if self.figure in run and wanted.items() <= run.items():
                return run[self.figure]
        return None


SERVICE, STARLETTE = {"peer": "service"}, {"peer": "starlette"}
BY_TWO = {"processes": 2}
ON_A_FILE, ON_A_SERVER = {"database": "sqlite"}, {"database": "postgresql"}
STARLETTE_REDIS = {"peer": "starlette_redis"}

PROMISES = (
    Promise(
        "fanout_vs_starlette",
        "fanout",
        "deliveries_per_second",
        SERVICE,
        10,
        against=STARLETTE,
        keeps=operator.ge,
    ),
    Promise(
        "quiet_cpu_vs_raw",
        "quiet",
        "cpu_us",
        SERVICE | BY_TWO,
        1.3,
        against={"peer": "raw_loop"},
    ),
    Promise(
        "quiet_cpu_vs_starlette_redis",
        "quiet",
        "cpu_us",
        SERVICE | BY_TWO,
        0.6,
        against=STARLETTE_REDIS | BY_TWO,
    ),
    Promise(
        "small_rooms_cpu_vs_starlette_redis",
        "small_rooms",
        "cpu_us",
        SERVICE,
        1.0,
        against=STARLETTE_REDIS,
    ),
    Promise("kb_per_connection", "idle", "kb_per_connection", SERVICE, 4),
    Promise("gc_pause_ms", "idle", "gc_pause_ms", SERVICE, 100),
    Promise(
        "join_cpu_vs_starlette",
        "join",
        "join_cpu_us",
        SERVICE,
        1.0,
        against=STARLETTE,
    ),
    Promise(
        "stalled_p99_ratio",
        "stalled",
        "p99",
        SERVICE | {"stalled": 1},
        1.2,
        against=SERVICE | {"stalled": 0},
    ),
    Promise("payload_bytes_80", "payload", "payload_bytes", SERVICE, 110),
    Promise("idle_bytes_per_min", "idle_bytes", "bytes_per_minute", SERVICE, 200),
    Promise("screening_us", "screening", "screening_us", SERVICE, 300),
    Promise("screening_p99_us", "screening", "screening_p99_us", SERVICE, 2000),
    Promise("hostile_4kb_ms", "screening", "hostile_ms", SERVICE, 10),
    Promise("first_alert_p99_s", "alerts", "first_alert_p99_s", ON_A_FILE, 2),
    Promise("first_alert_p99_s_pg", "alerts", "first_alert_p99_s", ON_A_SERVER, 2),
    Promise("step_late_s", "alerts", "step_late_worst_s", ON_A_FILE, 2),
    Promise("step_late_s_pg", "alerts", "step_late_worst_s", ON_A_SERVER, 2),
)


def verdicts(runs: list[Figures]) -> list[Figures]:
    """Return for each promise its median, its spread and whether it is kept."""
    found = []
    for promise in PROMISES:
        values = promise.by_round(runs)
        if not values:
            continue
        middle = median(values)
        found.append(
            {
                "name": promise.name,
                "median": middle,
                "lowest": min(values),
                "highest": max(values),
                "bound": promise.bound,
                "at_least": promise.keeps is operator.ge,
                "ok": promise.keeps(middle, promise.bound),
            }
        )
    return found
