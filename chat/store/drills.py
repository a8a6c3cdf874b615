"""Drills in the store: how each went, and when the next one is planned."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import drills

MOST_SHOWN: Final = 50


async def add(
    tx: AsyncConnection, need_id: str, *, by: str, at: int, on_duty: bool
) -> None:
    """Keep that a drill began, and whether anybody was on duty then."""
    new = insert(drills).values(need_id=need_id, by=by, at=at, on_duty=on_duty)
    await tx.execute(new)


async def with_id(tx: AsyncConnection, need_id: str) -> Row[Any]:
    """Return a drill, which is kept with its need for good."""
    return (await tx.execute(select(drills).filter_by(need_id=need_id))).one()


async def going_on(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Return the drills that are not over."""
    return (await tx.execute(select(drills).where(drills.c.over_at.is_(None)))).all()


async def latest(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Return the drills that were last, the latest first."""
    asked = select(drills).order_by(drills.c.at.desc(), drills.c.need_id)
    return (await tx.execute(asked.limit(MOST_SHOWN))).all()


async def end(
    tx: AsyncConnection,
    need_id: str,
    *,
    times: Mapping[str, int | None],
    outcome: str,
    over_at: int,
) -> None:
    """Keep how a drill went; of two who end it the first is right."""
    unfinished = update(drills).where(
        drills.c.need_id == need_id, drills.c.over_at.is_(None)
    )
    await tx.execute(unfinished.values(**times, outcome=outcome, over_at=over_at))
