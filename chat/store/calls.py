"""Calls in the store: by which alerts somebody is called, and what they noted after."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.alerts import CALLING, CALLS
from chat.store.needs import add_event
from chat.store.oncall import alerts, need_events, need_notes, needs, peers

_UNSENT: Final = ("waiting", "sending")

COMPANY: Final = "company"
"""What is kept when a peer would like somebody to sit in."""


class Called(NamedTuple):
    """An alert by which open pages call somebody about a need that nobody has."""

    id: str
    need_id: str
    opened_at: int | None


class CalledPeer(NamedTuple):
    """One peer who was called about a need, by however many ways at once."""

    staff_id: str
    opened_at: int | None


async def of_need(
    tx: AsyncConnection, need_id: str, since: int, *, page_seen: timedelta
) -> list[CalledPeer]:
    """Return who was called about a need since a moment, and whether they opened it.

    An alert for open pages calls who has one, which was heard of so long ago at most;
    one by another way calls while it is tried for the first time, and once it is sent.
    """
    asked = (
        select(alerts.c.staff_id, func.min(alerts.c.opened_at))
        .outerjoin(peers, peers.c.staff_id == alerts.c.staff_id)
        .where(alerts.c.need_id == need_id, alerts.c.kind.in_(CALLS))
        .where(alerts.c.made_at >= since, _calls(page_seen))
        .group_by(alerts.c.staff_id)
    )
    return [CalledPeer(*row) for row in await tx.execute(asked)]


async def calling_since(
    tx: AsyncConnection, beginnings: Collection[str]
) -> dict[str, int]:
    """Return since when the needs call that nobody has, by what last began it."""
    asked = _calling_since(beginnings)
    return {row.need_id: row.at for row in await tx.execute(asked)}


async def heard(
    tx: AsyncConnection, beginnings: Collection[str], *, page_seen: timedelta
) -> set[str]:
    """Return the needs about which somebody was called since then."""
    began = _calling_since(beginnings).subquery()
    asked = (
        select(alerts.c.need_id)
        .join(began, began.c.need_id == alerts.c.need_id)
        .outerjoin(peers, peers.c.staff_id == alerts.c.staff_id)
        .where(alerts.c.kind.in_(CALLS))
        .where(alerts.c.made_at >= began.c.at, _calls(page_seen))
    )
    return set((await tx.execute(asked.distinct())).scalars())


def _calling_since(beginnings: Collection[str]) -> Select[Any]:
    return (
        select(need_events.c.need_id, func.max(need_events.c.at).label("at"))
        .join(needs, needs.c.id == need_events.c.need_id)
        .where(needs.c.state.in_(CALLING), need_events.c.kind.in_(beginnings))
        .group_by(need_events.c.need_id)
    )


def _calls(page_seen: timedelta) -> ColumnElement[bool]:
    """Tell of an alert whether it has called somebody, as far as is known."""
    ago = page_seen // timedelta(milliseconds=1)
    seen = peers.c.page_seen_at >= alerts.c.made_at - ago
    first_try = and_(alerts.c.state.in_(_UNSENT), alerts.c.attempts == 0)
    return or_(
        and_(alerts.c.way_id == "", seen),
        and_(alerts.c.way_id != "", or_(alerts.c.sent_at.is_not(None), first_try)),
        alerts.c.opened_at.is_not(None),
    )


async def of_peer(tx: AsyncConnection, staff_id: str, now: int) -> list[Called]:
    """Return by which alerts somebody's open pages are called now, the oldest first."""
    # Where it was raised later than now the clock was set back: rather ring too often.
    since_raised = or_(alerts.c.made_at >= needs.c.raised_at, needs.c.raised_at > now)
    asked = (
        select(alerts.c.id, alerts.c.need_id, alerts.c.opened_at)
        .join(needs, needs.c.id == alerts.c.need_id)
        .where(
            alerts.c.staff_id == staff_id,
            alerts.c.kind.in_(CALLS),
            # To look at a page says nothing of whether a phone got anything.
            alerts.c.way_id == "",
            alerts.c.state != "dropped",
            needs.c.state.in_(CALLING),
            since_raised,
        )
        .order_by(alerts.c.made_at, alerts.c.id)
    )
    return [Called(*row) for row in await tx.execute(asked)]


async def notes_since(
    tx: AsyncConnection, staff_id: str, since: int
) -> Sequence[Row[Any]]:
    """Return what somebody noted for themselves since a moment, the latest first."""
    asked = select(need_notes).where(
        need_notes.c.staff_id == staff_id,
        need_notes.c.at >= since,
        need_notes.c.text != "",
    )
    return (await tx.execute(asked.order_by(need_notes.c.id.desc()))).all()


async def want_company(tx: AsyncConnection) -> set[str]:
    """Return the needs of the peers who would like somebody to sit in."""
    asked = (
        select(need_events.c.need_id, need_events.c.kind)
        .join(
            needs,
            and_(needs.c.id == need_events.c.need_id, needs.c.state != "ended"),
        )
        .where(need_events.c.kind.in_((COMPANY, "joined", "let_go", "silent")))
        .order_by(need_events.c.id)
    )
    last = {row.need_id: row.kind for row in await tx.execute(asked)}
    return {need_id for need_id, kind in last.items() if kind == COMPANY}


async def add_company(tx: AsyncConnection, need_id: str, peer: str, at: int) -> None:
    """Keep that a peer would like somebody to sit in."""
    await add_event(tx, need_id, at=at, actor=peer, kind=COMPANY, detail={})
