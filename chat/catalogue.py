"""The catalogue: which rooms there are, read from a file that an operator may replace.

A mistake in the file stops the service at its start, with the line named, and never
shows itself to somebody who came to talk.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

from chat import talkroom
from chat.errors import Amiss, NoSuchRoom
from chat.model import Room, RoomName

OUR_ROOMS = Path(__file__).with_name("rooms.toml")

MAX_SLUG = 24
MAX_RULES = 8
MAX_TAGS = 8
MAX_HISTORY_HOURS = 24 * 30

_LONGEST = {
    "slug": MAX_SLUG,
    "name": 40,
    "programme": 40,
    "purpose": 120,
    "rules": 160,
    "tags": 24,
    "for_whom": 120,
    "disclaimer": 200,
}
"""Every key a room must have, and how many characters its text (or each) may have."""

_MAY = ("history_hours", "country")
"""Every key a room may have."""

_RESERVED = ("staff", "calls", "team")
"""Topics that are no rooms, and names of keys that are no room's."""

_LISTS = {"rules": MAX_RULES, "tags": MAX_TAGS}
_COUNTRY = re.compile(r"[A-Z]{2}")
_SLUG = re.compile(r"[a-z][a-z0-9-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WHERE = re.compile(r"\(at line (\d+), column \d+\)")


class BadRooms(Amiss):
    """The file of rooms cannot be used; the message is one line that says where."""


class Catalogue:
    """The rooms there are, in the order in which people see them."""

    __slots__ = ("_by_slug", "rooms")

    def __init__(self, rooms: tuple[Room, ...]) -> None:
        self.rooms = rooms
        self._by_slug = {str(room.slug): room for room in rooms}

    def find(self, slug: str) -> Room:
        """Return the room of that name; any talk, since who may come in is asked first.

        Raises:
            NoSuchRoom: If there is none.

        """
        if talkroom.is_talk(slug):
            return talkroom.described(slug)
        room = self._by_slug.get(slug)
        if room is None:
            raise NoSuchRoom
        return room


def load(path: Path | None) -> Catalogue:
    """Read the rooms from a file, or ours when none is given.

    Raises:
        BadRooms: If the file cannot be read, or anything in it is not as it must be.

    """
    path = path or OUR_ROOMS
    source = _Source(path.name, _read(path))
    rooms: list[Room] = []
    for block in _blocks(source, source.parse()):
        room = block.room()
        if any(room.slug == other.slug for other in rooms):
            block.fail("this slug is taken by another room", "slug")
        rooms.append(room)
    return Catalogue(tuple(rooms))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise BadRooms(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadRooms(f"{path.name}, line {line}: not UTF-8") from error


class _Source(NamedTuple):
    """The text of a file of rooms, to say on which line something is."""

    file: str
    text: str

    def parse(self) -> dict[str, object]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            where = _WHERE.search(str(error))
            line = int(where[1]) if where else self.text.count("\n") + 1
            self.fail(line, f"not TOML: {str(error).partition(' (at ')[0]}")

    def fail(self, line: int, problem: str) -> NoReturn:
        # A problem may quote the file, and must stay on one line.
        raise BadRooms(f"{self.file}, line {line}: {_CONTROL.sub('?', problem)}")

    def line_of(self, key: str, first: int, end: int) -> int:
        """Return the line on which a key is set, within a range; else the first.

        tomllib tells no lines for what it read, so the text is searched.
        """
        wanted = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[\].=]""")
        lines = self.text.split("\n")[first - 1 : end - 1]
        found = (number for number, line in enumerate(lines) if wanted.match(line))
        return first + next(found, 0)

    def headers(self) -> list[int]:
        """Return the lines on which the rooms begin, and the one after the last."""
        lines = self.text.split("\n")
        begins = [0]
        for number, line in enumerate(lines):
            # Inside a text of several lines a header is only words; what stands
            # between it and the header before is then not whole.
            if _is_header(line) and _is_toml("\n".join(lines[begins[-1] : number])):
                begins.append(number)
        return [begin + 1 for begin in begins[1:]] + [len(lines) + 1]


def _is_header(line: str) -> bool:
    return re.match(r"\s*\[\[\s*[\"']?room[\"']?\s*\]\]", line) is not None


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _blocks(source: _Source, read: dict[str, object]) -> Iterator["_Block"]:
    headers = source.headers()
    for key in read:
        if key != "room":
            line = source.line_of(key, 1, headers[-1])
            source.fail(line, f'unknown key "{key}"')
    tables = read.get("room")
    if not isinstance(tables, list) or len(tables) != len(headers) - 1 or not tables:
        source.fail(1, "no rooms: each must begin with [[room]] on a line of its own")
    for table, line, end in zip(tables, headers, headers[1:], strict=False):
        yield _Block(source, line, end, table)


class _Block(NamedTuple):
    """One room as the file has it, not yet believed."""

    source: _Source
    line: int
    end: int
    table: dict[str, object]

    def room(self) -> Room:
        self._check_keys()
        slug = self._slug()
        return Room(
            slug=slug,
            name=self._text("name"),
            programme=self._text("programme"),
            purpose=self._text("purpose"),
            rules=self._texts("rules"),
            tags=self._texts("tags"),
            for_whom=self._text("for_whom"),
            disclaimer=self._text("disclaimer"),
            history_hours=self._history_hours(),
            country=self._country(),
        )

    def fail(self, problem: str, key: str) -> NoReturn:
        called = self.table.get("slug") or self.table.get("name") or "without a slug"
        line = self.source.line_of(key, self.line, self.end)
        self.source.fail(line, f'room "{called}": {problem}')

    def _check_keys(self) -> None:
        for key in self.table:
            if key not in _LONGEST and key not in _MAY:
                self.fail(f'unknown key "{key}"', key)
        for key in _LONGEST:
            if key not in self.table:
                self.fail(f"{key} is missing", key)

    def _slug(self) -> RoomName:
        slug = self._text("slug")
        if not _SLUG.fullmatch(slug):
            self.fail("slug must be a-z, then a-z, 0-9 and -", "slug")
        if slug in _RESERVED or slug.startswith(talkroom.PREFIX):
            self.fail(f"{slug} is not a room's name", "slug")
        return RoomName(slug)

    def _country(self) -> str:
        country = self.table.get("country", "")
        if country and not _COUNTRY.fullmatch(str(country)):
            self.fail("country must be two letters, such as ZA", "country")
        return str(country)

    def _texts(self, key: str) -> tuple[str, ...]:
        texts = self.table[key]
        if not isinstance(texts, list):
            self.fail(f"{key} must be a list of texts", key)
        if not 1 <= len(texts) <= _LISTS[key]:
            self.fail(f"{key} must have 1 to {_LISTS[key]} texts", key)
        return tuple(self._checked(text, key) for text in texts)

    def _text(self, key: str) -> str:
        return self._checked(self.table[key], key)

    def _checked(self, text: object, key: str) -> str:
        if not isinstance(text, str):
            self.fail(f"{key} must be text", key)
        if not text.strip():
            self.fail(f"{key} is empty", key)
        if len(text) > _LONGEST[key]:
            self.fail(f"{key} is longer than {_LONGEST[key]} characters", key)
        if _CONTROL.search(text):
            self.fail(f"{key} must be on one line, without control characters", key)
        return text

    def _history_hours(self) -> float | None:
        hours = self.table.get("history_hours")
        if hours is None:
            return None
        if isinstance(hours, bool) or not isinstance(hours, int | float):
            self.fail("history_hours must be a number", "history_hours")
        if not 0 <= hours <= MAX_HISTORY_HOURS:
            allowed = f"0 to {MAX_HISTORY_HOURS}"
            self.fail(f"history_hours must be {allowed}", "history_hours")
        return float(hours)
