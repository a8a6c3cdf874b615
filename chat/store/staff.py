"""The room team in SQL: accounts, their passkeys, and invitations."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.passkeys import Passkey
from chat.roles import Role
from chat.store.schema import invitations, passkeys, staff


class Account(NamedTuple):
    """Somebody of the room team, as they are kept."""

    id: str
    desk_name: str
    role: Role
    created_at: int
    disabled_at: int | None = None
    password_hash: str = ""
    """Empty for whoever signs in by passkey only."""
    sealed_secret: str = ""
    """Of the six-digit codes, in hexadecimal."""
    last_step: int = 0
    recovery: tuple[str, ...] = ()
    """The hashes of the recovery codes that were not used."""

    @property
    def by_password(self) -> bool:
        """Whether they can sign in by password."""
        return bool(self.password_hash)


class KnownPasskey(NamedTuple):
    """A passkey, whose it is and what they call it."""

    passkey: Passkey
    staff_id: str
    name: str
    created_at: int


# Accounts


async def accounts(tx: AsyncConnection) -> list[Account]:
    """Return everybody, whoever came first first."""
    found = await tx.execute(select(staff).order_by(staff.c.created_at, staff.c.id))
    return [
        Account(
            row.id,
            row.desk_name,
            Role(row.role),
            row.created_at,
            row.disabled_at,
            row.password_hash,
            row.totp_secret,
            row.totp_step,
            tuple(row.recovery),
        )
        for row in found
    ]


async def account(tx: AsyncConnection, staff_id: str) -> Account | None:
    """Return somebody by their id."""
    return next((each for each in await accounts(tx) if each.id == staff_id), None)


async def account_named(tx: AsyncConnection, desk_name: str) -> Account | None:
    """Return somebody by their desk name, however it is written.

    A team is small: it is read whole, since the two databases differ in what they take
    for the same letter.
    """
    wanted = desk_name.casefold()
    team = await accounts(tx)
    return next((each for each in team if each.desk_name.casefold() == wanted), None)


async def is_there_any(tx: AsyncConnection) -> bool:
    """Tell whether there is anybody at all."""
    return bool((await tx.execute(select(func.count()).select_from(staff))).scalar())


async def add(tx: AsyncConnection, new: Account) -> None:
    """Keep somebody new."""
    row = {
        "id": new.id,
        "desk_name": new.desk_name,
        "role": str(new.role),
        "password_hash": new.password_hash,
        "totp_secret": new.sealed_secret,
        "totp_step": new.last_step,
        "recovery": list(new.recovery),
        "created_at": new.created_at,
    }
    await tx.execute(insert(staff).values(row))


async def disable(tx: AsyncConnection, staff_id: str, at: int) -> None:
    """Let somebody sign in no more; who they were is still known."""
    await _change(tx, staff_id, disabled_at=at)


async def keep_step(tx: AsyncConnection, staff_id: str, step: int) -> None:
    """Keep the step of the last code that was used."""
    await _change(tx, staff_id, totp_step=step)


async def keep_recovery(
    tx: AsyncConnection, staff_id: str, hashes: Iterable[str]
) -> None:
    """Keep which recovery codes are left."""
    await _change(tx, staff_id, recovery=list(hashes))


async def _change(tx: AsyncConnection, staff_id: str, **values: object) -> None:
    await tx.execute(update(staff).where(staff.c.id == staff_id).values(values))


# Passkeys


async def passkey(tx: AsyncConnection, credential_id: bytes) -> KnownPasskey | None:
    """Return a passkey by its id."""
    where = passkeys.c.credential_id == credential_id
    row = (await tx.execute(select(passkeys).where(where))).one_or_none()
    return _passkey(row) if row else None


async def passkeys_of(tx: AsyncConnection, staff_id: str) -> list[KnownPasskey]:
    """Return somebody's passkeys, the oldest first."""
    theirs = select(passkeys).where(passkeys.c.staff_id == staff_id)
    found = await tx.execute(
        theirs.order_by(passkeys.c.created_at, passkeys.c.credential_id)
    )
    return [_passkey(row) for row in found]


def _passkey(row: Row[Any]) -> KnownPasskey:
    return KnownPasskey(
        Passkey(row.credential_id, row.public_key, row.sign_count),
        row.staff_id,
        row.name,
        row.created_at,
    )


async def add_passkey(tx: AsyncConnection, new: KnownPasskey) -> None:
    """Keep another passkey."""
    row = {
        "credential_id": new.passkey.id,
        "staff_id": new.staff_id,
        "public_key": new.passkey.public_key,
        "sign_count": new.passkey.sign_count,
        "name": new.name,
        "created_at": new.created_at,
    }
    await tx.execute(insert(passkeys).values(row))


async def keep_count(tx: AsyncConnection, used: Passkey) -> None:
    """Keep how often a passkey says it was used."""
    where = passkeys.c.credential_id == used.id
    await tx.execute(update(passkeys).where(where).values(sign_count=used.sign_count))


async def remove_passkey(
    tx: AsyncConnection, staff_id: str, credential_id: bytes
) -> bool:
    """Forget one of somebody's passkeys; tell whether it was theirs."""
    gone = await tx.execute(
        delete(passkeys).where(
            passkeys.c.credential_id == credential_id, passkeys.c.staff_id == staff_id
        )
    )
    return gone.rowcount == 1


# Invitations


async def invite(
    tx: AsyncConnection, hashed: bytes, role: Role, by: str, at: int, until: int
) -> None:
    """Keep an invitation, by nothing but its hash."""
    row = {"hash": hashed, "role": str(role), "by": by, "at": at, "expires_at": until}
    await tx.execute(insert(invitations).values(row))


async def invited_as(tx: AsyncConnection, hashed: bytes, at: int) -> Role | None:
    """Return what an invitation is for, if it is still good."""
    role = (
        await tx.execute(
            select(invitations.c.role).where(
                invitations.c.hash == hashed,
                invitations.c.used_at.is_(None),
                invitations.c.expires_at > at,
            )
        )
    ).scalar_one_or_none()
    return role and Role(role)


async def use_invitation(tx: AsyncConnection, hashed: bytes, by: str, at: int) -> None:
    """Use an invitation up."""
    where = invitations.c.hash == hashed
    await tx.execute(update(invitations).where(where).values(used_at=at, used_by=by))


async def withdraw_invitations(tx: AsyncConnection, by: str, at: int) -> None:
    """Let nobody take up what somebody offered and nobody took up yet."""
    await tx.execute(
        update(invitations)
        .where(invitations.c.by == by, invitations.c.used_at.is_(None))
        .values(expires_at=at)
    )
