"""Numbers in the store: how long cases wait, about nobody."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import cases


class Wait(NamedTuple):
    """When a case was opened, and when somebody first looked at it."""

    opened_at: int
    first_look_at: int | None


class Open(NamedTuple):
    """A case that is not resolved."""

    queue: str
    opened_at: int


async def waits(tx: AsyncConnection, since: int) -> list[Wait]:
    """Return how every case waited that was opened since."""
    asked = select(cases.c.opened_at, cases.c.first_look_at)
    rows = await tx.execute(asked.where(cases.c.opened_at >= since))
    return [Wait(*row) for row in rows]


async def open_now(tx: AsyncConnection) -> list[Open]:
    """Return every case that is not resolved."""
    asked = select(cases.c.queue, cases.c.opened_at)
    rows = await tx.execute(asked.where(cases.c.status != "resolved"))
    return [Open(*row) for row in rows]
