"""Sanctions: what the room team has said to whom, as every process knows it by heart.

The store has the truth. A process that cannot reach it goes on with what it knows; one
that never could lets everybody speak.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from chat.asides import Word
from chat.errors import ReadFirst, Removed, Suspended
from chat.model import Handle

SLOW_SECONDS: Final = 60
"""Between one's messages, while slowed."""

UNTIL_HEEDED: Final = ("nudge", "warning", "taken_down", "released", "not_released")
"""Words that are over once they are read; the others when their time is."""


class Kept(NamedTuple):
    """A word, and whom it is for."""

    handle: Handle
    word: Word
    heeded: bool


class Standing(NamedTuple):
    """How somebody may speak."""

    held: bool = False
    slow_seconds: int = 0


class Sanctions:
    """Who was told what; pure, and told of every change."""

    def __init__(self) -> None:
        self._words: dict[Handle, list[Kept]] = {}

    def learn(self, words: Iterable[Kept]) -> None:
        """Know these, and no others."""
        known: defaultdict[Handle, list[Kept]] = defaultdict(list)
        for kept in words:
            known[kept.handle].append(kept)
        self._words = dict(known)

    def heed(self, token: bytes, handle: Handle) -> None:
        """Know at once that somebody has read a word, before it is learned again."""
        self._words[handle] = [
            kept._replace(heeded=kept.heeded or kept.word.token == token)
            for kept in self._words.get(handle, ())
        ]

    def words(self, handle: Handle, now: int) -> list[Word]:
        """Return what is to be shown to somebody."""
        return [
            kept.word
            for kept in self._live(handle, now)
            if not kept.heeded or kept.word.kind not in UNTIL_HEEDED
        ]

    def let_in(self, handle: Handle, now: int) -> None:
        """Refuse the rooms to whoever was removed.

        Raises:
            Removed: If they were.

        """
        if any(kept.word.kind == "removed" for kept in self._live(handle, now)):
            raise Removed

    def standing(self, handle: Handle, now: int) -> Standing:
        """Return how somebody may speak, if they may.

        Raises:
            Removed, Suspended, ReadFirst: As they say.

        """
        if handle not in self._words:
            return _FREE
        self.let_in(handle, now)
        live = self._live(handle, now)
        for kept in live:
            if kept.word.kind == "suspended":
                raise Suspended(max(1, kept.word.until - now))
        if any(kept.word.kind == "warning" and not kept.heeded for kept in live):
            raise ReadFirst
        kinds = {kept.word.kind for kept in live}
        return Standing("held" in kinds, SLOW_SECONDS if "slow" in kinds else 0)

    def _live(self, handle: Handle, now: int) -> list[Kept]:
        return [
            kept
            for kept in self._words.get(handle, ())
            if not kept.word.until or kept.word.until > now
        ]


_FREE = Standing()
