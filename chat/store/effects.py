"""Effects in the store: what must happen in the rooms, until it has."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import effects

AT_ONCE: Final = 200


async def add(
    tx: AsyncConnection,
    kind: str,
    *,
    at: int,
    room: str,
    payload: Mapping[str, object],
    case_id: str = "",
    event_id: int = 0,
) -> None:
    """Keep what must happen, with what decided it."""
    columns = {"at": at, "kind": kind, "room": room, "payload": dict(payload)}
    made = {**columns, "case_id": case_id, "event_id": event_id}
    await tx.execute(insert(effects).values(made))


async def due(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Return what has not happened yet, in the order in which it must."""
    asked = select(effects).filter_by(done_at=None).order_by(effects.c.id)
    return (await tx.execute(asked.limit(AT_ONCE))).all()


async def done(tx: AsyncConnection, id_: int, now: int, result: int) -> bool:
    """Note that something has happened; False: another process was quicker."""
    noted = update(effects).filter_by(id=id_, done_at=None)
    return bool((await tx.execute(noted.values(done_at=now, result=result))).rowcount)


async def forget(tx: AsyncConnection, before: int) -> None:
    """Forget what happened before a moment."""
    await tx.execute(delete(effects).where(effects.c.done_at < before))
