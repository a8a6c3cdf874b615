"""The nouns: what the service speaks about."""

from dataclasses import dataclass
from typing import NewType

RoomName = NewType("RoomName", str)
"""A room's slug: `coffee`."""

MemberId = NewType("MemberId", bytes)
"""Who a member is in one room, 16 bytes, known to the server only."""

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
