"""Drafts: events on their way to a position, and where they came to stand."""

from typing import NamedTuple

from chat import protocol
from chat.model import MemberId


class Draft(NamedTuple):
    """An event on its way to a position, or (kind `h`) to the room team first.

    `sealed` is the device's handle, to be opened with the member's id; `opening` what
    the room team should see; `watch` why (`d` distressed, `n` new here) and `answer_by`
    when somebody should have answered. `once` tells a repeat, where `id` does not, for
    `repeat_seconds` if that is not what the settings say.
    """

    kind: str
    member: MemberId
    id: bytes
    at: int
    frame: protocol.Draft
    target: int = 0
    sealed: bytes = b""
    opening: bytes = b""
    watch: str = ""
    answer_by: int = 0
    once: bytes = b""
    repeat_seconds: int = 0


class Receipt(NamedTuple):
    """Where an event came to stand; position 0: the room team reads it first."""

    position: int
    at: int
