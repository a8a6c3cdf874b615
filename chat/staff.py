"""Staff: who is in the room team, who is asked to join it, and who no longer is."""

import secrets
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import credentials
from chat.clock import Clock
from chat.errors import ChatError
from chat.passkeys import Passkeys, Site
from chat.roles import Role
from chat.signing.enrolments import INVITATION_BYTES, hash_of
from chat.signing.proofs import NotYou, Proofs
from chat.signing.sittings import Deskmate, Sittings
from chat.store import audit, staff
from chat.store.database import Database
from chat.store.staff import Account, KnownPasskey

INVITATION_SECONDS: Final = 72 * 60 * 60
THE_HOUSE: Final = "the house"
"""Who invites the first."""


class NobodyOfThatName(ChatError):
    """Nobody of the room team goes by that desk name."""

    code = "nobody_of_that_name"


class LastOfTheTeam(ChatError):
    """Without them nobody could sign in, or invite anybody."""

    code = "last_of_the_team"


class Mate(NamedTuple):
    """Somebody of the room team, as the others may know them."""

    id: str
    desk_name: str
    role: Role
    created_at: int
    disabled_at: int | None


class Own(NamedTuple):
    """What somebody may know of their own account."""

    has_password: bool
    recovery_left: int
    passkeys: Sequence[KnownPasskey]


class Staff:
    """The room team's accounts."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        sittings: Sittings,
        passkeys: Passkeys,
        proofs: Proofs,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sittings = sittings
        self._passkeys = passkeys
        self._proofs = proofs

    # Invitations ----------------------------------------------------------------------

    async def first_invitation(self) -> str | None:
        """Return an invitation for a coordinator while there is nobody at all.

        Of those it has returned, only the last is good. Ask once a start, not once a
        process.

        Raises:
            StoreDown: If the database does not answer; so with all that follows.

        """
        async with self._database.begin() as tx:
            if await staff.is_there_any(tx):
                return None
            await staff.withdraw_invitations(tx, THE_HOUSE, self._clock.seconds())
            return await self._invite(tx, Role.COORDINATOR, THE_HOUSE)

    async def invite(self, role: Role, by: str) -> str:
        """Return an invitation: good once, for 72 hours, and kept as a hash only."""
        async with self._database.begin() as tx:
            return await self._invite(tx, role, by)

    async def _invite(self, tx: AsyncConnection, role: Role, by: str) -> str:
        invitation = secrets.token_urlsafe(INVITATION_BYTES)
        hashed, now = hash_of(invitation), self._clock.seconds()
        await staff.invite(tx, hashed, role, by, now, now + INVITATION_SECONDS)
        await audit.record(
            tx,
            at=now,
            actor=by,
            verb="invited",
            subject=hashed.hex()[:16],
            detail=str(role),
        )
        return invitation

    # The team -------------------------------------------------------------------------

    async def team(self) -> list[Mate]:
        """Return everybody, those who left too."""
        async with self._database.read() as tx:
            return [
                Mate(who.id, who.desk_name, who.role, who.created_at, who.disabled_at)
                for who in await staff.accounts(tx)
            ]

    async def disable(self, desk_name: str, by: str) -> Mate:
        """Let somebody in no more, and end whatever they have open.

        Raises:
            NobodyOfThatName, LastOfTheTeam, Unavailable: As they say.

        """
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            who = await staff.account_named(tx, desk_name)
            if who is None:
                raise NobodyOfThatName
            if _is_last(who.id, await staff.accounts(tx)):
                raise LastOfTheTeam
            if who.disabled_at is None:
                await staff.disable(tx, who.id, now)
                await audit.record(
                    tx, at=now, actor=by, verb="disabled", subject=who.id, detail=""
                )
        # Also when they were disabled before: so doing it again mends an end that was
        # cut off half-way.
        await self._sittings.end_all(who.id)
        return Mate(who.id, who.desk_name, who.role, who.created_at, now)

    async def seat(self, account: Account) -> str:
        """Sign in somebody who has proved who they are; return their new token.

        Raises:
            NotYou: If they were disabled meanwhile.
            Unavailable: If Redis does not answer.

        """
        token = await self._sittings.begin(account.id, account.desk_name, account.role)
        # Looked at afterwards: whoever disables ends what there is, and that may have
        # been just before this sitting began.
        async with self._database.read() as tx:
            now = await staff.account(tx, account.id)
        if now is None or now.disabled_at is not None:
            await self._sittings.end_all(account.id)
            raise NotYou
        return token

    # One's own account ----------------------------------------------------------------

    async def own(self, me: Deskmate) -> Own:
        """Return how somebody can sign in."""
        async with self._database.read() as tx:
            account = await staff.account(tx, me.id)
            passkeys = await staff.passkeys_of(tx, me.id)
        if account is None:
            raise NobodyOfThatName
        return Own(bool(account.password_hash), len(account.recovery), passkeys)

    def asked_for_passkey(self, me: Deskmate, site: Site, own: Own) -> str:
        """Return what the browser is asked for, to make one more passkey."""
        challenge = self._passkeys.challenge(_purpose(me), self._clock.now())
        known = [each.passkey.id for each in own.passkeys]
        return self._passkeys.creation(site, challenge, me.id, me.desk_name, known)

    async def add_passkey(self, me: Deskmate, site: Site, said: str, name: str) -> None:
        """Keep one more passkey.

        Raises:
            BadPasskey: If it was not made just now, by them.

        """
        now = self._clock.now()
        made = self._passkeys.created(site, _purpose(me), said, now)
        await self._proofs.use_up(made)
        at = int(now.timestamp())
        async with self._database.begin() as tx:
            known = KnownPasskey(made.passkey, me.id, name.strip()[:40], at)
            await staff.add_passkey(tx, known)
            await self._note(tx, me, "added_passkey")

    async def remove_passkey(self, me: Deskmate, credential_id: bytes) -> None:
        """Forget a passkey, unless it is the only way in.

        Raises:
            LastOfTheTeam: If it is.

        """
        async with self._database.begin() as tx:
            account = await staff.account(tx, me.id)
            passkeys = await staff.passkeys_of(tx, me.id)
            if account is None or (not account.password_hash and len(passkeys) < 2):
                raise LastOfTheTeam
            if await staff.remove_passkey(tx, me.id, credential_id):
                await self._note(tx, me, "removed_passkey")

    async def new_recovery_codes(self, me: Deskmate) -> list[str]:
        """Return ten new recovery codes; the old ones count no more."""
        codes = credentials.new_recovery_codes()
        async with self._database.begin() as tx:
            hashes = sorted(map(credentials.recovery_hash, codes))
            await staff.keep_recovery(tx, me.id, hashes)
            await self._note(tx, me, "renewed_recovery_codes")
        return codes

    async def _note(self, tx: AsyncConnection, me: Deskmate, verb: str) -> None:
        now = self._clock.seconds()
        await audit.record(tx, at=now, actor=me.id, verb=verb, subject=me.id, detail="")


def link(origin: str, invitation: str) -> str:
    """Return the link that somebody is invited by.

    The invitation stands behind `#`, so that no server's log will ever have it.
    """
    return f"{origin.rstrip('/')}/staff/enrol#{invitation}"


def _is_last(staff_id: str, team: Sequence[Account]) -> bool:
    """Tell whether somebody is the only coordinator left."""
    left = {
        who.id
        for who in team
        if who.disabled_at is None and who.role is Role.COORDINATOR
    }
    return left == {staff_id}


def _purpose(me: Deskmate) -> str:
    return f"add passkey {me.id}"
