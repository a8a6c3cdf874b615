"""Talks in the store: which private rooms there are, whose, and which need whose."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import cards, needs


async def of_needs(tx: AsyncConnection, ended_since: int) -> Sequence[str]:
    """Return the needs that go on, or ended after a moment."""
    asked = select(needs.c.id).where(
        needs.c.drill.is_(False),
        or_(needs.c.ended_at.is_(None), needs.c.ended_at > ended_since),
    )
    return (await tx.execute(asked)).scalars().all()


async def of_cards(tx: AsyncConnection, over_since: int) -> Sequence[str]:
    """Return the private rooms of cards that go on, or ended after a moment."""
    asked = select(cards.c.talk).where(
        cards.c.talk != "",
        or_(cards.c.over_at.is_(None), cards.c.over_at > over_since),
    )
    return (await tx.execute(asked)).scalars().all()


async def devices(tx: AsyncConnection) -> dict[bytes, str]:
    """Return the needs that their members are still told of, by device."""
    asked = select(needs.c.handle, needs.c.id).where(needs.c.handle != b"")
    # The open one of each device last, so that it is the one which is returned.
    waits = needs.c.open_for.is_not(None)
    rows = await tx.execute(asked.order_by(waits, needs.c.ended_at))
    return {row.handle: row.id for row in rows}
