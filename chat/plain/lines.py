"""The help lines for pages without script: read out of the table that scripts have."""

import re
from pathlib import Path
from typing import Final, NamedTuple

from chat.errors import Amiss
from chat.webfiles import WEB

TABLE: Final = WEB / "js" / "lines.js"

_COUNTRY: Final = re.compile(
    r'^  ([A-Z]{2}): \{ name: "([^"]+)", lines: \[(.*?)\] \}', re.DOTALL | re.MULTILINE
)
_LINE: Final = re.compile(r'\["([^"]+)", "([\d -]+)"\]')
_EMERGENCY: Final = "Emergency"


class BadLines(Amiss):
    """The table cannot be read, and nobody may be left without it."""


class Line(NamedTuple):
    """Somebody to call."""

    words: str
    number: str

    @property
    def dialled(self) -> str:
        """The number as a phone dials it."""
        return re.sub(r"\D", "", self.number)


class Country(NamedTuple):
    """The lines of one country."""

    code: str
    name: str
    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        """Whom to call to talk: the first that is not for emergencies alone."""
        return next(
            (each for each in self.lines if not each.words.startswith(_EMERGENCY)),
            self.lines[0],
        )

    @property
    def names_emergency(self) -> bool:
        """Whether the emergency number is among them."""
        return any(each.words.startswith(_EMERGENCY) for each in self.lines)


def read(table: Path = TABLE) -> tuple[Country, ...]:
    """Return every country's lines.

    Raises:
        BadLines: If there are none to be found.

    """
    found = tuple(
        Country(code, name, tuple(Line(*pair) for pair in _LINE.findall(lines)))
        for code, name, lines in _COUNTRY.findall(table.read_text("utf-8"))
    )
    if not found or not all(country.lines for country in found):
        raise BadLines(f"{table}: no help lines to be found")
    return found
