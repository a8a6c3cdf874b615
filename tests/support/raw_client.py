"""A WebSocket client that does as it is told, bad manners included."""

import socket
import struct
from collections.abc import Iterable
from typing import Self

from tests.support.eventually import PATIENCE_SECONDS

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

HANDSHAKE = (
    b"Host: localhost",
    b"Upgrade: websocket",
    b"Connection: Upgrade",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Sec-WebSocket-Version: 13",
)


def masked(opcode: int, payload: bytes = b"", *, final: bool = True) -> bytes:
    """Return a frame as a client sends it."""
    mask = b"\x37\xfa\x21\x3d"  # of the example in RFC 6455
    first = (0x80 if final else 0) | opcode
    covered = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return bytes((first, *_length(len(payload)))) + mask + covered


def _length(size: int) -> bytes:
    if size < 126:
        return bytes((0x80 | size,))
    if size < 65536:
        return struct.pack("!BH", 0xFE, size)
    return struct.pack("!BQ", 0xFF, size)


def request(path: str, headers: Iterable[bytes] = HANDSHAKE) -> bytes:
    """Return the head of a GET."""
    return b"\r\n".join((b"GET %s HTTP/1.1" % path.encode(), *headers, b"", b""))


class RawClient:
    """One line to a server on this machine."""

    def __init__(self, port: int, *, receive_buffer: int | None = None) -> None:
        self.line = socket.socket()
        self.line.settimeout(PATIENCE_SECONDS)
        if receive_buffer is not None:
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.line.connect(("127.0.0.1", port))
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def open(self, path: str, *, early: bytes = b"") -> Self:
        """Become a WebSocket."""
        self.line.sendall(request(path) + early)
        assert self.head().startswith(b"HTTP/1.1 101 ")
        return self

    def send(self, opcode: int, payload: bytes = b"", *, final: bool = True) -> None:
        self.line.sendall(masked(opcode, payload, final=final))

    def flood(self, data: bytes, at_most: int) -> int:
        """Send without reading until the other side has had enough."""
        sent = 0
        try:
            while sent < at_most:
                sent += self.line.send(data)
        except OSError:
            pass
        return sent

    def head(self) -> bytes:
        """Return the head of an HTTP answer."""
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return head

    def frame(self) -> tuple[int, bytes]:
        """Return the next frame."""
        first, size = self._take(2)
        if size == 126:
            size = int.from_bytes(self._take(2))
        elif size == 127:
            size = int.from_bytes(self._take(8))
        return first & 0x0F, self._take(size)

    def close_code(self) -> int:
        """Return the code of the close frame, whatever comes before it."""
        while True:
            opcode, payload = self.frame()
            if opcode == CLOSE:
                return int.from_bytes(payload[:2])

    def rest(self) -> bytes:
        """Return all that comes until the line ends, however it does."""
        try:
            while True:
                self._more()
        except (EOFError, ConnectionError):
            return self._rest

    def _take(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._more()
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def _more(self) -> None:
        data = self.line.recv(65536)
        if not data:
            raise EOFError
        self._rest += data
