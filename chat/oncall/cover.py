"""Cover: the week ahead as it is planned, and as it can be counted on."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from chat.clock import Clock
from chat.errors import StoreDown
from chat.model import Room
from chat.oncall.audiences import alone, reachable
from chat.oncall.closing import closed
from chat.oncall.coverage import (
    AHEAD,
    ANYBODY,
    Cell,
    Gap,
    Peer,
    Wanted,
    could_fill,
    gaps_within,
    span_of_week,
    week,
    with_duty,
)
from chat.oncall.honest import Honest, by_clock, clock_of, honest_hours, told
from chat.oncall.hours import Hours
from chat.oncall.planned import Planned
from chat.oncall.promises import Lack, lacks
from chat.oncall.refusals import RotaMistake
from chat.oncall.rotabook import Rotabook
from chat.oncall.shifts import Shift
from chat.oncall.stages import PeerId
from chat.oncall.team import Mate, Team
from chat.oncall.usual import Usual, Week
from chat.store.database import Database

FRESH_SECONDS: Final = 60.0

NOBODY_KNOWS: Final[Mapping[str, str]] = {"told": "", "zone": ""}
"""What members are told while it was never known."""

logger = logging.getLogger(__name__)


class Ahead(NamedTuple):
    """All that is known of the days ahead."""

    book: Rotabook
    mates: list[Mate]
    usual: Week
    alone: bool
    """Fewer than two on duty would be called now, so that a coordinator is as well."""
    now: datetime
    rooms: Sequence[Room]

    @property
    def zone(self) -> str:
        """The zone in whose hours it is shown."""
        return self.book.rota.zone

    def shifts(self, span: Hours) -> list[Shift]:
        """Return the shifts of a span, and when others are on duty without one."""
        return with_duty(self.book.rota.shifts(span), self._peers(), self.now)

    def cells(self, wanted: Wanted) -> list[Cell]:
        """Return the next seven days, hour by hour."""
        span = span_of_week(self.zone, self.now)
        return week(
            self.book.rota.shifts(span),
            self._peers(),
            wanted,
            self.zone,
            self.now,
            self.usual.present,
            self.usual.expected,
            intended=closed(self.book.closed, self.zone, span),
        )

    def honest(self, cells: Sequence[Cell]) -> Honest:
        """Return of the week for anybody when members may count on somebody."""
        return honest_hours(cells, self.now, known=self.usual.known)

    def gaps(self, wanted: Wanted) -> list[Gap]:
        """Return the gaps of the next 72 hours, closed hours left out."""
        span = self._span
        return gaps_within(
            span,
            self.book.rota.shifts(span),
            self._peers(),
            wanted,
            self.now,
            intended=closed(self.book.closed, self.zone, span),
        )

    def lacks(self) -> list[Lack]:
        """Return when of these 72 hours somebody is there, but not for all."""
        return self._lacks(self._span, self._peers())

    def unplanned(self, span: Hours) -> list[Lack]:
        """Return when of a span the rota has somebody, but not for all."""
        mates = (replace(each, reachable=True, likely=True) for each in self._all())
        return self._lacks(span, {mate.id: mate for mate in mates})

    def _lacks(self, span: Hours, peers: Mapping[PeerId, Peer]) -> list[Lack]:
        shut = closed(self.book.closed, self.zone, span)
        rota, now = self.book.rota, self.now
        return lacks(rota, span, peers, self.rooms, now, intended=shut)

    def could_fill(self, peer: str, hours: Hours, wanted: Wanted) -> bool:
        """Tell whether somebody would be what is wanted in some of these hours."""
        shifts = self.book.rota.shifts(hours)
        return peer in could_fill(hours, shifts, self._peers(), wanted)

    @property
    def _span(self) -> Hours:
        return Hours(self.now, self.now + AHEAD)

    def _peers(self) -> dict[PeerId, Peer]:
        return {peer.id: peer for peer in self._all()}

    def _all(self) -> Iterator[Peer]:
        return (mate.as_cover for mate in self.mates)


class Cover:
    """Tells how the days ahead are covered."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        planned: Planned,
        team: Team,
        usual: Usual,
        rooms: Sequence[Room],
    ) -> None:
        """Tell it for everybody, and for those in each of these rooms."""
        self._database = database
        self._clock = clock
        self._planned = planned
        self._team = team
        self._usual = usual
        self._rooms = rooms
        self._told = NOBODY_KNOWS
        self._told_until = 0.0

    async def ahead(self) -> Ahead:
        """Return what is known of the days ahead.

        Raises:
            StoreDown: If the database does not answer.

        """
        now = self._clock.now()
        async with self._database.read() as tx:
            book, _ = await self._planned.at(tx, now)
            mates = await self._team.everyone(tx, now)
            few = alone(reachable(await self._team.standbys(tx, now), ()))
        usual = await self._usual.week(book.rota.zone)
        return Ahead(book, mates, usual, few, now, self._rooms)

    async def honest(self) -> Mapping[str, str]:
        """Return when members may count on somebody; the last known if all is down."""
        now = self._clock.monotonic()
        if now >= self._told_until:
            self._told_until = now + FRESH_SECONDS
            try:
                self._told = _honest(await self.ahead())
            except StoreDown:
                logger.warning("honest hours are told as they were")
            except (RotaMistake, LookupError, TypeError, ValueError):
                # It stands beside what somebody needs, who must not wait for it.
                logger.exception("the rota cannot be read: hours are as they were")
        return self._told

    async def in_words(self) -> str:
        """Return the same in words, for whoever may have another clock."""
        found = await self.honest()
        words = found["told"], by_clock(found["zone"], self._clock.now())
        return " ".join(filter(None, words))


def _honest(ahead: Ahead) -> Mapping[str, str]:
    honest = ahead.honest(ahead.cells(ANYBODY))
    return {"told": told(honest), "zone": clock_of(honest, ahead.zone)}
