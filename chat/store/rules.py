"""Rules in the store: how often each was called wrong."""

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.schema import rule_counts


async def called_wrong(tx: AsyncConnection, rule: str, day: int) -> None:
    """Count that a rule should not have fired, on the day (since 1970) it did."""
    one_more = update(rule_counts).filter_by(rule=rule, day=day)
    done = await tx.execute(one_more.values(wrong=rule_counts.c.wrong + 1))
    if not done.rowcount:
        first = {"rule": rule, "day": day, "fired": 0, "shadow": 0, "wrong": 1}
        await tx.execute(insert(rule_counts).values(first))
