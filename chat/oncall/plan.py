"""The plan: the rota as the team changes it, each change whole and written down."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import bulletin
from chat.clock import Clock
from chat.model import Room
from chat.oncall import gaps
from chat.oncall.closing import Closed
from chat.oncall.edits import NOTHING, Draft, Edit
from chat.oncall.hours import Hours
from chat.oncall.planned import VERSION, ZONE, Planned
from chat.oncall.rotabook import Rotabook, entry_of
from chat.oncall.shifts import Override, Temporary
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Swap, SwapId
from chat.oncall.weekly import LineId, Weekly
from chat.store import audit, peers, rota
from chat.store.database import Database
from chat.store.instants import kept

_ID_BYTES: Final = 8

Judge = Callable[[Draft], Edit]


class Plan:
    """Reads the rota and changes it, one change at a time.

    A change is read, judged and written while nobody else writes, so that two people
    never make an overlap between them. Everything here may raise `StoreDown`, and all
    that changes something `RotaMistake`, which says at which field.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ring: Callable[[bytes], Awaitable[None]],
        planned: Planned,
        rooms: Sequence[Room],
    ) -> None:
        """Keep the rota for these rooms."""
        self._database = database
        self._clock = clock
        self._ring = ring
        self._planned = planned
        self._rooms = rooms
        self._tags = {tag for room in rooms for tag in room.tags}

    async def book(self) -> Rotabook:
        """Return all that is planned and not long over."""
        async with self._database.read() as tx:
            return (await self._planned.at(tx, self._clock.now())).book

    # Weekly lines, temporary shifts, overrides ----------------------------------------

    async def add_weekly(
        self,
        by: str,
        *,
        weekday: int,
        starts: time,
        ends: time,
        turns: tuple[tuple[PeerId, ...], ...],
        since: date,
        until: date | None = None,
        backup: bool = False,
        tags: tuple[str, ...] = (),
        languages: tuple[str, ...] = (),
    ) -> LineId:
        """Add the same hours of every week, and return the new line's id."""
        line = Weekly(
            _new_id(), weekday, starts, ends, turns, since, until,
            backup, tags, languages,
        )  # fmt: skip
        await self._do(by, "rota_add", line.id, lambda draft: draft.weekly(line))
        return line.id

    async def add_temporary(
        self,
        by: str,
        peer: PeerId,
        hours: Hours,
        *,
        backup: bool = False,
        tags: tuple[str, ...] = (),
        languages: tuple[str, ...] = (),
    ) -> LineId:
        """Add a shift that takes place once, and return its id."""
        shift = Temporary(_new_id(), peer, hours, backup, tags, languages)
        await self._do(by, "rota_add", shift.id, lambda draft: draft.temporary(shift))
        return shift.id

    async def take_hours(self, by: PeerId, hours: Hours) -> LineId:
        """Give somebody the hours that they ask for: "02:00 to 04:00 tonight".

        Raises:
            NotReady: If they have not done the course.

        """
        shift = Temporary(_new_id(), by, hours)
        await self._do(by, "rota_add", shift.id, lambda draft: draft.taken(shift))
        return shift.id

    async def give_back(self, by: PeerId, id_: LineId) -> None:
        """Take a temporary shift from who has it, as they ask.

        Raises:
            NotYourShift: If it is somebody else's.

        """
        await self._do(by, "rota_stop", id_, lambda draft: draft.given_back(id_, by))

    async def let_go(self, by: PeerId, within: timedelta = timedelta()) -> None:
        """Give to nobody what somebody has left of a shift, as they ask.

        So with every shift of theirs that begins within some time.
        """
        await self._do(
            by, "rota_override", by, lambda draft: draft.let_go(by, within, _new_id)
        )

    async def return_to(self, by: PeerId, within: timedelta = timedelta()) -> None:
        """Give somebody back the hours within some time that they let go themselves."""
        await self._do(
            by, "rota_override", by, lambda draft: draft.return_to(by, within)
        )

    async def override(
        self, by: str, peer: PeerId, to: PeerId | None, hours: Hours
    ) -> LineId:
        """Give some of somebody's hours to somebody else, or to nobody."""
        made = Override(_new_id(), peer, to, hours)
        await self._do(by, "rota_override", made.id, lambda draft: draft.override(made))
        return made.id

    async def stop(self, by: str, id_: LineId, until: date) -> None:
        """Let a weekly line be no more from a day on."""
        await self._do(by, "rota_stop", id_, lambda draft: draft.stop(id_, until))

    async def remove(self, by: str, id_: LineId) -> None:
        """Take a temporary shift, an override or closed hours out of the rota."""
        await self._do(by, "rota_stop", id_, lambda draft: draft.without(id_))

    # Swaps ----------------------------------------------------------------------------

    async def offer_swap(
        self, by: PeerId, hours: Hours, to: PeerId | None = None
    ) -> SwapId:
        """Offer somebody's own hours to somebody, or to all; return the offer's id."""
        swap = Swap(SwapId(_new_id()), by, hours, to)
        await self._do(by, "rota_swap", swap.id, lambda draft: draft.offer(swap))
        return swap.id

    async def take_swap(self, by: PeerId, id_: SwapId) -> None:
        """Give somebody the hours that another offers.

        Raises:
            NotReady: If they have not done the course.
            NotYourSwap: If somebody else is asked, or it is their own.

        """
        await self._do(by, "rota_swap", id_, lambda draft: draft.take(id_, by))

    async def withdraw_swap(self, by: PeerId, id_: SwapId) -> None:
        """Offer some hours no more.

        Raises:
            NotYourSwap: If it is somebody else's offer.

        """
        await self._do(by, "rota_swap", id_, lambda draft: draft.withdraw(id_, by))

    # The house ------------------------------------------------------------------------

    async def set_zone(self, by: str, zone: str) -> None:
        """Have the rota in the hours of another zone."""
        await self._do(by, "rota_zone", zone, lambda draft: draft.zone(zone), zone)

    async def close(self, by: str, weekday: int, starts: time, ends: time) -> LineId:
        """Mean some hours of every week to be closed: nobody is warned of them."""
        line = Closed(_new_id(), weekday, starts, ends)
        await self._do(by, "rota_add", line.id, lambda draft: draft.closed(line))
        return line.id

    # How a change is made -------------------------------------------------------------

    async def _do(
        self, by: str, verb: str, subject: str, judge: Judge, zone: str = ""
    ) -> None:
        now = self._clock.now()
        async with self._database.begin() as tx:
            book, version = await self._planned.at(tx, now)
            edit = judge(Draft(book, await _people(tx), self._tags, now))
            if edit == NOTHING:
                return
            await _write(tx, edit, book.rota.zone, by, now)
            if zone:
                await rota.decide(tx, ZONE, zone, by, kept(now))
            await rota.decide(tx, VERSION, version + 1, by, kept(now))
            # By a reader of its own: should this be undone, nobody else has seen it.
            after, _ = await Planned().at(tx, now)
            changed = book.rota, after.rota
            await gaps.tell_anew(tx, *changed, self._rooms, by=by, now=now)
            await audit.record(
                tx, at=self._clock.seconds(), actor=by, verb=verb, subject=subject,
                detail=edit.detail,
            )  # fmt: skip
        await self._ring(bulletin.rota())


async def _people(tx: AsyncConnection) -> dict[str, bool]:
    everyone = await peers.everyone(tx)
    return {row.id: row.ready_at is not None for row in everyone}


async def _write(
    tx: AsyncConnection, edit: Edit, zone: str, by: str, now: datetime
) -> None:
    for line in edit.added:
        await rota.add(tx, entry_of(line, zone), by, kept(now))
    for line in edit.changed:
        await rota.change(tx, entry_of(line, zone))
    for id_ in edit.removed:
        await rota.remove(tx, id_)


def _new_id() -> LineId:
    return LineId(secrets.token_hex(_ID_BYTES))
