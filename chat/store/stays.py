"""Stays in the store: who asked to be missed, and by when."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import stays


async def add(tx: AsyncConnection, **columns: object) -> None:
    """Keep by when somebody will have said that they are there."""
    await tx.execute(insert(stays).values(columns))


async def remove(tx: AsyncConnection, handle: bytes) -> None:
    """Keep it no longer."""
    await tx.execute(delete(stays).filter_by(handle=handle))


async def every(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Return all of them."""
    return (await tx.execute(select(stays))).all()


async def due(tx: AsyncConnection, before: int) -> Sequence[Row[Any]]:
    """Return those whose time was up before a moment, the first first."""
    asked = select(stays).where(stays.c.due <= before).order_by(stays.c.due)
    return (await tx.execute(asked.limit(100).with_for_update(skip_locked=True))).all()
