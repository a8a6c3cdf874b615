"""Favours: what peers ask of each other about a talk, told by every way they have."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.oncall.need import Need
from chat.oncall.refusals import NotYourNeed
from chat.oncall.sending import PAGE
from chat.oncall.stages import PeerId
from chat.oncall.ways import Ways, new_id
from chat.store import alerts, calls
from chat.store.database import Database
from chat.store.instants import kept

HAND: Final = "hand"
"""Somebody is asked to take over."""
COMPANY: Final = "company"
"""Somebody is asked to sit in."""
AGAIN: Final = timedelta(minutes=1)
"""How long whoever was asked by an alert is asked by no other: their page shows it."""


class Favours:
    """Asks, in alerts of their own; anything here may raise `StoreDown`."""

    def __init__(self, *, database: Database, clock: Clock, ways: Ways) -> None:
        self._database = database
        self._clock = clock
        self._ways = ways

    async def take_over(self, peer: PeerId) -> None:
        """Let a peer know that they were asked to take over."""
        async with self._database.claim() as tx:
            await self._alert(tx, HAND, [peer])

    async def company(self, need: Need, peer: PeerId, whom: Collection[PeerId]) -> None:
        """Keep that a peer would like somebody to sit in, and let those know.

        Raises:
            NotYourNeed: If it is not in their care.

        """
        if not need.is_open or need.peer != peer:
            raise NotYourNeed
        async with self._database.claim() as tx:
            await calls.add_company(tx, need.id, peer, kept(self._clock.now()))
            await self._alert(tx, COMPANY, [each for each in whom if each != peer])

    async def _alert(
        self, tx: AsyncConnection, kind: str, whom: Collection[PeerId]
    ) -> None:
        # They carry no need: nobody is called to it, so that no end of calling drops
        # them on their way.
        now = self._clock.now()
        told = await alerts.told_since(tx, whom, kind, kept(now - AGAIN))
        whom = [peer for peer in whom if peer not in told]
        usable = await self._ways.usable(tx, whom)
        rows = [
            {
                "id": new_id(), "kind": kind, "staff_id": peer, "way_id": way_id,
                "way": way, "made_at": kept(now), "state": "waiting",
            }
            for peer in whom
            for way_id, way in [
                ("", PAGE), *((each.id, each.kind) for each in usable.get(peer, ()))
            ]
        ]  # fmt: skip
        await alerts.add(tx, rows)
