"""The load generator: built once, then told over a pipe what to do."""

import json
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from processes import GENERATOR_CORE, pinned

HERE = Path(__file__).resolve().parent
BINARY = HERE / "build" / "load"
CONNECT_SECONDS, DRAIN_SECONDS = 120, 30

Figures = dict[str, Any]


def build() -> None:
    """Compile the generator if its source is newer than what was compiled last."""
    sources = sorted((HERE / "load").glob("*.[ch]"))
    newest = max(source.stat().st_mtime for source in sources)
    if BINARY.exists() and BINARY.stat().st_mtime > newest:
        return
    BINARY.parent.mkdir(exist_ok=True)
    files = [str(source) for source in sources if source.suffix == ".c"]
    subprocess.run(
        ["gcc", "-O2", "-Wall", "-Wextra", "-o", str(BINARY), *files, "-lm"], check=True
    )


class Generator:
    """Connections that join, speak and count what they hear."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process

    def connect(self) -> Figures:
        return self._ask("connect", CONNECT_SECONDS)

    def publish(self, rate: float, seconds: float, length: int = 120) -> Figures:
        command = f"publish {rate:.4f} {seconds} {length}"
        return self._ask(command, seconds + DRAIN_SECONDS)

    def idle(self, seconds: float) -> Figures:
        return self._ask(f"idle {seconds}", seconds + DRAIN_SECONDS)

    def _ask(self, command: str, patience: float) -> Figures:
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], patience)[0]:
            raise RuntimeError(f"no answer to {command}")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the generator ended at {command}")
        return json.loads(line)


@contextmanager
def generator(**options: object) -> Iterator[Generator]:
    """Start a generator on its own core; options are those of load/main.c."""
    command = [str(BINARY)]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    process = subprocess.Popen(
        pinned(GENERATOR_CORE, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield Generator(process)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
