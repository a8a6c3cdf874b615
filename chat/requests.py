"""Requests: what a page may ask.

`docs/protocol.md` describes each with the bytes of an example.
"""

from typing import NamedTuple

REACTIONS = ("with you", "me too", "thank you", "proud of you")
"""The silent reactions, by their number on the wire."""

REPORT_REASONS = (
    "risk_to_self",
    "harassment",
    "sourcing",
    "identity",
    "predatory",
    "spam",
    "other",
)
"""Why a message may be shown to the room team."""

WISHES = ("", "listen", "think", "distract", "information")
"""What would help somebody who needs to talk; they may leave it open."""

STAYS = (0, 10, 20, 30)
"""Minutes between two check-ins of "stay with me"; 0 ends it."""

MOST_NEED_CHARACTERS = 200
MOST_SHARES = 8


class Hello(NamedTuple):
    """Who I am: the device's secret. Must be the first frame."""

    ref: int
    secret: bytes

    def __repr__(self) -> str:
        return f"Hello(ref={self.ref})"


class Join(NamedTuple):
    """Enter a room, or catch up with it; (0, 0) when nothing is known of it."""

    ref: int
    room: str
    roll: int
    light: bool
    epoch: int
    position: int


class Leave(NamedTuple):
    """Go out of a room."""

    ref: int
    room: str


class Say(NamedTuple):
    """Speak in a room; `id` is the browser's own, `reply` a position or 0."""

    ref: int
    room: str
    id: bytes
    text: str
    reply: int

    def __repr__(self) -> str:
        return f"Say(ref={self.ref}, room={self.room})"


class TakeBack(NamedTuple):
    """Remove one's own message from every screen and from history."""

    ref: int
    room: str
    id: bytes
    target: int


class React(NamedTuple):
    """Set or withdraw a silent reaction to a message."""

    ref: int
    room: str
    id: bytes
    target: int
    reaction: int
    on: bool


class Typing(NamedTuple):
    """I am writing. Never stored, never answered."""

    room: str


class Here(NamedTuple):
    """Still here: the page's beat, with whether its tab is hidden. Never answered."""

    away: bool


class Name(NamedTuple):
    """What would I be called in this room with this roll?"""

    ref: int
    room: str
    roll: int


class Earlier(NamedTuple):
    """What was said before a position."""

    ref: int
    room: str
    before: int


class Report(NamedTuple):
    """Show a message to the room team, for a reason out of `REPORT_REASONS`.

    Its id says nothing: a repeat is known by who reports what. Pages of before an
    upgrade send it.
    """

    ref: int
    room: str
    id: bytes
    target: int
    reason: str


class Heed(NamedTuple):
    """I have read the room team's word."""

    ref: int
    token: bytes


class Appeal(NamedTuple):
    """I think the room team's word is wrong, and this is why."""

    ref: int
    token: bytes
    text: str

    def __repr__(self) -> str:
        return f"Appeal(ref={self.ref})"


class Bell(NamedTuple):
    """A moderator, please, here and now."""

    ref: int
    room: str
    id: bytes


class Raise(NamedTuple):
    """I need to talk. `room` is where from, or empty; `shares` words with commas.

    Pressed again it is the same need, with what is said the last time.
    """

    ref: int
    room: str
    words: str
    wish: str
    shares: str
    language: str

    def __repr__(self) -> str:
        return f"Raise(ref={self.ref})"


class Withdraw(NamedTuple):
    """I do not need to talk any more, or we have talked."""

    ref: int


class CallBack(NamedTuple):
    """Not now: call again at a time, in seconds since 1970."""

    ref: int
    at: int


class Stay(NamedTuple):
    """Stay with me: I say this again within so many minutes, or somebody is called."""

    ref: int
    room: str
    minutes: int
    language: str


class TalkMore(NamedTuple):
    """Ask whoever said something whether they want to talk in private."""

    ref: int
    room: str
    target: int


class Card(NamedTuple):
    """Answer such a question, or end the private room that came of it."""

    ref: int
    token: bytes
    yes: bool


Request = (
    Hello
    | Join
    | Leave
    | Say
    | TakeBack
    | React
    | Typing
    | Here
    | Name
    | Earlier
    | Report
    | Heed
    | Appeal
    | Bell
    | Raise
    | Withdraw
    | CallBack
    | Stay
    | TalkMore
    | Card
)

REQUESTS: dict[int, type[Request]] = {
    1: Hello,
    2: Join,
    3: Leave,
    4: Say,
    5: TakeBack,
    6: React,
    7: Typing,
    8: Here,
    9: Name,
    10: Earlier,
    11: Report,
    12: Heed,
    13: Appeal,
    14: Bell,
    15: Raise,
    16: Withdraw,
    17: CallBack,
    18: Stay,
    19: TalkMore,
    20: Card,
}
