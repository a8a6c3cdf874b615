"""Prefixes: how many connections one part of the network has open here.

An address is turned into a keyed hash of its prefix and dropped. The key is random,
lives in memory only and is replaced daily, so that no count can be traced to anyone.
"""

import hmac
import secrets
import socket
from collections import Counter

from chat.clock import Clock

KEY_SECONDS = 24 * 60 * 60

_NOT_AN_ADDRESS = b""
_MAPPED_IPV4 = bytes(10) + b"\xff\xff"


class Ticket:
    """The right to one open connection; give it back with `leave`."""

    __slots__ = ("_counts", "key")

    def __init__(self, counts: Counter[bytes], key: bytes) -> None:
        self._counts: Counter[bytes] | None = counts
        self.key = key
        """The keyed hash: the same for each from one part of the network, today."""

    def leave(self) -> None:
        """Give the ticket back. Doing so twice is harmless."""
        counts, self._counts = self._counts, None
        if counts is not None:
            counts[self.key] -= 1
            if counts[self.key] <= 0:
                del counts[self.key]


class Prefixes:
    """Counts open connections from one /24 (IPv4) or /56 (IPv6), up to a limit."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._renew(clock.monotonic())

    def _renew(self, now: float) -> None:
        """Forget the key, and with it who is who; older tickets count no more."""
        self._key = secrets.token_bytes(32)
        self._counts: Counter[bytes] = Counter()
        self._renew_at = now + KEY_SECONDS

    def enter(self, address: str) -> Ticket | None:
        """Count a connection from an address, or return None when there are enough."""
        now = self._clock.monotonic()
        if now >= self._renew_at:
            self._renew(now)
        key = hmac.digest(self._key, prefix(address), "sha256")
        if self._counts[key] >= self._limit:
            return None
        self._counts[key] += 1
        return Ticket(self._counts, key)


def prefix(address: str) -> bytes:
    """Return the first 24 bits of an IPv4 address, or 56 of an IPv6 one."""
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)[:3]
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except OSError:
        return _NOT_AN_ADDRESS
    return packed[12:15] if packed.startswith(_MAPPED_IPV4) else packed[:7]
