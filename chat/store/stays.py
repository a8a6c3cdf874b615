"""Stays in the store: who asked to be missed, and by when."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Row, cast, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import stays

AT_ONCE: Final = 100
MINUTE: Final = 60_000
"""In the store's milliseconds."""


async def keep(tx: AsyncConnection, **columns: object) -> None:
    """Keep by when somebody will have said that they are there, whatever it was."""
    # Two pages of theirs may say so at once.
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    kept = make(stays).values(columns)
    await tx.execute(
        kept.on_conflict_do_update(index_elements=["handle"], set_=columns)
    )


async def remove(tx: AsyncConnection, handle: bytes) -> None:
    """Keep it no longer."""
    await tx.execute(delete(stays).filter_by(handle=handle))


async def every(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Return all of them."""
    return (await tx.execute(select(stays))).all()


async def of(tx: AsyncConnection, handle: bytes) -> Row[Any] | None:
    """Return that of one device."""
    return (await tx.execute(select(stays).filter_by(handle=handle))).first()


async def bring_nearer(tx: AsyncConnection, now: int, within: int) -> None:
    """Let none be due later than if it had been said just now, give or take a bit."""
    due = now + cast(stays.c.minutes, BigInteger) * MINUTE
    await tx.execute(update(stays).where(stays.c.due > due + within).values(due=due))


async def due(tx: AsyncConnection, before: int) -> Sequence[bytes]:
    """Return whose time was up before a moment, the first first."""
    asked = select(stays.c.handle).where(stays.c.due <= before).order_by(stays.c.due)
    return (await tx.execute(asked.limit(AT_ONCE))).scalars().all()


async def take(tx: AsyncConnection, handle: bytes, before: int) -> Row[Any] | None:
    """Return one whose time was up before a moment, and keep it no longer.

    None: they have said that they are there, or another has just taken it.
    """
    asked = select(stays).filter_by(handle=handle).where(stays.c.due <= before)
    row = (await tx.execute(asked.with_for_update(skip_locked=True))).first()
    if row is not None:
        await remove(tx, handle)
    return row


async def overdue(tx: AsyncConnection, before: int) -> int:
    """Return for how many of those whose time was up then nobody is called yet."""
    asked = select(func.count()).select_from(stays).where(stays.c.due < before)
    return (await tx.execute(asked)).scalar_one()
