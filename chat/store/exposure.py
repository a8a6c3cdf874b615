"""Exposure in the store: how much of what is hard to read somebody has read."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import exposure


async def add(
    tx: AsyncConnection, staff_id: str, *, at: int, units: int, case_id: str
) -> None:
    """Keep that somebody read a case."""
    columns = {"staff_id": staff_id, "at": at, "units": units, "case_id": case_id}
    await tx.execute(insert(exposure).values(columns))
