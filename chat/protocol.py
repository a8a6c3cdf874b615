"""Events: what a page is told, as MessagePack arrays that begin with a number.

`docs/protocol.md` describes each with the bytes of an example.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgpack

from chat.errors import BadFrame
from chat.text import MAX_CHARACTERS

SUBPROTOCOL = "porchlight.v1"
MAX_FRAME_BYTES = 8192
MAX_INTEGER = 2**53  # beyond it a browser's numbers are no longer exact

WELCOME, JOINED, DONE, REFUSED = 32, 33, 34, 35
SAID, TAKEN_BACK, REACTED = 36, 37, 38
PRESENCE, NAMED, HISTORY, LINE, BYE, START_OVER = 39, 40, 41, 42, 43, 44

_UNPACK_ERRORS = (ValueError, TypeError, KeyError, msgpack.UnpackException)
_pack: Callable[[object], bytes] = msgpack.Packer(use_bin_type=True).pack


def welcome(ref: int, now: int, beat: int, repeat: int) -> bytes:
    """Answer hello: the server's time, seconds between beats, the repeat window."""
    return _pack((WELCOME, ref, now, beat, repeat, MAX_CHARACTERS))


def done(ref: int, position: int, at: int) -> bytes:
    """Answer a request that is done; position and time where it has one, else 0."""
    return _pack((DONE, ref, position, at))


def refused(ref: int, code: str, wait: float, why: str = "") -> bytes:
    """Answer a request that cannot be done; whole seconds to wait, 0 = do not retry.

    `why` is the concern for which a message was `blocked`.
    """
    fields = (REFUSED, ref, code, -int(-wait // 1))
    return _pack((*fields, why) if why else fields)


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


def text_of(frame: bytes) -> str:
    """Return what is said in a packed `said`."""
    return str(msgpack.unpackb(frame)[5])


def taken_back(room: str, at: int, target: int, *, by_team: bool = False) -> Draft:
    """Draft what is heard when a member, or the room team, takes a message back."""
    return _draft(TAKEN_BACK, room, (at, target, True) if by_team else (at, target))


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
        # What went wrong quotes the bytes, and the bytes may be what a member said.
        raise BadFrame from None
    return value
