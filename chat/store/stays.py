"""Stays in the store: who asked to be missed, and by when."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Row, cast, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import stays

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


async def bring_nearer(tx: AsyncConnection, now: int, within: int) -> None:
    """Let none be due later than if it had been said just now, give or take a bit."""
    due = now + cast(stays.c.minutes, BigInteger) * MINUTE
    await tx.execute(update(stays).where(stays.c.due > due + within).values(due=due))


async def due(tx: AsyncConnection, before: int) -> Sequence[Row[Any]]:
    """Return those whose time was up before a moment, the first first."""
    asked = select(stays).where(stays.c.due <= before).order_by(stays.c.due)
    return (await tx.execute(asked.limit(100).with_for_update(skip_locked=True))).all()
