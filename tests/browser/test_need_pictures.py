"""Pictures of finding somebody to talk to, taken when SCREENSHOTS=1 asks for them."""

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from chat.asides import need
from tests.browser.conftest import HERE, Invite
from tests.browser.toy_calls import OFFERED, PEER, RAISE, TALKING, ToyCalls

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        os.environ.get("SCREENSHOTS") != "1", reason="SCREENSHOTS=1 takes the pictures"
    ),
]

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZES = {320: 640, 1280: 800}
SCHEMES = ("light", "dark")
FIRST = "I cannot sleep, and it is all coming back."
ANSWER = "I am glad you pressed. I have time. What is it that comes back?"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", SIZES)
async def test_take_the_pictures(
    service_url: str, invite: Invite, width: int, scheme: str
):
    otter = await invite(
        service_url,
        viewport={"width": width, "height": SIZES[width]},
        color_scheme=scheme,
        **HERE,
    )
    calls = await ToyCalls.between(otter)
    calls.when[RAISE] = lambda _asked: [need(OFFERED)]
    await otter.page.reload()
    await otter.page.get_by_role("button", name="I need to talk").click()
    await expect(otter.page.locator("[data-empty]")).to_be_visible()
    PICTURES.mkdir(parents=True, exist_ok=True)
    await otter.page.screenshot(path=PICTURES / f"need-{width}-{scheme}.png")
    if (width, scheme) != (320, "light"):
        return

    await otter.say(FIRST)
    calls.news(TALKING)
    calls.says(PEER, ANSWER)
    await otter.sees(FIRST, ANSWER)
    await otter.page.screenshot(path=PICTURES / f"talk-{width}-{scheme}.png")
