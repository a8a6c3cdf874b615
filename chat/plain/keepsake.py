"""The keepsake: a secret in a cookie, by which the plain page knows whose talk it is.

It goes to `/talk` and nowhere else, no script reads it, and no other site can send it.
"""

import hashlib
import hmac
import secrets
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chat.clock import Clock
from chat.identity import Identity
from chat.prefixes import prefix
from chat.throttle import Pace, Paces

COOKIE: Final = "talk"
PATH: Final = "/talk"
KEPT_SECONDS: Final = 8 * 24 * 3600
"""A day longer than a call-back can be away."""

NEW_PER_MINUTE: Final = 30
"""How many who have none yet come from one part of the network."""

_SECRET_BYTES: Final = 16
_MOST_PREFIXES: Final = 10_000


class Keepsakes:
    """Gives out secrets, not too many to one part of the network, and knows its own."""

    def __init__(
        self, *, identity: Identity, clock: Clock, trusted: frozenset[str]
    ) -> None:
        """Behind the `trusted` proxies alone is everybody at one address."""
        self._identity = identity
        self._clock = clock
        self._trusted = trusted
        # As with connections: no count can be traced to anyone.
        self._key = secrets.token_bytes(32)
        self._new = Paces(Pace.per_minute(NEW_PER_MINUTE, 30), _MOST_PREFIXES)

    def of(self, request: Request) -> bytes | None:
        """Return the secret that a browser brings; None: it brings none of ours."""
        try:
            brought = bytes.fromhex(request.cookies.get(COOKIE, ""))
        except ValueError:
            return None
        secret, proof = brought[:_SECRET_BYTES], brought[_SECRET_BYTES:]
        if len(secret) < _SECRET_BYTES or secret.count(secret[0]) == len(secret):
            return None
        ours = self._identity.device(secret)
        return secret if hmac.compare_digest(proof, ours) else None

    def new(self, request: Request) -> bytes | None:
        """Return a secret; None: enough were given to that part of the network."""
        address = request.client.host if request.client else ""
        if address not in self._trusted and self._wait(address):
            return None
        return secrets.token_bytes(_SECRET_BYTES)

    def _kept(self, secret: bytes) -> str:
        return (secret + self._identity.device(secret)).hex()

    def _wait(self, address: str) -> float:
        key = hmac.digest(self._key, prefix(address), "sha256")
        return self._new.take(key, self._clock.monotonic())

    def put(self, request: Request, answer: Response, secret: bytes) -> None:
        """Have a browser keep a secret, or keep it for longer."""
        answer.set_cookie(
            COOKIE,
            self._kept(secret),
            max_age=KEPT_SECONDS,
            path=PATH,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )


def mark(secret: bytes | None) -> str:
    """Return what a form of ours brings, and no page of anybody else's can know."""
    if secret is None:
        return ""
    return hashlib.blake2b(secret, person=b"talk form", digest_size=16).hexdigest()


def is_marked(form: FormData, secret: bytes | None) -> bool:
    """Tell whether a form is from a page that was made for this secret."""
    brought = form.get("mark")
    return (
        secret is not None
        and isinstance(brought, str)
        and hmac.compare_digest(brought.encode(), mark(secret).encode())
    )
