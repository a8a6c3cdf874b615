"""Planned: the rotabook as it is in force, read again only when it was changed."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall.rotabook import STAYS, Rotabook, read
from chat.store import rota
from chat.store.instants import kept

ZONE: Final = "zone"
VERSION: Final = "rota"
"""The keys of what is decided for the whole house."""

UNSET_ZONE: Final = "UTC"
"""The rota's zone until a coordinator sets one."""


class InForce(NamedTuple):
    """What is planned, and how often it was changed until then."""

    book: Rotabook
    version: int


class Planned:
    """Reads what is planned."""

    def __init__(self) -> None:
        self._known: InForce | None = None

    async def at(self, tx: AsyncConnection, now: datetime) -> InForce:
        """Return what is planned, in the caller's transaction.

        Raises:
            StoreDown: If the database does not answer.

        """
        decided = await rota.decided(tx, (ZONE, VERSION))
        version = int(decided.get(VERSION, 0))
        if self._known is None or self._known.version != version:
            entries = await rota.entries(tx, kept(now - STAYS))
            zone = decided.get(ZONE, UNSET_ZONE)
            self._known = InForce(read(zone, entries), version)
        return self._known
