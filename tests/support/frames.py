"""What a page hears, by name: the events of `docs/protocol.md`, from their bytes."""

from collections.abc import Callable
from typing import NamedTuple, cast

from chat import protocol
from chat.asides import NeedNews, Word


class Welcome(NamedTuple):
    ref: int
    now: int
    beat: int
    repeat: int
    text_limit: int


class Joined(NamedTuple):
    ref: int
    room: str
    epoch: int
    position: int
    whole: bool
    more: bool
    who: bytes
    people: int | tuple[tuple[bytes, bool], ...]
    events: tuple["Event", ...]


class Done(NamedTuple):
    ref: int
    position: int
    at: int


class Refused(NamedTuple):
    ref: int
    code: str
    wait: int
    why: str = ""


class Said(NamedTuple):
    room: str
    position: int
    at: int
    who: bytes
    text: str
    reply: int = 0


class TakenBack(NamedTuple):
    room: str
    position: int
    at: int
    target: int
    by_team: bool = False


class Reacted(NamedTuple):
    room: str
    position: int
    at: int
    who: bytes
    target: int
    reaction: int
    on: bool


class Presence(NamedTuple):
    room: str
    here: int
    changes: tuple[tuple[bytes, int, bool], ...]
    typing: tuple[bytes, ...]


class Named(NamedTuple):
    ref: int
    who: bytes
    free: bool


class History(NamedTuple):
    ref: int
    room: str
    more: bool
    events: tuple["Event", ...]


class Line(NamedTuple):
    up: bool


class Bye(NamedTuple):
    after: int


class StartOver(NamedTuple):
    room: str
    epoch: int


class Care(NamedTuple):
    room: str
    position: int
    grade: int


class Notice(NamedTuple):
    room: str
    position: int
    what: str


class Waiting(NamedTuple):
    ref: int
    id: bytes


class Controls(NamedTuple):
    room: str
    slow: int
    locked: bool
    shield: bool
    greeting: str


class StayTold(NamedTuple):
    minutes: int
    due: int


class CardTold(NamedTuple):
    token: bytes
    room: str
    who: bytes
    state: str
    talk: str


class Known(NamedTuple):
    everything: bool


Event = (
    Welcome
    | Joined
    | Done
    | Refused
    | Said
    | TakenBack
    | Reacted
    | Presence
    | Named
    | History
    | Line
    | Bye
    | StartOver
    | Care
    | Notice
    | Waiting
    | Word
    | Controls
    | NeedNews
    | StayTold
    | CardTold
    | Known
)

EVENTS: dict[int, type[Event]] = {
    32: Welcome,
    33: Joined,
    34: Done,
    35: Refused,
    36: Said,
    37: TakenBack,
    38: Reacted,
    39: Presence,
    40: Named,
    41: History,
    42: Line,
    43: Bye,
    44: StartOver,
    45: Care,
    46: Notice,
    47: Waiting,
    48: Word,
    49: Controls,
    50: NeedNews,
    51: StayTold,
    52: CardTold,
    53: Known,
}


def read(payload: bytes) -> Event:
    """Return the event that some bytes are."""
    return _event(cast("tuple[object, ...]", protocol.unpack_value(payload)))


def _event(frame: tuple[object, ...]) -> Event:
    kind, *fields = frame
    made = EVENTS[cast("int", kind)]
    if made in (Joined, History):
        fields[-1] = tuple(map(_event, cast("list[tuple[object, ...]]", fields[-1])))
    return cast("Callable[..., Event]", made)(*fields)


def code(answer: object) -> str:
    """Return why something was refused."""
    assert isinstance(answer, Refused), answer
    return answer.code
