"""Stay with me: a member says, again and again, "I am here", or somebody is called.

Nobody asks where they are. Closing the page ends nothing: that is when it is needed.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.clock import Clock
from chat.errors import StoreDown
from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall.asking import language as language_of
from chat.oncall.known import Told
from chat.oncall.needs import Needs, Raised
from chat.protocol import pack, unpack_value
from chat.store import stays as store
from chat.store.database import Database
from chat.store.instants import kept, moment

STAY_CHANGED: Final = b"stay"
"""What begins the news, for all processes, that somebody's next check-in is another."""

GRACE: Final = timedelta(seconds=60)
"""How late a check-in may be, without anybody being called."""

_AHEAD_MS: Final = 5000
"""How far the clocks of two machines may be apart."""

logger = logging.getLogger(__name__)


class Stay(NamedTuple):
    """By when a device will have said that it is there; 0 minutes: none is awaited."""

    handle: Handle
    minutes: int
    due: int
    """In seconds since 1970."""

    def pack(self) -> bytes:
        """Encode, as news."""
        return STAY_CHANGED + pack(self)

    @classmethod
    def of_news(cls, news: bytes) -> "Stay":
        """Return what news are about."""
        fields = unpack_value(news.removeprefix(STAY_CHANGED))
        return cls(*cast("tuple[Handle, int, int]", fields))


class Stays:
    """Everything that is asked about check-ins, each in one transaction."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        needs: Needs,
        changed: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._needs = needs
        self._changed = changed

    async def stay(
        self,
        *,
        handle: Handle,
        room: RoomName,
        member: MemberId,
        who: bytes,
        minutes: int,
        language: str,
    ) -> Stay:
        """Have somebody called unless this is said again within so many minutes.

        With 0 nobody is called any more.

        Raises:
            StoreDown: If the database does not answer; so with all that follows.

        """
        now = self._clock.now()
        due = now + timedelta(minutes=minutes)
        async with self._database.claim() as tx:
            if minutes:
                await store.keep(
                    tx, handle=handle, room=room, member=member, who=who,
                    language=language_of(language), minutes=minutes, due=kept(due),
                )  # fmt: skip
            else:
                await store.remove(tx, handle)
        made = Stay(handle, minutes, int(due.timestamp())) if minutes else over(handle)
        await self._changed(made.pack())
        return made

    async def all(self) -> list[Stay]:
        """Return every check-in that is awaited."""
        async with self._database.read() as tx:
            return [_of(row) for row in await store.every(tx)]

    async def of(self, handle: Handle) -> Stay | None:
        """Return the check-in that is awaited of a device, if one is."""
        async with self._database.read() as tx:
            row = await store.of(tx, handle)
        return _of(row) if row else None

    async def round(self) -> None:
        """Raise a need for everybody who missed their check-in.

        One for whom that fails keeps nobody else from being called for.
        """
        now = self._clock.now()
        before = kept(now - GRACE)
        async with self._database.begin() as tx:
            # Nobody is missed an hour later because a clock was set back by one.
            await store.bring_nearer(tx, kept(now), within=_AHEAD_MS)
            missed = await store.due(tx, before)
        for handle in missed:
            try:
                await self._miss(Handle(handle), before)
            except StoreDown:
                raise
            except Exception:
                logger.exception("a missed check-in could not be followed up")

    async def _miss(self, handle: Handle, before: int) -> None:
        """Raise a need for somebody.

        Their check-in goes in the very transaction that raises it, so that whoever
        misses one is called for once, whatever dies when.
        """
        async with self._database.begin() as tx:
            row = await store.take(tx, handle, before)
            if row is None:
                return
            raised = await self._raise(tx, row)
        await self._needs.tell(raised)
        await self._changed(over(handle).pack())

    async def _raise(self, tx: AsyncConnection, row: Row[Any]) -> Raised:
        told = Told(
            "stay", who=row.who, handle=Handle(row.handle), language=row.language
        )
        known, new = await self._needs.ledger.raise_(
            tx,
            told,
            member=MemberId(row.member),
            room=RoomName(row.room),
            grade=Grade.MEDIUM,
        )
        return Raised.of(known, new=new)


def over(handle: Handle) -> Stay:
    """Return that no check-in is awaited."""
    return Stay(handle, 0, 0)


def _of(row: Row[Any]) -> Stay:
    due: datetime = moment(row.due)
    return Stay(Handle(row.handle), row.minutes, int(due.timestamp()))
