"""Who is measured: how each is started, and in which dialect it is spoken to."""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from processes import (
    cpu_seconds,
    free_port,
    redis,
    resident_kb,
    running,
    wait_until_ready,
)

HERE = Path(__file__).resolve().parent
PEERS, VENV = HERE / "peers", HERE / ".venv"
LOCK = HERE / "requirements.lock"
PYTHON = str(VENV / "bin" / "python")
ORIGIN = "http://bench.example"
ROOM_COUNT = 250
UNLIMITED = "1000000000"


@dataclass(frozen=True)
class Contender:
    """A server to measure."""

    name: str
    module: tuple[str, ...]
    """A Python module and its arguments; `{port}` is filled in."""
    dialect: str = "plain"
    redis: bool = False
    own_interpreter: bool = False
    """Runs in the project's environment instead of the peers'."""
    ready_path: str = ""
    """Where it answers 200 once it can serve; without one, listening is enough."""
    first_rate: float = 30
    """Where looking for the highest rate begins, in messages a second."""


def _uvicorn(app: str) -> tuple[str, ...]:
    options = (
        "--host 127.0.0.1 --port {port} --loop uvloop --http httptools "
        "--ws websockets-sansio --ws-per-message-deflate false "
        "--no-access-log --log-level warning --backlog 4096"
    )
    return ("uvicorn", *options.split(), app)


SERVICE = Contender(
    "service",
    ("chat", "serve"),
    dialect="porchlight",
    redis=True,
    own_interpreter=True,
    ready_path="/readyz",
    first_rate=500,
)
STARLETTE = Contender("starlette", _uvicorn("starlette_loop:app"))
STARLETTE_REDIS = Contender(
    "starlette_redis", _uvicorn("starlette_loop:app"), redis=True
)
WEBSOCKETS = Contender("websockets_broadcast", ("websockets_broadcast", "{port}"))
SOCKETIO = Contender(
    "socketio_redis",
    _uvicorn("socketio_rooms:app"),
    dialect="socketio",
    redis=True,
    first_rate=4,
)
RAW = Contender("raw_loop", ("raw_loop", "{port}"), first_rate=60)


def install() -> None:
    """Make the peers' environment, unless it is already what the lock file says."""
    stamp = VENV / "lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    venv.create(VENV, with_pip=True, clear=True)
    subprocess.run(
        [PYTHON, "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(LOCK)],
        check=True,
    )
    stamp.write_text(wanted)


@dataclass
class Stage:
    """A contender that is running: one or more processes, and Redis if it uses it."""

    contender: Contender
    folder: Path
    ports: list[int] = field(default_factory=list)
    servers: list[int] = field(default_factory=list)
    redis: list[int] = field(default_factory=list)

    def cpu(self) -> tuple[float, float]:
        """Return seconds used so far by the servers and by Redis."""
        return cpu_seconds(self.servers), cpu_seconds(self.redis)

    def resident_kb(self) -> int:
        return resident_kb(self.servers)

    def longest_pause_ms(self) -> float:
        """Collect everything now, and return the longest pause there was."""
        for pid in self.servers:
            os.kill(pid, signal.SIGUSR1)
        time.sleep(3)
        files = [self.folder / f"pauses-{port}" for port in self.ports]
        return max(float(file.read_text()) for file in files) * 1000


@contextlib.contextmanager
def staged(
    contender: Contender, processes: int, *, pauses: bool = False
) -> Iterator[Stage]:
    """Run a contender on one core until the end of the block.

    With `pauses` every process notes how long its garbage collections take.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("-bench")))
        stage = Stage(contender, folder)
        env = _environment(folder)
        if contender.redis:
            env["REDIS_URL"], pid = stack.enter_context(redis(folder))
            stage.redis.append(pid)
        try:
            for _ in range(processes):
                _add_process(stack, stage, env, pauses=pauses)
        except RuntimeError as problem:
            raise RuntimeError(f"{problem}\n{_log(folder)}") from None
        yield stage


def _add_process(
    stack: contextlib.ExitStack, stage: Stage, env: dict[str, str], *, pauses: bool
) -> None:
    contender, port = stage.contender, free_port()
    command = [sys.executable if contender.own_interpreter else PYTHON]
    if pauses:
        command += [str(HERE / "with_pauses.py"), str(stage.folder / f"pauses-{port}")]
    else:
        command.append("-m")
    command += [word.format(port=port) for word in contender.module]
    process = stack.enter_context(
        running(
            command,
            env={**env, "PORT": str(port)},
            log=stage.folder / "server.log",
            cwd=HERE.parent if contender.own_interpreter else PEERS,
        )
    )
    wait_until_ready(process, port, contender.ready_path)
    stage.ports.append(port)
    stage.servers.append(process.pid)


def _environment(folder: Path) -> dict[str, str]:
    """Return the service's settings: limits out of the way, all else as shipped."""
    rooms = folder / "rooms.toml"
    rooms.write_text(_rooms())
    return {
        "HOST": "127.0.0.1",
        "DATA_DIR": str(folder / "var"),
        "ROOMS_FILE": str(rooms),
        "ORIGINS": ORIGIN,
        "SECRET_KEY": "0123456789abcdef" * 4,
        "MAX_CONNECTIONS": "50000",
        "MAX_CONNECTIONS_PER_PREFIX": "50000",
        "SAYS_PER_MINUTE": UNLIMITED,
        "FLOOD_GUARD": "false",
        "JOINS_PER_MINUTE": UNLIMITED,
        "LOG_LEVEL": "WARNING",
    }


def _rooms() -> str:
    slugs = [f"r{number}" for number in range(ROOM_COUNT)] + ["newcomer0"]
    room = """
[[room]]
slug = "{slug}"
name = "Room {slug}"
programme = "Open, no programme"
purpose = "A room of the bench."
for_whom = "Anyone."
tags = ["bench"]
rules = ["Be kind."]
disclaimer = "Not a real room."
"""
    return "".join(room.format(slug=slug) for slug in slugs)


def _log(folder: Path) -> str:
    log = folder / "server.log"
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""
