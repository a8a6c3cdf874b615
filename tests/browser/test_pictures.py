"""Pictures of a room for the documentation, taken when SCREENSHOTS=1 asks for them."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Invite
from tests.browser.visitor import Visitor

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        os.environ.get("SCREENSHOTS") != "1", reason="SCREENSHOTS=1 takes the pictures"
    ),
]

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZES = {320: 640, 1280: 800}
SCHEMES = ("light", "dark")

# Who says it, what, and which line it answers.
TALK = [
    (1, "Evening all. Day 12, and the house is too quiet.", None),
    (2, "Evening! I put the radio on low. Even just the weather helps.", 0),
    (3, "Twelve is a good number. On mine I cleaned the oven twice.", None),
    (4, "New here. Not sure I belong. I only stopped on Sunday.", None),
    (1, "You belong. Sunday counts.", 3),
    (2, "You need not say more than you want to here.", None),
    (
        4,
        "Thank you. I live an hour from the next town and there is no meeting I can "
        "get to, so this is it for me. It helps just to see words come in.",
        None,
    ),
    (3, "Same. Two hours from anything, and one bar of signal.", None),
    (0, "Cup of tea in hand. Listening.", None),
    (3, "What gets me is five o'clock, the hour I used to open the first one.", None),
    (1, "Five o'clock is when I walk the dog now. He has no idea why.", 9),
    (2, "Ha.", None),
    (4, "I might borrow that. No dog, but a fence that needs looking at.", None),
    (0, "Fences are good company. Same time tomorrow?", 12),
]
HEAVY = "I keep thinking everyone would be better off without me"
SIGNS = [(2, 3, "with you"), (3, 3, "with you"), (1, 6, "me too"), (4, 13, "thank you")]


async def test_take_the_pictures(service_url: str, invite: Invite, browser: Browser):
    house = [await invite(service_url) for _ in range(5)]
    for visitor in house:
        await visitor.enter("coffee")
    await talk(house)
    state = await house[0].page.context.storage_state()
    await house[0].page.close()

    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES.items():
        for scheme in SCHEMES:
            me = await invite(
                service_url,
                storage_state=state,
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
            )
            await me.enter("coffee")
            await me.message(TALK[-1][1]).wait_for()
            await me.page.screenshot(path=PICTURES / f"room-{width}-{scheme}.png")
            await me.page.close()
    await take_the_care_card(service_url, invite)


async def take_the_care_card(service_url: str, invite: Invite) -> None:
    me = await invite(
        service_url,
        viewport={"width": 320, "height": 640},
        timezone_id="Africa/Johannesburg",
        reduced_motion="reduce",
    )
    await me.enter("coffee")
    await me.say(HEAVY)
    await me.page.locator("care-card").wait_for()
    await me.box.fill("Is anybody up")
    await me.page.screenshot(path=PICTURES / "care-320-light.png")


async def talk(house: list[Visitor]) -> None:
    for speaker, text, answered in TALK:
        visitor = house[speaker]
        if answered is not None:
            await visitor.message(TALK[answered][1]).wait_for()
            await visitor.respond(TALK[answered][1], "Reply")
        await visitor.say(text)
        await visitor.sees_mark(text, "in the room")
    for who, line, words in SIGNS:
        await house[who].message(TALK[line][1]).wait_for()
        await house[who].respond(TALK[line][1], words)
    await house[0].page.locator(".chip").nth(len(SIGNS) - 2).wait_for()
