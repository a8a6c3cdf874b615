"""Talks: who may be in a private room, and what it means that something is said there.

There are two kinds: a need's, for its member and the peers who help them, and that of a
card which two members want. To everybody else there is no such room.
"""

from collections import OrderedDict
from datetime import timedelta
from typing import Final, NamedTuple

from chat.clock import Clock
from chat.errors import NoSuchRoom, StoreDown
from chat.model import Handle, RoomName
from chat.oncall.cards import Cards
from chat.oncall.known import Known
from chat.oncall.marks import Mark, Marks
from chat.oncall.need import Need
from chat.oncall.needs import Needs
from chat.oncall.refusals import NeedOver, NoSuchNeed, NotYourNeed
from chat.oncall.stages import NeedId, PeerId
from chat.store import talks as store
from chat.store.database import Database
from chat.store.instants import kept
from chat.talkroom import need_of, talk_of

REMEMBERED: Final = 5000
"""Of how many who came into a talk it is known while the store is away."""

AWAY_SECONDS: Final = 5
"""For how long a store that did not answer is not asked what is known."""

FLAGGED_FOR: Final = timedelta(hours=2)
"""How long after the end of a talk somebody looks whether anything waits there."""


class Talk(NamedTuple):
    """What a private room is to a device that may be there."""

    id: str
    of_need: bool
    """Whether it is that of their own need."""
    over: bool = False
    """Whether it is there only to be read."""


class Talks:
    """Knows every private room, and who is meant to be in it."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        needs: Needs,
        cards: Cards,
        marks: Marks,
    ) -> None:
        self._database = database
        self._clock = clock
        self._needs = needs
        self._cards = cards
        self._marks = marks
        self._known: OrderedDict[tuple[Handle, str], Talk] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()
        self._away_until = 0.0

    async def rooms(self, ended: timedelta = FLAGGED_FOR) -> list[RoomName]:
        """Return every private room that goes on, or ended so long ago at most.

        Raises:
            StoreDown: If the database does not answer.

        """
        since = kept(self._clock.now() - ended)
        async with self._database.read() as tx:
            needs = await store.of_needs(tx, since)
            cards = await store.of_cards(tx, since)
        return [*map(talk_of, needs), *map(RoomName, cards)]

    async def devices(self) -> dict[Handle, NeedId]:
        """Return the needs that their members are still told of, by device.

        Raises:
            StoreDown: If the database does not answer.

        """
        async with self._database.read() as tx:
            found = await store.devices(tx)
        return {Handle(handle): NeedId(id_) for handle, id_ in found.items()}

    # Members

    async def find(self, handle: Handle, room: str) -> Talk:
        """Return what a private room is to a device; to no other it is anything.

        While the store is away, whoever was there may be there.

        Raises:
            NoSuchRoom: If there is none, or it is none of theirs.
            StoreDown: If the database does not answer, and it is not known.

        """
        id_ = need_of(room)
        if id_ is None or not handle:
            raise NoSuchRoom
        known = self._known.get((handle, id_))
        if known and self._clock.monotonic() < self._away_until:
            return known
        try:
            talk = await self._found(handle, id_)
        except StoreDown:
            # Nobody waits for it with every line of theirs.
            self._away_until = self._clock.monotonic() + AWAY_SECONDS
            if known is None:
                raise
            return known
        self._known[handle, id_] = talk
        self._known.move_to_end((handle, id_))
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return talk

    async def _found(self, handle: Handle, id_: str) -> Talk:
        try:
            known = await self._needs.known(id_)
        except NoSuchNeed:
            return await self._of_card(handle, id_)
        if known.told.handle != handle or known.need.has_faded(self._clock.now()):
            raise NoSuchRoom
        over = _is_over(known.need)
        self.stands(id_, over=over)
        return Talk(id_, of_need=True, over=over)

    async def _of_card(self, handle: Handle, id_: str) -> Talk:
        card = await self._cards.of_talk(talk_of(id_))
        if card is None or not card.is_between(handle):
            raise NoSuchRoom
        return Talk(id_, of_need=False, over=card.state != "open")

    def is_own(self, handle: Handle, room: str) -> bool:
        """Tell whether a device came into this private room because of its own need."""
        talk = self._known.get((handle, need_of(room) or ""))
        return talk is not None and talk.of_need

    def stands(self, need_id: str, *, over: bool) -> None:
        """Know whether the talk of a need goes on, or is there only to be read."""
        self._over.pop(need_id, None)
        if over:
            self._over[need_id] = None
            if len(self._over) > REMEMBERED:
                self._over.popitem(last=False)

    def is_over(self, room: str) -> bool:
        """Tell whether the need of a private room has ended, as far as this knows."""
        return need_of(room) in self._over

    def wrote(self, room: str) -> None:
        """Note that a member said something in a private room."""
        if id_ := need_of(room):
            self._marks.note(Mark(id_))

    # Peers

    async def let_in(self, peer: PeerId, need_id: str) -> Known:
        """Return a need, to a peer who may read its talk.

        Those are whoever accepted it, sits in, is asked to take over, or fell silent
        and can have it again: a line that broke is the most common silence.

        Raises:
            NoSuchNeed, NotYourNeed, StoreDown: As they say.

        """
        known = await self._of_peers(need_id)
        if not _may_be_there(known.need, peer):
            raise NotYourNeed
        return known

    async def see_helped(self, peer: PeerId, need_id: str) -> None:
        """See that a peer helps with a need, or once did, and that it is not forgotten.

        Raises:
            NoSuchNeed, NotYourNeed, StoreDown: As they say.

        """
        need = (await self._of_peers(need_id)).need
        if peer not in await self._needs.helped(need.id):
            raise NotYourNeed

    async def _of_peers(self, need_id: str) -> Known:
        known = await self._needs.known(need_id)
        need = known.need
        self.stands(need.id, over=_is_over(need))
        if need.has_faded(self._clock.now()):
            # It is forgotten, and nothing of it is to be made anew.
            raise NoSuchNeed
        return known

    async def may_stay(self, peer: PeerId, need_id: str) -> bool:
        """Tell whether a peer who is in a talk may go on to read it."""
        try:
            need = (await self._of_peers(need_id)).need
        except StoreDown:
            return True
        except NoSuchNeed:
            return False
        return _may_be_there(need, peer)

    async def may_speak(self, peer: PeerId, need_id: str) -> None:
        """See that what a peer wants to say is theirs to say.

        Whoever fell silent takes the need again, unless another was quicker; everybody
        else accepts it first. While the store is away nobody is kept from speaking in
        a talk that goes on, as far as is known.

        Raises:
            NeedTaken, NeedOver, NoSuchNeed, NotYourNeed: As they say.

        """
        try:
            need = (await self._of_peers(need_id)).need
            if not need.is_open:
                raise NeedOver
            if need.is_calling and peer not in need.went_silent:
                raise NotYourNeed
            if peer not in need.helpers:
                await self._needs.accept(need_id, peer)
        except StoreDown:
            if self.is_over(talk_of(need_id)):
                raise NeedOver from None

    async def spoke(self, peer: PeerId, need_id: str) -> None:
        """Note that a peer said something.

        Raises:
            NeedTaken, NeedOver: If meanwhile it is not theirs any more.

        """
        self._marks.answered(need_id)
        try:
            await self._spoke(peer, need_id)
        except StoreDown:
            self._marks.note(Mark(need_id, peer))

    async def _spoke(self, peer: PeerId, need_id: str) -> None:
        try:
            await self._needs.spoke(need_id, peer)
        except NotYourNeed:
            await self._needs.accept(need_id, peer)
            await self._needs.spoke(need_id, peer)

    async def needs_a_moment(self, peer: PeerId, need_id: str) -> bool:
        """Let a peer think, without the need going back to alerting at once.

        Return whether a line of the member's waits, so that there is time to be had.

        Raises:
            NoSuchNeed, NotYourNeed, NeedOver, StoreDown: As they say.

        """
        known = await self._needs.needs_a_moment(NeedId(need_id), peer)
        return known.need.unanswered_since is not None


def _is_over(need: Need) -> bool:
    return not (need.is_open or need.is_promised)


def _may_be_there(need: Need, peer: PeerId) -> bool:
    silent = need.is_calling and peer in need.went_silent
    return silent or peer in (*need.helpers, need.handing_to)
