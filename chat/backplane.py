"""Between processes: every room's events, in one order, kept in Redis and heard by all.

Store, then tell: one script gives an event its position, keeps it and publishes it. The
process that asked lets it out at once and drops its own echo. A process follows the
rooms it has members in; whenever it may have missed something (a gap, a lost line, a
server that forgot) it reads the room's log from where it stood.
"""

import asyncio
import logging
import struct
from collections.abc import Callable
from typing import Final, NamedTuple

from chat import protocol
from chat.clock import Clock
from chat.errors import Gone, NotYours, Unavailable
from chat.feed import Event, Feed, Page, page
from chat.history import History, Log, keys
from chat.metrics import Metrics
from chat.model import NOWHERE, MemberId, Place, Position, RoomName
from chat.redis import Lines, Script, Scripts
from chat.settings import Settings

GAP_PATIENCE_SECONDS: Final = 0.25
"""How long an event may be missing while others that follow it are here: two processes
that speak at once publish in one order and answer in another."""

READY_WITHIN_SECONDS: Final = 5.0
_AGAIN_AFTER_SECONDS = 1.0
_APPEND = Script("append")
_ENVELOPE = struct.Struct(">cIQIQ")
_NEWS = b"p"  # of presence: no position, never kept

logger = logging.getLogger(__name__)


class Draft(NamedTuple):
    """An event on its way to a position."""

    kind: str
    member: MemberId
    id: bytes
    at: int
    frame: protocol.Draft
    target: int = 0


class Receipt(NamedTuple):
    """Where an event came to stand."""

    position: int
    at: int


class _Followed:
    """A room with members here: its feed, and whether everything in it is heard."""

    __slots__ = ("due", "feed", "lock", "ready")

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.ready = asyncio.Event()
        self.lock = asyncio.Lock()
        self.due = False  # a catch-up is waiting to begin


class Backplane:
    """The rooms this process follows, and what happens in them anywhere."""

    def __init__(
        self,
        *,
        scripts: Scripts,
        lines: Lines,
        history: History,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        fan_out: Callable[[str, bytes], None],
    ) -> None:
        self._scripts = scripts
        self._lines = lines
        self._history = history
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._fan_out = fan_out
        self._rooms: dict[RoomName, _Followed] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self.news: Callable[[RoomName, bytes], None] = lambda _room, _news: None
        self.line_changed: Callable[[bool], None] = lambda _up: None

    async def run(self) -> None:
        """Serve until cancelled."""
        self._lines.heard = self._heard
        self._lines.lost, self._lines.whole = self._lost, self._whole_again
        async with asyncio.TaskGroup() as self._tasks:
            await self._lines.run()

    async def append(self, room: RoomName, draft: Draft) -> Receipt:
        """Give an event its position, keep it, and let everyone hear it.

        Asking again with the same member and id gives the first answer and changes
        nothing, for `repeat_minutes`.

        Raises:
            Unavailable: If nobody can say whether it was done.
            Gone: If the message it refers to is not there.
            NotYours: If a message to be taken back is another's.

        """
        outcome, epoch, position, at = await self._scripts.call(
            _APPEND, (*keys(room), _once(room, draft)), *self._arguments(room, draft)
        )
        if outcome < 0:
            raise Gone if outcome == -1 else NotYours
        if outcome == 1:
            frame = draft.frame.at(position)
            event = Event(draft.kind, epoch, position, at, draft.target, frame)
            self._offer(room, event)
        return Receipt(position, at)

    def _arguments(self, room: RoomName, draft: Draft) -> tuple[str | bytes | int, ...]:
        known = self._place(room)
        return (
            draft.kind,
            draft.frame.head,
            draft.frame.tail,
            draft.member,
            draft.at,
            known.epoch,
            known.position,
            self._clock.seconds(),
            self._history.keep_seconds(room) * 1000,
            self._settings.history_messages,
            int(self._settings.repeat_minutes * 60_000),
            draft.target,
            channel(room),
        )

    def _place(self, room: RoomName) -> Place:
        followed = self._rooms.get(room)
        return followed.feed.place if followed else NOWHERE

    def _heard(self, name: str, data: bytes) -> None:
        room = _room_of(name)
        if data[:1] == _NEWS:
            self.news(room, data[1:])
            return
        kind, epoch, position, at, target = _ENVELOPE.unpack_from(data)
        frame = data[_ENVELOPE.size :]
        self._offer(room, Event(kind.decode(), epoch, position, at, target, frame))

    def _offer(self, room: RoomName, event: Event) -> None:
        followed = self._rooms.get(room)
        if followed is None:
            return
        self._let_out(room, followed.feed.offer(event))
        if followed.feed.behind and followed.feed.started:
            patience = 0.0 if followed.feed.restarted else GAP_PATIENCE_SECONDS
            self._catch_up_soon(room, patience)

    def _let_out(self, room: RoomName, events: list[Event]) -> None:
        for event in events:
            self._fan_out(room, event.frame)

    async def follow(self, room: RoomName) -> Feed:
        """Return a room's feed once everything that happens there is heard here.

        Raises:
            Unavailable: If the line to Redis is down and the room was not followed.

        """
        followed = self._rooms.get(room) or self._begin(room)
        if not followed.feed.started:
            try:
                async with asyncio.timeout(READY_WITHIN_SECONDS):
                    await followed.ready.wait()
            except TimeoutError as error:
                raise Unavailable(2) from error
        return followed.feed

    def _begin(self, room: RoomName) -> _Followed:
        keeps = self._history.keep_seconds(room) > 0
        followed = self._rooms[room] = _Followed(Feed() if keeps else Feed(recent=0))
        self._lines.follow(channel(room))
        self._catch_up_soon(room, 0)
        return followed

    def unfollow(self, room: RoomName) -> None:
        """Stop following a room that has nobody here."""
        if self._rooms.pop(room, None) is not None:
            self._lines.unfollow(channel(room))

    @property
    def followed(self) -> tuple[RoomName, ...]:
        """The rooms this process follows."""
        return tuple(self._rooms)

    def fade(self) -> None:
        """Forget what is older than its room keeps it."""
        for room, followed in self._rooms.items():
            followed.feed.forget_before(self._history.oldest(room))

    def _lost(self) -> None:
        self._metrics.line_up.set(0)
        self._metrics.line_lost.inc()
        self.line_changed(False)

    def _whole_again(self, channels: set[str]) -> None:
        if self._tasks is not None:
            self._tasks.create_task(self._catch_up_all(channels))

    async def _catch_up_all(self, channels: set[str]) -> None:
        """Read on everywhere: what was published meanwhile is in the logs."""
        rooms = [room for room in self._rooms if channel(room) in channels]
        await asyncio.gather(*(self._catch_up(room, 0) for room in rooms))
        if self._lines.up:
            self._metrics.line_up.set(1)
            self.line_changed(True)

    def _catch_up_soon(self, room: RoomName, patience: float) -> None:
        followed = self._rooms[room]
        if not followed.due and self._tasks is not None:
            followed.due = True
            self._tasks.create_task(self._catch_up(room, patience))

    async def _catch_up(self, room: RoomName, patience: float) -> None:
        followed = self._rooms.get(room)
        if followed is None:
            return
        try:
            await asyncio.sleep(patience)
            followed.due = False
            async with followed.lock:
                if followed.feed.behind or not patience:
                    await self._lines.follows(channel(room))
                    await self._read_on(room, followed)
        except Unavailable:
            logger.warning("catching up failed", extra={"room": room})
        feed = followed.feed
        if self._rooms.get(room) is followed and (feed.behind or not feed.started):
            self._catch_up_soon(room, _AGAIN_AFTER_SECONDS * (not feed.restarted))

    async def _read_on(self, room: RoomName, followed: _Followed) -> None:
        """Follow, then read: the other order loses what is said in between."""
        feed = followed.feed
        self._metrics.catch_ups.inc()
        if not feed.started:
            await self._start(room, feed)
            followed.ready.set()
            return
        while True:
            log = await self._history.after(room, feed.place, feed.place)
            if not log.whole_after(feed.place):
                await self._start_over(room, feed)
                return
            for event in log.events:
                self._let_out(room, feed.skip_to(event.position - 1))
                self._let_out(room, feed.offer(event))
            if not log.full:
                self._let_out(room, feed.skip_to(log.place.position))
                return

    async def _start(self, room: RoomName, feed: Feed) -> None:
        log = await self._history.latest(room, feed.place)
        reach = log.events[0].position - 1 if log.full else log.floor
        self._let_out(room, feed.start(log.place, reach, log.events))

    async def _start_over(self, room: RoomName, feed: Feed) -> None:
        """Go on from what there is, and say that something is lost for good."""
        self._metrics.starts_over.inc()
        self._fan_out(room, protocol.start_over(room, feed.place.epoch))
        await self._start(room, feed)

    async def since(self, room: RoomName, place: Place) -> Page:
        """Return what came after a place; when it returns, nothing newer has gone out.

        The caller may start to follow the room without waiting in between, and will
        then hear every event exactly once.

        Raises:
            Unavailable: If the room's log cannot be read.

        """
        feed = await self.follow(room)
        if place == NOWHERE:
            return page(feed.place, feed.latest())
        if (events := feed.after(place)) is not None:
            return page(feed.place, events)
        log = await self._history.after(room, place, feed.place)
        if not log.whole_after(place) or not self._history.keep_seconds(room):
            self._metrics.not_whole.inc()
            return page(feed.place, feed.latest(), whole=False)
        return _joined(log, feed)

    async def before(self, room: RoomName, position: int) -> Page:
        """Return the events just before a position; `more` if older ones exist.

        Raises:
            Unavailable: If the room's log cannot be read.

        """
        return await self._history.before(room, position, self._place(room))


def _joined(log: Log, feed: Feed) -> Page:
    """Join what the log holds to what this process heard meanwhile."""
    if log.full or log.place.epoch != feed.place.epoch:
        end = log.events[-1].position if log.events else log.place.position
        return page(Place(log.place.epoch, Position(end)), log.events)._replace(
            more=True
        )
    heard = [event for event in log.events if event.position <= feed.place.position]
    joint = Position(min(log.place.position, feed.place.position))
    rest = feed.after(Place(feed.place.epoch, joint))
    if rest is None:
        return page(Place(log.place.epoch, joint), heard)._replace(more=True)
    return page(feed.place, heard + rest)


def _once(room: RoomName, draft: Draft) -> str:
    return f"porchlight:{{{room}}}:once:{draft.member.hex()}{draft.id.hex()}"


def channel(room: RoomName) -> str:
    """Return the channel on which a room's events are published."""
    return f"porchlight:{{{room}}}"


def _room_of(name: str) -> RoomName:
    return RoomName(name[12:-1])
