"""Rooms: what a member can do in one, from coming in to going out."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from chat import protocol, requests
from chat.backplane import Backplane
from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.connection import Connection
from chat.drafts import Draft, Receipt
from chat.errors import Unavailable
from chat.feed import Page
from chat.hub import Hub
from chat.identity import Identity
from chat.metrics import Metrics
from chat.model import Epoch, Member, MemberId, Place, Position, RoomName
from chat.presence import Presence
from chat.triage import ANSWER_WITHIN_SECONDS


class Entered(NamedTuple):
    """What somebody finds on coming in."""

    member: Member
    page: Page
    people: list[tuple[bytes, bool]] | int

    def frame(self, ref: int, room: RoomName) -> bytes:
        """Return the answer that says so."""
        return protocol.joined(
            ref,
            room,
            self.page.epoch,
            self.page.position,
            whole=self.page.whole,
            more=self.page.more,
            who=self.member.who,
            people=self.people,
            events=self.page.events,
        )


class Rooms:
    """The topic rooms, as one process serves them."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        identity: Identity,
        backplane: Backplane,
        presence: Presence,
        hub: Hub,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._catalogue = catalogue
        self._identity = identity
        self._backplane = backplane
        self._presence = presence
        self._hub = hub
        self._clock = clock
        self._metrics = metrics
        self.came: Callable[[RoomName], None] = lambda _room: None
        """Called when somebody new came into a room."""

        self._opening: dict[RoomName, asyncio.Lock] = {}
        self._entering: Counter[RoomName] = Counter()
        self._quiet: set[RoomName] = set()

    async def join(
        self, connection: Connection, secret: bytes, wish: requests.Join
    ) -> Entered:
        """Bring a member in, or up to date, and let their connection hear the room.

        The answer must be sent before anything else is awaited: live events follow it.
        While `page.more`, the connection hears nothing yet.

        Raises:
            NoSuchRoom, NameTaken, Unavailable: As they say.

        """
        room = self._catalogue.find(wish.room).slug
        member = self._identity.member(secret, room, wish.roll)
        place = Place(Epoch(wish.epoch), Position(wish.position))
        return await self.enter(connection, room, member, place, light=wish.light)

    async def enter(
        self,
        connection: Connection,
        room: RoomName,
        member: Member,
        place: Place,
        *,
        light: bool = False,
    ) -> Entered:
        """Do the same for somebody who is known: a peer has no device's secret.

        Raises:
            NameTaken, Unavailable: As they say.

        """
        with self._entered(room):
            await self._open(room)
            page = await self._arrive(room, member, connection, place)
        if page.more:
            self._hub.unfollow(room, connection)
        else:
            self._hub.follow(room, connection, light=light)
        return Entered(member, page, self._presence.people(room))

    async def _arrive(
        self, room: RoomName, member: Member, connection: Connection, place: Place
    ) -> Page:
        """Take a seat and return what was missed; without the one, not the other."""
        new = await self._presence.arrive(room, member, connection)
        if new:
            self.came(room)
        try:
            return await self._backplane.since(room, place)
        except Unavailable:
            if new:
                self._presence.leave(room, member, connection, at_once=False)
            raise

    async def glance(self, room: RoomName, member: Member, seconds: float) -> None:
        """Show somebody in a room for so long, who reads it page by page.

        Raises:
            NameTaken, Unavailable: As they say.

        """
        with self._entered(room):
            await self._open(room)
            await self._presence.glance(room, member, seconds)

    @contextmanager
    def _entered(self, room: RoomName) -> Iterator[None]:
        """Keep a room open while somebody is coming in."""
        self._entering[room] += 1
        try:
            yield
        finally:
            self._entering[room] -= 1

    async def _open(self, room: RoomName) -> None:
        """Hear a room, then learn who is in it: the other order misses who comes."""
        await self._backplane.follow(room)
        if not self._presence.knows(room):
            async with self._opening.setdefault(room, asyncio.Lock()):
                if not self._presence.knows(room):
                    await self._presence.open(room)

    def leave(
        self, connection: Connection, room: RoomName, member: Member, *, at_once: bool
    ) -> None:
        """Let a connection hear a room no longer, and give up its seat."""
        self._hub.unfollow(room, connection)
        self._presence.leave(room, member, connection, at_once=at_once)

    async def say(
        self,
        room: RoomName,
        member: Member,
        said: requests.Say,
        *,
        held: bool = False,
        sealed: bytes = b"",
        opening: bytes = b"",
        watch: str = "",
    ) -> Receipt:
        """Speak; return the message's place once it is kept and on its way.

        One that is held has no place. Whatever the room team should see is queued in
        the same breath.

        Raises:
            Unavailable: If nobody can say whether it was done.

        """
        at = self._clock.seconds()
        frame = protocol.said(room, at, member.who, said.text, said.reply)
        draft = Draft("h" if held else "s", member.id, said.id, at, frame)
        receipt = await self._backplane.append(
            room,
            draft._replace(
                sealed=sealed,
                opening=opening,
                watch=watch,
                answer_by=at + ANSWER_WITHIN_SECONDS,
            ),
        )
        self._metrics.said.inc()
        return receipt

    async def take_back(
        self, room: RoomName, member: Member, wish: requests.TakeBack
    ) -> Receipt:
        """Remove one's own message from history and every screen.

        Raises:
            Gone, NotYours, Unavailable: As they say.

        """
        at = self._clock.seconds()
        frame = protocol.taken_back(room, at, wish.target)
        return await self._backplane.append(
            room, Draft("t", member.id, wish.id, at, frame, wish.target)
        )

    async def react(
        self, room: RoomName, member: Member, wish: requests.React
    ) -> Receipt:
        """Set or withdraw a silent reaction.

        Raises:
            Gone, Unavailable: As they say.

        """
        at = self._clock.seconds()
        frame = protocol.reacted(
            room, at, member.who, wish.target, wish.reaction, wish.on
        )
        return await self._backplane.append(
            room, Draft("r", member.id, wish.id, at, frame, wish.target)
        )

    def is_here(self, room: RoomName, member: MemberId) -> bool:
        """Tell whether somebody is in a room of ours now."""
        return self._presence.is_here(room, member)

    def typing(self, room: RoomName, member: Member) -> None:
        """Let the room know that a member is writing."""
        self._presence.typing(room, member.who)

    def beat(
        self, connection: Connection, room: RoomName, member: Member, *, away: bool
    ) -> None:
        """Know that a member's page is still there, and whether it is hidden."""
        self._presence.beat(room, member, connection, away=away)

    async def name(self, secret: bytes, wish: requests.Name) -> tuple[Member, bool]:
        """Return who a member would be in a room, and whether the name is free.

        Raises:
            NoSuchRoom, Unavailable: As they say.

        """
        room = self._catalogue.find(wish.room).slug
        member = self._identity.member(secret, room, wish.roll)
        with self._entered(room):
            await self._open(room)
        return member, not self._presence.taken(room, member)

    async def earlier(self, room: RoomName, before: int) -> Page:
        """Return what was said before a position.

        Raises:
            Unavailable: If history cannot be read.

        """
        return await self._backplane.before(room, before)

    def tidy(self) -> None:
        """Stop serving rooms that had nobody here at this and the last call."""
        quiet = {room for room in self._backplane.followed if self._is_quiet(room)}
        for room in quiet & self._quiet:
            self._backplane.unfollow(room)
            self._presence.close(room)
        self._quiet = quiet
        self._backplane.fade()

    def _is_quiet(self, room: RoomName) -> bool:
        return (
            not self._hub.followers(room)
            and not self._entering[room]
            and self._presence.empty(room)
        )
