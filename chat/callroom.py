"""The call room: all that somebody who needs to talk meets here, put together."""

from collections.abc import Awaitable, Callable

from chat.asides import NeedNews
from chat.backroom import Backroom
from chat.calling import Calling
from chat.ground import Ground
from chat.listening import Listening
from chat.model import Handle, RoomName
from chat.oncall.byheart import ByHeart
from chat.oncall.cards import Cards
from chat.oncall.marks import Marks
from chat.oncall.stays import Stays
from chat.rooms import Rooms
from chat.talkroom import need_of
from chat.talks import Talks


class Callroom:
    """Needs, check-ins, cards and the talks that come of them, as one process has them.

    To do: run `parts`, and let the worker call `stays.round` and `cards.round`.
    """

    def __init__(self, *, ground: Ground, backroom: Backroom, rooms: Rooms) -> None:
        database, clock = backroom.database, ground.clock
        changed = backroom.doorbell.changed
        self.by_heart = ByHeart()
        self.needs = backroom.needs
        self.stays = Stays(
            database=database, clock=clock, needs=self.needs, changed=changed
        )
        self.cards = Cards(
            database=database, clock=clock, ring=backroom.doorbell.ring, changed=changed
        )
        self._marks = Marks(needs=self.needs, cards=self.cards, clock=clock)
        self.talks = Talks(
            database=database,
            clock=clock,
            needs=self.needs,
            cards=self.cards,
            marks=self._marks,
        )
        backroom.flagged.talks = self.talks.rooms
        self.listening = Listening(
            talks=self.talks,
            rooms=rooms,
            identity=ground.identity,
            flagged=backroom.flagged,
            screen=backroom.screening.screen,
            clock=clock,
            country=ground.settings.country,
        )
        self.calling = Calling(
            needs=self.needs,
            stays=self.stays,
            cards=self.cards,
            rooms=rooms,
            history=ground.history,
            identity=ground.identity,
            sanctions=backroom.sanctions,
            held=backroom.held,
            screen=backroom.screening.screen,
            clock=clock,
            country=ground.settings.country,
        )
        self.needs.who_of_peer = self.listening.who_of_peer

    def goes_on(self, handle: Handle, talk: RoomName) -> bool:
        """Tell whether a need of a device's own goes on there, or a card both want.

        As far as this process knows, without asking the store.
        """
        own = self.talks.is_own(handle, talk) and not self.talks.is_over(talk)
        return own or self.by_heart.is_open(handle, talk)

    def told(self, news: NeedNews) -> None:
        """Know how a need stands of which a member of this process is told."""
        self.talks.stands(need_of(news.talk) or "", over=news.is_over)

    def parts(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what goes on by itself wherever members or peers are served."""
        return [self._marks.run]
