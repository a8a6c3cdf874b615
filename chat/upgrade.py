"""Upgrade: what asks for a WebSocket, and how it is answered, in bytes (pure)."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from websockets.utils import accept_key

Headers = Sequence[tuple[bytes, bytes]]

VERSION = b"13"
_KEY_BYTES = 16

_SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\n"
    b"Connection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: "
)


class NotAWebSocket(Exception):
    """The request cannot become a WebSocket; `answer` says so."""

    def __init__(self, status: HTTPStatus, headers: Headers = ()) -> None:
        super().__init__(status)
        self.answer = response(status, headers)


def token_for(method: str, http_version: str, headers: Headers) -> bytes:
    """Return what `Sec-WebSocket-Accept` must say.

    Raises:
        NotAWebSocket: If the request is not what RFC 6455 section 4.2.1 asks for.

    """
    if method != "GET" or http_version != "1.1":
        raise NotAWebSocket(HTTPStatus.BAD_REQUEST)
    if _only(headers, b"sec-websocket-version") != VERSION:
        raise NotAWebSocket(
            HTTPStatus.UPGRADE_REQUIRED, [(b"sec-websocket-version", VERSION)]
        )
    key = _only(headers, b"sec-websocket-key")
    if not _is_key(key):
        raise NotAWebSocket(HTTPStatus.BAD_REQUEST)
    return accept_key(key.decode()).encode()


def _only(headers: Headers, wanted: bytes) -> bytes:
    """Return the value of a header that is there once, else nothing."""
    values = [value for name, value in headers if name == wanted]
    return values[0].strip() if len(values) == 1 else b""


def _is_key(key: bytes) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except binascii.Error:
        return False


def subprotocols(headers: Headers) -> list[str]:
    """Return what the page offers to speak, in its order."""
    return [
        offer.strip()
        for name, value in headers
        if name == b"sec-websocket-protocol"
        for offer in value.decode("latin-1").split(",")
    ]


def switching(
    token: bytes, subprotocol: str | None, headers: Iterable[tuple[bytes, bytes]]
) -> bytes:
    """Frame the answer that makes the line a WebSocket."""
    parts = [_SWITCHING, token, b"\r\n"]
    if subprotocol is not None:
        parts += b"Sec-WebSocket-Protocol: ", subprotocol.encode(), b"\r\n"
    return b"".join((*parts, *_lines(headers), b"\r\n"))


def response(
    status: int, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b""
) -> bytes:
    """Frame an answer after which the line is closed."""
    said = {b"content-length": b"%d" % len(body), **dict(headers)}
    said[b"connection"] = b"close"
    phrase = HTTPStatus(status).phrase.encode()
    first = b"HTTP/1.1 %d %s\r\n" % (status, phrase)
    return b"".join((first, *_lines(said.items()), b"\r\n", body))


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    return [b"%s: %s\r\n" % header for header in headers]
