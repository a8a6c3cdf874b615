"""The nouns: what the service speaks about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NewType

RoomName = NewType("RoomName", str)
"""A room's slug: `coffee`."""

MemberId = NewType("MemberId", bytes)
"""Who a member is in one room, 16 bytes, known to the server only."""

Handle = NewType("Handle", bytes)
"""A device, 16 bytes, whatever the room: sanctions alone hold on to it."""

Who = NewType("Who", bytes)
"""Who a member is to the others in one room, 5 bytes; the first three are the name."""

Epoch = NewType("Epoch", int)
"""One unbroken history of a room; a larger one began later."""

Position = NewType("Position", int)
"""The place of an event in a room's history, from 1, without holes."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in one room; the same device in another room is another member."""

    id: MemberId
    who: Who


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """How far somebody has heard: an epoch and the last position within it.

    The greater of two is further on, in a later epoch or in the same one.
    """

    epoch: Epoch
    position: Position


NOWHERE = Place(Epoch(0), Position(0))
"""The place of someone who has heard nothing."""


@dataclass(frozen=True, slots=True)
class Room:
    """A topic room, as `rooms.toml` describes it."""

    slug: RoomName
    name: str
    programme: str
    purpose: str
    rules: tuple[str, ...]
    tags: tuple[str, ...]
    for_whom: str
    disclaimer: str
    history_hours: float | None = None
    country: str = ""
    """Two letters, whose phone numbers are read without a country code; else ours."""


class Action(IntEnum):
    """What becomes of a message, the gentlest first."""

    ALLOW = 0
    """Delivered as it is."""
    MASK = 1
    """Delivered, with what would identify somebody replaced."""
    HOLD = 2
    """Shown to the room team before anyone else reads it."""
    BLOCK = 3
    """Not delivered; whoever said it is told why."""


class Grade(IntEnum):
    """How much danger somebody is in, in the first person and the present."""

    NONE = 0
    LOW = 1
    """A passive wish to be dead, no hope in being alive."""
    MEDIUM = 2
    """Thoughts of suicide without a plan; hurting oneself, or the urge to."""
    HIGH = 3
    """A plan, means or goodbye; violence at home; withdrawal; someone else at risk."""
    IMMINENT = 4
    """An attempt or overdose under way or within hours; an attacker there now."""


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wants to say, and all that screening may know about them."""

    text: str = field(repr=False)
    room: str = ""
    country: str = ""
    """Two letters, whose numbers are read without a country code."""
    author: bytes = field(default=b"", repr=False)
    """A handle of the device, to know a flood by; empty: nobody in particular."""
    names: Callable[[], Iterable[str]] = field(default=tuple, repr=False)
    """Returns what the same device is called in other rooms."""
    at: float = 0
    """Seconds, on any clock that only goes forward."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule's finding, with where in the text (code points) and why in plain words."""

    rule: str
    category: str
    reason: str
    start: int
    end: int
    action: Action = Action.ALLOW
    grade: Grade = Grade.NONE
    placeholder: str = ""
    """What stands in the place of a masked span, such as `[phone number]`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What screening decides about one message."""

    action: Action
    grade: Grade
    flags: tuple[Flag, ...]
    masked: str = field(repr=False)
    """The text as others may read it."""
    unchecked: tuple[str, ...] = ()
    """The concerns whose rule broke."""
