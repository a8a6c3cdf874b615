"""Cases in the store: one question or one change a function."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import starmap
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Row,
    String,
    and_,
    cast,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.identity import places_of
from chat.store.schema import case_events, cases, looks, staff

MOST_LINES: Final = 500


class Looking(NamedTuple):
    """Who looks at which case."""

    case_id: str
    staff_id: str
    desk_name: str


async def with_key(tx: AsyncConnection, key: bytes) -> Row[Any] | None:
    """Return the case that was opened with a key."""
    return (await tx.execute(select(cases).filter_by(key=key))).first()


async def with_id(tx: AsyncConnection, id_: str) -> Row[Any] | None:
    """Return a case."""
    return (await tx.execute(select(cases).filter_by(id=id_))).first()


async def add(tx: AsyncConnection, columns: Mapping[str, object]) -> None:
    """Keep a new case."""
    await tx.execute(insert(cases).values(columns))


async def change(tx: AsyncConnection, id_: str, columns: Mapping[str, object]) -> None:
    """Keep what a case has come to."""
    await tx.execute(update(cases).filter_by(id=id_).values(columns))


async def events(tx: AsyncConnection, id_: str) -> Sequence[Row[Any]]:
    """Return all that happened to a case, in order."""
    asked = select(case_events).filter_by(case_id=id_).order_by(case_events.c.id)
    return (await tx.execute(asked)).all()


async def add_event(
    tx: AsyncConnection,
    id_: str,
    *,
    at: int,
    actor: str,
    kind: str,
    detail: Mapping[str, object],
) -> int:
    """Add to what happened to a case; return the event's number."""
    added = insert(case_events).values(
        case_id=id_, at=at, actor=actor, kind=kind, detail=dict(detail)
    )
    number: int = (await tx.execute(added.returning(case_events.c.id))).scalar_one()
    return number


async def waiting(
    tx: AsyncConnection,
    queue: str | None,
    *,
    room: str | None,
    search: str | None,
) -> Sequence[Row[Any]]:
    """Return the cases of a queue, the oldest first; of None, those resolved last."""
    asked = select(cases).limit(MOST_LINES)
    if queue is None:
        asked = asked.filter_by(status="resolved")
        asked = asked.order_by(cases.c.closed_at.desc(), cases.c.id)
    else:
        asked = asked.where(and_(cases.c.queue == queue, cases.c.status != "resolved"))
        asked = asked.order_by(cases.c.opened_at, cases.c.id)
    if room is not None:
        asked = asked.filter_by(room=_plain(room))
    if search:
        asked = asked.where(_mentions(_plain(search)))
    return (await tx.execute(asked)).all()


def _plain(asked: str) -> str:
    """Return what is asked for without what no database can look for."""
    return "".join(filter(str.isprintable, asked))


def _mentions(search: str) -> Any:
    """Match what a case and its member are called, never what was said in it."""
    columns = (
        cases.c.id, cases.c.room, cases.c.source, cases.c.outcome,
        cast(cases.c.rules, String), cast(cases.c.categories, String),
        cast(cases.c.reasons, String),
    )  # fmt: skip
    found = [column.icontains(search, autoescape=True) for column in columns]
    return or_(_is_called(search), *found)


def _is_called(search: str) -> Any:
    """Match the name or the look of a member: each word where it can stand."""
    words = [places_of(word) for word in search.split()]
    if not all(words):
        return false()
    return and_(*(or_(*starmap(_has, places)) for places in words))


def _has(place: int, values: bytes) -> Any:
    return func.substr(cases.c.who, place + 1, 1).in_([bytes((v,)) for v in values])


async def in_room(
    tx: AsyncConnection, room: str, members: Iterable[bytes]
) -> Sequence[Row[Any]]:
    """Return the cases about some members of a room that are not resolved."""
    asked = select(cases).where(
        cases.c.room == room,
        cases.c.status != "resolved",
        cases.c.member.in_(list(members)),
    )
    return (await tx.execute(asked.order_by(cases.c.opened_at, cases.c.id))).all()


async def look(tx: AsyncConnection, id_: str, staff_id: str, until: int) -> None:
    """Note that somebody looks at a case just now."""
    make = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    added = make(looks).values(case_id=id_, staff_id=staff_id, until=until)
    await tx.execute(
        added.on_conflict_do_update(
            index_elements=["case_id", "staff_id"], set_={"until": until}
        )
    )


async def look_away(tx: AsyncConnection, id_: str, staff_id: str) -> None:
    """Note that somebody looks no more."""
    await tx.execute(delete(looks).filter_by(case_id=id_, staff_id=staff_id))


async def looking(
    tx: AsyncConnection, now: int, ids: Iterable[str]
) -> Sequence[Looking]:
    """Return who looks at some cases."""
    asked = (
        select(looks.c.case_id, looks.c.staff_id, staff.c.desk_name)
        .join(staff, staff.c.id == looks.c.staff_id)
        .where(looks.c.until > now, looks.c.case_id.in_(list(ids)))
        .order_by(staff.c.desk_name)
    )
    return [Looking(*row) for row in await tx.execute(asked)]


async def renew(tx: AsyncConnection, id_: str, until: int) -> None:
    """Let a claim hold for longer."""
    await tx.execute(update(cases).filter_by(id=id_).values(lease_until=until))


async def lapsed(tx: AsyncConnection, now: int) -> Sequence[str]:
    """Return the cases whose claim has run out."""
    asked = select(cases.c.id).where(
        cases.c.status == "claimed", cases.c.lease_until <= now
    )
    return (await tx.execute(asked)).scalars().all()


async def forget_looks(tx: AsyncConnection, now: int) -> None:
    """Forget who looked."""
    await tx.execute(delete(looks).where(looks.c.until <= now))


async def closed_before(tx: AsyncConnection, moment: int) -> Sequence[str]:
    """Return the cases that were closed before a moment and not forgotten yet."""
    asked = select(cases.c.id).where(
        cases.c.status == "resolved",
        cases.c.closed_at < moment,
        cases.c.forgotten_at.is_(None),
    )
    return (await tx.execute(asked)).scalars().all()


async def forget(tx: AsyncConnection, id_: str, now: int) -> None:
    """Keep nothing of a case that tells whom it was about."""
    blank = dict.fromkeys(("member", "who", "sealed", "message_id"), b"")
    await tx.execute(update(cases).filter_by(id=id_).values(**blank, forgotten_at=now))


async def desk_names(tx: AsyncConnection, ids: Iterable[str]) -> Mapping[str, str]:
    """Return what staff are called at their desks, by their ids."""
    asked = select(staff.c.id, staff.c.desk_name).where(staff.c.id.in_(set(ids)))
    return {row.id: row.desk_name for row in await tx.execute(asked)}


async def role_of(tx: AsyncConnection, staff_id: str) -> str | None:
    """Return the role of one of the team; None: they are on it no more."""
    asked = select(staff.c.role).filter_by(id=staff_id, disabled_at=None)
    return (await tx.execute(asked)).scalar_one_or_none()
