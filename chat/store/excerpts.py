"""Excerpts and findings in the store: all that it holds of what members said."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import excerpts, findings


async def of(tx: AsyncConnection, case_id: str) -> Sequence[Row[Any]]:
    """Return a case's excerpt, in order of place."""
    asked = select(excerpts).filter_by(case_id=case_id).order_by(excerpts.c.place)
    return (await tx.execute(asked)).all()


async def add(
    tx: AsyncConnection, case_id: str, rows: Iterable[Mapping[str, object]]
) -> None:
    """Keep more of a case's excerpt, after what is kept already."""
    asked = select(func.max(excerpts.c.place)).filter_by(case_id=case_id)
    last = (await tx.execute(asked)).scalar_one() or 0
    numbered = [
        {"case_id": case_id, "place": place, **row}
        for place, row in enumerate(rows, last + 1)
    ]
    if numbered:
        await tx.execute(insert(excerpts), numbered)


async def found(tx: AsyncConnection, case_id: str) -> Sequence[Row[Any]]:
    """Return what rules found, the first first."""
    asked = select(findings).filter_by(case_id=case_id).order_by(findings.c.id)
    return (await tx.execute(asked)).all()


async def add_finding(tx: AsyncConnection, columns: Mapping[str, object]) -> None:
    """Keep what a rule found."""
    await tx.execute(insert(findings).values(columns))


async def forget(tx: AsyncConnection, case_id: str) -> None:
    """Keep nothing of what was said."""
    await tx.execute(delete(excerpts).filter_by(case_id=case_id))
    await tx.execute(delete(findings).filter_by(case_id=case_id))
