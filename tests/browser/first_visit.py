"""What a first visit costs: what goes over the wire, and how long a poor line takes.

`.venv/bin/python -m tests.browser.first_visit` prints it for the lines below, on a
device as slow as an old phone. `tests/browser/test_first_visit.py` holds what no
machine's speed changes: how much is carried, how often one answer waits for another.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page, async_playwright

from chat.settings import Settings
from tests.browser.conftest import FLAGS, chromium
from tests.browser.on_call import Shift
from tests.support.redis_server import RedisServer

ROUNDS = 3
PATIENCE_MS = 180_000
LOOK_EACH_SECONDS = 0.1
SLOWER = 5  # an old phone beside the machine on which this runs
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 320, "height": 640},
    "reduced_motion": "reduce",
}
CALLS = "/staff/calls"

# When something was painted, and whether the button and a number to call are in sight.
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
IN_SIGHT = """[...document.querySelectorAll('[data-need] button, [href^="tel:"]')]
    .slice(0, 2).every(each => each.getBoundingClientRect().bottom < innerHeight)"""


class Poor(NamedTuple):
    """A line: what it carries, and how long an answer is under way."""

    name: str
    bits_a_second: int
    round_trip_ms: int


LINES = (Poor("2G", 250_000, 300), Poor("GPRS", 50_000, 500))


@dataclass
class Wire:
    """What went over the wire for one page."""

    names: dict[str, str] = field(default_factory=dict)
    waits: dict[str, int] = field(default_factory=dict)
    carried: dict[str, int] = field(default_factory=dict)

    @property
    def carried_bytes(self) -> int:
        """Return what was sent to the page, with its headers."""
        return sum(self.carried.values())

    @property
    def round_trips(self) -> int:
        """Return how often something could be asked for only after an answer."""
        return max(self.waits.values(), default=0)

    @classmethod
    async def of(cls, page: Page) -> "Wire":
        """Listen in on a page that has not gone anywhere yet."""
        wire = cls()
        session = await page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", wire._asked)
        session.on("Network.loadingFinished", wire._came)
        await session.send("Network.enable")
        return wire

    def _asked(self, event: Mapping[str, Any]) -> None:
        asked, by = event["request"]["url"], event["initiator"]
        if not asked.startswith("http"):
            return
        frames = by.get("stack", {}).get("callFrames", [])
        asker = frames[0]["url"] if frames else by.get("url", "")
        self.names[event["requestId"]] = asked
        self.waits[asked] = 1 + self.waits.get(asker, min(1, len(self.waits)))

    def _came(self, event: Mapping[str, Any]) -> None:
        name = self.names.get(event["requestId"])
        if name is not None:
            self.carried[name] = round(event["encodedDataLength"])


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


async def throttle(page: Page, line: Poor) -> None:
    """Give the page a poor line and a slow device."""
    session = await page.context.new_cdp_session(page)
    rate = line.bits_a_second / 8
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": line.round_trip_ms,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        },
    )
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


async def seen_ms(page: Page) -> float:
    """Return how long it took until there was something to see."""
    while not (painted := float(await page.evaluate(PAINTED))):
        await asyncio.sleep(LOOK_EACH_SECONDS)
    return painted


async def now_ms(page: Page) -> float:
    return float(await page.evaluate("performance.now()"))


async def into_room(page: Page) -> None:
    """Go into a room as fast as the page allows."""
    await page.locator('a[href="#coffee"]').click()
    await page.get_by_role("button", name="I understand").click()
    await page.get_by_role("button", name="Enter", exact=True).click()
    await page.locator("line-state").get_by_text("Connected").wait_for()


async def settled(page: Page) -> None:
    await page.wait_for_load_state("networkidle")


class FirstVisits:
    """A house to visit, and a browser that has never been there."""

    def __init__(self, browser: Browser, shift: Shift) -> None:
        self._browser = browser
        self._shift = shift

    @classmethod
    @asynccontextmanager
    async def to_a_house(cls) -> AsyncIterator["FirstVisits"]:
        """Put one up for as long as the caller looks."""
        with TemporaryDirectory() as place, RedisServer() as redis:
            settings = Settings(data_dir=Path(place), redis_url=redis.url)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=chromium(), args=FLAGS
                )
                async with Shift.standing(settings) as shift:
                    yield cls(browser, shift)
                await browser.close()

    async def page(self, path: str) -> Page:
        """Return a page that has not gone anywhere yet."""
        if path.startswith("/staff"):
            return await self._shift.peer(self._browser, **PHONE)
        context = await self._browser.new_context(
            base_url=self._shift.house.url, **PHONE
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    async def tell_wire(self, path: str) -> None:
        """Print what a page costs the first time, and what the second time."""
        page = await self.page(path)
        for time in ("first", "again"):
            wire = await Wire.of(page)
            await page.goto(path)
            await settled(page)
            say(
                f"{path:13} {time:6} {len(wire.carried):3} requests "
                f"{wire.carried_bytes / 1000:6.1f} kB {wire.round_trips} round trips"
            )
        await page.context.close()

    async def tell_times(self, path: str, line: Poor) -> None:
        """Print how long a page takes on a line: the middle one of some visits."""
        found = [await self._times(path, line) for _ in range(ROUNDS)]
        seen, used = (median(each) / 1000 for each in zip(*found, strict=True))
        room = f", in the room {used:5.1f} s" if path == "/" else ""
        say(f"{path:13} {line.name:6} to be seen {seen:5.1f} s{room}")

    async def _times(self, path: str, line: Poor) -> tuple[float, float]:
        page = await self.page(path)
        page.set_default_timeout(PATIENCE_MS)
        await throttle(page, line)
        await page.goto(path, wait_until="commit")
        seen = await seen_ms(page)
        if path == "/":
            assert await page.evaluate(IN_SIGHT)
            await into_room(page)
        used = await now_ms(page)
        await page.context.close()
        return seen, used


async def main() -> None:
    """Print it all."""
    async with FirstVisits.to_a_house() as visits:
        for path in ("/", "/talk", CALLS):
            await visits.tell_wire(path)
        for line in LINES:
            say(f"{line.name}: {line.bits_a_second} bit/s, {line.round_trip_ms} ms")
            for path in ("/", "/talk", CALLS):
                await visits.tell_times(path, line)


if __name__ == "__main__":
    asyncio.run(main())
