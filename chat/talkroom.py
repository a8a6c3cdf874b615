"""A talk: the private room that belongs to one need, or to one card.

Its name says which, and nothing else; no list of rooms has it.
"""

import re
from collections.abc import Mapping
from typing import Final

from chat.model import Room, RoomName

HISTORY_HOURS: Final = 7 * 24
"""How long what is said in a talk is kept at most, while it goes on."""

NAME: Final = "A private talk"

PREFIX: Final = "talk-"
"""What the name of a talk begins with, and no other room's."""

_TALK = re.compile(PREFIX + r"([0-9a-f]{32})")


def talk_of(need_id: str) -> RoomName:
    """Return the name of the talk of a need, or of a card."""
    return RoomName(PREFIX + need_id)


def need_of(room: str) -> str | None:
    """Return the id of the need, or of the card, of a talk; None: it is no talk."""
    found = _TALK.fullmatch(room)
    return found[1] if found else None


def is_talk(room: str) -> bool:
    """Tell whether a name is that of a talk, whether or not there is one."""
    return _TALK.fullmatch(room) is not None


def called(room: str, names: Mapping[str, str]) -> str:
    """Return what staff pages call a room."""
    return NAME if is_talk(room) else names.get(room, room)


def described(room: str) -> Room:
    """Return a talk as `rooms.toml` would describe it, if it could."""
    return Room(
        slug=RoomName(room),
        name=NAME,
        programme="",
        purpose="You, and who came to talk with you.",
        rules=("What is said here stays here.",),
        tags=(),
        for_whom="",
        disclaimer="",
        history_hours=HISTORY_HOURS,
    )
