"""The parlour: all that members meet on one process, put together."""

from chat.answers import Answers
from chat.backroom import Backroom
from chat.callroom import Callroom
from chat.gateway import Gateway
from chat.ground import Ground
from chat.handover import Door
from chat.mirror import Mirror
from chat.prefixes import Prefixes
from chat.rooms import Rooms
from chat.settings import listed
from chat.speaking import Speaking
from chat.team import Team
from chat.tidings import Tidings
from chat.wheel import Wheel

SPARE_LINES = 100
"""Beside those that chat, for pages, and to tell whoever is one too many."""


class Parlour:
    """The rooms, whoever answers in them, and the door."""

    def __init__(self, *, ground: Ground, backroom: Backroom) -> None:
        self._ground = ground
        self._backroom = backroom
        self.wheel = Wheel()
        self.rooms = Rooms(
            catalogue=ground.catalogue,
            identity=ground.identity,
            backplane=ground.backplane,
            presence=ground.presence,
            hub=ground.hub,
            clock=ground.clock,
            metrics=ground.metrics,
        )
        self.callroom = Callroom(ground=ground, backroom=backroom, rooms=self.rooms)
        self.speaking = self._speaking()
        self.gateway = Gateway(
            answers=self._answers(),
            wheel=self.wheel,
            metrics=ground.metrics,
            settings=ground.settings,
        )
        self.tidings = self._tidings()
        self.callroom.calling.told = self.tidings.told
        self.mirror = self._mirror()
        self.door = Door(
            self.wheel,
            Prefixes(ground.settings.max_connections_per_prefix, ground.clock),
            lines=ground.settings.max_connections * 11 // 10 + SPARE_LINES,
            trusted=frozenset(listed(ground.settings.trusted_proxies)),
        )

    def _speaking(self) -> Speaking:
        ground, backroom = self._ground, self._backroom
        return Speaking(
            rooms=self.rooms,
            talks=self.callroom.talks,
            catalogue=ground.catalogue,
            identity=ground.identity,
            flagged=backroom.flagged,
            sanctions=backroom.sanctions,
            held=backroom.held,
            screen=backroom.screening.screen,
            clock=ground.clock,
            metrics=ground.metrics,
            country=ground.settings.country,
        )

    def _answers(self) -> Answers:
        ground, backroom = self._ground, self._backroom
        return Answers(
            rooms=self.rooms,
            speaking=self.speaking,
            calling=self.callroom.calling,
            talks=self.callroom.talks,
            goes_on=self.callroom.goes_on,
            team=Team(
                flagged=backroom.flagged,
                words=backroom.noticeboard,
                identity=ground.identity,
                clock=ground.clock,
            ),
            sanctions=backroom.sanctions,
            held=backroom.held,
            identity=ground.identity,
            clock=ground.clock,
            settings=ground.settings,
        )

    def _tidings(self) -> Tidings:
        tidings = Tidings(
            callroom=self.callroom,
            gateway=self.gateway,
            rooms=self.rooms,
            clock=self._ground.clock,
        )
        self.callroom.calling.greet = tidings.greet
        return tidings

    def _mirror(self) -> Mirror:
        backroom = self._backroom
        return Mirror(
            words=backroom.noticeboard.words,
            controls=backroom.noticeboard.held_rooms,
            rules=backroom.noticeboard.learn_rules,
            tidings=self.tidings.learn,
            is_own_talk=self.callroom.talks.is_own,
            sanctions=backroom.sanctions,
            held=backroom.held,
            gateway=self.gateway,
            rooms=self.rooms,
            hub=self._ground.hub,
        )
