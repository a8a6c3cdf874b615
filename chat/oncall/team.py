"""The team: who could be called at a moment, and who counts as cover."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall import coverage
from chat.oncall.audiences import Standby
from chat.oncall.hours import Hours
from chat.oncall.planned import Planned
from chat.oncall.refusals import RotaMistake
from chat.oncall.shifts import Shift
from chat.oncall.stages import PeerId
from chat.oncall.terms import Terms, terms
from chat.roles import Role
from chat.store import peers
from chat.store.instants import kept

AT_ONCE: Final = timedelta(hours=1)
"""For how long ahead shifts are worked out at one go."""

Reachable = Callable[[AsyncConnection, datetime], Awaitable[Collection[str]]]
"""Returns the ids of those who can be reached at a moment."""

LIVELY: Final = timedelta(hours=1)
"""How long after its last line a talk keeps a peer from others."""

Talks = Callable[[AsyncConnection, int], Awaitable[Mapping[str, int]]]
"""Returns how many talks each of the team has in which something was said since.

By id; who has none may be left out.
"""

logger = logging.getLogger(__name__)


class _Ahead(NamedTuple):
    """The shifts of some hours, of a rota as it was read."""

    version: int
    hours: Hours
    shifts: tuple[Shift, ...] = ()


class Mate(NamedTuple):
    """Somebody of the team, as the others see them on the pages of being on call."""

    id: PeerId
    desk_name: str
    terms: Terms
    reachable: bool
    """An alert would reach them now."""
    likely: bool
    """One would when they are at work, as far as we can tell."""

    @property
    def as_cover(self) -> coverage.Peer:
        """What they are as far as cover is concerned."""
        return coverage.Peer(
            self.id,
            # Who has not done the course is not called, however near their phone is.
            reachable=self.reachable and self.terms.ready,
            likely=self.likely and self.terms.ready,
            languages=self.terms.languages,
            ready=self.terms.ready,
            on_duty_until=self.terms.on_duty_until if self.terms.ready else None,
        )


class Team:
    """Puts together what the rota, the peers and their ways say of each of the team."""

    def __init__(
        self,
        *,
        planned: Planned,
        reachable: Reachable,
        talks: Talks,
        likely: Reachable | None = None,
    ) -> None:
        """Take those for `likely` who can be reached now, where nothing else says."""
        self._planned = planned
        self._reachable = reachable
        self._likely = likely or reachable
        self._talks = talks
        self._ahead: _Ahead | None = None

    async def standbys(self, tx: AsyncConnection, now: datetime) -> list[Standby]:
        """Return all who could be called at a moment, in the caller's transaction.

        Whoever has not done the course is not among them, except coordinators, who
        are the last step of every policy, and nothing else until they have done it.

        Raises:
            StoreDown: If the database does not answer.

        """
        shifts = {shift.peer: shift for shift in await self._on_shift(tx, now)}
        reached = await self._reachable(tx, now)
        talks = await self._talks(tx, kept(now - LIVELY))
        return [
            _standby(row, shifts.get(row.id), reached, talks, now)
            for row in await peers.everyone(tx)
            if row.ready_at is not None or _coordinates(row)
        ]

    async def everyone(self, tx: AsyncConnection, now: datetime) -> list[Mate]:
        """Return all of the team, by desk name.

        Raises:
            StoreDown: If the database does not answer.

        """
        reached = await self._reachable(tx, now)
        likely = await self._likely(tx, now)
        return [
            Mate(
                PeerId(row.id),
                row.desk_name,
                terms(row),
                reachable=row.id in reached,
                likely=row.id in likely,
            )
            for row in await peers.everyone(tx)
        ]

    async def _on_shift(self, tx: AsyncConnection, now: datetime) -> list[Shift]:
        """Return the shifts that are on; none of a rota that cannot be read.

        Then those on duty and the coordinators are still called: whoever needs somebody
        must not wait for the rota to be mended.
        """
        try:
            return await self._shifts(tx, now)
        except (RotaMistake, LookupError, TypeError, ValueError):
            logger.exception("the rota cannot be read: nobody counts as on shift")
            return []

    async def _shifts(self, tx: AsyncConnection, now: datetime) -> list[Shift]:
        book, version = await self._planned.at(tx, now)
        ahead = self._ahead
        if ahead is None or ahead.version != version or not ahead.hours.covers(now):
            hours = Hours(now, now + AT_ONCE)
            ahead = _Ahead(version, hours, tuple(book.rota.shifts(hours)))
            self._ahead = ahead
        return [shift for shift in ahead.shifts if shift.peer and shift.covers(now)]


def _coordinates(row: Row[Any]) -> bool:
    return bool(row.role == Role.COORDINATOR)


def _standby(
    row: Row[Any],
    shift: Shift | None,
    reached: Collection[str],
    talks: Mapping[str, int],
    now: datetime,
) -> Standby:
    own = terms(row)
    shift = shift if own.ready else None
    return Standby(
        PeerId(row.id),
        reachable=row.id in reached,
        on_shift=shift is not None and not shift.backup,
        backup=shift is not None and shift.backup,
        on_duty=own.ready and own.on_duty(now),
        coordinator=_coordinates(row),
        shift_tags=shift.tags if shift else (),
        shares=own.shares,
        languages=_languages(own.languages, shift),
        talks=talks.get(row.id, 0),
        capacity=own.capacity,
        quiet=own.is_quiet(now),
    )


def _languages(own: tuple[str, ...], shift: Shift | None) -> tuple[str, ...]:
    """Return what somebody speaks on a shift, which may be for some languages only."""
    if shift is None or not shift.languages:
        return own
    # Nothing in common would read as any language at all.
    both = tuple(each for each in own if each in shift.languages)
    return both or own or shift.languages
