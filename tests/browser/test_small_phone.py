"""A small phone, a thumb, and eyes that need large letters."""

import pytest
from playwright.async_api import Page

from tests.browser.conftest import HERE, Invite
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = {"width": 320, "height": 640}
THUMB_PX = 44
TWICE = "html { font-size: 200% }"
BESIDE = "document.documentElement.scrollWidth - innerWidth"
TOO_SMALL = """least => [
    ...document.querySelectorAll("button, summary, textarea, select")]
    .map(each => [each.textContent.trim(), each.getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 1 && Math.min(width, height) < least)
    .map(([words]) => words)"""


async def small(url: str, invite: Invite, **device: object) -> Visitor:
    return await invite(url, viewport=SMALL, **HERE, **device)


async def too_small(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(TOO_SMALL, THUMB_PX)
    return found


async def test_everything_in_a_room_is_as_large_as_a_thumb(
    service_url: str, invite: Invite
):
    otter = await small(service_url, invite)
    assert await too_small(otter.page) == []

    await otter.enter("coffee")
    await otter.say("hello")
    await otter.sees_mark("hello", "in the room")
    await otter.page.get_by_role("button", name="Help", exact=True).click()

    assert await too_small(otter.page) == []
    assert await otter.page.evaluate(BESIDE) == 0


async def test_letters_twice_as_large_push_nothing_out_of_sight(
    service_url: str, invite: Invite
):
    otter = await small(service_url, invite, bypass_csp=True)
    await otter.page.add_style_tag(content=TWICE)
    assert await otter.page.evaluate(BESIDE) == 0

    await otter.enter("coffee")

    assert await otter.page.evaluate(BESIDE) == 0
    send = otter.page.get_by_role("button", name="Send")
    places = [await each.bounding_box() for each in (otter.box, send)]
    assert all(p and p["x"] >= 0 and p["x"] + p["width"] <= 320 for p in places)
    box, _ = places
    assert box is not None
    assert box["width"] >= 200
