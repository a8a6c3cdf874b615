"""Duty: who is ready to be called, on which terms, and the link to their calendar."""

import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import bulletin
from chat.clock import Clock
from chat.model import Room
from chat.oncall import gaps
from chat.oncall.hours import Hours, QuietHours
from chat.oncall.refusals import BadTerms, NotReady
from chat.oncall.stages import PeerId
from chat.oncall.terms import LONGEST_ON_DUTY, Terms, check, terms
from chat.store import peers
from chat.store.database import Database
from chat.store.instants import kept

_LINK_BYTES: Final = 32


class Duty:
    """Lets each of the room team say when and how they may be called.

    Everything here may raise `StoreDown`.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ring: Callable[[bytes], Awaitable[None]],
        rooms: Sequence[Room],
    ) -> None:
        """Let them be called for these rooms."""
        self._database = database
        self._clock = clock
        self._ring = ring
        self._rooms = rooms

    async def of(self, staff_id: str) -> Terms:
        """Return on which terms somebody may be called."""
        async with self._database.read() as tx:
            return terms(await peers.of(tx, staff_id))

    async def ready(self, staff_id: str) -> bool:
        """Tell whether somebody has done the course, so that they may be called."""
        return (await self.of(staff_id)).ready

    async def go_on(self, staff_id: str, until: datetime) -> Terms:
        """Have somebody called without a shift, until a moment.

        Raises:
            NotReady: If they have not done the course.
            BadTerms: If that is over, or more than 12 hours away.

        """
        if not self._clock.now() < until <= self._clock.now() + LONGEST_ON_DUTY:
            told = "you can be called for 1 to 12 hours at a time"
            raise BadTerms(told, "hours")
        async with self._database.begin() as tx:
            before = await _ready(tx, staff_id)
            changed = await _kept(tx, staff_id, {"on_duty_until": kept(until)})
            await self._tell_of(tx, staff_id, until, before.on_duty_until)
        await self._ring(bulletin.rota())
        return changed

    async def go_off(self, staff_id: str) -> Terms:
        """Have somebody called no more, unless they are on shift."""
        return await self._end(staff_id)

    async def check_in(self, staff_id: str) -> Terms:
        """Note that somebody has arrived for their shift, and is well enough for it.

        Raises:
            NotReady: If they have not done the course.

        """
        now = kept(self._clock.now())
        return await self._keep_if_ready(staff_id, checked_in_at=now)

    async def check_out(self, staff_id: str) -> Terms:
        """Note that somebody's shift is over; they are on duty no more."""
        return await self._end(staff_id, checked_in_at=None)

    async def set(
        self,
        staff_id: str,
        *,
        capacity: int,
        quiet: QuietHours | None,
        shares: Collection[str],
        languages: Collection[str],
    ) -> Terms:
        """Keep on which terms somebody may be called.

        Raises:
            BadTerms: If they cannot be; it says at which field.

        """
        check(capacity, shares, languages)
        return await self._keep(
            staff_id,
            capacity=capacity,
            quiet_zone=quiet.zone if quiet else "",
            quiet_starts=f"{quiet.starts:%H:%M}" if quiet else "",
            quiet_ends=f"{quiet.ends:%H:%M}" if quiet else "",
            shares=sorted(set(shares)),
            languages=sorted(set(languages)),
        )

    async def _keep_if_ready(self, staff_id: str, **values: object) -> Terms:
        async with self._database.begin() as tx:
            await _ready(tx, staff_id)
            changed = await _kept(tx, staff_id, values)
        await self._ring(bulletin.rota())
        return changed

    async def _end(self, staff_id: str, **values: object) -> Terms:
        """Let a duty be over."""
        now = self._clock.now()
        async with self._database.begin() as tx:
            until = terms(await peers.of(tx, staff_id)).on_duty_until
            changed = await _kept(tx, staff_id, values | {"on_duty_until": None})
            await self._tell_of(tx, staff_id, now, until)
        await self._ring(bulletin.rota())
        return changed

    async def _tell_of(
        self, tx: AsyncConnection, by: str, ends: datetime, ended: datetime | None
    ) -> None:
        """Have others warned again of hours by which a duty ends the earlier."""
        if ended is not None and ends < ended:
            left = Hours(ends, ended)
            await gaps.tell_of_duty(tx, left, self._rooms, by=by)

    async def _keep(self, staff_id: str, **values: object) -> Terms:
        async with self._database.begin() as tx:
            changed = await _kept(tx, staff_id, values)
        await self._ring(bulletin.rota())
        return changed

    # The link to a calendar -----------------------------------------------------------

    async def new_link(self, staff_id: str) -> str:
        """Return the secret in a new link to somebody's calendar; the old one ends.

        It is shown now and never again: what is kept is its hash.
        """
        secret = secrets.token_urlsafe(_LINK_BYTES)
        async with self._database.begin() as tx:
            await peers.keep(tx, staff_id, calendar=_hash(secret))
        return secret

    async def forget_link(self, staff_id: str) -> None:
        """Let the link to somebody's calendar lead nowhere."""
        async with self._database.begin() as tx:
            await peers.keep(tx, staff_id, calendar=b"")

    async def whose_link(self, secret: str) -> PeerId | None:
        """Return whose calendar a link leads to; None: it leads nowhere."""
        async with self._database.read() as tx:
            found = await peers.with_calendar(tx, _hash(secret))
        return None if found is None else PeerId(found)


async def _ready(tx: AsyncConnection, staff_id: str) -> Terms:
    """Return the terms of somebody who has done the course."""
    found = terms(await peers.of(tx, staff_id))
    if not found.ready:
        raise NotReady
    return found


async def _kept(tx: AsyncConnection, staff_id: str, values: dict[str, object]) -> Terms:
    await peers.keep(tx, staff_id, **values)
    return terms(await peers.of(tx, staff_id))


def _hash(secret: str) -> bytes:
    # Nobody guesses 32 random bytes, so that a fast hash will do.
    return sha256(secret.encode()).digest()
