"""One trial: pages talk while one thing is broken, then everything must be there."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.exceptions import RedisError

from tests.chaos.faults import STALLED_SHARE, Fault
from tests.chaos.house import House
from tests.chaos.inquest import CaseVerdict
from tests.chaos.judge import Verdict, judge, place_of, truth_of
from tests.chaos.notice import seconds_to_notice
from tests.chaos.page import Page
from tests.chaos.reader import read_afresh
from tests.chaos.shift import Shift
from tests.chaos.talk import said

ROOMS = ("coffee", "newcomers", "grief", "family")
TOGETHER = 5
WHOLE_WITHIN_SECONDS = 100
LONGEST_TRIAL_SECONDS = 360
LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True)
class Outcome:
    """What came of one trial."""

    fault: Fault
    verdict: Verdict
    seconds_to_whole: float | None
    seconds_to_notice: float | None
    dropped_connections: int
    told_not_whole: int
    close_codes: Counter[int]
    refused: Counter[str]
    errors: Counter[str]
    slowest_end: float
    replies_dropped: int
    work: CaseVerdict | None = None
    """What became of cases and acts, where the room team was at work."""


class Trial:
    """One fault, from the first page that comes to the last word that is heard."""

    def __init__(self, fault: Fault, *, seconds: float, pages: int, rate: float):
        self._fault = fault
        self._seconds = seconds
        self._rate = rate
        self._house = House(proxied=fault.proxied, shared_database=fault.works)
        self._work: CaseVerdict | None = None
        self._pages = [self._page(number, pages) for number in range(pages)]
        self._said = 0

    def _page(self, number: int, pages: int) -> Page:
        small = self._fault.stalls and number < pages * STALLED_SHARE
        room = ROOMS[number % len(ROOMS)]
        return Page(room, self._house.dial, small=small)

    async def run(self) -> Outcome:
        """Return what came of it.

        Raises:
            TimeoutError: If it takes far too long.

        """
        async with asyncio.timeout(self._seconds + LONGEST_TRIAL_SECONDS):
            async with self._house:
                verdict, whole = await self._while_pages_live()
        return Outcome(
            self._fault,
            verdict,
            whole,
            self._seconds_to_notice(),
            sum(page.ends.total() for page in self._pages),
            sum(len(page.log.missed) for page in self._pages),
            sum((page.ends for page in self._pages), Counter[int]()),
            sum((page.refused for page in self._pages), Counter[str]()),
            self._house.errors,
            max(web.slowest_end for web in self._house.webs),
            self._house.proxy.dropped,
            self._work,
        )

    def _seconds_to_notice(self) -> float | None:
        """Return how long it took, if somebody was there all the time to notice."""
        if not self._fault.noticed:
            return None
        return seconds_to_notice(self._house, self._pages)

    async def _while_pages_live(self) -> tuple[Verdict, float | None]:
        async with asyncio.TaskGroup() as tasks:
            lives = [tasks.create_task(page.live()) for page in self._pages]
            try:
                await self._seconds_until(self._everyone_is_in)
                await self._talk_while_broken()
                took = await self._seconds_until_words_are_heard()
                again = await self._seconds_until_words_are_heard()
                return await self._judged(), None if again is None else took
            finally:
                for life in lives:
                    life.cancel()

    # -- Talking

    async def _talk_while_broken(self) -> None:
        talking = asyncio.create_task(self._talk())
        try:
            await self._break()
        finally:
            talking.cancel()
            with suppress(asyncio.CancelledError):
                await talking

    async def _break(self) -> None:
        if not self._fault.works:
            await self._fault.breaks(self._house, self._pages, self._seconds)
            return
        with TemporaryDirectory() as directory:
            kills = self._fault.kills_stewards
            shift = Shift(self._house, Path(directory), kills=kills)
            await shift.begin()
            self._work = await shift.run(
                lambda: self._fault.breaks(self._house, self._pages, self._seconds)
            )

    async def _talk(self) -> None:
        """Let several speak at once, in turn, so that processes race for positions."""
        talkers = [page for page in self._pages if not page.small]
        random.shuffle(talkers)
        due = time.monotonic()
        for number, page in enumerate(cycle(talkers)):
            if number % TOGETHER == 0:
                due += TOGETHER / self._rate
                await asyncio.sleep(max(0, due - time.monotonic()))
            page.say(self._text())

    def _text(self) -> str:
        self._said += 1
        return said(self._said, long=self._fault.stalls)

    async def _seconds_until_words_are_heard(self) -> float | None:
        """Say one thing in each room, and wait until everyone has everything."""
        for page in self._pages[-len(ROOMS) :]:
            page.say(self._text())
        return await self._seconds_until(self._everyone_is_whole)

    # -- Looking

    async def _seconds_until(self, true: Callable[[], bool]) -> float | None:
        """Return how long it took until something was true, or None if it never was."""
        began = time.monotonic()
        while not true():
            if time.monotonic() - began > WHOLE_WITHIN_SECONDS:
                return None
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        return round(time.monotonic() - began, 2)

    def _everyone_is_in(self) -> bool:
        return all(page.joined for page in self._pages)

    def _everyone_is_whole(self) -> bool:
        if not all(page.joined and not page.outbox for page in self._pages):
            return False
        with suppress(RedisError), self._house.redis.client() as client:
            places = {room: place_of(client, room) for room in ROOMS}
            return all(page.whole(places[page.room]) for page in self._pages)
        return False

    async def _judged(self) -> Verdict:
        with self._house.redis.client() as client:
            truths = {room: truth_of(client, room) for room in ROOMS}
        afresh = {room: await read_afresh(self._house.dial, room) for room in ROOMS}
        return judge(self._pages, truths, afresh)
