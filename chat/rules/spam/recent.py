"""Recent: what was said lately, so far as it takes to know a flood.

It is given to screening and takes note of each message: no clock, no text. What it
holds has an end: so many sayings, so many people, and ten minutes.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from chat.model import Action, Flag, Message
from chat.rules.canonical import Text
from chat.rules.spam.likeness import ALIKE, FEW_WORDS, Gist, gist
from chat.throttle import Pace, Paces

WINDOW_SECONDS: Final = 600
SOON_SECONDS: Final = 60
"""How long a few kind words must not be repeated and repeated."""

HURRY: Final = "spam.recent.hurry"
"""The rule of whoever should try again after `PAUSE_SECONDS`."""

TIMES: Final = 3
"""How often one device may say the same; once more is blocked."""

VOICES: Final = 5
"""How many devices may say nearly the same; one more is held."""

COPIED: Final = 0.75
"""How like each other texts are that were copied, whatever they are about."""

SPARED_SECONDS: Final = 1800
"""How long somebody in danger may then say whatever they want."""

PAUSE_SECONDS: Final = 4
"""How long somebody who was too fast must say nothing, to be heard again."""

PACE: Final = Pace.per_minute(30, burst=5)
_SAYINGS: Final = 2048
_PEOPLE: Final = 10_000
_TIMES_KEPT: Final = 64


class _Said(NamedTuple):
    at: float
    author: bytes
    exact: int


class _Saying(NamedTuple):
    """What was said, by whoever first said it, and by whom since."""

    gist: Gist
    said: deque[_Said]


class _Until:
    """Until when something holds for each of many people."""

    __slots__ = ("_moments",)

    def __init__(self) -> None:
        self._moments: OrderedDict[bytes, float] = OrderedDict()

    def set(self, author: bytes, moment: float) -> None:
        self._moments[author] = moment
        self._moments.move_to_end(author)
        if len(self._moments) > _PEOPLE:
            self._moments.popitem(last=False)

    def covers(self, author: bytes, now: float) -> bool:
        return now < self._moments.get(author, now)


class Recent:
    """What was said lately, by numbers: not a word of it can be read here."""

    __slots__ = ("_bands", "_hurried", "_next", "_now", "_paces", "_sayings", "_spared")

    def __init__(self) -> None:
        self._now = 0.0
        self._next = 0
        self._paces = Paces(PACE, _PEOPLE)
        self._sayings: OrderedDict[int, _Saying] = OrderedDict()
        self._bands: dict[tuple[int, int], int] = {}
        self._spared = _Until()
        self._hurried = _Until()

    def __len__(self) -> int:
        """Return how many sayings are known."""
        return len(self._sayings)

    def flags(self, text: Text, *, in_danger: bool) -> list[Flag]:
        """Take note of a message, and return why it is part of a flood, if it is.

        Whoever is in danger is spared, now and for a while.
        """
        message = text.message
        if not message.author:
            return []
        self._now = max(self._now, message.at)
        if in_danger:
            self._spared.set(message.author, self._now + SPARED_SECONDS)
        said = gist(text)
        if said.is_plea or self._spared.covers(message.author, self._now):
            return []
        # What came too fast will be sent again, and must not count as a repeat then.
        return list(self._hurry(message)) or list(self._repeats(message, said))

    def _hurry(self, message: Message) -> Iterator[Flag]:
        going_on = self._hurried.covers(message.author, self._now)
        if going_on or self._paces.take(message.author, self._now):
            self._hurried.set(message.author, self._now + PAUSE_SECONDS)
            reason = "Says more in a short time than a room can read"
            yield Flag(HURRY, "spam", reason, 0, len(message.text), Action.BLOCK)

    def _repeats(self, message: Message, said: Gist) -> Iterator[Flag]:
        if not said.words:
            return
        saying = self._saying(said)
        earlier = [each for each in saying.said if each.at > self._now - WINDOW_SECONDS]
        saying.said.append(_Said(self._now, message.author, said.exact))
        if len(self._mine(message, said, earlier)) >= TIMES:
            reason = f"Said the same more than {TIMES} times"
            yield _flag(message, "repeat", reason, Action.BLOCK)
        voices = {each.author for each in earlier} - {message.author}
        if len(voices) >= VOICES and _is_copied(said, saying.gist):
            reason = "Many people say nearly the same at once"
            yield _flag(message, "alike", reason, Action.HOLD)

    def _mine(
        self, message: Message, said: Gist, earlier: Sequence[_Said]
    ) -> Sequence[_Said]:
        """Return how often a device said it before; a few words are soon free."""
        mine = [each for each in earlier if each.author == message.author]
        if said.selling:
            return mine
        since = self._now - (
            SOON_SECONDS if said.length <= FEW_WORDS else WINDOW_SECONDS
        )
        return [each for each in mine if each.exact == said.exact and each.at > since]

    def _saying(self, said: Gist) -> _Saying:
        """Return the saying that a text is one of; a new one if it is like none."""
        bands = list(said.bands())
        near = {key for band in bands if (key := self._bands.get(band)) is not None}
        like, key = max(
            ((said.likeness(self._sayings[key].gist), key) for key in near),
            default=(0.0, 0),
        )
        if like < ALIKE:
            return self._begin(said, bands)
        self._sayings.move_to_end(key)
        return self._sayings[key]

    def _begin(self, said: Gist, bands: Iterable[tuple[int, int]]) -> _Saying:
        key = self._next = self._next + 1
        saying = self._sayings[key] = _Saying(said, deque(maxlen=_TIMES_KEPT))
        self._bands.update(dict.fromkeys(bands, key))
        if len(self._sayings) > _SAYINGS:
            oldest, gone = self._sayings.popitem(last=False)
            for band in gone.gist.bands():
                if self._bands.get(band) == oldest:
                    del self._bands[band]
        return saying


def _is_copied(said: Gist, first: Gist) -> bool:
    """Return whether many saying this is a campaign, not a room that answers."""
    if said.selling:
        return said.length > FEW_WORDS or said.selling > 1
    if said.is_kind or said.length <= FEW_WORDS or len(said.words) < FEW_WORDS:
        return False
    return said.likeness(first) >= COPIED


def _flag(message: Message, kind: str, reason: str, action: Action) -> Flag:
    rule = f"spam.recent.{kind}"
    return Flag(rule, "spam", reason, 0, len(message.text), action)
