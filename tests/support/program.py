"""A program in a process of its own, which a test talks to and may kill."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Self

ENOUGH_SECONDS = 60


class Program:
    """A Python program: its lines, its signals, its end. Ended with the test."""

    def __init__(self, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
            text=True,
            # So that the whole family can be ended, should a test fail.
            start_new_session=True,
        )
        self._errors: list[str] = []
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.wait()
        assert self._process.stdout
        assert self._process.stderr
        self._process.stdout.close()
        self._reader.join(ENOUGH_SECONDS)
        self._process.stderr.close()

    @property
    def pid(self) -> int:
        """Return its process."""
        return self._process.pid

    def line(self) -> str:
        """Return the next line of its standard output; empty when it has ended."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def lines(self) -> list[str]:
        """Return all its further lines, after its end."""
        assert self._process.stdout
        return self._process.stdout.read().splitlines()

    def signal(self, told: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        self._process.send_signal(told)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.signal(signal.SIGKILL)

    def wait(self, seconds: float = ENOUGH_SECONDS) -> int:
        """Wait for its end, and return its status."""
        return self._process.wait(seconds)

    def errors(self) -> str:
        """Return what it wrote to standard error, after its end."""
        self._reader.join(ENOUGH_SECONDS)
        return "".join(self._errors)

    def logged(self) -> list[dict[str, object]]:
        """Return what it logged, after its end."""
        return [json.loads(line) for line in self.errors().splitlines()]

    def _read_errors(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self._errors.append(line)
