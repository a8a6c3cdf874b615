"""Ways to reach the room team, in SQL: browsers, mail addresses, the webhook.

Moments are milliseconds since 1970.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.store.oncall import alerts, needs, peers, ways

EMAIL: Final = "email"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to reach one of the room team: a row of `ways`."""

    id: str
    staff_id: str
    kind: str
    """`push`, `email` or `webhook`."""
    label: str
    address: Mapping[str, str] = field(repr=False)
    made_at: int
    confirmed_at: int | None = None
    """When an alert by it last arrived for certain."""
    failed_at: int | None = None
    """Since when it does not work; nothing once it was confirmed again."""
    why: str = ""
    canary_at: int | None = None

    @property
    def is_usable(self) -> bool:
        """Whether alerts go there: not to an address that nobody confirmed."""
        return self.kind != EMAIL or self.confirmed_at is not None


class Sent(NamedTuple):
    """An alert, as far as the way that it went is concerned."""

    id: str
    kind: str
    need_id: str
    staff_id: str
    way_id: str
    """Empty: it went to whatever pages were open."""
    made_at: int
    confirmed_at: int | None
    opened_at: int | None


# What there is


async def ways_of(tx: AsyncConnection, staff_ids: Iterable[str]) -> list[Way]:
    """Return the ways of these people, the oldest first."""
    return await _found(tx, select(ways).where(ways.c.staff_id.in_(list(staff_ids))))


async def all_ways(tx: AsyncConnection) -> list[Way]:
    """Return everybody's ways, the oldest first."""
    return await _found(tx, select(ways))


async def way(tx: AsyncConnection, way_id: str) -> Way | None:
    """Return a way by its id."""
    return next(iter(await _found(tx, select(ways).where(ways.c.id == way_id))), None)


async def need_canary(
    tx: AsyncConnection, staff_ids: Iterable[str], since: int
) -> list[Way]:
    """Return the usable ways of these people to which no canary went since then."""
    asked = select(ways).where(
        ways.c.staff_id.in_(list(staff_ids)),
        or_(ways.c.canary_at.is_(None), ways.c.canary_at < since),
    )
    return [each for each in await _found(tx, asked) if each.is_usable]


async def confirmed_since(tx: AsyncConnection, since: int) -> set[str]:
    """Return who has a way that was confirmed since then, and has worked ever since."""
    asked = select(ways.c.staff_id).where(
        ways.c.confirmed_at >= since, ways.c.failed_at.is_(None)
    )
    return set((await tx.execute(asked)).scalars())


async def seen_between(tx: AsyncConnection, since: int, until: int) -> set[str]:
    """Return of whose pages one was last heard of between two moments."""
    asked = select(peers.c.staff_id).where(peers.c.page_seen_at.between(since, until))
    return set((await tx.execute(asked)).scalars())


async def _found(tx: AsyncConnection, asked: Select[Any]) -> list[Way]:
    rows = await tx.execute(asked.order_by(ways.c.made_at, ways.c.id))
    return [Way(**row._asdict()) for row in rows]


# What changes


async def add(tx: AsyncConnection, new: Way) -> None:
    """Keep another way."""
    row = {
        "id": new.id,
        "staff_id": new.staff_id,
        "kind": new.kind,
        "label": new.label,
        "address": dict(new.address),
        "made_at": new.made_at,
        "confirmed_at": new.confirmed_at,
    }
    await tx.execute(insert(ways).values(row))


async def change_address(
    tx: AsyncConnection, way_id: str, address: Mapping[str, str]
) -> None:
    """Keep that a way leads elsewhere: a browser may change its subscription."""
    await _change(tx, way_id, address=dict(address), failed_at=None, why="")


async def remove(tx: AsyncConnection, way_id: str, staff_id: str | None = None) -> bool:
    """Forget a way, if it is theirs; tell whether there was one."""
    where = [ways.c.id == way_id]
    if staff_id is not None:
        where.append(ways.c.staff_id == staff_id)
    gone = await tx.execute(delete(ways).where(*where))
    return gone.rowcount == 1


async def gone(tx: AsyncConnection, way_id: str, address: Mapping[str, str]) -> None:
    """Forget a way that led to an address, unless it leads elsewhere by now."""
    if await _still_leads(tx, way_id, address):
        await remove(tx, way_id)


async def fail(
    tx: AsyncConnection, way_id: str, address: Mapping[str, str], at: int, why: str
) -> None:
    """Keep that a way to an address does not work, unless it leads elsewhere by now."""
    if await _still_leads(tx, way_id, address):
        await _change(tx, way_id, failed_at=at, why=why)


async def _still_leads(
    tx: AsyncConnection, way_id: str, address: Mapping[str, str]
) -> bool:
    asked = select(ways).where(ways.c.id == way_id).with_for_update()
    return any(found.address == address for found in await _found(tx, asked))


async def canaried(tx: AsyncConnection, way_ids: Iterable[str], at: int) -> None:
    """Keep that a canary goes to these ways now."""
    where = ways.c.id.in_(list(way_ids))
    await tx.execute(update(ways).where(where).values(canary_at=at))


async def forget_unconfirmed(tx: AsyncConnection, before: int) -> None:
    """Forget the addresses that nobody confirmed."""
    await tx.execute(
        delete(ways).where(
            ways.c.kind == EMAIL, ways.c.confirmed_at.is_(None), ways.c.made_at < before
        )
    )


async def saw_page(tx: AsyncConnection, staff_id: str, at: int) -> None:
    """Keep that somebody has a page open."""
    theirs = update(peers).where(peers.c.staff_id == staff_id)
    if (await tx.execute(theirs.values(page_seen_at=at))).rowcount:
        return
    first = insert(peers).values(
        staff_id=staff_id, page_seen_at=at, shares=[], languages=[], course={}
    )
    await tx.execute(first)


async def _change(tx: AsyncConnection, way_id: str, **values: object) -> None:
    await tx.execute(update(ways).where(ways.c.id == way_id).values(values))


# Alerts, as far as ways go


async def alert(tx: AsyncConnection, alert_id: str) -> Sent | None:
    """Return an alert by its id."""
    asked = select(*(alerts.c[name] for name in Sent._fields))
    row = (await tx.execute(asked.where(alerts.c.id == alert_id))).one_or_none()
    return None if row is None else Sent(*row)


async def confirm(tx: AsyncConnection, alert_id: str, way_id: str, at: int) -> bool:
    """Keep that an alert arrived, and thereby that its way works; once for each.

    Tell whether it was the first time.
    """
    first = and_(alerts.c.id == alert_id, alerts.c.confirmed_at.is_(None))
    kept = await tx.execute(update(alerts).where(first).values(confirmed_at=at))
    if kept.rowcount:
        await _change(tx, way_id, confirmed_at=at, failed_at=None, why="")
    return bool(kept.rowcount)


async def opened(tx: AsyncConnection, alert_id: str, need_id: str, at: int) -> None:
    """Keep that an alert was opened, and that its need was, if it is the first."""
    # The need first, as all do who touch both: so none waits for another in a circle.
    first = and_(needs.c.id == need_id, needs.c.opened_at.is_(None))
    await tx.execute(update(needs).where(first).values(opened_at=at))
    first = and_(alerts.c.id == alert_id, alerts.c.opened_at.is_(None))
    await tx.execute(update(alerts).where(first).values(opened_at=at))


async def asked_since(tx: AsyncConnection, staff_id: str, since: int) -> int:
    """Return how many tests and first mails somebody asked for since then."""
    asked = select(func.count()).where(
        alerts.c.staff_id == staff_id,
        alerts.c.made_at >= since,
        alerts.c.kind.in_(("test", "confirm")),
    )
    return (await tx.execute(asked)).scalar_one()


async def under_way(tx: AsyncConnection, staff_id: str, since: int) -> bool:
    """Tell whether a test that somebody asked for since then has not arrived yet."""
    asked = select(alerts.c.id).where(
        alerts.c.staff_id == staff_id,
        alerts.c.made_at >= since,
        alerts.c.kind == "test",
        alerts.c.confirmed_at.is_(None),
    )
    return (await tx.execute(asked.limit(1))).first() is not None


async def alert_by(
    tx: AsyncConnection, alert_id: str, way: Way, *, kind: str, at: int, sent: bool
) -> None:
    """Write an alert that somebody asked for themselves."""
    row = {
        "id": alert_id,
        "kind": kind,
        "staff_id": way.staff_id,
        "way_id": way.id,
        "way": way.kind,
        "made_at": at,
        "state": "sent" if sent else "waiting",
        "next_at": None if sent else at,
        "sent_at": at if sent else None,
    }
    await tx.execute(insert(alerts).values(row))
