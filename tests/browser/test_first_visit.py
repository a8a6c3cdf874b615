"""What a visit may cost, so that a poor line carries it: no page becomes heavier."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from chat.settings import Settings
from tests.browser.closing import closed
from tests.browser.first_visit import CALLS, Wire, settled
from tests.browser.on_call import Shift

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL: ViewportSize = {"width": 320, "height": 640}

# Requests, round trips one after the other, and bytes with all their headers.
BUDGETS = {"/": (4, 3, 53_500), "/talk": (4, 2, 14_800), CALLS: (8, 3, 35_000)}
AGAIN = {"/": (4, 3, 3_000), "/talk": (4, 2, 7_200), CALLS: (8, 3, 13_000)}


@pytest_asyncio.fixture(loop_scope="module")
async def shift(settings: Settings) -> AsyncIterator[Shift]:
    async with Shift.standing(settings) as shift:
        yield shift


async def page_for(shift: Shift, browser: Browser, path: str) -> Page:
    """Return a page that has not gone anywhere yet."""
    if path == CALLS:
        return await shift.peer(browser)
    context = await browser.new_context(base_url=shift.house.url)
    shift._stack.push_async_callback(closed, context)
    return await context.new_page()


@pytest.mark.parametrize("path", BUDGETS)
async def test_a_visit_costs_little_and_the_next_one_less(
    shift: Shift, browser: Browser, path: str
):
    page = await page_for(shift, browser, path)
    for requests, round_trips, bytes_ in (BUDGETS[path], AGAIN[path]):
        wire = await Wire.of(page)
        await page.goto(path)
        await settled(page)

        assert len(wire.carried) <= requests, wire.carried
        assert wire.round_trips <= round_trips, wire.waits
        assert wire.carried_bytes <= bytes_, wire.carried


async def test_whoever_needs_to_talk_can_press_before_any_script_has_come(
    shift: Shift, browser: Browser
):
    page = await page_for(shift, browser, "/")
    await page.set_viewport_size(SMALL)
    await page.route("**/*.js*", lambda route: route.abort())
    await page.route("**/*.css*", lambda route: route.abort())

    await page.goto("/")

    button = page.get_by_role("button", name="I need to talk").first
    await expect(button).to_be_in_viewport()
    await expect(page.locator('[href="tel:988"]')).to_be_in_viewport()
    await expect(button).to_have_css("min-height", "52px")
    await button.click()
    await expect(page).to_have_url(re.compile("/talk"))
