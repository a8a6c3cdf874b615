"""Pictures of the desk for the documentation, when SCREENSHOTS=1 asks for them."""

from pathlib import Path

from playwright.async_api import Browser

from tests.browser.night import fill
from tests.browser.staffed import StaffedDesk
from tests.browser.test_pictures import PICTURES, pytestmark
from tests.support.redis_server import RedisServer

__all__ = ["pytestmark"]

SHOWN = ("queue", "case")
LOOKS = ((1280, 800, "light"), (320, 640, "dark"))


async def test_take_the_pictures_of_the_desk(
    shared_redis: RedisServer, browser: Browser, tmp_path: Path
):
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with StaffedDesk.standing(tmp_path, shared_redis.url) as desk:
        pages = await fill(desk)
        for width, height, scheme in LOOKS:
            size = {"width": width, "height": height}
            async with desk.page(browser, viewport=size, color_scheme=scheme) as page:
                for name in SHOWN:
                    await page.goto(pages[name])
                    await page.locator("[data-line][data-mood=good]").wait_for()
                    picture = PICTURES / f"console-{name}-{width}-{scheme}.png"
                    await page.screenshot(path=picture)
