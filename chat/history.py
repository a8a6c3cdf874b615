"""A room's log in Redis: what was said lately, by position, until its time is up."""

from typing import Final, NamedTuple, cast

from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.feed import LATEST_FOR_NEWCOMERS, Event, Page, page
from chat.model import Epoch, Place, Position, RoomName
from chat.redis import Script, Scripts
from chat.settings import Settings

READ_AT_ONCE: Final = 200
_SINCE, _EXPIRE = Script("since"), Script("expire")
_LATEST = -1


class Log(NamedTuple):
    """What a log holds after some place; `floor` is the last position it lost."""

    place: Place
    floor: int
    events: list[Event]

    @property
    def full(self) -> bool:
        """Whether there may be more than was read at once."""
        return len(self.events) >= READ_AT_ONCE

    def whole_after(self, place: Place) -> bool:
        """Whether nothing that came after a place is lost."""
        return (
            place.epoch == self.place.epoch
            and self.floor <= place.position <= self.place.position
        )


class History:
    """Reads every room's log, and takes out of it what has had its time."""

    def __init__(
        self,
        *,
        scripts: Scripts,
        catalogue: Catalogue,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._scripts = scripts
        self._catalogue = catalogue
        self._settings = settings
        self._clock = clock

    def keep_seconds(self, room: RoomName) -> int:
        """Return how long talk in a room is kept; 0 is not at all."""
        hours = self._catalogue.find(room).history_hours
        if hours is None:
            hours = self._settings.history_hours
        return int(hours * 3600)

    def oldest(self, room: RoomName) -> int:
        """Return the moment before which nothing may be shown any more."""
        return self._clock.seconds() - self.keep_seconds(room)

    async def after(self, room: RoomName, place: Place, known: Place) -> Log:
        """Read what came after a place, at most `READ_AT_ONCE` events.

        `known` is what this process has heard: a server that knows less has lost
        something, and begins a new epoch.

        Raises:
            Unavailable: If the log cannot be read.

        """
        return await self._read(room, place, known, READ_AT_ONCE)

    async def latest(self, room: RoomName, known: Place) -> Log:
        """Read the latest events, at most `READ_AT_ONCE`."""
        asked = Place(Epoch(0), Position(_LATEST))
        return await self._read(room, asked, known, READ_AT_ONCE)

    async def before(self, room: RoomName, position: int, known: Place) -> Page:
        """Read the events just before a position; `more` if older ones exist."""
        most = LATEST_FOR_NEWCOMERS
        asked = Place(Epoch(0), Position(-max(position, 2)))
        log = await self._read(room, asked, known, most + 1)
        older = len(log.events) > most
        found = page(log.place, log.events[-most:])
        return found._replace(more=older)

    async def _read(self, room: RoomName, asked: Place, known: Place, most: int) -> Log:
        epoch, position, floor, found = await self._scripts.call(
            _SINCE,
            keys(room),
            known.epoch,
            known.position,
            self._clock.seconds(),
            asked.epoch,
            asked.position,
            most,
        )
        oldest = self.oldest(room)
        events = [_event(epoch, entry) for entry in found if entry[2] >= oldest]
        return Log(Place(Epoch(epoch), Position(position)), floor, events)

    async def expire(self, room: RoomName) -> int:
        """Take what is older than its time out of the log; return how many events."""
        gone = await self._scripts.call(_EXPIRE, keys(room), self.oldest(room))
        return cast("int", gone)


def _event(epoch: int, entry: tuple[bytes, int, int, bytes]) -> Event:
    kind, position, at, frame = entry
    return Event(chr(kind[0]), epoch, position, at, int(kind[1:] or 0), frame)


def keys(room: RoomName) -> tuple[str, str]:
    """Return the keys of a room's epoch and position, and of its log."""
    return f"porchlight:{{{room}}}:meta", f"porchlight:{{{room}}}:log"
