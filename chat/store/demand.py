"""Demand in the store: when there were needs, and nothing else about them."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import needs


async def raised_since(tx: AsyncConnection, since: int) -> list[int]:
    """Return when needs were raised since a moment, in order; drills are none."""
    asked = select(needs.c.raised_at).where(
        needs.c.raised_at >= since, needs.c.drill.is_(False)
    )
    found = await tx.execute(asked.order_by(needs.c.raised_at))
    return list(found.scalars())
