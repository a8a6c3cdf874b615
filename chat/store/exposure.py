"""Exposure in the store: how much of what is hard to read somebody has read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import exposure


async def add(
    tx: AsyncConnection, staff_id: str, *, at: int, units: int, case_id: str
) -> None:
    """Keep that somebody read a case."""
    columns = {"staff_id": staff_id, "at": at, "units": units, "case_id": case_id}
    await tx.execute(insert(exposure).values(columns))


async def since(tx: AsyncConnection, staff_id: str, at: int) -> Sequence[Row[Any]]:
    """Return what somebody has read since a moment."""
    asked = select(exposure).filter_by(staff_id=staff_id).order_by(exposure.c.at)
    return (await tx.execute(asked.where(exposure.c.at >= at))).all()
