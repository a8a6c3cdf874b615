"""What a page of the room team asks on its socket, as it comes off the wire."""

from typing import Final, NamedTuple

from chat import decoding
from chat.errors import BadFrame, UnknownRequest
from chat.talkroom import is_talk, talk_of

LONGEST_CASE_ID: Final = 64
_ID_BYTES: Final = 8
_A_NEED: Final = "0" * 32


class LookAgain(NamedTuple):
    """What nobody asks: that it is looked at whether they are signed in still."""


class Check(NamedTuple):
    """What nobody asks either: whether they may still be in a talk."""

    need: str


class LookingAt(NamedTuple):
    """I look at this case; at none, when empty."""

    case: str


class StillHere(NamedTuple):
    """Somebody is at this page."""


class Enter(NamedTuple):
    """Let me into the talk of a need, or bring me up to date."""

    ref: int
    need: str
    epoch: int
    position: int


class Say(NamedTuple):
    """Say this to whoever needs to talk."""

    ref: int
    need: str
    id: bytes
    text: str
    reply: int

    def __repr__(self) -> str:
        return f"Say(ref={self.ref})"


class Typing(NamedTuple):
    """I am writing. Never answered."""

    need: str


class Earlier(NamedTuple):
    """What was said before a position."""

    ref: int
    need: str
    before: int


class Moment(NamedTuple):
    """I need a moment to think."""

    ref: int
    need: str


class Leave(NamedTuple):
    """I do not read this talk any more. Never answered."""

    need: str


InTalk = Enter | Say | Earlier | Moment | Leave
"""What is asked about a talk, and has to wait for its turn."""

Asked = LookAgain | Check | LookingAt | StillHere | Typing | InTalk

ASKED: Final[dict[int, type[Asked]]] = {
    96: LookingAt,
    97: StillHere,
    98: Enter,
    99: Say,
    100: Typing,
    101: Earlier,
    102: Moment,
    103: Leave,
}


def read(payload: bytes) -> Asked | None:
    """Return what a page asks; None: it is nothing that a page of ours asks."""
    try:
        asked = decoding.read(payload, ASKED)
    except (BadFrame, UnknownRequest):
        return None
    return asked if _in_bounds(asked) else None


def _in_bounds(asked: Asked) -> bool:
    return (
        len(getattr(asked, "case", "")) <= LONGEST_CASE_ID
        and len(getattr(asked, "id", bytes(_ID_BYTES))) == _ID_BYTES
        and is_talk(talk_of(getattr(asked, "need", _A_NEED)))
    )
