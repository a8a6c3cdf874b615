"""Needs: someone needs to talk, from the press of a button to the end of a talk.

Whatever changes a need is kept first and told afterwards. Anything here may raise
`StoreDown`; nothing is kept then.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.asides import NeedNews
from chat.clock import Clock
from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall import asking, blocking, forgetting, noting, telling
from chat.oncall.asking import SHARES
from chat.oncall.care import NEED_CHANGED, Care, Raised
from chat.oncall.escalation import Progress, progress
from chat.oncall.facts import REMEMBERED
from chat.oncall.known import Happened, Known, Told, of_row, readable
from chat.oncall.ledger import BEGINNINGS, Ledger
from chat.oncall.need import Need
from chat.oncall.policy import Policy
from chat.oncall.refusals import NoSuchNeed
from chat.oncall.stages import NeedId, PeerId
from chat.oncall.ways import PAGE_SEEN
from chat.store import calls
from chat.store import needs as store
from chat.store.database import Database
from chat.store.instants import kept, moment

__all__ = [
    "NEED_CHANGED", "SHARES", "Happened", "Known", "Needs", "Raised", "Told",
]  # fmt: skip


class Needs(Care):
    """Everything that is asked about needs, each in one transaction."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        policy: Policy,
        ring: Callable[[bytes], Awaitable[None]],
        changed: Callable[[bytes], Awaitable[None]],
        seal: Callable[[Handle, PeerId], bytes],
        tags_of: Callable[[RoomName], tuple[str, ...]] = lambda _room: (),
    ) -> None:
        ledger = Ledger(clock=clock, policy=policy, tags_of=tags_of)
        super().__init__(database=database, ledger=ledger, ring=ring, changed=changed)
        self._policy = policy
        self._seal = seal
        self.who_of_peer: Callable[[PeerId, NeedId], bytes] = lambda _peer, _id: b""
        """Asked who a peer is to the member, in the private room of a need."""

    # Raising

    async def raise_(
        self,
        *,
        handle: Handle,
        room: RoomName,
        member: MemberId,
        who: bytes,
        source: str,
        words: str = "",
        wish: str = "",
        shares: tuple[str, ...] = (),
        language: str = "",
        grade: Grade = Grade.NONE,
    ) -> Raised:
        """Return the need of a device: a new one, or the one that it has.

        One that is open takes over a higher grade and newer words; one that was
        promised is raised again.

        Raises:
            TextTooLong, BadText, UnknownWish, UnknownShare: As they say.

        """
        told = Told(
            source=source,
            words=asking.words(words),
            wish=asking.wish(wish),
            shares=asking.shares(shares),
            language=asking.language(language),
            who=who,
            handle=handle,
        )
        async with self._database.claim() as tx:
            known, new = await self.ledger.raise_(
                tx, told, member=member, room=room, grade=grade
            )
        await self.told(known)
        raised = Raised.of(known, new=new)
        return raised._replace(news=self._first_news(known)) if new else raised

    def _first_news(self, known: Known) -> NeedNews:
        numbers = progress(self._policy, known.need, self.ledger.now())
        return telling.news(known, numbers, "raised", ())

    async def raise_within(
        self,
        tx: AsyncConnection,
        *,
        handle: Handle,
        room: RoomName,
        member: MemberId,
        who: bytes,
        source: str,
        case_id: str,
        grade: Grade,
        anew: bool,
    ) -> Raised | None:
        """Raise a need with a case, in its transaction; `tell` what this returns.

        Not `anew`: the case has raised one before, which gets graver while it is open
        and is not raised again once it has ended; None then.
        """
        if not anew:
            known = await self.ledger.locked_of(tx, handle)
            if known is None or not known.need.is_open:
                return None
        told = Told(source=source, who=who, handle=handle, case_id=case_id)
        known, new = await self.ledger.raise_(
            tx, told, member=member, room=room, grade=grade
        )
        return Raised.of(known, new=new)

    # Asking

    async def known(self, id_: str) -> Known:
        """Return a need.

        Raises:
            NoSuchNeed: If there is none.

        """
        async with self._database.read() as tx:
            return await _known(tx, id_)

    async def open_needs(self, peer: PeerId | None = None) -> list[Known]:
        """Return the needs that have not ended, the most pressing first, and drills.

        For a peer: without those of members whom they block.
        """
        async with self._database.read() as tx:
            # One that cannot be read must not hide the others.
            rows = await store.every_open(tx)
            found = [known for row in rows if (known := readable(row))]
            if peer is None:
                return found
            return await blocking.unblocked(tx, found, peer, self._seal)

    async def news(self, handle: Handle) -> NeedNews | None:
        """Return what a member is told about their need; None: they have none.

        An end is told for an hour, to a page that was away.
        """
        async with self._database.read() as tx:
            known = await self._of(tx, handle)
            if known is None:
                return None
            numbers, began = await self._progress(tx, known.need)
        peers = [self.who_of_peer(peer, known.need.id) for peer in known.need.helpers]
        return telling.news(known, numbers, began, peers)

    async def _of(self, tx: AsyncConnection, handle: Handle) -> Known | None:
        if not handle:
            return None
        since = kept(self.ledger.now() - REMEMBERED)
        row = await store.open_for(tx, handle) or await store.last_of(tx, handle, since)
        return of_row(row) if row else None

    async def _progress(self, tx: AsyncConnection, need: Need) -> tuple[Progress, str]:
        """Return how the calling stands, and by which kind of event it last began."""
        began = await store.last_event(tx, need.id, BEGINNINGS)
        now = self.ledger.now()
        since, kind = (began.at, began.kind) if began else (0, "")
        if since > kept(now):
            # The clock was set back meanwhile: rather count too many than none.
            since = 0
        called = await calls.of_need(tx, need.id, since, page_seen=PAGE_SEEN)
        opened = sum(1 for each in called if each.opened_at is not None)
        told = progress(self._policy, need, now, alerted=len(called), opened=opened)
        return told, kind

    async def events(self, id_: str) -> list[Happened]:
        """Return all that happened to a need, in order."""
        async with self._database.read() as tx:
            rows = await store.events(tx, id_)
        return [
            Happened(moment(row.at), row.actor, row.kind, row.detail) for row in rows
        ]

    async def helped(self, id_: NeedId) -> frozenset[PeerId]:
        """Return everybody who has a need or sits in, and who once did."""
        async with self._database.read() as tx:
            return frozenset(map(PeerId, await store.helped(tx, id_)))

    # Notes, blocks, and an end to all of it

    async def note(self, id_: str, peer: PeerId, text: str) -> None:
        """Keep what a peer notes for themselves; they alone read it.

        Raises:
            NoSuchNeed, NotYourNeed, NeedOver, TextTooLong, BadText: As they say.

        """
        async with self._database.claim() as tx:
            known = await self.ledger.locked(tx, id_)
            await noting.note(tx, known.need, peer, text, self.ledger.now())

    async def block(self, id_: str, peer: PeerId) -> None:
        """Let a peer meet the member of a need no more; nobody else is told.

        Raises:
            NoSuchNeed, NotYourNeed: As they say.

        """
        async with self._database.claim() as tx:
            known = await self.ledger.locked(tx, id_)
            await blocking.block(tx, known, peer, self._seal, self.ledger.now())

    async def blockers(self, known: Known) -> frozenset[PeerId]:
        """Return the peers who want to meet the member of a need no more."""
        async with self._database.read() as tx:
            return await self.blocked(tx, known.told.handle)

    async def blocked(self, tx: AsyncConnection, handle: Handle) -> frozenset[PeerId]:
        """Return the peers who are not called about a device's needs."""
        return await blocking.blocked(tx, handle, self._seal)

    async def forget(self, now: datetime) -> list[RoomName]:
        """Forget what ended an hour ago; return the talks of which nothing is to stay.

        A talk is returned until it is said to have `faded`.
        """
        async with self._database.claim() as tx:
            return await forgetting.forget(tx, now)

    async def faded(self, talks: Sequence[RoomName]) -> None:
        """Know that nothing is left of some talks."""
        async with self._database.claim() as tx:
            await forgetting.faded(tx, talks, self.ledger.now())


async def _known(tx: AsyncConnection, id_: str) -> Known:
    row = await store.with_id(tx, id_) if id_.isalnum() else None
    if row is None:
        raise NoSuchNeed
    return of_row(row)
