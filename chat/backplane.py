"""Between processes: every room's events, in one order, kept in Redis and heard by all.

Store, then tell: one script gives an event its position, keeps it and publishes it. The
process that asked lets it out at once and drops its own echo. A process follows the
rooms that it has members in, and no others.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Final

from chat.drafts import Draft, Receipt
from chat.errors import Gone, NotYours, Unavailable
from chat.feed import Event, Feed, Page, page
from chat.following import Following
from chat.history import History, Log, flagged_key, keys, unanswered_key
from chat.metrics import Metrics
from chat.model import NOWHERE, Place, Position, RoomName
from chat.redis import Lines, Script, Scripts
from chat.settings import Settings
from chat.standing import NEWS

READY_WITHIN_SECONDS: Final = 5.0
_RETRY_AFTER_SECONDS = 2.0
_APPEND = Script("append")
_ENVELOPE = struct.Struct(">cQQIQ")


class Backplane:
    """The rooms this process follows, and what happens in them anywhere."""

    def __init__(
        self,
        *,
        scripts: Scripts,
        lines: Lines,
        history: History,
        settings: Settings,
        metrics: Metrics,
        fan_out: Callable[[str, bytes], None],
    ) -> None:
        self._scripts = scripts
        self._lines = lines
        self._history = history
        self._settings = settings
        self._metrics = metrics
        self._fan_out = fan_out
        self._rooms: dict[RoomName, Following] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._telling: asyncio.Task[None] | None = None
        self.news: Callable[[RoomName, bytes], None] = lambda _room, _news: None
        self.line_changed: Callable[[bool], None] = lambda _up: None

    async def run(self) -> None:
        """Serve until cancelled."""
        self._lines.heard = self._heard
        self._lines.lost, self._lines.again = self._lost, self._again
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                await self._lines.run()
            finally:
                self._tasks = None

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
            _APPEND, _keys(room, draft), *self._arguments(room, draft)
        )
        if outcome < 0:
            raise Gone if outcome == -1 else NotYours
        if outcome == 1 and position:
            frame = draft.frame.at(position)
            event = Event(draft.kind, epoch, position, at, draft.target, frame)
            self._offer(room, event)
        return Receipt(position, at)

    def _arguments(self, room: RoomName, draft: Draft) -> tuple[str | bytes | int, ...]:
        known = self._known(room)
        return (
            draft.kind,
            draft.frame.head,
            draft.frame.tail,
            draft.member,
            draft.at,
            known.epoch,
            known.position,
            self._history.keep_seconds(room) * 1000,
            self._settings.history_messages,
            draft.repeat_seconds * 1000 or int(self._settings.repeat_minutes * 60_000),
            draft.target,
            draft.id,
            draft.sealed,
            draft.opening,
            draft.watch,
            draft.answer_by,
            channel(room),
        )

    def _known(self, room: RoomName) -> Place:
        following = self._rooms.get(room)
        return following.feed.known if following else NOWHERE

    def _heard(self, name: str, data: bytes) -> None:
        room = _room_of(name)
        if data[:1] == NEWS:
            self.news(room, data[1:])
            return
        kind, epoch, position, at, target = _ENVELOPE.unpack_from(data)
        frame = data[_ENVELOPE.size :]
        self._offer(room, Event(kind.decode(), epoch, position, at, target, frame))

    def _offer(self, room: RoomName, event: Event) -> None:
        if following := self._rooms.get(room):
            following.offer(event)

    async def follow(self, room: RoomName) -> Feed:
        """Return a room's feed once everything that happens there is heard here.

        Raises:
            Unavailable: If the line to Redis is down and the room was not followed.

        """
        following = self._rooms.get(room) or self._begin(room)
        if not following.feed.started:
            await _whole(following)
        return following.feed

    def _begin(self, room: RoomName) -> Following:
        if self._tasks is None:
            raise Unavailable(_RETRY_AFTER_SECONDS)
        following = self._rooms[room] = Following(
            room,
            channel(room),
            lines=self._lines,
            history=self._history,
            metrics=self._metrics,
            fan_out=self._fan_out,
            tasks=self._tasks,
        )
        following.begin()
        return following

    def unfollow(self, room: RoomName) -> None:
        """Stop following a room that has nobody here."""
        if following := self._rooms.pop(room, None):
            following.end()

    @property
    def followed(self) -> tuple[RoomName, ...]:
        """The rooms this process follows."""
        return tuple(self._rooms)

    def fade(self) -> None:
        """Forget what is older than its room keeps it."""
        for room, following in self._rooms.items():
            following.feed.forget_before(self._history.oldest(room))

    def _lost(self) -> None:
        self._metrics.line_up.set(0)
        self._metrics.line_lost.inc()
        for following in self._rooms.values():
            following.lost()
        self.line_changed(False)

    def _again(self) -> None:
        """Read on everywhere: what was published meanwhile is in the logs."""
        for following in self._rooms.values():
            following.missed()
        if self._tasks is not None and (self._telling is None or self._telling.done()):
            self._telling = self._tasks.create_task(self._tell_when_whole())

    async def _tell_when_whole(self) -> None:
        while waiting := [f for f in self._rooms.values() if not f.whole.is_set()]:
            await waiting[0].whole.wait()
        if self._lines.up:
            self._metrics.line_up.set(1)
            self.line_changed(True)

    async def since(self, room: RoomName, place: Place) -> Page:
        """Return what came after a place; when it returns, nothing newer has gone out.

        The caller may start to follow the room without waiting in between, and will
        then hear every event exactly once.

        Raises:
            Unavailable: If the room's log cannot be read.

        """
        feed = await self.follow(room)
        if place > feed.place:
            await self._follow_up_to_now(room)
        if place == NOWHERE:
            return page(feed.place, feed.latest())
        if (events := feed.after(place)) is not None:
            return page(feed.place, events)
        log = await self._history.after(room, place, feed.place)
        if not log.whole_after(place):
            self._metrics.not_whole.inc()
            return page(feed.place, feed.latest(), whole=False)
        return _part(log)

    async def _follow_up_to_now(self, room: RoomName) -> None:
        """Read on: somebody heard elsewhere what was not heard here yet."""
        following = self._rooms[room]
        following.missed()
        await _whole(following)

    async def before(self, room: RoomName, position: int) -> Page:
        """Return the events just before a position; `more` if older ones exist.

        Raises:
            Unavailable: If the room's log cannot be read.

        """
        return await self._history.before(room, position, self._known(room))


async def _whole(following: Following) -> None:
    """Return once everything said so far was let out.

    Raises:
        Unavailable: If that takes too long, or the room is followed no longer.

    """
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            await following.whole.wait()
    except TimeoutError as error:
        raise Unavailable(_RETRY_AFTER_SECONDS) from error
    if not following.feed.started:
        raise Unavailable(_RETRY_AFTER_SECONDS)


def _part(log: Log) -> Page:
    """Return what was read as a part: the next is read too, or remembered here."""
    end = log.events[-1].position if log.full else log.place.position
    found = page(Place(log.place.epoch, Position(end)), log.events)
    return found._replace(more=True)


def _keys(room: RoomName, draft: Draft) -> tuple[str, ...]:
    return (*keys(room), _once(room, draft), flagged_key(room), unanswered_key(room))


def _once(room: RoomName, draft: Draft) -> str:
    once = draft.once or draft.id
    return f"porchlight:{{{room}}}:once:{draft.member.hex()}{once.hex()}"


def channel(room: RoomName) -> str:
    """Return the channel on which a room's events are published."""
    return f"porchlight:{{{room}}}"


def _room_of(name: str) -> RoomName:
    return RoomName(name[12:-1])
