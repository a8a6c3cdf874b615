"""Guesses: how often somebody may try to prove who they are, and what counts once.

An account and a part of the network are each known by a keyed hash that changes daily,
and forgotten an hour after the last attempt.
"""

import secrets
from hashlib import blake2b
from typing import Final, NamedTuple

from chat.clock import Clock
from chat.errors import ChatError
from chat.prefixes import prefix
from chat.redis import Script, Scripts

LONGEST_PAUSE_SECONDS: Final = 42
FREE_FOR_ACCOUNT: Final = 3
FREE_FOR_PREFIX: Final = 20
"""Many may share one address: a whole treatment centre, a phone company's customers."""

_KEEP_MILLISECONDS: Final = 60 * 60 * 1000
_DAY_SECONDS: Final = 24 * 60 * 60
_GUESS, _FORGIVE = Script("guess"), Script("forgive")
_FORGET, _ONCE = Script("forget"), Script("once")


class TooManyGuesses(ChatError):
    """Too many attempts; `wait` says how long to pause."""

    code = "too_many_guesses"


class Attempt(NamedTuple):
    """One attempt, to be forgiven when it proves right."""

    id: bytes
    account: str
    prefix: str


class Guesses:
    """Slows down whoever guesses, for all processes together."""

    def __init__(self, *, scripts: Scripts, clock: Clock, key: bytes) -> None:
        self._scripts = scripts
        self._clock = clock
        self._key = key

    async def attempt(self, account: str, address: str) -> Attempt:
        """Count an attempt, for what is known of an account and an address.

        Raises:
            TooManyGuesses: If there were too many before it.
            Unavailable: If Redis does not answer; so with all that follows.

        """
        attempt = Attempt(
            secrets.token_bytes(8),
            self._place(b"account", account.casefold().encode()) if account else "",
            self._place(b"prefix", prefix(address)) if address else "",
        )
        if attempt.prefix:
            await self._count(attempt.prefix, attempt.id, FREE_FOR_PREFIX)
        if attempt.account:
            await self._count(attempt.account, attempt.id, FREE_FOR_ACCOUNT)
        return attempt

    async def _count(self, place: str, id_: bytes, free: int) -> None:
        wait = await self._scripts.call(
            _GUESS,
            (place,),
            id_,
            int(self._clock.now().timestamp() * 1000),
            free,
            LONGEST_PAUSE_SECONDS * 1000,
            _KEEP_MILLISECONDS,
        )
        if wait:
            raise TooManyGuesses(wait / 1000)

    async def forgive(self, attempt: Attempt) -> None:
        """Let an attempt not count, since it was right."""
        if attempt.prefix:
            await self._scripts.call(_FORGIVE, (attempt.prefix,), attempt.id)
        if attempt.account:
            await self._scripts.call(_FORGET, (attempt.account,))

    async def once(self, what: bytes, seconds: int) -> bool:
        """Use something up; tell whether nobody had before, in that many seconds."""
        place = f"porchlight:once:{{{blake2b(what, digest_size=16).hexdigest()}}}"
        me = secrets.token_bytes(8)
        return bool(await self._scripts.call(_ONCE, (place,), me, seconds * 1000))

    def _place(self, kind: bytes, whose: bytes) -> str:
        today = (self._clock.seconds() // _DAY_SECONDS).to_bytes(4)
        hashed = blake2b(today + kind + whose, key=self._key, digest_size=16)
        return f"porchlight:guesses:{{{hashed.hexdigest()}}}"
