"""Peers in the store: how each of the room team may be called, beside any shift."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, and_, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import peers
from chat.store.schema import staff

_AS_AT_FIRST: Final[Mapping[str, object]] = {
    "shares": [],
    "languages": [],
    "course": {},
}
"""Of the columns that have no default of their own."""


async def of(tx: AsyncConnection, staff_id: str) -> Row[Any] | None:
    """Return what is kept of somebody; None: nothing yet."""
    asked = select(peers).filter_by(staff_id=staff_id)
    return (await tx.execute(asked)).first()


async def everyone(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Return all who are in the team now, with what is kept of them, by desk name.

    Of whom nothing is kept, every column but `id`, `desk_name` and `role` is None.
    """
    asked = (
        select(staff.c.id, staff.c.desk_name, staff.c.role, peers)
        .select_from(staff.outerjoin(peers, peers.c.staff_id == staff.c.id))
        .where(staff.c.disabled_at.is_(None))
        .order_by(staff.c.desk_name, staff.c.id)
    )
    return (await tx.execute(asked)).all()


async def keep(tx: AsyncConnection, staff_id: str, **values: object) -> None:
    """Keep something of somebody; everything else stays as it is."""
    make = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    added = make(peers).values({"staff_id": staff_id, **_AS_AT_FIRST, **values})
    await tx.execute(
        added.on_conflict_do_update(index_elements=["staff_id"], set_=values)
    )


async def with_calendar(tx: AsyncConnection, hashed: bytes) -> str | None:
    """Return whose calendar has a link of that hash, if they are still in the team."""
    asked = select(peers.c.staff_id).join(staff, staff.c.id == peers.c.staff_id)
    known = and_(peers.c.calendar == hashed, staff.c.disabled_at.is_(None))
    return (await tx.execute(asked.where(known))).scalar()
