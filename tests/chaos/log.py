"""What one page shows of a room, by the real page's rules, and whether that is right.

The rules are those of `web/js/log.js`; the counts beside them are for the judge.
"""

from typing import NamedTuple


class Shown(NamedTuple):
    """An event as far as it matters here: its position, and words that are its own."""

    position: int
    text: str
    takes_back: int = 0


class Place(NamedTuple):
    """How far a page has heard."""

    epoch: int
    position: int


class Joined(NamedTuple):
    """The answer to a join."""

    place: Place
    whole: bool
    more: bool
    events: list[Shown]


class Missed(NamedTuple):
    """What a page was told that it cannot have: all between two places."""

    after: Place
    until: Place

    def covers(self, place: Place) -> bool:
        """Tell whether a place is among what is missed."""
        if place.epoch == self.after.epoch == self.until.epoch:
            return self.after.position < place.position <= self.until.position
        if place.epoch == self.after.epoch:
            return place.position > self.after.position
        if place.epoch == self.until.epoch:
            return place.position <= self.until.position
        return self.after.epoch < place.epoch < self.until.epoch


class Log:
    """One page's record of a room."""

    def __init__(self) -> None:
        self.place = Place(0, 0)
        self.first: Place | None = None
        self.shown: dict[int, dict[int, str]] = {}
        self.missed: list[Missed] = []
        self.heard: set[str] = set()
        self.doubled = self.out_of_order = self.silent_gaps = 0
        self._applied = Place(0, 0)
        self._joining = False
        self._held: list[Shown] = []

    def joining(self) -> None:
        """Hold live events back until the join is answered."""
        self._joining = True
        self._held = []

    def start_over(self) -> None:
        """Drop what is held: it may be of an epoch that is over."""
        self._held = []

    def joined(self, answer: Joined) -> bool:
        """Take the answer in; return whether to join again."""
        before, self.place = self.place, Place(answer.place.epoch, 0)
        if before.epoch == answer.place.epoch:
            self.place = before
        self._note(before, answer)
        for event in answer.events:
            self._apply(event)
        self.place = answer.place
        self._joining = False
        return answer.more or self._receive_held()

    def _note(self, before: Place, answer: Joined) -> None:
        """Note from where on this page knows, and what it is told is missing."""
        if self.first is None:
            first = (
                answer.events[0].position - 1
                if answer.events
                else answer.place.position
            )
            self.first = Place(answer.place.epoch, first)
        elif not answer.whole:
            self.missed.append(Missed(before, answer.place))
        elif before.epoch != answer.place.epoch:
            self.silent_gaps += 1

    def receive(self, event: Shown) -> bool:
        """Take a live event in; return whether something before it is missing."""
        if self._joining:
            self._held.append(event)
            return False
        if event.position == self.place.position + 1:
            self._apply(event)
            self.place = Place(self.place.epoch, event.position)
        return event.position > self.place.position

    def _receive_held(self) -> bool:
        held, self._held = self._held, []
        gaps = [self.receive(event) for event in held]
        return any(gaps)

    def _apply(self, event: Shown) -> None:
        place = Place(self.place.epoch, event.position)
        shown = self.shown.setdefault(place.epoch, {})
        if event.position in shown:
            self.doubled += 1
        elif place < self._applied:
            self.out_of_order += 1
        self._applied = place
        shown[event.position] = event.text
        self.heard.add(event.text)
        shown.pop(event.takes_back, None)

    def was_told(self, place: Place) -> bool:
        """Tell whether this page was told that a place cannot be had."""
        return any(missed.covers(place) for missed in self.missed)
