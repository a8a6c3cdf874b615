"""Notify: one alert to one peer, by whichever way it goes.

A push, a mail or a call of the operator's webhook: nothing of a member, a room or a
need is in any of them, only an opaque id and words that are always the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

ANSWER_SECONDS: Final = 5.0
"""How long anything outside may take to answer."""

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of sending one alert."""

    SENT = "sent"
    """It was taken; whether it arrived is known once it is confirmed."""
    LATER = "later"
    """Not now: it is worth trying again."""
    GONE = "gone"
    """This way is no more: the peer took it away, or has another device."""
    NO = "no"
    """It never works as it is set up; the way says why."""
    AMISS = "amiss"
    """So by no such way, until whoever runs the house puts something right."""


WORDS: Final[Mapping[str, str]] = {
    "need": "Someone needs to talk",
    "need_again": "Someone still needs to talk",
    "canary": "Only checking that we can reach you: nothing to do",
    "test": "This is the test that you asked for",
    "confirm": "Please confirm that alerts may come to this address",
    "gap": "Some hours ahead still need somebody",
    "swap": "A shift is looking for somebody",
    "hand": "Somebody asks you to take over",
    "company": "Somebody asks for company",
}
"""All that an alert of each kind ever says."""

_BY_LINK: Final[Mapping[str, str]] = {
    "canary": "Please open this link, so that we know that we can reach you",
    "test": "This is the test that you asked for: please open this link",
}

_OTHER_WORDS: Final = "There is something for you on Porchlight"


def words_of(kind: str) -> str:
    """Return what an alert says: the same for every alert of its kind."""
    return WORDS.get(kind, _OTHER_WORDS)


def words_by_link(kind: str) -> str:
    """Return what an alert says that has arrived only once its link is opened."""
    return _BY_LINK.get(kind) or words_of(kind)


@dataclass(frozen=True, slots=True)
class Note:
    """One alert on its way out."""

    id: str
    """Opaque: who confirms or opens it knows nothing but this."""
    kind: str
    need_id: str
    staff_id: str
    way_id: str
    # An endpoint or a mail address: it must not come to stand in a log.
    address: Mapping[str, str] = field(repr=False)
    expires_in: timedelta
    """How long it is worth arriving: until the next step calls others too."""


Failed = Callable[[Note, str], Awaitable[None]]
"""Keeps by which note a way was found not to work, and why, in words for its peer."""


class Notifier(Protocol):
    """A way to reach a peer who may not be looking at a page."""

    kind: str
    """Of the ways that it serves."""

    async def send(self, note: Note) -> Outcome:
        """Send, within `ANSWER_SECONDS`, and tell what became of it; never raise."""
        ...


class Notify:
    """Sends each alert by the notifier of its way."""

    def __init__(
        self,
        notifiers: Iterable[Notifier] = (),
        closing: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """Send by these, and let go of what they hold open by calling `closing`."""
        self._notifiers = {each.kind: each for each in notifiers}
        self._closing = closing

    @property
    def kinds(self) -> frozenset[str]:
        """The ways that are set up here."""
        return frozenset(self._notifiers)

    async def send(self, way: str, note: Note) -> Outcome:
        """Send a note by a way: `push`, `email` or `webhook`.

        A notifier that fails or hangs is tried again: it must not stop the others. A
        way that is not set up on this machine never works.
        """
        notifier = self._notifiers.get(way)
        if notifier is None:
            return Outcome.NO
        try:
            # Each keeps time itself; this is for one that does not.
            async with asyncio.timeout(ANSWER_SECONDS + 1):
                return await notifier.send(note)
        except TimeoutError:
            logger.warning("a notifier did not answer in time", extra={"way": way})
        except Exception:
            logger.exception("a notifier failed", extra={"way": way})
        return Outcome.LATER

    async def aclose(self) -> None:
        """Let go of every connection."""
        for close in self._closing:
            await close()
