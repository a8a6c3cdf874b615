"""Care: what peers do about a need, what its member does, and how all hear of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, NamedTuple, Self

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import bulletin
from chat.asides import NeedNews
from chat.model import Handle
from chat.oncall.known import MEMBER, Known
from chat.oncall.ledger import Ledger
from chat.oncall.need import Need
from chat.oncall.refusals import NoSuchNeed
from chat.oncall.stages import NeedId, PeerId
from chat.protocol import pack
from chat.store.database import Database

NEED_CHANGED: Final = b"need"
"""What begins the news, for all processes, that a need is not the same.

What follows is `[need id, handle]` in MessagePack; a drill has no handle.
"""

_OFTEN: Final = ("spoke", "wrote")
"""What happens with every line: worth telling only when it changes the state."""

_Change = Callable[[Need, datetime], Need]


class Raised(NamedTuple):
    """What came of raising a need."""

    id: NeedId
    new: bool
    """False: it was open already, or promised."""
    handle: Handle = Handle(b"")
    state: str = "raised"
    news: NeedNews | None = None
    """What its member is told of a new one: nothing need be looked up for that."""

    @classmethod
    def of(cls, known: Known, *, new: bool) -> Self:
        """Return it of a need that is kept."""
        return cls(known.need.id, new, known.told.handle, str(known.need.state))


class Care:
    """What is done about a need; whatever it is, it is kept first and told then."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        ring: Callable[[bytes], Awaitable[None]],
        changed: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._database = database
        self._ring = ring
        self._changed = changed
        self.ledger = ledger
        """For whoever changes a need within a transaction of their own."""

        self.wake: Callable[[], None] = lambda: None
        """Called when something about a need may be due at once."""

    # What a peer does; each may raise NoSuchNeed and NeedOver.

    async def accept(self, id_: str, peer: PeerId) -> Known:
        """Take a need into one's care; of many who do so at once, one has it.

        Raises:
            NeedTaken: If another peer was quicker.

        """
        return await self._change(
            id_, "accepted", peer, lambda need, now: need.accept(peer, now)
        )

    async def spoke(
        self, id_: str, peer: PeerId, said_at: datetime | None = None
    ) -> Known:
        """Note a line of its peer's, or of who sits in; `said_at`, if that was before.

        Raises:
            NotYourNeed: As it says.

        """
        return await self._change(
            id_, "spoke", peer, lambda need, now: need.spoke(peer, now, said_at)
        )

    async def needs_a_moment(self, id_: str, peer: PeerId) -> Known:
        """Note that a peer asks for a moment to think.

        Raises:
            NotYourNeed: As it says.

        """
        return await self._change(
            id_, "moment", peer, lambda need, now: need.needs_a_moment(peer, now)
        )

    async def let_go(self, id_: str, peer: PeerId) -> Known:
        """Give a need back, because its peer cannot go on.

        Whoever sits in has it then; where nobody does, others are called.

        Raises:
            NotYourNeed: As it says.

        """
        return await self._change(
            id_, "let_go", peer, lambda need, now: need.let_go(peer, now)
        )

    async def join(self, id_: str, peer: PeerId) -> Known:
        """Sit in with the peer who has a need.

        Raises:
            NotYourNeed: If nobody has it.

        """
        return await self._change(id_, "joined", peer, lambda need, _: need.join(peer))

    async def leave(self, id_: str, peer: PeerId) -> Known:
        """Sit in no more.

        Raises:
            NotYourNeed: If one did not.

        """
        return await self._change(id_, "left", peer, lambda need, _: need.leave(peer))

    async def hand(self, id_: str, peer: PeerId, to: PeerId) -> Known:
        """Ask another peer to take over.

        Raises:
            NotYourNeed, NobodyToHandTo: As they say.

        """
        return await self._change(
            id_, "handing", peer, lambda need, _: need.hand(peer, to), to=to
        )

    async def take_over(self, id_: str, peer: PeerId) -> Known:
        """Say yes to taking over.

        Raises:
            NobodyToHandTo: If one was not asked.

        """
        return await self._change(
            id_, "handed", peer, lambda need, now: need.take_over(peer, now)
        )

    async def decline(self, id_: str, peer: PeerId) -> Known:
        """Say no to taking over.

        Raises:
            NobodyToHandTo: If one was not asked.

        """
        return await self._change(
            id_, "declined", peer, lambda need, _: need.decline(peer)
        )

    async def finish(self, id_: str, peer: PeerId, ending: str) -> Known:
        """End a talk, for a reason out of `stages.ENDINGS`.

        Where its member has ended it, that reason is kept: once, within the hour.

        Raises:
            NotYourNeed, NotSpokenYet, UnknownEnding: As they say.

        """
        return await self._change(
            id_, "ended", peer,
            lambda need, now: need.finish(peer, ending, now),
            ending=ending,
        )  # fmt: skip

    # What a member does.

    async def wrote(self, id_: str) -> Known:
        """Note a line of its member's, which waits for one of a peer's.

        Raises:
            NoSuchNeed, NeedOver: As they say.

        """
        return await self._change(
            id_, "wrote", MEMBER, lambda need, now: need.wrote(now)
        )

    async def withdraw(self, handle: Handle) -> Known:
        """End a member's need, or take back the call-back that they asked for.

        Raises:
            NoSuchNeed: If they have none.

        """
        return await self._change_of(
            handle, "withdrew", lambda need, now: need.pressed(now).withdraw(now)
        )

    async def call_back(self, handle: Handle, at: datetime) -> Known:
        """Put a member's need off to a time that they choose, or to another one.

        Raises:
            NoSuchNeed, BadCallBack: As they say.

        """
        return await self._change_of(
            handle, "call_back", lambda need, now: need.pressed(now).call_back(at, now)
        )

    # How it is kept and told.

    async def _change(
        self, id_: str, kind: str, actor: str, change: _Change, **detail: Any
    ) -> Known:
        async with self._database.claim() as tx:
            known = await self.ledger.locked(tx, id_)
            kept, news = await self._kept(tx, known, kind, actor, change, detail)
        if news:
            await self.told(kept)
        return kept

    async def _change_of(self, handle: Handle, kind: str, change: _Change) -> Known:
        async with self._database.claim() as tx:
            known = await self.ledger.locked_of(tx, handle)
            if known is None:
                raise NoSuchNeed
            kept, _news = await self._kept(tx, known, kind, MEMBER, change, {})
        await self.told(kept)
        return kept

    async def _kept(
        self,
        tx: AsyncConnection,
        known: Known,
        kind: str,
        actor: str,
        change: _Change,
        detail: dict[str, Any],
    ) -> tuple[Known, bool]:
        """Return the need as it is now, and whether there is anything to tell."""
        need = change(known.need, self.ledger.now())
        if need == known.need:
            return known, False
        if kind in _OFTEN and need.state is known.need.state:
            known = known._replace(need=need)
            await self.ledger.rewrite(tx, known)
            return known, False
        if need.end:
            detail = {**detail, "end": str(need.end)}
        news = need.is_open or known.need.is_open
        return await self.ledger.keep(tx, known, need, kind, actor, **detail), news

    async def told(self, known: Known) -> None:
        """Tell everybody how a need stands now, once that is kept."""
        await self.tell(Raised.of(known, new=False))

    async def tell(self, raised: Raised) -> None:
        """Tell everybody of a need that was raised within another's transaction."""
        self.wake()
        await self._ring(bulletin.need(raised.id, raised.state))
        await self._changed(NEED_CHANGED + pack([raised.id, raised.handle]))
