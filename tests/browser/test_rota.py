"""The rota, the cover and oneself on call in a real browser, usable by everybody."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chat.desk.guard import COOKIE
from chat.roles import Role
from chat.settings import Settings
from tests.browser.closing import closed
from tests.browser.planned_week import fill
from tests.browser.test_console import SIZES, faults
from tests.browser.visitor import PATIENCE_MS
from tests.support.redis_server import RedisServer
from tests.support.service import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES = ("rota", "coverage", "duty")
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    shared_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """Have a service whose week is planned."""
    directory = tmp_path_factory.mktemp("planned")
    settings = Settings(data_dir=directory, redis_url=shared_redis.url)
    async with House.open(settings) as house:
        await fill(house.service)
        yield house


@asynccontextmanager
async def sitting(
    house: House, browser: Browser, name: str, role: Role, width: int, scheme: str
) -> AsyncIterator[Page]:
    """Let somebody of the team sit down at a browser."""
    sittings = house.service.desk.guard._sittings
    token = await sittings.begin(name.lower(), name, role)
    device: dict[str, Any] = {
        "viewport": {"width": width, "height": SIZES[width]},
        "color_scheme": scheme,
    }
    context = await browser.new_context(base_url=house.url, **device)
    secure = house.url.replace("http:", "https:")
    await context.add_cookies(
        [{"name": COOKIE, "value": token, "url": secure, "secure": True}]
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    await closed(context)


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
async def test_every_page_of_the_rota_can_be_used_by_everybody(
    house: House, browser: Browser, width: int, scheme: str
):
    role = Role.COORDINATOR
    async with sitting(house, browser, "Birch", role, width, scheme) as page:
        found = {each: await faults(page, f"/staff/{each}") for each in PLACES}
        if os.environ.get("SCREENSHOTS") == "1":
            await page.goto("/staff/coverage")
            picture = PICTURES / f"coverage-{width}-{scheme}.png"
            await page.screenshot(path=picture)

    assert found == {each: [] for each in PLACES}


async def test_a_gap_is_taken_with_one_tap(house: House, browser: Browser):
    async with sitting(house, browser, "Wren", Role.PEER, 320, "light") as page:
        await page.goto("/staff/rota")
        gap = page.locator(".slot--gap > form button").first
        before = await page.locator(".slot--mine").count()

        await gap.click()

        await expect(page.locator("[role=status]").last).to_contain_text(
            "They are yours"
        )
        await expect(page.locator(".slot--mine")).to_have_count(before + 1)


async def test_the_day_on_which_weekly_hours_end_can_be_read_on_a_phone(
    house: House, browser: Browser
):
    role = Role.COORDINATOR
    async with sitting(house, browser, "Birch", role, 320, "light") as page:
        await page.goto("/staff/rota")
        await page.locator("summary", has_text="Weekly hours").click()

        day = await page.locator(".kept__end [type=date]").first.bounding_box()

    assert day is not None
    assert day["width"] >= 140


async def test_a_mistake_has_the_focus_where_it_was_made(
    house: House, browser: Browser
):
    role = Role.COORDINATOR
    async with sitting(house, browser, "Birch", role, 1280, "light") as page:
        await page.goto("/staff/rota")
        await page.get_by_text("Time zone").click()
        zone = page.get_by_label("The rota is by the clock of")
        await zone.fill("Mars/Base")

        await page.get_by_role("button", name="Set it").click()

        await expect(zone).to_be_focused()
        await expect(zone).to_have_value("Mars/Base")
        await expect(page.locator("#zone-zone-wrong")).to_contain_text(
            "There is no time zone"
        )
