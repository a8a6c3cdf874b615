"""Marks: that something was said in a talk, written down soon and not waited for.

What is said is delivered whether the store is there or not. Until it is, marks wait;
so many and for so long, since what was said an hour ago keeps nobody waiting any more.
"""

import asyncio
import itertools
import logging
from datetime import datetime
from typing import Final, NamedTuple

from chat.clock import Clock
from chat.errors import ChatError, StoreDown
from chat.oncall.cards import Cards
from chat.oncall.needs import Needs
from chat.oncall.refusals import NoSuchNeed
from chat.oncall.stages import PeerId

MOST_WAITING: Final = 1000
AGAIN_SECONDS: Final = 2.0
LONGEST_SECONDS: Final = 3600

logger = logging.getLogger(__name__)


class Mark(NamedTuple):
    """Who spoke in a talk: a peer, or, without one, a member."""

    id: str
    """Of the need or the card."""
    peer: PeerId | None = None


class _Noted(NamedTuple):
    number: int
    at: float
    said_at: datetime
    """When they spoke, by the clock that others have as well."""


class Marks:
    """Tells needs and cards who spoke, in the order in which they did."""

    def __init__(self, *, needs: Needs, cards: Cards, clock: Clock) -> None:
        self._needs = needs
        self._cards = cards
        self._clock = clock
        self._waiting: dict[Mark, _Noted] = {}
        self._numbers = itertools.count()
        self._due = asyncio.Event()

    def note(self, mark: Mark) -> None:
        """Write down, soon, that somebody spoke."""
        # Once for each who spoke, at the place of their latest line.
        self._waiting.pop(mark, None)
        if mark.peer is not None:
            self.answered(mark.id)
        number, at = next(self._numbers), self._clock.monotonic()
        noted = _Noted(number, at, self._clock.now())
        self._waiting[mark] = noted
        if len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
            logger.warning("too many marks wait for the store")
        self._due.set()

    def answered(self, id_: str) -> None:
        """Forget that a member's line waits, since a peer has answered it."""
        self._waiting.pop(Mark(id_), None)

    async def run(self) -> None:
        """Write down until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            if not await self.round():
                await asyncio.sleep(AGAIN_SECONDS)
                self._due.set()

    async def round(self) -> bool:
        """Write down what waits; return whether nothing is left that has to wait."""
        while self._waiting:
            mark, noted = next(iter(self._waiting.items()))
            try:
                await self._write(mark, noted)
            except StoreDown:
                return self._is_too_late(mark, noted)
            except ChatError as error:
                # It is over, or in other hands: there is nothing to write down.
                logger.info("a mark came too late", extra={"why": error.code})
            except Exception:
                # It keeps no other from being written down.
                logger.exception("a mark could not be written down")
            self._done(mark, noted)
        return True

    def _done(self, mark: Mark, noted: _Noted) -> None:
        """Forget a mark, unless they spoke once more meanwhile."""
        if self._waiting.get(mark) == noted:
            del self._waiting[mark]

    async def _write(self, mark: Mark, noted: _Noted) -> None:
        if mark.peer is not None:
            # The member may have written since, at another process's page.
            await self._needs.spoke(mark.id, mark.peer, noted.said_at)
            return
        try:
            await self._needs.wrote(mark.id)
        except NoSuchNeed:
            await self._cards.wrote(mark.id)

    def _is_too_late(self, mark: Mark, noted: _Noted) -> bool:
        """Let go of a mark that has waited for too long; return whether that was all.

        Only then is the next one looked at: the others have waited for less.
        """
        if self._clock.monotonic() - noted.at > LONGEST_SECONDS:
            self._done(mark, noted)
        return not self._waiting
