"""Tidings: what one member is told of their need, their check-in and their cards.

They are told at once, on every page of theirs, and of a need at most once a second,
however much happens to it. Between two tellings the page counts for itself.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, cast

from chat import asides
from chat.asides import NeedNews
from chat.callroom import Callroom
from chat.clock import Clock
from chat.errors import StoreDown
from chat.gateway import Gateway
from chat.model import Handle, RoomName
from chat.oncall.cards import CARD_CHANGED, Card
from chat.oncall.facts import REMEMBERED
from chat.oncall.needs import NEED_CHANGED
from chat.oncall.stages import NeedId
from chat.oncall.stays import STAY_CHANGED, Stay
from chat.protocol import unpack_value
from chat.rooms import Rooms
from chat.session import Session
from chat.talkroom import is_talk

EVERY_SECONDS: Final = 1.0
LOOK_EVERY_SECONDS: Final = 0.1
AGAIN_SECONDS: Final = 2.0
"""When to ask again while the store is away."""

NO_NEED: Final = NeedNews("", "", 0, 0, -1, 0, False, 0, (), "")
"""What is told of a need that is forgotten."""

logger = logging.getLogger(__name__)


class Tidings:
    """Tells members what is theirs alone, as far as their pages are on this process."""

    def __init__(
        self, *, callroom: Callroom, gateway: Gateway, rooms: Rooms, clock: Clock
    ) -> None:
        self._callroom = callroom
        self._by_heart = callroom.by_heart
        self._gateway = gateway
        self._rooms = rooms
        self._clock = clock
        self._waiting: dict[Handle, None] = {}
        self._told_at: dict[Handle, float] = {}
        self._telling: Handle | None = None
        self._due = asyncio.Event()
        self._knows = False
        self._hears = True
        self.need_changed: Callable[[NeedId], None] = lambda _id: None
        """Called when a need is not the same, whoever's it is."""

    async def learn(self) -> None:
        """Read what every process knows by heart.

        Raises:
            StoreDown: If the store does not answer; what is known then stays.

        """
        # Whoever comes into a talk meanwhile is not sent out of it.
        there = [(s, room) for s in self._gateway.everybody() for room in _talks(s)]
        self._by_heart.begin()
        here = self._callroom
        talks, devices = await here.talks.rooms(REMEMBERED), await here.talks.devices()
        stays, cards = await here.stays.all(), await here.cards.live()
        new = self._by_heart.learn(devices, stays, cards)
        for session, room in there:
            if room not in talks:
                self._go_out(session, room)
        for session in self._gateway.everybody():
            if session.handle in new:
                self._tell_by_heart(session)
        if self._hears and not self._knows:
            self._knows = True
            self._settle_all()

    def _go_out(self, session: Session, talk: RoomName) -> None:
        """Take somebody out of a talk that is no more; it would not fade here."""
        member = session.rooms.pop(talk, None)
        if member is not None and session.connection is not None:
            self._rooms.leave(session.connection, talk, member, at_once=True)

    def hears(self, up: bool) -> None:
        """Know whether news of other processes are heard.

        What is known by heart may be old once they were not, until it is learned anew.
        """
        self._hears = up
        if not up:
            self._knows = False

    def missed(self) -> None:
        """Tell everybody anew: something may have changed that was not heard."""
        for session in self._gateway.everybody():
            self._tell_by_heart(session)

    def greet(self, session: Session) -> None:
        """Tell a page that has just come what is theirs, and whether that is all."""
        session.owed = not self._knows or self._by_heart.has_need(session.handle)
        if session.owed and session.connection is not None:
            session.connection.send(asides.known(everything=False))
        self._tell_by_heart(session)

    def _settle_all(self) -> None:
        """Tell each page that waits for it that this is all, once its need is told."""
        for session in self._gateway.everybody():
            if self._by_heart.has_need(session.handle):
                self._wait(session.handle)
            else:
                _settle(session)

    def _tell_by_heart(self, session: Session) -> None:
        """Tell a page what is theirs, without asking for others."""
        handle, connection = session.handle, session.connection
        if connection is None:
            return
        if stay := self._by_heart.stay_of(handle):
            connection.send(asides.stay(stay.minutes, stay.due))
        for card in self._by_heart.cards_of(handle):
            _show(session, card)
        if self._by_heart.has_need(handle):
            self._wait(handle)

    def told(self, handle: Handle) -> None:
        """Note that a page was told just now; what comes next, it is told together.

        It was told what was so when it asked. What we told it meanwhile may be younger,
        and is told again.
        """
        if handle == self._telling or handle in self._told_at:
            self._wait(handle)
        if len(self._gateway.of_device(handle)) < 2:
            self._told_at[handle] = self._clock.monotonic()

    def heard(self, news: bytes) -> bool:
        """Take news that every process was told; return whether they were of this."""
        if news.startswith(NEED_CHANGED):
            self._need(news)
        elif news.startswith(STAY_CHANGED):
            self._stay(Stay.of_news(news))
        elif news.startswith(CARD_CHANGED):
            self._card(Card.of_news(news))
        else:
            return False
        return True

    def _need(self, news: bytes) -> None:
        told = unpack_value(news.removeprefix(NEED_CHANGED))
        id_, handle = cast("tuple[NeedId, Handle]", told)
        self._by_heart.need(id_, handle)
        self.need_changed(id_)
        if handle:
            self._wait(handle)

    def _stay(self, stay: Stay) -> None:
        self._by_heart.stay(stay)
        for session in self._gateway.of_device(stay.handle):
            if session.connection is not None:
                session.connection.send(asides.stay(stay.minutes, stay.due))

    def _card(self, card: Card) -> None:
        if not self._by_heart.card(card):
            return
        for side in (card.asks, card.asked):
            for session in self._gateway.of_device(side.handle):
                _show(session, card)

    # Needs, which have to be asked for

    def _wait(self, handle: Handle) -> None:
        self._waiting[handle] = None
        self._due.set()

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            there = await self.round()
            if self._waiting:
                self._due.set()
                await asyncio.sleep(LOOK_EVERY_SECONDS if there else AGAIN_SECONDS)

    async def round(self) -> bool:
        """Tell everyone whose turn it is; return whether the store was there."""
        now = self._clock.monotonic()
        for handle in tuple(self._waiting):
            if now - self._told_at.get(handle, -EVERY_SECONDS) < EVERY_SECONDS:
                continue
            del self._waiting[handle]
            self._telling = handle
            try:
                await self._tell(handle)
            except StoreDown:
                self._waiting[handle] = None
                return False
            except Exception:
                # It stops no other, and is told when something changes.
                logger.exception("a need cannot be told")
            finally:
                self._telling = None
            self._told_at[handle] = now
        self._forget(now)
        return True

    async def _tell(self, handle: Handle) -> None:
        if not self._gateway.of_device(handle):
            return
        news = await self._callroom.needs.news(handle) or NO_NEED
        self._callroom.told(news)
        for session in self._gateway.of_device(handle):
            if session.connection is not None:
                session.connection.send(asides.need(news))
            if self._knows:
                _settle(session)

    def _forget(self, now: float) -> None:
        told = self._told_at.items()
        self._told_at = {h: at for h, at in told if now - at < EVERY_SECONDS}


def _talks(session: Session) -> list[RoomName]:
    return [room for room in session.rooms if is_talk(room)]


def _settle(session: Session) -> None:
    if session.owed and session.connection is not None:
        session.owed = False
        session.connection.send(asides.known(everything=True))


def _show(session: Session, card: Card) -> None:
    """Show a card to one of the two; who asks learns nothing until it is a yes."""
    if session.connection is None:
        return
    asks = session.handle == card.asks.handle
    if asks and not card.talk:
        return
    other = card.asked if asks else card.asks
    state = "over" if card.state == "no" else card.state
    session.connection.send(
        asides.card(card.token, card.room, other.who, state, card.talk)
    )
