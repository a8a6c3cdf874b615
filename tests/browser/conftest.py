"""A house that is open, and a browser to visit it with."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from chat.settings import Settings
from tests.browser.closing import closed
from tests.browser.house import House
from tests.browser.visitor import Visitor
from tests.support import service
from tests.support.room_team import Moderator

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = "no Chromium on PATH: the page was not tried in a browser"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

HERE = {"timezone_id": "Africa/Johannesburg", "reduced_motion": "reduce"}

Invite = Callable[..., Awaitable[Visitor]]


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it loudly when the page was not tried."""
    if chromium() is None:
        terminalreporter.section("BROWSER TESTS SKIPPED", red=True, bold=True)
        terminalreporter.line(NO_BROWSER)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Run one browser for the tests of a file."""
    found = chromium()
    if found is None:
        pytest.skip(NO_BROWSER)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        await closed(running)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Run one house for the tests of a file that leave it standing."""
    async with House.standing(tmp_path_factory.mktemp("house")) as house:
        yield house.url


@pytest_asyncio.fixture(loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Run a house for one test, which may pull it down."""
    async with House.standing(tmp_path_factory.mktemp("house")) as own:
        yield own


@pytest_asyncio.fixture(loop_scope="module")
async def invite(browser: Browser) -> AsyncIterator[Invite]:
    """Return what makes visitors, each on a device of their own."""
    async with AsyncExitStack() as stack:

        async def a_visitor(url: str, **device: object) -> Visitor:
            return await stack.enter_async_context(Visitor.on(browser, url, **device))

        yield a_visitor


@pytest_asyncio.fixture(loop_scope="module")
async def staffed(settings: Settings) -> AsyncIterator[service.House]:
    """Serve from this very process, so that a test can act for the room team."""
    async with service.House.open(settings) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def moderator(staffed: service.House) -> Moderator:
    """Return one of the room team, who needs no page."""
    return await Moderator.on_duty(staffed.service)


@pytest_asyncio.fixture(loop_scope="module")
async def otter(staffed: service.House, invite: Invite) -> Visitor:
    """Return somebody in a room, in South Africa."""
    return await inside(staffed.url, invite, **HERE)


@pytest_asyncio.fixture(loop_scope="module")
async def wren(staffed: service.House, invite: Invite) -> Visitor:
    """Return somebody else in the same room."""
    return await inside(staffed.url, invite)


async def inside(url: str, invite: Invite, **device: object) -> Visitor:
    """Return somebody in the coffee room, on a device of their own."""
    visitor = await invite(url, **device)
    await visitor.enter("coffee")
    return visitor
