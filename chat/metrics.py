"""Metrics: how the service is doing, in numbers that say nothing about anybody."""

from pathlib import Path
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that makes several processes count together; set before they start."""

Together = Literal["livesum", "livemin", "livemax"]
"""What the processes of one machine come to: all count, or the worst of them does."""

disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """What this process counts, and what all of one machine's count together."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

        self.connections = self._gauge("connections", "Open WebSockets.")
        self.members = self._gauge("members", "Members present, counted once a room.")
        self.line_up = self._gauge(
            "redis_line_up", "1 while the other processes are heard.", "livemin"
        )

        self.said = self._counter("messages_said", "Messages accepted.")
        self.screened = self._counter("screened", "Messages, by verdict.", "verdict")
        self.waiting_cases = self._gauge(
            "cases_waiting",
            "What is flagged and waits to be opened.",
            "livemax",
        )
        self.fanned_out = self._counter("frames_fanned_out", "Frames sent to members.")
        self.refused = self._counter("refused", "Requests refused, by code.", "code")
        self.closed = self._counter("closed", "Connections closed, by code.", "code")
        self.line_lost = self._counter("redis_line_lost", "Lines to Redis lost.")
        self.catch_ups = self._counter("catch_up", "Rooms read anew after a gap.")
        self.not_whole = self._counter(
            "history_not_whole", "Times somebody was told that history has a hole."
        )
        self.needs_open = self._gauge(
            "needs_open", "Needs that have not ended; no drills.", "livemax"
        )
        self.oldest_need = self._gauge(
            "need_oldest_unaccepted_seconds",
            "How long ago the oldest need was raised that nobody has; or 0.",
            "livemax",
        )
        self.alerts = self._counter(
            "alerts", "Alerts, by way and what became of them.", "way", "outcome"
        )
        self.oncall_alarms = self._counter(
            "oncall_alarms",
            "Times that something was wrong with a need, by what.",
            "what",
        )
        self.starts_over = self._counter(
            "history_started_over", "Times a room's history began anew."
        )

    def render(self) -> bytes:
        """Return every number as Prometheus reads it."""
        return generate_latest(_together() or self._registry)

    def _gauge(self, name: str, help_: str, together: Together = "livesum") -> Gauge:
        return Gauge(
            f"porchlight_{name}",
            help_,
            registry=self._registry,
            multiprocess_mode=together,
        )

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"porchlight_{name}", help_, labels, registry=self._registry)


def _together() -> CollectorRegistry | None:
    """Return what all processes count, or None where there is but one."""
    registry = CollectorRegistry()
    try:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:  # the variable is not set
        return None
    return registry


def share(directory: Path) -> dict[str, str]:
    """Empty the directory and return what children need in their environment."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in directory.glob("*.db"):
        file.unlink()
    return {SHARED: str(directory)}


def forget(directory: Path, pid: int) -> None:
    """Take the gauges of a process that has ended out of the sums."""
    mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]
