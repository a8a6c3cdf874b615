"""Carers: what each of the room team asked for themselves, and what they have borne."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.store.database import Database
from chat.store.schema import exposure, offloads, preferences, staff
from chat.wellbeing import SHIFT, TONIGHT, TOPICS, Exposure

LONGEST_NOTE: Final = 4000

NOTE_KEPT: Final = timedelta(days=14)
"""A note that the partner never came for is not kept for ever."""


class BadNote(ValueError):
    """An off-load note cannot be left so; the message says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants their desk."""

    opt_outs: tuple[str, ...] = ()
    """Topics, of `wellbeing.TOPICS`, that do not come to them."""
    blur: bool = True
    """Whether what members said stands behind a cover until it is touched."""
    hotkeys: bool = True
    partner: str = ""
    """The id of the colleague for whom they leave a note at the end of a shift."""
    away_until: int | None = None

    def is_away(self, now: datetime) -> bool:
        """Tell whether they said "not tonight"."""
        return self.away_until is not None and self.away_until > now.timestamp()


@dataclass(frozen=True, slots=True)
class Note:
    """What a colleague needed to put down at the end of their shift."""

    id: int
    by: str
    """A desk name."""
    at: int
    text: str = field(repr=False)


class Carers:
    """What is kept about the room team's own wishes and load, for their sake."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def wishes(self, staff_id: str) -> Wishes:
        """Return how somebody wants their desk.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._database.read() as tx:
            return await _wishes(tx, staff_id)

    async def wish(
        self,
        staff_id: str,
        *,
        opt_outs: Iterable[str],
        blur: bool,
        hotkeys: bool,
        partner: str,
    ) -> None:
        """Keep how somebody wants their desk.

        Raises:
            StoreDown: If the database does not answer.

        """
        topics = tuple(topic for topic in opt_outs if topic in TOPICS)
        async with self._database.begin() as tx:
            known = partner in await _team(tx, but=staff_id)
            kept = replace(
                await _wishes(tx, staff_id),
                opt_outs=topics,
                blur=blur,
                hotkeys=hotkeys,
                partner=partner if known else "",
            )
            await _keep(tx, staff_id, kept)

    async def not_tonight(self, staff_id: str, *, away: bool) -> None:
        """Offer somebody no case for this night, or again.

        No reason is asked for, and it is written down nowhere else.

        Raises:
            StoreDown: If the database does not answer.

        """
        until = int((self._clock.now() + TONIGHT).timestamp()) if away else None
        async with self._database.begin() as tx:
            kept = replace(await _wishes(tx, staff_id), away_until=until)
            await _keep(tx, staff_id, kept)

    async def exposures(self, staff_id: str) -> Sequence[Exposure]:
        """Return what somebody read in this shift.

        Raises:
            StoreDown: If the database does not answer.

        """
        read = exposure.c
        asked = select(read.at, read.units).where(
            read.staff_id == staff_id, read.at > self._shift_began()
        )
        async with self._database.read() as tx:
            rows = await tx.execute(asked.order_by(read.at))
            return [Exposure(datetime.fromtimestamp(at, UTC), n) for at, n in rows]

    async def loads(self) -> Sequence[int]:
        """Return how many units each who read anything in this shift has read.

        Raises:
            StoreDown: If the database does not answer.

        """
        read = exposure.c
        asked = select(func.sum(read.units)).where(read.at > self._shift_began())
        async with self._database.read() as tx:
            rows = await tx.execute(asked.group_by(read.staff_id))
            # Sorted, so that the order says nothing about who is who.
            return sorted(int(units) for (units,) in rows)

    async def colleagues(self, staff_id: str) -> Mapping[str, str]:
        """Return the desk names of all others of the room team, by id.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._database.read() as tx:
            return await _team(tx, but=staff_id)

    async def put_down(self, staff_id: str, text: str) -> None:
        """Leave a note for one's partner, which nobody else reads.

        Raises:
            BadNote: If it is empty or too long, or there is no partner.
            StoreDown: If the database does not answer.

        """
        text = text.strip()
        if not 0 < len(text) <= LONGEST_NOTE:
            raise BadNote(f"A note has 1 to {LONGEST_NOTE} characters.")
        now = self._clock.seconds()
        async with self._database.begin() as tx:
            partner = (await _wishes(tx, staff_id)).partner
            if not partner:
                raise BadNote("Choose a partner first: the note is for them alone.")
            await tx.execute(
                insert(offloads).values(
                    staff_id=staff_id, partner_id=partner, at=now, text=text
                )
            )

    async def notes(self, staff_id: str) -> Sequence[Note]:
        """Return the notes that were left for somebody.

        Raises:
            StoreDown: If the database does not answer.

        """
        note = offloads.c
        asked = (
            select(note.id, staff.c.desk_name, note.at, note.text)
            .join_from(offloads, staff, note.staff_id == staff.c.id)
            .where(note.partner_id == staff_id)
            .order_by(note.id)
        )
        async with self._database.read() as tx:
            return [Note(*row) for row in await tx.execute(asked)]

    async def heard(self, staff_id: str, note: int) -> None:
        """Delete a note that its reader has read; another's stays as it is.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._database.begin() as tx:
            await tx.execute(delete(offloads).filter_by(id=note, partner_id=staff_id))

    async def tidy(self) -> None:
        """Delete what is no longer of use to anybody: old notes, former shifts' loads.

        Raises:
            StoreDown: If the database does not answer.

        """
        forgotten = self._clock.seconds() - int(NOTE_KEPT.total_seconds())
        async with self._database.begin() as tx:
            await tx.execute(delete(offloads).where(offloads.c.at <= forgotten))
            await tx.execute(delete(exposure).where(exposure.c.at <= forgotten))

    def _shift_began(self) -> int:
        return int((self._clock.now() - SHIFT).timestamp())


async def _wishes(tx: AsyncConnection, staff_id: str) -> Wishes:
    row = (await tx.execute(select(preferences).filter_by(staff_id=staff_id))).first()
    if row is None:
        return Wishes()
    return Wishes(
        tuple(row.opt_outs), row.blur, row.hotkeys, row.partner, row.away_until
    )


async def _keep(tx: AsyncConnection, staff_id: str, wishes: Wishes) -> None:
    await tx.execute(delete(preferences).filter_by(staff_id=staff_id))
    await tx.execute(
        insert(preferences).values(
            staff_id=staff_id,
            opt_outs=list(wishes.opt_outs),
            blur=wishes.blur,
            hotkeys=wishes.hotkeys,
            partner=wishes.partner,
            away_until=wishes.away_until,
        )
    )


async def _team(tx: AsyncConnection, *, but: str) -> Mapping[str, str]:
    member = staff.c
    asked = select(member.id, member.desk_name).where(
        member.disabled_at.is_(None), member.id != but
    )
    rows = await tx.execute(asked.order_by(member.desk_name))
    return {row.id: row.desk_name for row in rows}
