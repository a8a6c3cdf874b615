"""Asides: events that one member alone is told, whoever else is in the room."""

from typing import NamedTuple

from chat.model import Grade
from chat.protocol import pack

CARE, NOTICE, WAITING, WORD, CONTROLS = range(45, 50)
NEED, STAY, CARD, KNOWN = range(50, 54)


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


class NeedNews(NamedTuple):
    """What whoever needs to talk is told: the truth, in numbers."""

    state: str
    """`raised`, `offered`, `accepted`, `talking`, `ended`; empty: there is no need."""
    talk: str
    """The private room, which is there from the first moment on."""
    alerted: int
    """How many peers were called."""
    opened: int
    """How many of them have opened it."""
    next_in: int
    """Seconds to the next step; -1: there is none, somebody has it."""
    round: int
    """From 2: everybody was called, and is called again."""
    nobody: bool
    """Nobody at all can be reached just now: help lines come first."""
    call_back_at: int
    """Seconds since 1970; 0: no call-back was asked for."""
    peers: tuple[bytes, ...]
    """Who of the private room are peers, by their `who`."""
    why: str
    """Why it is as it is: `silent` (the peer went), `handed`, `let_go`, an end."""
    late: bool = False
    """The next step did not come; pages with script see that by themselves."""
    missed: bool = False
    """It was raised by a missed check-in; pages with script see that as well."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and is not promised to be raised again."""
        return self.state == "ended" and not self.call_back_at


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


def need(news: NeedNews) -> bytes:
    """Tell how it stands with somebody's need."""
    *told, _late, _missed = news
    return pack((NEED, *told))


def stay(minutes: int, due: int) -> bytes:
    """Tell by when a check-in is due, in seconds since 1970; 0 minutes: none is."""
    return pack((STAY, minutes, due))


def card(token: bytes, room: str, who: bytes, state: str, talk: str) -> bytes:
    """Tell of a "talk more" card: `asked` of us, `open`: both want it, or `over`."""
    return pack((CARD, token, room, who, state, talk))


def known(*, everything: bool) -> bytes:
    """Tell whether a device was told all that is its own; if not, more may come."""
    return pack((KNOWN, everything))
