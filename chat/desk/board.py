"""The board: who needs somebody now, and who of the team is there, as one sees it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.desk.callrows import Reader
from chat.oncall.audiences import Standby, alone, reachable
from chat.oncall.duty import Duty
from chat.oncall.known import Known
from chat.oncall.needs import Needs
from chat.oncall.stages import PeerId
from chat.oncall.terms import Terms
from chat.oncall.ways import Ways
from chat.roles import may
from chat.signing.sittings import Deskmate
from chat.store import calls as store
from chat.store import peers
from chat.store.database import Database
from chat.store.instants import kept, moment

NOTES_SHOWN: Final = timedelta(days=7)
"""For how long somebody is shown what they noted for themselves."""

Standbys = Callable[[AsyncConnection, datetime], Awaitable[Sequence[Standby]]]
"""Returns all who could be called at a moment."""


class Mate(NamedTuple):
    """One of the team who could be called."""

    id: PeerId
    name: str
    standby: Standby

    @property
    def at_work(self) -> bool:
        """Whether they are on shift, or on duty without one."""
        one = self.standby
        return one.on_shift or one.backup or one.on_duty


class Noted(NamedTuple):
    """What somebody noted for themselves."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class View:
    """What somebody sees of it all."""

    reader: Reader
    needs: Sequence[Known]
    mates: Sequence[Mate]
    terms: Terms
    only_page: bool
    """Whether nothing but an open page reaches them."""
    notes: Sequence[Noted]

    @property
    def me(self) -> Mate | None:
        """Themselves, if they could be called."""
        return next((mate for mate in self.mates if mate.id == self.reader.peer), None)

    @property
    def at_work(self) -> bool:
        """Whether they are on shift, or on duty without one."""
        return self.me is not None and self.me.at_work

    @property
    def full(self) -> bool:
        """Whether they have as many talks as they take at once."""
        one = self.me.standby if self.me else None
        return one is not None and one.talks >= one.capacity

    @property
    def asleep(self) -> bool:
        """Whether they are not to be rung just now, by their own quiet hours."""
        return self.me is not None and self.me.standby.is_asleep

    @property
    def alone(self) -> bool:
        """Whether fewer than two who are on duty can be reached."""
        return alone(reachable([mate.standby for mate in self.mates], ()))

    @property
    def backed(self) -> bool:
        """Whether another who coordinates would be called on the last step."""
        return any(mate.standby.coordinator for mate in self.others())

    def others(self) -> list[Mate]:
        """Return who else could be called now."""
        return [
            mate
            for mate in self.mates
            if mate.id != self.reader.peer and mate.standby.may_be_called
        ]


class Board:
    """Reads what the calls page and a talk's page show."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        needs: Needs,
        duty: Duty,
        ways: Ways,
        standbys: Standbys,
        catalogue: Catalogue,
    ) -> None:
        self._database = database
        self._clock = clock
        self._needs = needs
        self._duty = duty
        self._ways = ways
        self._standbys = standbys
        self._rooms = {str(room.slug): room.name for room in catalogue.rooms}

    async def view(self, me: Deskmate) -> View:
        """Return what somebody of the team sees now.

        Raises:
            StoreDown: If the database does not answer; so with all that follows.

        """
        now, peer = self._clock.now(), PeerId(me.id)
        terms = await self._duty.of(me.id)
        needs = await self._needs.open_needs(peer)
        works = [self._ways.works(way, now) for way in await self._ways.of(me.id)]
        since = kept(now - NOTES_SHOWN)
        async with self._database.read() as tx:
            names = {row.id: row.desk_name for row in await peers.everyone(tx)}
            standbys = await self._standbys(tx, now)
            company = await store.want_company(tx)
            notes = await store.notes_since(tx, me.id, since)
        coordinates = may(me.role, "coordinate")
        reader = Reader(
            peer,
            ready=terms.ready or coordinates,
            coordinates=coordinates,
            names=names,
            rooms=self._rooms,
            shares=terms.shares,
            company=company,
        )
        return View(
            reader,
            needs,
            # Whoever looks at it has a page open, which is known a moment later.
            [
                Mate(
                    each.peer,
                    names.get(each.peer, ""),
                    replace(each, reachable=each.reachable or each.peer == peer),
                )
                for each in standbys
            ],
            terms,
            not any(works),
            [Noted(moment(row.at), row.text) for row in notes],
        )

    async def called(self, me: Deskmate) -> list[store.Called]:
        """Return by which alerts somebody is called now, the last about each need."""
        return list({each.need_id: each for each in await self._calls(me)}.values())

    async def opened(self, me: Deskmate) -> None:
        """Keep that somebody looks at what they are called about."""
        for each in await self._calls(me):
            if each.opened_at is None:
                await self._ways.opened(each.id, me.id)

    async def _calls(self, me: Deskmate) -> list[store.Called]:
        async with self._database.read() as tx:
            return await store.of_peer(tx, me.id, kept(self._clock.now()))
