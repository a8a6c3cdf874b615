"""Alerts in the store: what waits to be sent, who is sending it, what became of it.

Moments are milliseconds since 1970. An alert that somebody leased and never told what
became of it is leased again: by one more sending, never by none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)  # fmt: skip
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import alerts, needs, ways

CALLS: Final = ("need", "need_again")
"""The kinds of alerts that call somebody about a need."""

CALLING: Final = ("raised", "offered")
"""The states of a need in which somebody is called about it."""

_UNSENT: Final = ("waiting", "sending")


class Unsent(NamedTuple):
    """An alert that waits to be tried again."""

    id: str
    need_id: str
    staff_id: str
    way_id: str


class Tried(NamedTuple):
    """An alert that could not be sent, and when to try again; None: no more."""

    id: str
    why: str
    again_at: int | None = None


# Writing ------------------------------------------------------------------------------


async def add(tx: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> None:
    """Write alerts, before any of them is sent."""
    if rows:
        await tx.execute(insert(alerts), [dict(row) for row in rows])


async def told_since(
    tx: AsyncConnection, staff_ids: Collection[str], kind: str, since: int
) -> set[str]:
    """Return which of these people have had an alert of a kind after a moment."""
    asked = select(alerts.c.staff_id).where(
        alerts.c.staff_id.in_(staff_ids),
        alerts.c.kind == kind,
        alerts.c.made_at > since,
    )
    return set((await tx.execute(asked.distinct())).scalars())


async def called_since(
    tx: AsyncConnection, staff_ids: Collection[str], since: int
) -> set[str]:
    """Return which of these people were called about a need after a moment."""
    asked = select(alerts.c.staff_id).where(
        alerts.c.staff_id.in_(staff_ids),
        alerts.c.kind.in_(CALLS),
        alerts.c.made_at > since,
    )
    return set((await tx.execute(asked.distinct())).scalars())


async def unsent_of(tx: AsyncConnection, need_ids: Iterable[str]) -> Sequence[Unsent]:
    """Return the alerts about some needs that wait to be tried again."""
    asked = select(alerts.c.id, alerts.c.need_id, alerts.c.staff_id, alerts.c.way_id)
    asked = asked.where(
        alerts.c.need_id.in_(list(need_ids)), alerts.c.state == "waiting"
    )
    return [Unsent(*row) for row in await tx.execute(asked)]


async def called_last(
    tx: AsyncConnection, need_ids: Iterable[str]
) -> Mapping[str, set[str]]:
    """Return whom the last step that called anybody called, by need."""
    mine = alerts.c.need_id.in_(list(need_ids)), alerts.c.kind.in_(CALLS)
    last = select(alerts.c.need_id, func.max(alerts.c.made_at).label("made_at"))
    newest = last.where(*mine).group_by(alerts.c.need_id).subquery()
    asked = select(alerts.c.need_id, alerts.c.staff_id).join(
        newest,
        and_(
            alerts.c.need_id == newest.c.need_id, alerts.c.made_at == newest.c.made_at
        ),
    )
    found: dict[str, set[str]] = {}
    for need_id, staff_id in await tx.execute(asked.distinct()):
        found.setdefault(need_id, set()).add(staff_id)
    return found


# Sending ------------------------------------------------------------------------------


async def first_free(
    tx: AsyncConnection, *, furthest: int, but: Collection[str]
) -> int | None:
    """Return when there is an alert to take, beside those that one has; 0: at once.

    None: there is none, as far as is known.
    """
    mine = set(but)
    bounds = {"furthest": furthest, "most": len(mine) + 1}
    found = await tx.execute(_asked_for_free(), bounds)
    return next((row.at for row in found if row.id not in mine), None)


@cache
def _asked_for_free() -> Select[Any]:
    # Asked twice a second by every process: made once.
    asked = select(alerts.c.id, _free_at().label("at"))
    asked = asked.where(alerts.c.state.in_(_UNSENT)).order_by("at")
    return asked.limit(bindparam("most", type_=Integer))


def _free_at() -> ColumnElement[int]:
    """Return when an alert may be taken; a moment further away is one long ago."""
    waits = alerts.c.state == "waiting"
    at = func.coalesce(case((waits, alerts.c.next_at), else_=alerts.c.lease_until), 0)
    return case((at > bindparam("furthest"), 0), else_=at)


async def lease(
    tx: AsyncConnection, now: int, until: int, *, furthest: int, limit: int
) -> Sequence[Row[Any]]:
    """Take alerts that nobody is sending now, those for open pages first.

    What waits for a moment that is further away than any may be waits for nothing: the
    clock was set back.
    """
    asked = (
        select(alerts, ways.c.address, needs.c.state.label("need_state"))
        .add_columns(needs.c.climb_due)
        .outerjoin(ways, ways.c.id == alerts.c.way_id)
        .outerjoin(needs, needs.c.id == alerts.c.need_id)
        .where(_is_free(now, furthest))
        .order_by(alerts.c.way_id != "", alerts.c.made_at, alerts.c.id)
        .limit(limit)
        .with_for_update(of=alerts, skip_locked=True)
    )
    rows = (await tx.execute(asked)).all()
    if rows:
        mine = alerts.c.id.in_([row.id for row in rows])
        taken = update(alerts).where(mine).values(state="sending", lease_until=until)
        await tx.execute(taken)
    return rows


def _is_free(now: int, furthest: int) -> ColumnElement[bool]:
    due = or_(alerts.c.next_at <= now, alerts.c.next_at > furthest)
    over = or_(alerts.c.lease_until <= now, alerts.c.lease_until > furthest)
    return or_(
        and_(alerts.c.state == "waiting", or_(alerts.c.next_at.is_(None), due)),
        and_(alerts.c.state == "sending", or_(alerts.c.lease_until.is_(None), over)),
    )


async def renew(tx: AsyncConnection, ids: Collection[str], until: int) -> None:
    """Go on sending."""
    mine = and_(alerts.c.id.in_(ids), alerts.c.state == "sending")
    await tx.execute(update(alerts).where(mine).values(lease_until=until))


async def calling(tx: AsyncConnection, need_ids: Collection[str]) -> set[str]:
    """Return which of these needs still call somebody."""
    asked = select(needs.c.id).where(
        needs.c.id.in_(need_ids), needs.c.state.in_(CALLING)
    )
    return set((await tx.execute(asked)).scalars())


async def is_anybody_called(tx: AsyncConnection) -> bool:
    """Tell whether any need still calls somebody."""
    asked = select(needs.c.id).where(needs.c.state.in_(CALLING)).limit(1)
    return (await tx.execute(asked)).first() is not None


# What became of it --------------------------------------------------------------------


async def sent(tx: AsyncConnection, ids: Collection[str], at: int) -> None:
    """Keep that alerts were sent."""
    await _close(tx, ids, state="sent", sent_at=at, why="")


async def drop(tx: AsyncConnection, ids: Collection[str]) -> None:
    """Keep that nobody needs these alerts any more."""
    await _close(tx, ids, state="dropped")


async def _close(tx: AsyncConnection, ids: Collection[str], **values: object) -> None:
    if ids:
        over = values | {"lease_until": None, "next_at": None}
        await tx.execute(update(alerts).where(alerts.c.id.in_(ids)).values(over))


async def tried(tx: AsyncConnection, which: Sequence[Tried]) -> None:
    """Keep that alerts could not be sent."""
    if not which:
        return
    change = update(alerts).where(alerts.c.id == bindparam("alert"))
    change = change.values(
        state=bindparam("to"),
        why=bindparam("because"),
        next_at=bindparam("again"),
        lease_until=None,
        attempts=alerts.c.attempts + 1,
    )
    rows = [
        {
            "alert": each.id,
            "to": "failed" if each.again_at is None else "waiting",
            "because": each.why,
            "again": each.again_at,
        }
        for each in which
    ]
    await tx.execute(change, rows)


# Looking after them -------------------------------------------------------------------


async def stuck(tx: AsyncConnection, before: int) -> int:
    """Return how many alerts were due before a moment, and nothing became of them."""
    # Not its lease: whoever has it renews that, also while it waits for its turn.
    awaited = func.coalesce(alerts.c.next_at, alerts.c.made_at)
    asked = select(func.count()).where(alerts.c.state.in_(_UNSENT), awaited < before)
    number: int = (await tx.execute(asked)).scalar_one()
    return number


async def forget(tx: AsyncConnection, before: int) -> None:
    """Delete the alerts that were made before a moment."""
    await tx.execute(delete(alerts).where(alerts.c.made_at < before))
