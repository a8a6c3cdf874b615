"""A room followed on this process: its feed, and the reading that keeps it whole.

Whenever something may have been missed (a gap, a lost line, a server that forgot) the
room's log is read from where the feed stands, until that succeeds.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from chat import protocol
from chat.errors import Unavailable
from chat.feed import Event, Feed
from chat.history import History
from chat.metrics import Metrics
from chat.model import Epoch, Place, Position, RoomName
from chat.redis import Lines

GAP_PATIENCE_SECONDS: Final = 0.25
"""How long an event may be missing while others that follow it are here: two processes
that speak at once publish in one order and answer in another."""

_AGAIN_AFTER_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Following:
    """One room with members here: everything that happens in it, each event once.

    `whole` is set while nothing that was said is known to be missing.
    """

    def __init__(
        self,
        room: RoomName,
        channel: str,
        *,
        lines: Lines,
        history: History,
        metrics: Metrics,
        fan_out: Callable[[str, bytes], None],
        tasks: asyncio.TaskGroup,
    ) -> None:
        self.feed = Feed() if history.keep_seconds(room) else Feed(recent=0)
        self.whole = asyncio.Event()
        self._room = room
        self._channel = channel
        self._lines = lines
        self._history = history
        self._metrics = metrics
        self._fan_out = fan_out
        self._tasks = tasks
        self._missed = False
        self._stood: Event | None = None
        self._reading: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Hear the room from now on; it is `whole` once its log was read."""
        self._lines.follow(self._channel)
        self.missed()

    def end(self) -> None:
        """Hear it no longer; whoever waits for it to be whole waits no more."""
        self._lines.unfollow(self._channel)
        if self._reading is not None:
            self._reading.cancel()
        self.whole.set()

    def lost(self) -> None:
        """Remember what was heard last: the server may come back without it."""
        self._stood = self._stood or self.feed.last

    def missed(self) -> None:
        """Know that something may have been said that was not heard."""
        self._missed = True
        self._read_soon(0)

    def offer(self, event: Event) -> None:
        """Take an event; let out what may go, and read what is missing."""
        self._let_out(self.feed.offer(event))
        if self.feed.behind:
            self._read_soon(0 if self.feed.restarted else GAP_PATIENCE_SECONDS)

    def _let_out(self, events: list[Event]) -> None:
        for event in events:
            self._fan_out(self._room, event.frame)

    def _read_soon(self, patience: float) -> None:
        self.whole.clear()
        if self._reading is None or self._reading.done():
            self._reading = self._tasks.create_task(self._read_until_whole(patience))

    async def _read_until_whole(self, patience: float) -> None:
        await asyncio.sleep(patience)
        while self._missed or self.feed.behind:
            if not await self._read():
                await asyncio.sleep(_AGAIN_AFTER_SECONDS)
        self.whole.set()

    async def _read(self) -> bool:
        """Follow, then read: the other order loses what is said in between."""
        self._metrics.catch_ups.inc()
        try:
            await self._lines.follows(self._channel)
            self._missed = False
            await (self._read_on() if self.feed.started else self._begin_anew())
        except Unavailable:
            logger.warning("catching up failed", extra={"room": self._room})
            self._missed = True
            return False
        return True

    async def _read_on(self) -> None:
        feed = self.feed
        await self._make_sure()
        while True:
            # The feed may go on while the log is read.
            place = feed.place
            log = await self._history.after(self._room, place, feed.known)
            if not log.whole_after(place):
                await self._begin_anew()
                return
            for event in log.events:
                self._let_out(feed.skip_to(event.position - 1))
                self._let_out(feed.offer(event))
            if not log.full:
                self._let_out(feed.skip_to(log.place.position))
                return

    async def _make_sure(self) -> None:
        """Begin a new epoch if the log has something else where we heard our last.

        A server that was set back may have got as far again, by what was said through
        processes that had heard less.
        """
        if last := self._stood:
            before = Place(Epoch(last.epoch), Position(last.position - 1))
            log = await self._history.after(self._room, before, self.feed.known)
            if any(e.place == last.place and e.frame != last.frame for e in log.events):
                beyond = Position(log.place.position + 1)
                await self._history.latest(self._room, Place(log.place.epoch, beyond))
        self._stood = None

    async def _begin_anew(self) -> None:
        """Go on from what there is; if something is lost for good by that, say so."""
        again = self.feed.started
        log = await self._history.latest(self._room, self.feed.known)
        if again and log.place <= self.feed.place:
            return  # it was on its way, and is heard by now
        ripe = self.feed.start(log.place, log.reach, log.events)
        if again:
            # After the start, so that whoever asks at once gets a true answer.
            self._metrics.starts_over.inc()
            self._fan_out(self._room, protocol.start_over(self._room, log.place.epoch))
        self._let_out(ripe)
