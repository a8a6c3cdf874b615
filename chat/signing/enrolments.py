"""Enrolments: taking up an invitation, from the link to the first sign-in.

Until it is finished everything about it is in Redis, for half an hour, under the hash
of a token that only the browser has; the invitation is used up by the finish alone.
"""

import asyncio
import re
import secrets
import unicodedata
from hashlib import sha256
from typing import Final, NamedTuple, cast

from chat import credentials
from chat.clock import Clock
from chat.errors import ChatError
from chat.passkeys import Passkeys, Site
from chat.protocol import pack, unpack_value
from chat.redis import Script, Scripts
from chat.signing.proofs import NotYou, Proofs
from chat.store import audit, staff
from chat.store.database import Database
from chat.store.staff import Account, KnownPasskey

LASTS_SECONDS: Final = 30 * 60
INVITATION_BYTES: Final = 32

_KEEP, _KEPT, _FORGET = Script("keep"), Script("kept"), Script("forget")
_NAME = re.compile(r"[^\W_](?:[\w .'’-]{0,30}[^\W_])")  # noqa: RUF001
_LETTER = re.compile(r"[^\W\d_]")


class NoInvitation(ChatError):
    """The invitation was used, is too old, or never was."""

    code = "no_invitation"


class BadDeskName(ChatError):
    """It will not do as a desk name."""

    code = "bad_desk_name"


class DeskNameTaken(ChatError):
    """Somebody of the room team goes by that desk name, or did."""

    code = "desk_name_taken"


class WeakPassword(ChatError):
    """The password will not do; `why` says so in plain words."""

    code = "weak_password"

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class NoEnrolment(ChatError):
    """Nothing was begun with that token, or too long ago."""

    code = "no_enrolment"


class Enrolment(NamedTuple):
    """What somebody has chosen so far."""

    invitation: bytes
    staff_id: str
    desk_name: str
    password_hash: str
    """Empty for whoever will have a passkey."""
    sealed_secret: str


class Enrolments:
    """Leads somebody from an invitation to an account."""

    def __init__(
        self,
        *,
        database: Database,
        scripts: Scripts,
        clock: Clock,
        key: bytes,
        passkeys: Passkeys,
        proofs: Proofs,
    ) -> None:
        self._database = database
        self._scripts = scripts
        self._clock = clock
        self._key = key
        self._passkeys = passkeys
        self._proofs = proofs

    async def begin(self, invitation: str, desk_name: str, password: str | None) -> str:
        """Begin with a name, and a password unless it is to be a passkey.

        Return the token of the enrolment.

        Raises:
            NoInvitation, BadDeskName, DeskNameTaken, WeakPassword: As they say.
            StoreDown, Unavailable: As they say.

        """
        hashed, desk_name = hash_of(invitation), chosen_name(desk_name)
        async with self._database.read() as tx:
            if await staff.invited_as(tx, hashed, self._clock.seconds()) is None:
                raise NoInvitation
            if await staff.account_named(tx, desk_name):
                raise DeskNameTaken
        kept = await self._kept_of(password, desk_name)
        sealed = b""
        if kept:
            sealed = credentials.seal(credentials.new_secret(), self._key)
        begun = Enrolment(hashed, secrets.token_hex(8), desk_name, kept, sealed.hex())
        token = secrets.token_urlsafe(32)
        await self._scripts.call(
            _KEEP, (_key(token),), pack(tuple(begun)), LASTS_SECONDS * 1000
        )
        return token

    async def _kept_of(self, password: str | None, desk_name: str) -> str:
        if password is None:
            return ""
        if why := credentials.weakness(password, desk_name):
            raise WeakPassword(why)
        return await asyncio.to_thread(credentials.hashed, password)

    async def find(self, token: str) -> Enrolment:
        """Return what was begun with a token.

        Raises:
            NoEnrolment: If nothing was.

        """
        kept = await self._scripts.call(_KEPT, (_key(token),))
        if kept is None:
            raise NoEnrolment
        return Enrolment(*cast("list[str]", unpack_value(kept)))  # type: ignore[arg-type]

    def secret_of(self, enrolment: Enrolment) -> str:
        """Return the secret that the six-digit codes will be made with."""
        return credentials.unseal(bytes.fromhex(enrolment.sealed_secret), self._key)

    def asked(self, enrolment: Enrolment, site: Site) -> str:
        """Return what the browser is asked for, to make a passkey."""
        challenge = self._passkeys.challenge(_purpose(enrolment), self._clock.now())
        return self._passkeys.creation(
            site, challenge, enrolment.staff_id, enrolment.desk_name
        )

    async def finish_with_passkey(self, token: str, site: Site, said: str) -> Account:
        """Make the account of whoever has made a passkey.

        Raises:
            BadPasskey, NoEnrolment, NoInvitation, DeskNameTaken: As they say.
            StoreDown, Unavailable: As they say.

        """
        begun = await self.find(token)
        now = self._clock.now()
        made = self._passkeys.created(site, _purpose(begun), said, now)
        known = KnownPasskey(
            made.passkey, begun.staff_id, "The first", self._clock.seconds()
        )
        await self._proofs.use_up(made)
        return await self._accept(token, begun, passkey=known)

    async def finish_with_code(
        self, token: str, code: str
    ) -> tuple[Account, list[str]]:
        """Make the account of whoever shows a code; return their recovery codes too.

        Raises:
            NotYou: If the code is not right.
            NoEnrolment, NoInvitation, DeskNameTaken: As they say.
            StoreDown, Unavailable: As they say.

        """
        begun = await self.find(token)
        if not begun.password_hash:
            raise NoEnrolment
        step = credentials.step_of(self.secret_of(begun), code, self._clock.now(), 0)
        if step is None:
            raise NotYou
        codes = credentials.new_recovery_codes()
        hashes = tuple(sorted(map(credentials.recovery_hash, codes)))
        account = await self._accept(token, begun, step=step, recovery=hashes)
        return account, codes

    async def _accept(
        self,
        token: str,
        begun: Enrolment,
        *,
        step: int = 0,
        recovery: tuple[str, ...] = (),
        passkey: KnownPasskey | None = None,
    ) -> Account:
        """Make the account and use the invitation up, both or neither."""
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            role = await staff.invited_as(tx, begun.invitation, now)
            if role is None:
                raise NoInvitation
            if await staff.account_named(tx, begun.desk_name):
                raise DeskNameTaken
            account = Account(
                begun.staff_id, begun.desk_name, role, now, None,
                begun.password_hash, begun.sealed_secret, step, recovery,
            )  # fmt: skip
            await staff.add(tx, account)
            if passkey is not None:
                await staff.add_passkey(tx, passkey)
            await staff.use_invitation(tx, begun.invitation, account.id, now)
            await audit.record(
                tx,
                at=now,
                actor=account.id,
                verb="enrolled",
                subject=account.id,
                detail=str(role),
            )
        await self._scripts.call(_FORGET, (_key(token),))
        return account


def chosen_name(text: str) -> str:
    """Return a desk name as it is kept.

    Raises:
        BadDeskName: If it is too short or long, has no letter, or could be an address:
            letters, digits, spaces, dots, hyphens and apostrophes will do.

    """
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not _NAME.fullmatch(name) or not _LETTER.search(name):
        raise BadDeskName
    return name


def hash_of(invitation: str) -> bytes:
    """Return what is kept of an invitation."""
    return sha256(invitation.strip().encode()).digest()


def _purpose(enrolment: Enrolment) -> str:
    return f"enrol {enrolment.staff_id}"


def _key(token: str) -> str:
    return f"porchlight:enrolment:{{{sha256(token.encode()).hexdigest()}}}"
