"""The figures as tables for people: medians, with the spread beside them."""

from itertools import groupby
from statistics import median

from generator import Figures

SHAPES = ("processes", "members", "rooms", "stalled")
COLUMNS = {
    "fanout": {
        "deliveries_per_second": "deliveries/s",
        "rate": "messages/s",
        "p99": "p99 ms",
        "cpu_us": "CPU µs/delivery",
    },
    "quiet": {
        "cpu_us": "CPU µs/delivery",
        "server_cpu_us": "server",
        "redis_cpu_us": "Redis",
        "p50": "p50 ms",
        "p99": "p99 ms",
        "lost": "lost",
    },
    "idle": {
        "kb_per_connection": "KB/connection",
        "resident_mb": "resident MB",
        "gc_pause_ms": "longest GC ms",
    },
    "join": {
        "join_cpu_us": "CPU µs/join",
        "join_server_cpu_us": "server",
        "join_redis_cpu_us": "Redis",
        "joins_per_second": "joins/s",
    },
    "payload": {"payload_bytes": "bytes"},
    "idle_bytes": {"bytes_per_minute": "bytes/minute"},
    "screening": {
        "screening_us": "p50 µs/message",
        "screening_p99_us": "p99 µs/message",
        "hostile_ms": "worst 4 KB ms",
    },
    "alerts": {
        "first_alert_p50_s": "p50 s to first alert",
        "first_alert_p99_s": "p99 s to first alert",
        "step_late_worst_s": "worst s late, later steps",
    },
}
COLUMNS["small_rooms"] = COLUMNS["stalled"] = COLUMNS["flat"] = COLUMNS["quiet"]


def show(runs: list[Figures], verdicts: list[Figures]) -> str:
    """Return everything as text."""
    scenarios = dict.fromkeys(run["scenario"] for run in runs)
    parts = [
        _scenario(name, [r for r in runs if r["scenario"] == name])
        for name in scenarios
    ]
    return "\n\n".join([*parts, _promises(verdicts)])


def _scenario(name: str, runs: list[Figures]) -> str:
    columns = COLUMNS[name]
    rows = [["", *columns.values()]]
    for label, same in groupby(sorted(runs, key=_order(runs)), key=_label):
        group = list(same)
        problems = [run["error"] for run in group if "error" in run]
        cells = [_cell([run[c] for run in group if c in run]) for c in columns]
        rows.append([label, *cells, *(problem.splitlines()[0] for problem in problems)])
    return f"## {name}\n" + _aligned(rows)


def _order(runs: list[Figures]):
    seen = list(dict.fromkeys(_label(run) for run in runs))
    return lambda run: seen.index(_label(run))


def _label(run: Figures) -> str:
    shape = [f"{run[key]} {key}" for key in SHAPES if key in run]
    return ", ".join([run["peer"], *shape])


def _cell(values: list[float]) -> str:
    if not values:
        return "—"
    if len(values) == 1 or min(values) == max(values):
        return _number(median(values))
    return f"{_number(median(values))} ({_number(min(values))}-{_number(max(values))})"


def _number(value: float) -> str:
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _promises(verdicts: list[Figures]) -> str:
    rows = [["promise", "median (spread)", "bound", ""]]
    for verdict in verdicts:
        spread = [verdict["lowest"], verdict["median"], verdict["highest"]]
        sign = "≥" if verdict["at_least"] else "≤"
        rows.append(
            [
                verdict["name"],
                _cell(spread),
                f"{sign} {verdict['bound']:g}",
                "ok" if verdict["ok"] else "SHORT",
            ]
        )
    return "## promises\n" + _aligned(rows)


def _aligned(rows: list[list[str]]) -> str:
    widths = [
        max(len(row[i]) for row in rows if i < len(row))
        for i in range(max(map(len, rows)))
    ]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
