"""Every frame on the wire: MessagePack arrays that begin with the frame's number.

`docs/protocol.md` describes each with the bytes of an example.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, cast

import msgpack

from chat.errors import BadFrame, UnknownRequest
from chat.text import MAX_CHARACTERS

SUBPROTOCOL = "porchlight.v1"
MAX_FRAME_BYTES = 8192
MAX_INTEGER = 2**53  # beyond it a browser's numbers are no longer exact

REACTIONS = ("with you", "me too", "thank you", "proud of you")
"""The silent reactions, by their number on the wire."""


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


Request = Hello | Join | Leave | Say | TakeBack | React | Typing | Here | Name | Earlier

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
}

WELCOME, JOINED, DONE, REFUSED = 32, 33, 34, 35
SAID, TAKEN_BACK, REACTED = 36, 37, 38
PRESENCE, NAMED, HISTORY, LINE, BYE, START_OVER = 39, 40, 41, 42, 43, 44

_SECRET_BYTES = 16
_ID_BYTES = 8

_FIELDS: dict[type[Request], tuple[type, ...]] = {
    request: tuple(request.__annotations__.values()) for request in REQUESTS.values()
}
_UNPACK_ERRORS = (ValueError, TypeError, KeyError, msgpack.UnpackException)
_pack: Callable[[object], bytes] = msgpack.Packer(use_bin_type=True).pack


def unpack(data: bytes) -> Request:
    """Decode a request.

    Raises:
        BadFrame: If the bytes are not exactly one well-formed request.
        UnknownRequest: If they are well formed and of a kind we do not know.

    """
    kind, fields = _split(data)
    request = REQUESTS.get(kind)
    if request is None:
        raise UnknownRequest
    # Exact types: MessagePack yields only builtins, and `True` must not pass for 1.
    if tuple(map(type, fields)) != _FIELDS[request]:
        raise BadFrame
    made = cast("Callable[..., Request]", request)(*fields)
    if not _in_bounds(made):
        raise BadFrame
    return made


def _split(data: bytes) -> tuple[int, tuple[object, ...]]:
    array = _array_in(data)
    if not array or type(array[0]) is not int:
        raise BadFrame
    return array[0], array[1:]


def _array_in(data: bytes) -> tuple[object, ...]:
    try:
        value = msgpack.unpackb(data, raw=False, use_list=False)
    except _UNPACK_ERRORS:
        # What went wrong quotes the bytes, and the bytes may be what a member said.
        raise BadFrame from None
    if type(value) is not tuple:
        raise BadFrame
    return value


def _in_bounds(request: Request) -> bool:
    for field in request:
        if type(field) is int and not 0 <= field < MAX_INTEGER:
            return False
    match request:
        case Hello(_, secret):
            return len(secret) == _SECRET_BYTES
        case Say() | TakeBack():
            return len(request.id) == _ID_BYTES
        case React():
            return len(request.id) == _ID_BYTES and request.reaction < len(REACTIONS)
        case Join() | Name():
            return request.roll < 2**32
        case _:
            return True


def ref_of(data: bytes) -> int:
    """Return the ref of a request that could not be read, or 0."""
    try:
        ref = _array_in(data)[1]
    except (BadFrame, IndexError):
        return 0
    return ref if type(ref) is int and 0 <= ref < MAX_INTEGER else 0


def welcome(ref: int, now: int, beat: int, repeat: int) -> bytes:
    """Answer hello: the server's time, seconds between beats, the repeat window."""
    return _pack((WELCOME, ref, now, beat, repeat, MAX_CHARACTERS))


def done(ref: int, position: int, at: int) -> bytes:
    """Answer a request that is done; position and time where it has one, else 0."""
    return _pack((DONE, ref, position, at))


def refused(ref: int, code: str, wait: float) -> bytes:
    """Answer a request that cannot be done; whole seconds to wait, 0 = do not retry."""
    return _pack((REFUSED, ref, code, -int(-wait // 1)))


class Draft(NamedTuple):
    """An event whose position is not yet known: what stands before and after it."""

    head: bytes
    tail: bytes

    def at(self, position: int) -> bytes:
        """Return the whole event."""
        return self.head + _pack(position) + self.tail


def said(room: str, at: int, who: bytes, text: str, reply: int) -> Draft:
    """Draft what is heard when a member speaks."""
    fields = (at, who, text, reply) if reply else (at, who, text)
    return _draft(SAID, room, fields)


def taken_back(room: str, at: int, target: int) -> Draft:
    """Draft what is heard when a member takes a message back."""
    return _draft(TAKEN_BACK, room, (at, target))


def reacted(
    room: str, at: int, who: bytes, target: int, reaction: int, on: bool
) -> Draft:
    """Draft what is heard when a member reacts."""
    return _draft(REACTED, room, (at, who, target, reaction, on))


def _draft(kind: int, room: str, fields: Sequence[object]) -> Draft:
    head = bytes((0x90 | (3 + len(fields)),)) + _pack(kind) + _pack(room)
    return Draft(head, b"".join(map(_pack, fields)))


def joined(
    ref: int,
    room: str,
    epoch: int,
    position: int,
    *,
    whole: bool,
    more: bool,
    who: bytes,
    people: object,
    events: Sequence[bytes],
) -> bytes:
    """Answer a join: where the browser now stands, who is here, what it missed.

    `people` is a list of (who, away), or a bare count when the room is large.
    `events` are packed frames, copied without decoding.
    """
    opening = b"\x9a" + b"".join(
        map(_pack, (JOINED, ref, room, epoch, position, whole, more, who, people))
    )
    return opening + _array(events)


def history(ref: int, room: str, *, more: bool, events: Sequence[bytes]) -> bytes:
    """Answer `earlier`: packed events, oldest first."""
    return b"\x95" + b"".join(map(_pack, (HISTORY, ref, room, more))) + _array(events)


def _array(packed: Sequence[bytes]) -> bytes:
    header: bytes = msgpack.Packer().pack_array_header(len(packed))
    return header + b"".join(packed)


def presence(
    room: str,
    count: int,
    changes: Iterable[tuple[bytes, int, bool]],
    typing: Iterable[bytes],
) -> bytes:
    """Tell who came and went: (who, 0 left | 1 here | 2 away, worth announcing)."""
    return _pack((PRESENCE, room, count, list(changes), list(typing)))


def named(ref: int, who: bytes, free: bool) -> bytes:
    """Answer `name`: who the member would be, and whether nobody else is."""
    return _pack((NAMED, ref, who, free))


def line(up: bool) -> bytes:
    """Tell whether this process hears the others."""
    return _pack((LINE, up))


def bye(after_ms: int) -> bytes:
    """Say that this process is going, and when to come back."""
    return _pack((BYE, after_ms))


def start_over(room: str, epoch: int) -> bytes:
    """Tell that a room's history began anew; the browser joins again."""
    return _pack((START_OVER, room, epoch))


def pack(value: object) -> bytes:
    """Encode a value for another process of ours."""
    return _pack(value)


def unpack_value(data: bytes) -> object:
    """Decode what another process of ours packed.

    Raises:
        BadFrame: If it is no MessagePack.

    """
    try:
        value: object = msgpack.unpackb(data, raw=False, use_list=False)
    except _UNPACK_ERRORS:
        raise BadFrame from None
    return value
