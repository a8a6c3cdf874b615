"""Ways: how each of the room team is reached, and whether that worked lately.

Who has a shift and cannot be reached is no cover. So a way counts only if an alert by
it was confirmed within the last hours, or a page of theirs is open now. For shifts that
are still ahead it is enough that somebody was reached in the last two weeks.
"""

import contextlib
import re
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import bulletin
from chat.clock import Clock
from chat.errors import StoreDown
from chat.oncall.notify import Note
from chat.oncall.stages import NeedId, PeerId
from chat.store import ways as store
from chat.store.database import Database
from chat.store.instants import kept
from chat.store.staff import accounts
from chat.store.ways import Way

LIKELY: Final = timedelta(days=14)
"""For how long somebody who was reached counts for the shifts that they have ahead."""
FRESH: Final = 2 / 3
"""Of the time that a confirmation counts, after how much of it another is due."""
PAGE_SEEN: Final = timedelta(seconds=90)
"""For how long after it was last heard of a page counts as open."""
PAGE_AHEAD: Final = timedelta(minutes=1)
"""How far ahead the clock of another machine may be; or else ours was set back."""
PAGE_NOTED_SECONDS: Final = 30.0
"""How often it is written down that a page is open."""
CONFIRM_MAIL: Final = timedelta(hours=24)
"""How long the link in the first mail to an address is good, and any alert's id."""

_ALERT_ID = re.compile(r"[0-9a-f]{32}")


async def _nobody(_need: NeedId) -> None:
    pass


class Reach(NamedTuple):
    """Whether one of the room team can be reached, for whoever looks after them."""

    name: str
    reachable: bool
    likely: bool
    ways: tuple[Way, ...]


class Ways:
    """How the room team is reached."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ring: Callable[[bytes], Awaitable[None]],
        opened: Callable[[NeedId], Awaitable[None]] = _nobody,
        reachable_hours: float = 12,
    ) -> None:
        """Tell pages through `ring`, and through `opened` that a need was looked at."""
        self._database = database
        self._clock = clock
        self._ring = ring
        self._opened = opened
        self.reachable = timedelta(hours=reachable_hours)
        """How long a confirmation counts."""

        self._seen: dict[str, float] = {}

    # Who can be reached ---------------------------------------------------------------

    async def of(self, staff_id: str) -> list[Way]:
        """Return somebody's ways, the oldest first.

        Raises:
            StoreDown: If the database does not answer; so with all that follows.

        """
        async with self._database.read() as tx:
            return await store.ways_of(tx, [staff_id])

    async def everybody(self) -> list[Reach]:
        """Return how it stands with all of the room team, those out of reach first."""
        async with self._database.read() as tx:
            now = self._clock.now()
            reachable = await self.reachable_ids(tx, now)
            likely = await self.likely_ids(tx, now)
            team = [each for each in await accounts(tx) if each.disabled_at is None]
            ways = defaultdict[str, tuple[Way, ...]](tuple)
            for way in await store.all_ways(tx):
                ways[way.staff_id] += (way,)
        found = [
            Reach(
                each.desk_name,
                reachable=each.id in reachable,
                likely=each.id in likely,
                ways=ways[each.id],
            )
            for each in team
        ]
        return sorted(found, key=lambda each: (each.reachable, each.name.casefold()))

    async def usable(
        self, tx: AsyncConnection, staff_ids: Iterable[PeerId]
    ) -> Mapping[PeerId, tuple[Way, ...]]:
        """Return by which ways these people are called; who has none is not in it."""
        found = defaultdict[PeerId, tuple[Way, ...]](tuple)
        for way in await store.ways_of(tx, staff_ids):
            if way.is_usable:
                found[PeerId(way.staff_id)] += (way,)
        return dict(found)

    async def reachable_ids(self, tx: AsyncConnection, now: datetime) -> set[PeerId]:
        """Return who would hear of an alert: by an open page, or a way that works."""
        until = kept(now + PAGE_AHEAD)
        seen = await store.seen_between(tx, kept(now - PAGE_SEEN), until)
        confirmed = await store.confirmed_since(tx, kept(now - self.reachable))
        return {PeerId(staff_id) for staff_id in seen | confirmed}

    async def likely_ids(self, tx: AsyncConnection, now: datetime) -> set[PeerId]:
        """Return who was reached in the last two weeks, and so will be, most likely."""
        since = kept(now - LIKELY)
        seen = await store.seen_between(tx, since, kept(now + PAGE_AHEAD))
        return {PeerId(id_) for id_ in seen | await store.confirmed_since(tx, since)}

    def works(self, way: Way, now: datetime) -> bool:
        """Tell whether an alert by a way arrived lately, and none failed since."""
        fresh = (way.confirmed_at or 0) >= kept(now - self.reachable)
        return fresh and way.failed_at is None

    def is_likely(self, way: Way, now: datetime) -> bool:
        """Tell whether a way worked in the last two weeks, and has not failed since."""
        known = (way.confirmed_at or 0) >= kept(now - LIKELY)
        return known and way.failed_at is None

    async def page_seen(self, staff_id: str) -> None:
        """Keep that somebody has a page open; written down twice a minute at most."""
        now = self._clock.monotonic()
        if now - self._seen.get(staff_id, float("-inf")) < PAGE_NOTED_SECONDS:
            return
        self._seen[staff_id] = now
        async with self._database.begin() as tx:
            await store.saw_page(tx, staff_id, self._ms())

    # What comes back ------------------------------------------------------------------

    async def confirm(self, alert_id: str) -> bool:
        """Keep that an alert arrived; tell whether it was known, and good.

        Whoever knows the id may say so: the service worker of a browser, the reader of
        a mail, or what bridges the webhook. It is good for a day, and says something
        once: an id stays in mailboxes and logs, where others may find it.
        """
        alert = await self._alert(alert_id)
        if alert is None or not alert.way_id or self._is_stale(alert):
            return False
        await self._arrived(alert)
        return True

    async def _arrived(self, alert: store.Sent) -> None:
        async with self._database.claim() as tx:
            before = await self.reachable_ids(tx, self._clock.now())
            first = await store.confirm(tx, alert.id, alert.way_id, self._ms())
        if first and alert.staff_id not in before:
            await self._ring(bulletin.rota())

    async def opened(self, alert_id: str, staff_id: str) -> store.Sent | None:
        """Keep that somebody opened an alert, which confirms it too; return it.

        None: it is not one of theirs.
        """
        alert = await self._alert(alert_id)
        if alert is None or alert.staff_id != staff_id:
            return None
        if alert.way_id and alert.confirmed_at is None:
            await self._arrived(alert)
        if alert.opened_at is None:
            async with self._database.claim() as tx:
                await store.opened(tx, alert_id, alert.need_id, self._ms())
            if alert.need_id:
                await self._opened(NeedId(alert.need_id))
        return alert

    async def failed(self, note: Note, why: str) -> None:
        """Keep that the way of a note does not work as it is set up, and why.

        Not where it leads elsewhere by now: that may well work.
        Where the database is away that is lost: the next alert finds it out again.
        """
        with contextlib.suppress(StoreDown):
            async with self._database.claim() as tx:
                await store.fail(tx, note.way_id, note.address, self._ms(), why)

    # Canaries -------------------------------------------------------------------------

    async def canaries_due(
        self,
        tx: AsyncConnection,
        now: datetime,
        at_work: Collection[PeerId],
        others: Collection[PeerId],
    ) -> list[Way]:
        """Return where to send a canary now, and keep that it is sent.

        Once a shift, and a shift so long that the first would count no more has a
        second. Others are tried as often, but by mail, which asks something of them,
        only once a day and where they would be out of reach without it.
        """
        since = kept(now - self.reachable / 2)
        asked = await store.need_canary(tx, [*at_work, *others], since)
        by_mail = await self._worth_a_mail(tx, now)
        due = [way for way in asked if way.staff_id in at_work or by_mail(way)]
        if due:
            await store.canaried(tx, [way.id for way in due], kept(now))
        return due

    async def _worth_a_mail(
        self, tx: AsyncConnection, now: datetime
    ) -> Callable[[Way], bool]:
        known = await store.confirmed_since(tx, kept(now - self.reachable))
        fresh = await store.confirmed_since(tx, kept(now - self.reachable * FRESH))
        yesterday = kept(now - timedelta(days=1))

        def worth_it(way: Way) -> bool:
            tried, answered = way.canary_at or 0, way.confirmed_at or 0
            lapses = way.staff_id in known or answered >= tried
            return (
                way.kind != store.EMAIL
                or max(tried, answered) <= yesterday
                # Where the last mail was not answered, its link is as good as another.
                or (lapses and way.staff_id not in fresh)
            )

        return worth_it

    async def forget(self, now: datetime) -> None:
        """Forget the addresses whose first mail nobody answered."""
        async with self._database.claim() as tx:
            await store.forget_unconfirmed(tx, kept(now - CONFIRM_MAIL))

    async def _alert(self, alert_id: str) -> store.Sent | None:
        if not _ALERT_ID.fullmatch(alert_id):
            return None
        async with self._database.read() as tx:
            return await store.alert(tx, alert_id)

    def _is_stale(self, alert: store.Sent) -> bool:
        """Tell whether an alert is too old for its id to prove anything."""
        return alert.made_at < kept(self._clock.now() - CONFIRM_MAIL)

    def _ms(self) -> int:
        return kept(self._clock.now())


def new_id() -> str:
    """Return an opaque id, as ways and alerts have them."""
    return secrets.token_hex(16)
