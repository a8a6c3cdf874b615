"""The rota in the store: its entries, and what was decided for the whole house."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import house, rota


class Entry(NamedTuple):
    """One line of the rota, as it is kept."""

    id: str
    kind: str
    body: Mapping[str, Any]
    over_at: int | None
    """When it has no more to say; None: it goes on."""


async def entries(tx: AsyncConnection, since: int) -> list[Entry]:
    """Return what is not over since a moment, in the order in which it was made."""
    columns = rota.c.id, rota.c.kind, rota.c.body, rota.c.over_at
    goes_on = or_(rota.c.over_at.is_(None), rota.c.over_at > since)
    rows = await tx.execute(select(*columns).where(goes_on).order_by(rota.c.at))
    return [Entry(*row) for row in rows]


async def add(tx: AsyncConnection, entry: Entry, by: str, at: int) -> None:
    """Keep another entry, after all others."""
    last = (await tx.execute(select(func.max(rota.c.at)))).scalar()
    later = at if last is None else max(at, last + 1)
    row = {**entry._asdict(), "body": dict(entry.body), "by": by, "at": later}
    await tx.execute(insert(rota).values(row))


async def change(tx: AsyncConnection, entry: Entry) -> None:
    """Keep an entry as it is now, in the place that it had."""
    values = {"body": dict(entry.body), "over_at": entry.over_at}
    await tx.execute(update(rota).filter_by(id=entry.id).values(values))


async def remove(tx: AsyncConnection, id_: str) -> None:
    """Keep an entry no more."""
    await tx.execute(delete(rota).filter_by(id=id_))


async def forget(tx: AsyncConnection, before: int) -> None:
    """Keep no more what was over before a moment."""
    await tx.execute(delete(rota).where(rota.c.over_at < before))


async def decided(tx: AsyncConnection, keys: Iterable[str]) -> dict[str, Any]:
    """Return what was decided for the whole house, of what is asked for."""
    asked = select(house.c.key, house.c.value).where(house.c.key.in_(list(keys)))
    return {row.key: row.value for row in await tx.execute(asked)}


async def decide(
    tx: AsyncConnection, key: str, value: object, by: str, at: int
) -> None:
    """Decide something for the whole house."""
    await tx.execute(delete(house).filter_by(key=key))
    await tx.execute(insert(house).values(key=key, value=value, by=by, at=at))
