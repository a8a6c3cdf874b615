"""A finding: one thing that the doctor looked at, and how it is."""

import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from chat.identity import BadKey
from chat.settings import Settings

_OTHERS: Final = 0o077


class Finding(NamedTuple):
    """What was found; `well` is None where it is worth a thought, and no fault."""

    well: bool | None
    told: str

    def __str__(self) -> str:
        sign = {True: "✔", False: "✘", None: "!"}[self.well]
        return f"{sign} {self.told}"


def private(what: str, path: Path) -> Finding:
    """Tell whether a path is for nobody else."""
    if not path.exists():
        return Finding(True, f"{what}: {path} will be made at the first start")
    if path.stat().st_mode & _OTHERS:
        right = "700" if path.is_dir() else "600"
        return Finding(False, f"{what}: others may open {path} (chmod {right} {path})")
    return Finding(True, f"{what}: {path}")


def key(
    what: str, setting: str, path: Path | None, read: Callable[[], object]
) -> Finding:
    """Tell whether a key is kept well and can be read; no path: the setting has it."""
    found = private(what, path) if path else Finding(True, f"{what}: from {setting}")
    if not found.well or (path and not path.exists()):
        return found
    try:
        read()
    except BadKey as error:
        return Finding(False, f"{what}: {error}")
    return found


def is_public(settings: Settings) -> bool:
    """Tell whether others than this machine's own user may come."""
    return bool(settings.origins) or not is_loopback(settings.host)


def is_loopback(host: str | None) -> bool:
    """Tell whether an address is this machine's, for itself alone."""
    try:
        return ipaddress.ip_address(host or "127.0.0.1").is_loopback
    except ValueError:
        return host == "localhost"
