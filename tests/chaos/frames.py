"""Frames as far as it matters here: each event is known by words that are its own."""

from typing import Any

from chat.protocol import SAID, TAKEN_BACK
from tests.chaos.log import Joined, Place, Shown


def joined(fields: list[Any]) -> Joined:
    """Return the answer to a join."""
    _, _, epoch, position, whole, more, _, _, events = fields
    return Joined(Place(epoch, position), whole, more, [*map(shown, events)])


def shown(event: Any) -> Shown:
    """Return what a page shows of an event."""
    kind, _, position, _, *rest = event
    if kind == TAKEN_BACK:
        return Shown(position, takes_back(rest[0]), takes_back=rest[0])
    return Shown(position, rest[1] if kind == SAID else reacts_to(rest[1]))


def takes_back(target: int) -> str:
    """Return what is shown when a message is taken back."""
    return f"takes {target} back"


def reacts_to(target: int) -> str:
    """Return what is shown when somebody reacts to their own message."""
    return f"reacts to {target}"
