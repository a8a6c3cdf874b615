"""Alerting: a step that is taken becomes alerts, all written before one is sent."""

from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)  # fmt: skip
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall import sending, turns
from chat.oncall.escalation import Call
from chat.oncall.need import Need
from chat.oncall.notify import Note
from chat.oncall.sending import LEASE, PAGE, Leased
from chat.oncall.stages import PeerId
from chat.oncall.ways import new_id
from chat.store import alerts
from chat.store.alerts import CALLS
from chat.store.instants import kept, moment
from chat.store.ways import Way

Ways = Callable[
    [AsyncConnection, Iterable[PeerId]], Awaitable[Mapping[PeerId, Sequence[Way]]]
]
"""Returns by which ways peers are called; who has none may be left out."""


class Calls(NamedTuple):
    """A step that is taken, and the need that it is taken for."""

    need: Need
    call: Call


async def write(
    tx: AsyncConnection, calls: Sequence[Calls], ways: Ways, now: datetime
) -> list[Leased]:
    """Write the alerts of some steps, leased to whoever is to send them next."""
    if not calls:
        return []
    by = await ways(tx, {peer for each in calls for peer in each.call.peers})
    made = [(each.call, alert) for each in calls for alert in _alerts(each, by, now)]
    new = [alert for _, alert in made]
    await _replace(tx, new)
    await alerts.add(tx, [_row(call, alert, now) for call, alert in made])
    return new


async def _replace(tx: AsyncConnection, new: Sequence[Leased]) -> None:
    """Drop what waits to be tried again the way that something new goes now."""
    going = {(alert.need_id, alert.staff_id, alert.way_id) for alert in new}
    old = await alerts.unsent_of(tx, {alert.need_id for alert in new})
    again = [row.id for row in old if (row.need_id, row.staff_id, row.way_id) in going]
    await alerts.drop(tx, again)


def _alerts(
    calls: Calls, ways: Mapping[PeerId, Sequence[Way]], now: datetime
) -> Iterator[Leased]:
    """Return an alert for the pages of each peer, and one for each of their ways."""
    need, call = calls
    one = Leased(
        id="",
        kind=turns.kind_of(call),
        need_id=need.id,
        staff_id="",
        way_id="",
        way=PAGE,
        made_at=now,
        expires_in=sending.expiry(need.climb.due, now),
    )
    for peer in call.peers:
        yield replace(one, id=new_id(), staff_id=peer)
        for way in ways.get(peer, ()):
            yield replace(
                one,
                id=new_id(),
                staff_id=peer,
                way_id=way.id,
                way=way.kind,
                address=way.address,
            )


def _row(call: Call, alert: Leased, now: datetime) -> dict[str, object]:
    return {
        "id": alert.id,
        "kind": alert.kind,
        "need_id": alert.need_id,
        "staff_id": alert.staff_id,
        "way_id": alert.way_id,
        "way": alert.way,
        "round": call.round,
        "step": call.step,
        "made_at": kept(now),
        "state": "sending",
        "lease_until": kept(now + LEASE),
    }


def of_row(row: Any, now: datetime) -> Leased:
    """Return the alert of a row that was leased."""
    next_step = moment(row.climb_due) if row.kind in CALLS else None
    return Leased(
        id=row.id,
        kind=row.kind,
        need_id=row.need_id,
        staff_id=row.staff_id,
        way_id=row.way_id,
        way=row.way,
        made_at=moment(row.made_at),
        expires_in=sending.expiry(next_step, now),
        address=row.address or {},
        attempts=row.attempts,
    )


def note_of(alert: Leased) -> Note:
    """Return an alert as whoever carries it gets it."""
    return Note(
        id=alert.id,
        kind=alert.kind,
        need_id=alert.need_id,
        staff_id=alert.staff_id,
        way_id=alert.way_id,
        address=alert.address,
        expires_in=alert.expires_in,
    )
