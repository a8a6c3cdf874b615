"""Lists: the words and pairs of words that lie beside this file."""

from collections.abc import Mapping, Sequence
from importlib.resources import files


def words(name: str) -> Sequence[str]:
    """Return all words of a list, in its order; lines after a # say what it is."""
    text = files(__package__).joinpath(name).read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("# "))
    return [word for line in lines for word in line.split()]


def pairs(name: str) -> Mapping[str, str]:
    """Return a list whose every line says what something is, and how it is written."""
    entries = words(name)
    return dict(zip(entries[1::2], entries[::2], strict=True))
