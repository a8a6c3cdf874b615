"""Proofs: showing who one is, by a passkey, or by a password and a code.

Whoever is refused is not told what was wrong, and waits as long for it whether there is
such a desk name or not.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from chat import credentials
from chat.clock import Clock
from chat.errors import ChatError
from chat.passkeys import (
    CHALLENGE_LIFE,
    Answer,
    BadPasskey,
    Passkeys,
    Site,
    id_in,
    owner_in,
)
from chat.roles import Role
from chat.signing.guesses import Guesses, TooManyGuesses
from chat.store import audit, staff
from chat.store.database import Database
from chat.store.staff import Account

SIGN_IN: Final = "sign-in"
MOST_HASHES_AT_ONCE: Final = 2
"""Each takes 64 MiB: however many guess, memory stays."""

MOST_WAITING: Final = 40
"""Two seconds' worth, more or less."""

WAIT_SECONDS: Final = 5


class NotYou(ChatError):
    """What was shown does not prove who somebody is."""

    code = "not_you"


class Proofs:
    """Judges what somebody shows, and slows down whoever only guesses."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        key: bytes,
        guesses: Guesses,
        passkeys: Passkeys,
    ) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self._guesses = guesses
        self._passkeys = passkeys
        self._hashing = asyncio.Semaphore(MOST_HASHES_AT_ONCE)
        self._judging = 0
        sealed = credentials.seal(credentials.new_secret(), key).hex()
        self._nobody = Account("", "", Role.PEER, 0, sealed_secret=sealed)

    # A password and a code ------------------------------------------------------------

    async def by_password(
        self, desk_name: str, password: str, code: str, address: str
    ) -> Account:
        """Return whose password and code these are; the code counts once.

        Raises:
            NotYou: If they are nobody's.
            TooManyGuesses: If too many were tried.
            StoreDown, Unavailable: As they say.

        """
        attempt = await self._guesses.attempt(desk_name, address)
        async with self._database.read() as tx:
            account = await staff.account_named(tx, desk_name)
        if (
            account is None
            or account.disabled_at is not None
            or not account.by_password
        ):
            account = self._nobody
        fits = await self._matches(account.password_hash or None, password)
        # Both are looked at in any case, so that time does not tell which was wrong.
        if self._used(account, code) is None or not fits:
            raise NotYou
        await self._use_up_code(account.id, code)
        await self._guesses.forgive(attempt)
        return account

    async def _matches(self, kept: str | None, password: str) -> bool:
        """Tell whether it is the password; a crowd is sent away before it is judged."""
        if self._judging >= MOST_WAITING:
            raise TooManyGuesses(WAIT_SECONDS)
        self._judging += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(credentials.matches, kept, password)
        finally:
            self._judging -= 1

    def _used(self, account: Account, code: str) -> Account | None:
        """Return an account after a code was used, if it is one of theirs."""
        secret = credentials.unseal(bytes.fromhex(account.sealed_secret), self._key)
        now = self._clock.now()
        if step := credentials.step_of(secret, code, now, account.last_step):
            return account._replace(last_step=step)
        left = set(account.recovery) - {credentials.recovery_hash(code)}
        if len(left) == len(account.recovery):
            return None
        return account._replace(recovery=tuple(sorted(left)))

    async def _use_up_code(self, staff_id: str, code: str) -> None:
        """Let a code count no more.

        Raises:
            NotYou: If somebody was faster.

        """
        async with self._database.begin() as tx:
            account = await staff.account(tx, staff_id)
            if account is None or account.disabled_at is not None:
                raise NotYou
            used = self._used(account, code)
            if used is None:
                raise NotYou
            await staff.keep_step(tx, staff_id, used.last_step)
            if used.recovery != account.recovery:
                await staff.keep_recovery(tx, staff_id, used.recovery)
                await audit.record(
                    tx,
                    at=self._clock.seconds(),
                    actor=staff_id,
                    verb="used_recovery_code",
                    subject=staff_id,
                    detail=f"{len(used.recovery)} left",
                )

    # A passkey ------------------------------------------------------------------------

    def asked(
        self, site: Site, purpose: str = SIGN_IN, known: Sequence[bytes] = ()
    ) -> str:
        """Return what a browser is asked for, for a passkey: any, or a known one."""
        challenge = self._passkeys.challenge(purpose, self._clock.now())
        return self._passkeys.request(site, challenge, known)

    async def by_passkey(
        self, site: Site, said: str, address: str, purpose: str = SIGN_IN
    ) -> Account:
        """Return whose passkey a browser has shown; each answer counts once.

        Raises:
            NotYou: If it is nobody's, or shown too late, or for something else.
            TooManyGuesses: If too many were tried.
            StoreDown, Unavailable: As they say.

        """
        attempt = await self._guesses.attempt("", address)
        try:
            account = await self._shown(site, said, purpose)
        except BadPasskey as error:
            raise NotYou from error
        await self._guesses.forgive(attempt)
        return account

    async def _shown(self, site: Site, said: str, purpose: str) -> Account:
        id_ = id_in(said)
        async with self._database.read() as tx:
            known = await staff.passkey(tx, id_)
        if known is None or owner_in(said) not in {None, known.staff_id}:
            raise BadPasskey
        now = self._clock.now()
        answer = self._passkeys.used(site, purpose, said, known.passkey, now)
        await self.use_up(answer)
        async with self._database.begin() as tx:
            account = await staff.account(tx, known.staff_id)
            if account is None or account.disabled_at is not None:
                raise BadPasskey
            await staff.keep_count(tx, answer.passkey)
        return account

    async def use_up(self, answer: Answer) -> None:
        """Let an answer count no more.

        Raises:
            BadPasskey: If it was used before.

        """
        seconds = int(CHALLENGE_LIFE.total_seconds())
        if not await self._guesses.once(answer.challenge, seconds + 1):
            raise BadPasskey
