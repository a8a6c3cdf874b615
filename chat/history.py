"""A room's log in Redis: what was said lately, by position, until its time is up."""

from collections.abc import Sequence
from typing import Final, NamedTuple, cast

from chat.catalogue import Catalogue
from chat.clock import Clock
from chat.feed import LATEST_FOR_NEWCOMERS, Event, Page, newest, page
from chat.model import Epoch, MemberId, Place, Position, RoomName
from chat.redis import Script, Scripts
from chat.settings import Settings

READ_AT_ONCE: Final = 200
_SINCE, _EXPIRE, _SPOKEN = Script("since"), Script("expire"), Script("spoken")
_ARRIVALS, _FORGET = Script("arrivals"), Script("forget_talk")
_END: Final = 2**62
_FLAGGED_MS: Final = 24 * 3600 * 1000
"""How long what waits for the room team outlives the talk in which it was said."""

_OWNERS_SECONDS: Final = 3600
"""How long a room without history remembers whose a message was; see `append.lua`."""


class Log(NamedTuple):
    """What a log holds after some place; `floor` is the last position it lost."""

    place: Place
    floor: int
    events: list[Event]
    full: bool
    """Whether there may be more than was read at once."""

    @property
    def reach(self) -> int:
        """The position after which `events` are all there is, read from the end."""
        return self.events[0].position - 1 if self.full and self.events else self.floor

    def whole_after(self, place: Place) -> bool:
        """Whether nothing that came after a place is lost."""
        return (
            place.epoch == self.place.epoch
            and self.floor <= place.position <= self.place.position
        )


class Spoken(NamedTuple):
    """Who said what stands at a position, for the service alone."""

    member: MemberId
    at: int
    sealed: bytes
    """The device's handle, to be opened with the member's id; or empty."""
    id: bytes
    frame: bytes
    """What was said; empty in a room that keeps nothing."""


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
        """Read the latest events, at most `READ_AT_ONCE`.

        Raises:
            Unavailable: If the log cannot be read.

        """
        return await self._before(room, _END, known, READ_AT_ONCE)

    async def before(self, room: RoomName, position: int, known: Place) -> Page:
        """Read the events just before a position; `more` if older ones exist.

        Raises:
            Unavailable: If the log cannot be read.

        """
        log = await self._before(room, position, known, LATEST_FOR_NEWCOMERS + 1)
        found = newest(log.events)
        older = len(found) < len(log.events)
        return page(log.place, found)._replace(more=older)

    async def _before(
        self, room: RoomName, position: int, known: Place, most: int
    ) -> Log:
        asked = Place(Epoch(0), Position(-max(position, 1)))
        return await self._read(room, asked, known, most)

    async def _read(self, room: RoomName, asked: Place, known: Place, most: int) -> Log:
        epoch, position, floor, found = await self._scripts.call(
            _SINCE,
            keys(room),
            known.epoch,
            known.position,
            asked.epoch,
            asked.position,
            most,
        )
        place = Place(Epoch(epoch), Position(position))
        events = [_event(epoch, entry) for entry in found]
        return self._faded(room, Log(place, floor, events, len(events) == most))

    def _faded(self, room: RoomName, log: Log) -> Log:
        """Lose what has had its time, though it may still be there to be read."""
        if not self.keep_seconds(room):
            return log._replace(floor=log.place.position, events=[])
        oldest = self.oldest(room)
        faded = [event.position for event in log.events if event.at < oldest]
        return log._replace(
            floor=max([log.floor, *faded]),
            events=[event for event in log.events if event.at >= oldest],
        )

    async def spoken(self, room: RoomName, position: int) -> Spoken | None:
        """Return who said what stands at a position; None: it is gone, or no message.

        Raises:
            Unavailable: If the log cannot be read.

        """
        found = await self._scripts.call(_SPOKEN, (keys(room)[1],), position)
        if not found:
            return None
        member, at, sealed, id_, frame = found
        return Spoken(MemberId(member), at, sealed, id_, frame)

    async def arrivals(
        self, room: RoomName, since: int
    ) -> Sequence[tuple[MemberId, int]]:
        """Return what those said, and where, who said nothing before a moment.

        Raises:
            Unavailable: If the log cannot be read.

        """
        found = await self._scripts.call(_ARRIVALS, (keys(room)[1],), since)
        return [
            (MemberId(m), at) for m, at in zip(found[::2], found[1::2], strict=True)
        ]

    async def expire(self, room: RoomName) -> int:
        """Take what is older than its time out of the log; return how many events.

        Raises:
            Unavailable: If nobody can say whether it was done.

        """
        kept = self.keep_seconds(room) or _OWNERS_SECONDS
        oldest = self._clock.seconds() - kept
        return cast("int", await self._scripts.call(_EXPIRE, keys(room), oldest))

    async def forget(self, room: RoomName) -> None:
        """Leave nothing of a talk: neither what was said, nor who was there.

        Raises:
            Unavailable: If nobody can say whether it was done.

        """
        others = (*keys(room), unanswered_key(room), *presence_keys(room))
        await self._scripts.call(_FORGET, (flagged_key(room), *others), _FLAGGED_MS)


def _event(epoch: int, entry: tuple[bytes, int, int, bytes]) -> Event:
    kind, position, at, frame = entry
    return Event(chr(kind[0]), epoch, position, at, int(kind[1:] or 0), frame)


def keys(room: RoomName) -> tuple[str, str]:
    """Return the keys of a room's epoch and position, and of its log."""
    return f"porchlight:{{{room}}}:meta", f"porchlight:{{{room}}}:log"


def flagged_key(room: RoomName) -> str:
    """Return the key of what waits there for the room team."""
    return f"porchlight:{{{room}}}:flagged"


def presence_keys(room: RoomName) -> tuple[str, str]:
    """Return the keys of a room's leases, and of who is in it."""
    return f"porchlight:{{{room}}}:leases", f"porchlight:{{{room}}}:people"


def unanswered_key(room: RoomName) -> str:
    """Return the key of the messages that somebody should answer."""
    return f"porchlight:{{{room}}}:unanswered"
