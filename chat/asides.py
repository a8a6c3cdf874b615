"""Asides: events that one member alone is told, whoever else is in the room."""

from typing import NamedTuple

from chat.model import Grade
from chat.protocol import pack

CARE, NOTICE, WAITING, WORD, CONTROLS = range(45, 50)


class Word(NamedTuple):
    """What the room team tells a member; until when it holds, 0: for good or over."""

    token: bytes
    kind: str
    reason: str
    text: str
    until: int
    may_appeal: bool
    room: str
    id: bytes


def care(room: str, position: int, grade: Grade) -> bytes:
    """Show the card with the help lines: what was said sounded like danger."""
    return pack((CARE, room, position, int(grade)))


def notice(room: str, position: int, what: str) -> bytes:
    """Tell something about one's own message; `unchecked`: nothing was hidden."""
    return pack((NOTICE, room, position, what))


def waiting(ref: int, id_: bytes) -> bytes:
    """Answer `say`: the room team reads it first."""
    return pack((WAITING, ref, id_))


def word(word: Word) -> bytes:
    """Pass on what the room team says, until it is heeded."""
    return pack((WORD, *word))


def controls(
    room: str, slow: int, greeting: str, *, locked: bool, shield: bool
) -> bytes:
    """Tell how a room is held: seconds between messages, closed, newcomers wait."""
    return pack((CONTROLS, room, slow, locked, shield, greeting))
