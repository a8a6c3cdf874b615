"""One room's events on this process: each once, in order of position, none missing.

Events come from three sides (the script's own answer, the line, the log) and in any
order. The feed lets each through when all before it went through, holds what came too
early, and remembers the latest, so that joining costs no reading.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from chat.model import NOWHERE, Epoch, Place, Position

RECENT_EVENTS: Final = 200
EARLY_EVENTS: Final = 500
LATEST_FOR_NEWCOMERS: Final = 50
PAGE_BYTES: Final = 48_000
"""How much of the past leaves in one frame: about thirteen seconds on a 2G line."""


class Event(NamedTuple):
    """Something that has its place in a room's history; `frame` is what is sent."""

    kind: str  # s said, t taken back, r reacted
    epoch: int
    position: int
    at: int
    target: int
    frame: bytes

    @property
    def place(self) -> Place:
        """Where someone stands who has heard everything up to it."""
        return Place(Epoch(self.epoch), Position(self.position))

    def __repr__(self) -> str:
        return f"Event({self.kind}, epoch={self.epoch}, position={self.position})"


class Page(NamedTuple):
    """What somebody has missed: where they stand after it, and whether it is all."""

    epoch: int
    position: int
    whole: bool
    more: bool
    events: list[bytes]


class Feed:
    """The events of one room, as far as this process has heard."""

    def __init__(self, recent: int = RECENT_EVENTS) -> None:
        self.place = NOWHERE
        self.started = False
        self._most = recent
        self._recent: deque[Event] = deque()
        self._early: dict[Place, Event] = {}
        # Everything after this position is in `_recent`, but for what was taken back.
        self._reach = 0

    @property
    def behind(self) -> bool:
        """Whether something is held because what comes before it is missing."""
        return bool(self._early)

    @property
    def restarted(self) -> bool:
        """Whether something of a newer epoch is held."""
        return self.known.epoch > self.place.epoch

    @property
    def known(self) -> Place:
        """How far the room is, as far as was heard: no server may know less."""
        return max(self._early, default=self.place)

    @property
    def last(self) -> Event | None:
        """The latest event, if any is remembered."""
        return self._recent[-1] if self._recent else None

    def offer(self, event: Event) -> list[Event]:
        """Take an event; return what may go out now, in order.

        A repeat is dropped. An event of a newer epoch is held until `start`.
        """
        if self.started and self._is_next(event):
            self._keep(event)
            return [event, *self._ripe()] if self._early else [event]
        if event.place > self.place:
            self._hold(event)
        return []

    def _is_next(self, event: Event) -> bool:
        place = self.place
        return event.position == place.position + 1 and event.epoch == place.epoch

    def _hold(self, event: Event) -> None:
        self._early[event.place] = event
        if len(self._early) > EARLY_EVENTS:
            # The log has it too. What is furthest stays: as long as it is held, we are
            # behind, and read on.
            del self._early[min(self._early)]

    def _ripe(self) -> list[Event]:
        ripe: list[Event] = []
        while event := self._early.pop(self._next(), None):
            self._keep(event)
            ripe.append(event)
        return ripe

    def _next(self) -> Place:
        return Place(self.place.epoch, Position(self.place.position + 1))

    def _keep(self, event: Event) -> None:
        self.place = event.place
        if event.kind == "t":
            self._take_back(event.target)
        self._recent.append(event)
        if len(self._recent) > self._most:
            self._reach = self._recent.popleft().position

    def _take_back(self, target: int) -> None:
        self._recent = deque(
            event
            for event in self._recent
            if not (event.kind == "s" and event.position == target)
        )

    def start(self, place: Place, reach: int, events: Iterable[Event]) -> list[Event]:
        """Begin from what the log holds; return what was held and may go out now.

        `events` must be all that the log has after position `reach`.
        """
        self._recent = deque()
        self._reach = reach
        for event in events:
            self._keep(event)
        self.place = place
        self.started = True
        self._forget_early()
        return self._ripe()

    def skip_to(self, position: int) -> list[Event]:
        """Pass over positions the log no longer has; return what may go out now."""
        if position > self.place.position:
            self.place = Place(self.place.epoch, Position(position))
            self._forget_early()
        return self._ripe()

    def _forget_early(self) -> None:
        self._early = {
            place: event for place, event in self._early.items() if place > self.place
        }

    def forget_before(self, at: int) -> None:
        """Drop what is older than a moment: talk fades here as it does in Redis."""
        while self._recent and self._recent[0].at < at:
            self._reach = self._recent.popleft().position

    def after(self, place: Place) -> list[Event] | None:
        """Return what came after a place, or None if that is not remembered here."""
        if place.epoch != self.place.epoch or place.position > self.place.position:
            return None
        if place.position < self._reach:
            return None
        return [event for event in self._recent if event.position > place.position]

    def latest(self) -> list[Event]:
        """Return what someone who knows nothing is shown first."""
        return newest(self._recent)


def newest(events: Sequence[Event]) -> list[Event]:
    """Return the last of some events, as many as one page has room for."""
    found: list[Event] = []
    size = 0
    for event in reversed(events):
        size += len(event.frame)
        if len(found) == LATEST_FOR_NEWCOMERS or size > PAGE_BYTES:
            break
        found.append(event)
    return found[::-1]


def page(place: Place, events: Iterable[Event], *, whole: bool = True) -> Page:
    """Return events as a page that ends at a place, or earlier if they are many."""
    frames: list[bytes] = []
    size = last = 0
    for event in events:
        size += len(event.frame)
        if frames and size > PAGE_BYTES:
            return Page(place.epoch, last, whole, more=True, events=frames)
        frames.append(event.frame)
        last = event.position
    return Page(place.epoch, place.position, whole, more=False, events=frames)
