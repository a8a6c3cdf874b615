"""The tables of lines beside the tests: `category | line`, or `pass | line`."""

from pathlib import Path
from typing import NamedTuple

LINES = Path(__file__).with_name("lines")


class Line(NamedTuple):
    """Something a member might say, and the category it should be stopped for."""

    category: str
    text: str


def stopped(name: str) -> list[Line]:
    """Return the lines of a table that must not go through."""
    return [line for line in _lines(name) if line.category != "pass"]


def passing(name: str) -> list[str]:
    """Return the lines of a table that only look like it."""
    return [line.text for line in _lines(name) if line.category == "pass"]


def _lines(name: str) -> list[Line]:
    rows = (LINES / f"{name}.txt").read_text("utf-8").splitlines()
    return [Line(*row.split(" | ", 1)) for row in rows if not row.startswith("#")]
