"""How the service is doing, in numbers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chat import metrics
from chat.metrics import Metrics

A_WORKER = """
from chat.metrics import Metrics
metrics = Metrics()
metrics.connections.set(3)
metrics.line_up.set(1)
metrics.waiting_cases.set(5)
metrics.said.inc()
metrics.refused.labels("too_fast").inc()
print("counted", flush=True)
input()
"""


def sample(text: bytes, name: str) -> float:
    lines = text.decode().splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name))


class Worker:
    """A process that counts, until it is told to end."""

    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", A_WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, metrics.SHARED: str(directory)},
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == b"counted\n"

    def end(self) -> int:
        self.process.communicate(b"\n")
        return self.process.pid


def test_one_process_counts_for_itself():
    ours, another = Metrics(), Metrics()

    ours.said.inc()

    assert sample(ours.render(), "porchlight_messages_said_total") == 1
    assert sample(another.render(), "porchlight_messages_said_total") == 0


def test_several_processes_count_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(metrics.SHARED, metrics.share(tmp_path)[metrics.SHARED])
    workers = [Worker(tmp_path), Worker(tmp_path)]

    seen = Metrics().render()

    assert sample(seen, "porchlight_connections") == 6
    assert sample(seen, "porchlight_redis_line_up") == 1
    assert sample(seen, "porchlight_cases_waiting") == 5, "all see the same ones"
    assert sample(seen, "porchlight_messages_said_total") == 2
    assert sample(seen, 'porchlight_refused_total{code="too_fast"}') == 2
    for worker in workers:
        worker.end()


def test_a_dead_process_has_no_connections_but_what_it_did_still_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(metrics.SHARED, str(tmp_path))
    living, dead = Worker(tmp_path), Worker(tmp_path)

    metrics.forget(tmp_path, dead.end())

    seen = Metrics().render()
    assert sample(seen, "porchlight_connections") == 3
    assert sample(seen, "porchlight_messages_said_total") == 2
    living.end()


def test_a_start_begins_at_nought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Worker(tmp_path).end()

    monkeypatch.setenv(metrics.SHARED, metrics.share(tmp_path)[metrics.SHARED])

    assert b"porchlight_connections " not in Metrics().render()
