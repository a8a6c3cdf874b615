"""Words and strikes in the store: what the room team tells a member, and what holds."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import strikes, words

HOLDING: Final = ("slow", "held", "suspended", "removed")
"""The kinds that hold for a time; the others are over once they are read."""

_AS_SAID: Final = (words.c.at, words.c.event_id, words.c.token)
"""The first first; what was said in one second in the order of what was done."""


async def in_force(tx: AsyncConnection, now: int) -> Sequence[Row[Any]]:
    """Return everything that members are to be told, or held to."""
    asked = select(words).where(words.c.withdrawn_at.is_(None), _holds(now))
    return (await tx.execute(asked.order_by(*_AS_SAID))).all()


def _holds(now: int) -> Any:
    for_a_time = words.c.kind.in_(HOLDING)
    return or_(
        and_(for_a_time, or_(words.c.until == 0, words.c.until > now)),
        and_(~for_a_time, words.c.read_at.is_(None)),
    )


async def say(tx: AsyncConnection, columns: Mapping[str, object]) -> None:
    """Keep words for a member."""
    await tx.execute(insert(words).values(columns))


async def with_token(tx: AsyncConnection, token: bytes) -> Row[Any] | None:
    """Return the words that a member was given with a token."""
    return (await tx.execute(select(words).filter_by(token=token))).first()


async def of_event(tx: AsyncConnection, event_id: int) -> Sequence[Row[Any]]:
    """Return the words that came with an act, and were not withdrawn."""
    asked = select(words).filter_by(event_id=event_id, withdrawn_at=None)
    return (await tx.execute(asked.order_by(*_AS_SAID))).all()


async def heed(tx: AsyncConnection, token: bytes, handle: bytes, now: int) -> bool:
    """Note that a member has read their words; False: they are not theirs."""
    read = update(words).filter_by(token=token, handle=handle)
    done = await tx.execute(read.where(words.c.read_at.is_(None)).values(read_at=now))
    if done.rowcount:
        return True
    asked = select(words.c.token).filter_by(token=token, handle=handle)
    return (await tx.execute(asked)).first() is not None


async def appealed(tx: AsyncConnection, token: bytes, now: int) -> None:
    """Note that a member appealed."""
    await tx.execute(update(words).filter_by(token=token).values(appealed_at=now))


async def withdraw(tx: AsyncConnection, event_id: int, now: int) -> None:
    """Take back what an act said and what it weighed."""
    taken = update(words).filter_by(event_id=event_id, withdrawn_at=None)
    await tx.execute(taken.values(withdrawn_at=now))
    await tx.execute(delete(strikes).filter_by(event_id=event_id))


async def strike(tx: AsyncConnection, columns: Mapping[str, object]) -> None:
    """Keep what an act weighs."""
    await tx.execute(insert(strikes).values(columns))


async def strikes_of(tx: AsyncConnection, handle: bytes) -> Sequence[Row[Any]]:
    """Return what weighs on a member."""
    return (await tx.execute(select(strikes).filter_by(handle=handle))).all()


async def forget(tx: AsyncConnection, now: int, before: int) -> None:
    """Forget strikes that expired, and words said before a moment that hold no more."""
    await tx.execute(delete(strikes).where(strikes.c.expires_at <= now))
    holds = and_(words.c.withdrawn_at.is_(None), _holds(now))
    unread = words.c.kind.not_in(HOLDING)
    old = and_(words.c.at < before, or_(~holds, unread))
    await tx.execute(delete(words).where(old))
