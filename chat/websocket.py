"""WebSocket frames as RFC 6455 has them: bytes in, messages out, nothing else.

Strict, and as early as a violation shows: a frame is refused by its header, and text
by its first wrong octet, without waiting for the rest.
"""

import codecs
from typing import NamedTuple

try:
    from websockets.speedups import apply_mask
except ImportError:
    from websockets.utils import apply_mask

unmask = apply_mask
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Violation(Exception):
    """The other side broke the rules; `code` is what it is closed with."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


class Frame(NamedTuple):
    """A control frame, a whole message, or (`CONTINUATION`) a part that was kept."""

    opcode: int
    payload: bytes


class Head(NamedTuple):
    """A frame's header, and where in the bytes its mask begins and the frame ends."""

    final: bool
    opcode: int
    mask: int
    end: int


class Reader:
    """What has arrived of a WebSocket and is not yet a whole message."""

    __slots__ = ("_at", "_bytes", "_is_text", "_max_message", "_message", "_text")

    def __init__(self, max_message: int, *, text: bool) -> None:
        self._max_message = max_message
        self._text = text
        self._bytes = b""
        self._at = 0
        self._message: bytes | None = None
        self._is_text = False

    @property
    def empty(self) -> bool:
        """Whether nothing is kept, so that this reader may as well be dropped."""
        return self._at == len(self._bytes) and self._message is None

    def feed(self, data: bytes) -> None:
        """Add what arrived."""
        self._bytes = self._bytes[self._at :] + data
        self._at = 0

    def next(self) -> Frame | None:
        """Return the next frame, or None until more arrives.

        Raises:
            Violation: If what has arrived breaks the protocol, however it goes on.

        """
        head = self._head()
        if head is None:
            return None
        if len(self._bytes) < head.end:
            self._foresee(head)
            return None
        self._at = head.end
        payload = _unmasked(self._bytes, head)
        return (
            Frame(head.opcode, payload)
            if head.opcode >= CLOSE
            else self._part(head, payload)
        )

    def _head(self) -> Head | None:
        data, at = self._bytes, self._at
        if len(data) - at < 2:
            return None
        first, second = data[at], data[at + 1]
        _check_bits(first, second)
        opcode = first & 0x0F
        self._check_order(opcode)
        length, mask = _length(data, at)
        if length is None:
            return None
        self._check_size(opcode, length)
        return Head(first >= 0x80, opcode, mask, mask + 4 + length)

    def _check_order(self, opcode: int) -> None:
        if opcode in (TEXT, BINARY) and self._message is not None:
            raise Violation(1002)
        if opcode == CONTINUATION and self._message is None:
            raise Violation(1002)
        if opcode == TEXT and not self._text:
            raise Violation(1003)

    def _check_size(self, opcode: int, length: int) -> None:
        before = len(self._message or b"")
        if opcode <= BINARY and before + length > self._max_message:
            raise Violation(1009)

    def _foresee(self, head: Head) -> None:
        """Refuse text that is already no text, before its frame is whole."""
        if len(self._bytes) < head.mask + 4:
            return
        if head.opcode == TEXT or (head.opcode == CONTINUATION and self._is_text):
            _check_text((self._message or b"") + _unmasked(self._bytes, head))

    def _part(self, head: Head, payload: bytes) -> Frame:
        """Return the message a data frame completes, or keep it for the rest."""
        if head.opcode != CONTINUATION:
            self._is_text = head.opcode == TEXT
        whole = payload if self._message is None else self._message + payload
        self._message = None if head.final else whole
        if self._is_text:
            _check_text(whole, final=head.final)
        if not head.final:
            return Frame(CONTINUATION, b"")
        return Frame(TEXT if self._is_text else BINARY, whole)


def _check_bits(first: int, second: int) -> None:
    """Refuse reserved bits and opcodes, a missing mask, a control frame in parts."""
    opcode = first & 0x0F
    if first & 0x70 or not second & 0x80 or BINARY < opcode < CLOSE or opcode > PONG:
        raise Violation(1002)
    if opcode >= CLOSE and (first < 0x80 or second & 0x7F > 125):
        raise Violation(1002)


def _length(data: bytes, at: int) -> tuple[int | None, int]:
    """Return a payload's length, if known yet, and where its mask begins."""
    length, at = data[at + 1] & 0x7F, at + 2
    if length < 126:
        return length, at
    width = 2 if length == 126 else 8
    if len(data) < at + width:
        return None, at
    length = int.from_bytes(data[at : at + width])
    if length >> 63:
        raise Violation(1002)
    return length, at + width


def _unmasked(data: bytes, head: Head) -> bytes:
    start = head.mask + 4
    return unmask(data[start : head.end], data[head.mask : start])


def _check_text(so_far: bytes, *, final: bool = False) -> None:
    """Refuse what is not UTF-8; if not final, what can no longer become it."""
    try:
        _, understood = codecs.utf_8_decode(so_far, "strict", final)
    except UnicodeDecodeError:
        raise Violation(1007) from None
    # Python would wait for the third octet of a surrogate, to quote it in the error.
    if b"\xed\xa0" <= so_far[understood : understood + 2] < b"\xee":
        raise Violation(1007)


def control(opcode: int, payload: bytes) -> bytes:
    """Frame a close, ping or pong."""
    return bytes((0x80 | opcode, len(payload))) + payload


def farewell(code: int, reason: str) -> bytes:
    """Frame a close with its code."""
    return control(CLOSE, code.to_bytes(2) + reason.encode())


def check_farewell(payload: bytes) -> None:
    """Refuse a close that gives half a code, an impossible code, or no text.

    Raises:
        Violation: If it does.

    """
    if not payload:
        return
    if len(payload) < 2 or not _may_be_said(int.from_bytes(payload[:2])):
        raise Violation(1002)
    _check_text(payload[2:], final=True)


def _may_be_said(code: int) -> bool:
    """Return whether a close code may stand in a frame."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
