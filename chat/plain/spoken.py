"""What was said in a talk, as the plain page shows it."""

from collections.abc import Sequence
from typing import NamedTuple

from chat import protocol
from chat.identity import name_of


class Spoken(NamedTuple):
    """A line of a talk."""

    by: str
    text: str
    mine: bool


def spoken(events: Sequence[bytes], me: bytes) -> list[Spoken]:
    """Return what was said, the latest first, without what was taken back."""
    lines: dict[int, Spoken] = {}
    for event in events:
        match protocol.unpack_value(event):
            case [protocol.SAID, _, int(position), _, bytes(who), str(text), *_]:
                mine = who == me
                by = "You" if mine else name_of(who)
                lines[position] = Spoken(by, text, mine)
            case [protocol.TAKEN_BACK, _, _, _, int(target), *_]:
                lines.pop(target, None)
    return list(lines.values())[::-1]
