"""Needs in the store: one question or one change a function.

Whoever changes a need locks it first (`lock=True`), inside `Database.claim` or `begin`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import blocks, need_events, need_notes, needs

ENDED: Final = "ended"
CALL_BACK: Final = "call_back"
AT_ONCE: Final = 200

_ACCEPTED: Final = "accepted"
_TAKEN: Final = (_ACCEPTED, "talking")
_CAME: Final = ("accepted", "joined", "handed")
"""What happens to a need when a peer comes."""


# Needs


async def with_id(
    tx: AsyncConnection, id_: str, *, lock: bool = False
) -> Row[Any] | None:
    """Return a need."""
    return await _one(tx, select(needs).filter_by(id=id_), lock=lock)


async def open_for(
    tx: AsyncConnection, handle: bytes, *, lock: bool = False
) -> Row[Any] | None:
    """Return the need of a device that is open or promised."""
    return await _one(tx, select(needs).filter_by(open_for=handle), lock=lock)


async def _one(
    tx: AsyncConnection, asked: Select[Any], *, lock: bool
) -> Row[Any] | None:
    found: Row[Any] | None = (
        await tx.execute(asked.with_for_update() if lock else asked)
    ).first()
    return found


async def last_of(tx: AsyncConnection, handle: bytes, since: int) -> Row[Any] | None:
    """Return the need of a device that ended last, if that was after a moment."""
    ended = select(needs).where(needs.c.handle == handle, needs.c.ended_at > since)
    return (await tx.execute(ended.order_by(needs.c.ended_at.desc()))).first()


async def raised_in_vain(tx: AsyncConnection, handle: bytes, since: int) -> int:
    """Return how often a device has raised needs since a moment that came to no talk.

    One that is open does not count.
    """
    asked = (
        select(func.count())
        .select_from(need_events.join(needs, needs.c.id == need_events.c.need_id))
        .where(
            needs.c.handle == handle,
            needs.c.ended_at > since,
            needs.c.spoken_at.is_(None),
            need_events.c.kind.in_(("raised", "raised_again")),
            need_events.c.at > since,
        )
    )
    return (await tx.execute(asked)).scalar_one()


async def add(tx: AsyncConnection, columns: Mapping[str, object]) -> bool:
    """Keep a new need; False: its device has one, which another has just raised."""
    make = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    added = make(needs).values(columns).on_conflict_do_nothing()
    return bool((await tx.execute(added)).rowcount)


async def change(tx: AsyncConnection, id_: str, columns: Mapping[str, object]) -> None:
    """Keep what a need has come to."""
    await tx.execute(update(needs).filter_by(id=id_).values(columns))


async def change_all(tx: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what many needs have come to: of each its id and the same columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    columns: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
    changed = update(needs).where(needs.c.id == bindparam("need")).values(columns)
    await tx.execute(
        changed,
        [
            {
                "need" if name == "id" else f"to_{name}": value
                for name, value in row.items()
            }
            for row in rows
        ],
    )


async def every_open(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Return all needs that have not ended, the most pressing first."""
    asked = select(needs).where(needs.c.state != ENDED)
    return (await tx.execute(asked.order_by(needs.c.rank, needs.c.id))).all()


async def talks_of(tx: AsyncConnection, since: int) -> dict[str, int]:
    """Return in how many talks everybody is who is in one, by their staff id.

    One in which nobody waits, and nothing was said since a moment, keeps nobody.
    """
    last = func.coalesce(needs.c.quiet_since, needs.c.accepted_at)
    waits = or_(needs.c.state == _ACCEPTED, needs.c.unanswered_since.is_not(None))
    asked = select(needs.c.peer, needs.c.joined).where(
        needs.c.state.in_(_TAKEN), or_(waits, last > since)
    )
    return Counter(
        peer for row in await tx.execute(asked) for peer in (row.peer, *row.joined)
    )


# What happened


async def add_event(
    tx: AsyncConnection,
    id_: str,
    *,
    at: int,
    actor: str,
    kind: str,
    detail: Mapping[str, object],
) -> None:
    """Add to what happened to a need."""
    await tx.execute(
        insert(need_events).values(
            need_id=id_, at=at, actor=actor, kind=kind, detail=dict(detail)
        )
    )


async def add_events(tx: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to what happened to many needs."""
    if rows:
        await tx.execute(insert(need_events), [dict(row) for row in rows])


async def events(tx: AsyncConnection, id_: str) -> Sequence[Row[Any]]:
    """Return all that happened to a need, in order."""
    asked = select(need_events).filter_by(need_id=id_).order_by(need_events.c.id)
    return (await tx.execute(asked)).all()


async def last_event(
    tx: AsyncConnection, id_: str, kinds: Collection[str]
) -> Row[Any] | None:
    """Return the last that happened to a need of some kinds."""
    asked = select(need_events).where(
        need_events.c.need_id == id_, need_events.c.kind.in_(kinds)
    )
    last = asked.order_by(need_events.c.id.desc()).limit(1)
    return (await tx.execute(last)).first()


async def helped(tx: AsyncConnection, id_: str) -> Sequence[str]:
    """Return everybody who has had a need, or sat in."""
    asked = select(need_events.c.actor).where(
        need_events.c.need_id == id_, need_events.c.kind.in_(_CAME)
    )
    return (await tx.execute(asked.distinct())).scalars().all()


# Notes and blocks


async def add_note(
    tx: AsyncConnection, id_: str, staff_id: str, at: int, text: str
) -> None:
    """Keep what a peer noted for themselves."""
    row = {"need_id": id_, "staff_id": staff_id, "at": at, "text": text}
    await tx.execute(insert(need_notes).values(row))


async def block(tx: AsyncConnection, staff_id: str, sealed: bytes, at: int) -> None:
    """Keep that a peer wants to meet a device no more."""
    make = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    row = make(blocks).values(staff_id=staff_id, sealed=sealed, at=at)
    await tx.execute(row.on_conflict_do_nothing())


async def who_block(tx: AsyncConnection) -> Sequence[str]:
    """Return the peers who block anybody at all."""
    return (await tx.execute(select(blocks.c.staff_id).distinct())).scalars().all()


async def blocks_among(
    tx: AsyncConnection, sealed: Iterable[bytes]
) -> set[tuple[str, bytes]]:
    """Return which of these blocks there are, and whose."""
    asked = select(blocks.c.staff_id, blocks.c.sealed)
    found = await tx.execute(asked.where(blocks.c.sealed.in_(list(sealed))))
    return {(row.staff_id, row.sealed) for row in found}


# Forgetting


async def to_forget(tx: AsyncConnection, before: int) -> Sequence[Row[Any]]:
    """Return the needs that ended before a moment and are not forgotten yet."""
    asked = select(needs).where(
        needs.c.state == ENDED,
        needs.c.ended_at <= before,
        needs.c.forgotten_at.is_(None),
    )
    locked = asked.order_by(needs.c.ended_at).limit(AT_ONCE)
    return (await tx.execute(locked.with_for_update(skip_locked=True))).all()


async def to_fade(tx: AsyncConnection) -> Sequence[str]:
    """Return the needs that are forgotten, and whose talks may still be there."""
    asked = select(needs.c.id).where(
        needs.c.forgotten_at.is_not(None), needs.c.faded_at.is_(None)
    )
    found = await tx.execute(asked.order_by(needs.c.forgotten_at).limit(AT_ONCE))
    return found.scalars().all()


async def faded(tx: AsyncConnection, ids: Collection[str], at: int) -> None:
    """Keep of needs that nothing is left of their talks."""
    gone = update(needs).where(needs.c.id.in_(ids), needs.c.forgotten_at.is_not(None))
    await tx.execute(gone.values(faded_at=at))


async def forget_words(tx: AsyncConnection, ids: Collection[str]) -> None:
    """Keep of what peers noted only that they did."""
    where = need_notes.c.need_id.in_(ids)
    await tx.execute(update(need_notes).where(where).values(text=""))


async def delete_ended(tx: AsyncConnection, before: int) -> None:
    """Delete what ended before a moment, with all that happened to it."""
    old = select(needs.c.id).where(
        needs.c.state == ENDED, needs.c.ended_at < before, needs.c.end != CALL_BACK
    )
    for of in (need_events, need_notes):
        await tx.execute(delete(of).where(of.c.need_id.in_(old)))
    await tx.execute(delete(needs).where(needs.c.id.in_(old)))
