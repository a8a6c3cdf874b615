"""Needs for which something is due, in the store.

Moments are milliseconds since 1970.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.model import Grade
from chat.store.needs import CALL_BACK
from chat.store.oncall import needs
from chat.store.schema import staff

_ENDED: Final = "ended"
_CALLING: Final = ("raised", "offered")
_TALKING: Final = "talking"
_TAKEN: Final = ("accepted", _TALKING)


class Due(NamedTuple):
    """A need to be looked at."""

    id: str
    by_time: bool
    """Its moment has come; otherwise, perhaps, somebody for it."""


class Waiting(NamedTuple):
    """How many members' needs nobody has accepted, and since when the oldest waits."""

    number: int
    since: int | None


async def due(
    tx: AsyncConnection, now: int, furthest: int, quiet: int
) -> Sequence[Due]:
    """Return the needs for which something is due, the most pressing first.

    An open need that waits for a moment further away than any may be is looked at too:
    the clock was set back. So is one for which nobody could be reached, one whose peer
    has left the team, or may have when there is danger, and a talk that has been quiet
    since before a moment.
    """
    moments = {"now": now, "furthest": furthest, "quiet": quiet}
    found = await tx.execute(_asked_for_due(), moments)
    return [Due(row.id, by_time=_is_by_time(row, now, furthest)) for row in found]


@cache
def _asked_for_due() -> Select[Any]:
    # Asked twice a second by every process: made once.
    deserted = or_(_is_deserted(), _waits_in_danger())
    safe = needs.c.grade < int(Grade.HIGH)
    quiet_since = needs.c.quiet_since <= bindparam("quiet")
    over = and_(needs.c.state == _TALKING, quiet_since, safe)
    astray = or_(needs.c.next_at > bindparam("furthest"), _has_no_next_step())
    due_now = needs.c.next_at <= bindparam("now")
    by_time = or_(due_now, and_(needs.c.state != _ENDED, astray))
    alone = and_(needs.c.state.in_(_CALLING), needs.c.climb_nobody.is_(True))
    asked = select(
        needs.c.id, needs.c.climb_nobody, needs.c.next_at, deserted.label("deserted")
    )
    asked = asked.where(or_(by_time, alone, deserted, over))
    return asked.order_by(needs.c.rank, needs.c.id)


def _is_by_time(row: Row[Any], now: int, furthest: int) -> bool:
    waits = row.climb_nobody and _within(row.next_at, now, furthest)
    return bool(row.deserted) or not waits


def _within(next_at: int | None, now: int, furthest: int) -> bool:
    return next_at is not None and now < next_at <= furthest


def _has_no_next_step() -> ColumnElement[bool]:
    return and_(needs.c.state.in_(_CALLING), needs.c.next_at.is_(None))


def _is_deserted() -> ColumnElement[bool]:
    left = select(staff.c.id).where(staff.c.disabled_at.is_not(None))
    return and_(needs.c.state.in_(_TAKEN), needs.c.peer.in_(left))


def _waits_in_danger() -> ColumnElement[bool]:
    waits = and_(needs.c.state == _TALKING, needs.c.unanswered_since.is_not(None))
    return and_(waits, needs.c.grade >= int(Grade.HIGH))


async def audited(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Return all needs for which something is due some time, promised ones too."""
    asked = select(needs).where(or_(needs.c.state != _ENDED, needs.c.end == CALL_BACK))
    return (await tx.execute(asked)).all()


async def deserted(tx: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Return which of these needs are in the care of somebody who left the team."""
    asked = select(needs.c.id).where(needs.c.id.in_(ids), _is_deserted())
    return set((await tx.execute(asked)).scalars())


async def lock(tx: AsyncConnection, ids: Collection[str]) -> Sequence[Row[Any]]:
    """Take needs that nobody else is changing now, to change them."""
    asked = select(needs).where(needs.c.id.in_(ids)).order_by(needs.c.rank, needs.c.id)
    return (await tx.execute(asked.with_for_update(skip_locked=True))).all()


async def waiting(tx: AsyncConnection) -> Waiting:
    """Return how many needs call somebody, and since when; drills are not counted."""
    number, since = (await tx.execute(_asked_for_waiting())).one()
    return Waiting(number, since)


@cache
def _asked_for_waiting() -> Select[int, Any]:
    return select(func.count(), func.min(needs.c.raised_at)).where(
        needs.c.state.in_(_CALLING), needs.c.drill.is_(False)
    )
