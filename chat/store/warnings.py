"""Warnings in the store: of which gaps somebody was warned, so that it is done once."""

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import warnings

_AT_ONCE: Final = 500
"""How many keys are named in one statement."""


async def known(tx: AsyncConnection) -> set[str]:
    """Return what was warned of."""
    return set((await tx.execute(select(warnings.c.key))).scalars())


async def add(tx: AsyncConnection, keys: Collection[str], at: int) -> None:
    """Keep that this was warned of now."""
    if keys:
        await tx.execute(insert(warnings), [{"key": key, "at": at} for key in keys])


async def forget_beginning(tx: AsyncConnection, prefixes: Iterable[str]) -> None:
    """Have nobody as warned of anything whose key begins so."""
    if not (begins := tuple(prefixes)):
        return
    # Read at once: a statement for each would look at every key each time.
    gone = [key for key in await known(tx) if key.startswith(begins)]
    for at in range(0, len(gone), _AT_ONCE):
        some = gone[at : at + _AT_ONCE]
        await tx.execute(delete(warnings).where(warnings.c.key.in_(some)))


async def forget(tx: AsyncConnection, before: int) -> None:
    """Keep no more what was warned of before a moment."""
    await tx.execute(delete(warnings).where(warnings.c.at < before))
