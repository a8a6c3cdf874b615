"""A dossier: one case on the table, where whatever happens is written down at once."""

from collections.abc import Mapping
from typing import Any, Final, Self

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.casework.case import HOUSE, LEASE_SECONDS, Event, State, Status, fold
from chat.casework.refusals import (
    CaseResolved,
    CaseTaken,
    DecideFirst,
    NoSuchCase,
    NotAllowed,
)
from chat.roles import Role
from chat.store import audit
from chat.store import cases as store

_RECORDED: Final = frozenset(
    {
        "claim", "let_go", "reveal", "action", "undo", "appeal", "decision", "second",
        "wrong_flag", "need",
    }
)  # fmt: skip
_TOLD: Final = (
    "act", "message", "reason", "hours", "upheld", "agrees", "event", "step", "rule",
)  # fmt: skip


class Dossier:
    """A case within a transaction."""

    def __init__(
        self, tx: AsyncConnection, row: Row[Any], events: list[Event], now: int
    ) -> None:
        self.tx = tx
        self.row = row
        self.id: str = row.id
        self.events = events
        self.state: State = fold(events)
        self.now = now

    @classmethod
    async def open(cls, tx: AsyncConnection, id_: str, now: int) -> Self:
        """Return a case with all that happened to it.

        Raises:
            NoSuchCase: If there is none.

        """
        row = await store.with_id(tx, id_) if id_.isalnum() else None
        if row is None:
            raise NoSuchCase
        return cls(tx, row, await _events(tx, id_), now)

    async def happens(self, kind: str, actor: str, **detail: object) -> int:
        """Add an event, and let the case be what it makes of it; return its number."""
        at = self.now
        number = await store.add_event(
            self.tx, self.id, at=at, actor=actor, kind=kind, detail=detail
        )
        event = Event(number, at, actor, kind, detail)
        self.events.append(event)
        self.state = self.state.after(event)
        await store.change(self.tx, self.id, columns(self.state))
        if kind in _RECORDED:
            told = _told(detail)
            await audit.record(
                self.tx, at=at, actor=actor, verb=kind, subject=self.id, detail=told
            )
        return number

    async def role(self, staff: str) -> Role:
        """Return what somebody is on the team, now.

        Raises:
            NotAllowed: If they are on it no more, or work no cases.

        """
        role = await store.role_of(self.tx, staff)
        if role is None or not Role(role).reaches(Role.FACILITATOR):
            raise NotAllowed
        return Role(role)

    async def take(self, staff: str) -> Role:
        """See that somebody may change the case: it is theirs, or nobody's.

        Raises:
            NotAllowed, CaseTaken, CaseResolved: As they say.

        """
        role = await self.role(staff)
        if self.state.status is Status.RESOLVED:
            raise CaseResolved
        await self.free_for(staff)
        return role

    async def free_for(self, staff: str) -> None:
        """See that nobody else has the case.

        Raises:
            CaseTaken: If somebody does.

        """
        await self.lapse()
        if self.state.claimed_by not in ("", staff):
            raise CaseTaken

    async def take_undecided(self, staff: str) -> Role:
        """See that somebody may act on the case.

        Raises:
            NotAllowed, CaseTaken, CaseResolved, DecideFirst: As they say.

        """
        role = await self.take(staff)
        if self.state.waits:
            raise DecideFirst
        return role

    async def lapse(self) -> None:
        """Let the case go if whoever claimed it has not looked for too long."""
        if self.state.claimed_by and self.row.lease_until <= self.now:
            await self.happens("let_go", HOUSE)

    async def claim(self, staff: str) -> None:
        """Give the case to somebody, for as long as they look."""
        if self.state.claimed_by != staff:
            await self.happens("claim", staff)
        await store.renew(self.tx, self.id, self.now + LEASE_SECONDS)


async def _events(tx: AsyncConnection, id_: str) -> list[Event]:
    rows = await store.events(tx, id_)
    return [Event(row.id, row.at, row.actor, row.kind, row.detail) for row in rows]


def _told(detail: Mapping[str, object]) -> str:
    """Return what the record tells of an event: never a note, nor words."""
    said = ((name, detail[name]) for name in _TOLD if name in detail)
    return " ".join(
        f"{name}={value}" for name, value in said if value or value is False
    )


def columns(state: State) -> dict[str, object]:
    """Return what of a state is kept beside its events, so that queues are quick."""
    return {
        "opened_at": state.opened_at,
        "status": str(state.status),
        "queue": str(state.queue),
        "claimed_by": state.claimed_by,
        "message": str(state.message),
        "grade": int(state.grade),
        "action": int(state.action),
        "urgent": state.urgent,
        "rules": list(state.rules),
        "categories": list(state.categories),
        "reasons": list(state.reasons),
        "reports": len(state.reporters),
        "outcome": str(state.outcome),
        "acted_by": state.acted_by,
        "needs_second": bool(state.second),
        "appealed": bool(state.appeal),
        "first_look_at": state.first_look_at,
        "closed_at": state.closed_at,
    }
