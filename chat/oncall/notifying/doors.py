"""Doors: which push services an alert may be handed to.

The address of a push service comes from a browser, so it could be any address at all,
one inside the operator's own network too. Only those that are known are called.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from chat.oncall.refusals import BadWay

KNOWN: Final = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
    "web.push.apple.com",
)
"""The push services of the browsers that there are; `*` is one name or more."""

LONGEST: Final = 2000

_HTTPS: Final = 443
_NAME: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
_GIVEN: Final = IPv6Network("2000::/3")
_NOT_A_SERVICE: Final = (
    "This browser uses a push service that this house does not know. Whoever runs the "
    "house can allow it."
)

Address = IPv4Address | IPv6Address


class Door(NamedTuple):
    """Where a push service is."""

    host: str
    port: int
    named: bool
    """Whether the operator named it: then it may be a machine of their own."""


class Doors:
    """The push services that may be called."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        """Know those of the browsers, and what the operator adds: a host, or host:port.

        One on this machine may do without encryption, if it is named with its port.
        """
        self._named = {each.strip().lower() for each in more if each.strip()}

    def door(self, endpoint: str) -> Door:
        """Return where an endpoint leads.

        Raises:
            BadWay: If alerts are not sent there.

        """
        try:
            url = urlsplit(endpoint)
            host, port = (url.hostname or "").lower(), url.port
        except ValueError as error:
            raise BadWay(_NOT_A_SERVICE) from error
        strange = len(endpoint) > LONGEST or not endpoint.isascii()
        if strange or "@" in url.netloc or url.fragment or not endpoint.isprintable():
            raise BadWay(_NOT_A_SERVICE)
        door = Door(host, port or _HTTPS, self._is_named(host, port))
        if not self._is_open(url.scheme, door):
            raise BadWay(_NOT_A_SERVICE)
        return door

    def may_be_inside(self, host: str) -> bool:
        """Tell whether a host may be within the operator's own network."""
        return any(each.partition(":")[0] == host for each in self._named)

    def _is_named(self, host: str, port: int | None) -> bool:
        where = host if port in (None, _HTTPS) else f"{host}:{port}"
        return where in self._named

    def _is_open(self, scheme: str, door: Door) -> bool:
        if door.named:
            return scheme == "https" or (scheme == "http" and door.host == "localhost")
        known = any(_is_of(door.host, each) for each in KNOWN)
        return scheme == "https" and known and door.port == _HTTPS


def _is_of(host: str, known: str) -> bool:
    if known.startswith("*"):
        # Not everybody who looks a name up reads it to its end.
        return host.endswith(known[1:]) and _NAME.fullmatch(host) is not None
    return host == known


def is_outside(address: str) -> bool:
    """Tell whether an address is on the internet, and not within somebody's network."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(each) for each in _meant(found))


def _meant(found: Address) -> tuple[Address, ...]:
    """Return which addresses a call would go to: a newer may stand for an older."""
    if isinstance(found, IPv4Address):
        return (found,)
    if found in _TRANSLATED:
        return (IPv4Address(found.packed[-4:]),)
    if found.ipv4_mapped is not None:
        return (found.ipv4_mapped,)
    return (found,) if found.sixtofour is None else (found, found.sixtofour)


def _is_public(found: Address) -> bool:
    # Of the newer ones, only these are given to anybody who is on the internet.
    given = isinstance(found, IPv4Address) or found in _GIVEN
    return given and found.is_global and not found.is_multicast
