"""The story the house exists for, in real browsers: a member, two peers, a coordinator.

Somebody presses, both peers are called, one comes and falls silent, the other goes on.
"""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from chat.oncall.stages import State
from chat.roles import Role
from chat.settings import Settings
from tests.browser.axe import violations
from tests.browser.conftest import HERE, Invite
from tests.browser.on_call import Shift
from tests.browser.visitor import Visitor
from tests.support.ahead import ClockAhead
from tests.support.eventually import eventually

# A long story, on whatever machine.
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 640}
FIRST = "It is all coming back tonight."
HELLO = "Hello. I am here, and I have all night."
ANSWER = "I do not know where to begin."
TAKING_OVER = "I have read it all. You need not begin again."
SILENCE_SECONDS = 181
LOOK_SECONDS = 30
AWAY = "Object.defineProperty(document, 'hidden', { get: () => true })"


@pytest_asyncio.fixture(loop_scope="module")
async def shift(settings: Settings) -> AsyncIterator[Shift]:
    """Have a house where somebody may need to talk, and time that a test puts ahead."""
    async with Shift.standing(settings, ClockAhead()) as shift:
        yield shift


async def at_their_page(
    shift: Shift, browser: Browser, name: str, path: str, *, away: bool = False
) -> Page:
    """Return the page of a peer on duty, who may be looking at another tab."""
    page = await shift.peer(browser, name)
    if away:
        await page.add_init_script(AWAY)
    await page.goto(path)
    await page.locator("[data-line][data-mood=good]").wait_for()
    return page


async def passes(shift: Shift, seconds: float) -> None:
    """Let time go by, in which open pages are heard of twice a minute, as ever."""
    clock = shift.service.clock
    assert isinstance(clock, ClockAhead)
    until = clock.now() + timedelta(seconds=seconds)
    # Whatever it takes to see the pages goes by as well, and must not go by twice.
    while (left := (until - clock.now()).total_seconds()) > 0:
        clock.advance(min(left, LOOK_SECONDS))
        shift.service.desk.socket.missed()
        await eventually(lambda: somebody_is_there(shift))


async def somebody_is_there(shift: Shift) -> bool:
    reachable = shift.service.switchboard.ways.reachable_ids
    async with shift.service.backroom.database.read() as tx:
        there = await reachable(tx, shift.service.clock.now())
    return {"wren", "robin"} <= there


def story(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-story]")


def ring(page: Page) -> Locator:
    return page.locator("[data-ring]")


async def is_open_to_all(*pages: Page) -> None:
    """See that nobody is kept from what these pages show."""
    for page in pages:
        assert await violations(page) == [], page.url


async def test_somebody_presses_one_peer_comes_and_falls_silent_and_another_takes_over(
    shift: Shift, browser: Browser, invite: Invite
):
    wren = await at_their_page(shift, browser, "Wren", "/staff/calls")
    robin = await at_their_page(shift, browser, "Robin", "/staff/me", away=True)
    birch = await shift.peer(browser, "Birch", Role.COORDINATOR, ready=False)
    await birch.goto("/staff/calls")
    await eventually(lambda: somebody_is_there(shift))
    otter = await invite(shift.house.url, viewport=PHONE, **HERE)

    await otter.page.get_by_role("button", name="I need to talk").click()
    await both_are_called(otter, wren, robin, birch)
    await wren_comes(otter, wren, robin)
    await they_talk(otter, wren)
    await is_open_to_all(otter.page, wren)
    await passes(shift, SILENCE_SECONDS)
    await wren_is_silent_and_robin_takes_over(otter, wren, robin)
    await robin_ends_it(otter, robin, birch)

    assert await shift.needs.open_needs() == []


async def both_are_called(otter: Visitor, wren: Page, robin: Page, birch: Page) -> None:
    await expect(ring(wren)).to_contain_text("Someone needs to talk.")
    await expect(ring(robin)).to_contain_text("Someone needs to talk.")
    await expect(robin).to_have_title(re.compile(r"^\(1\) "))
    await expect(birch.locator('[data-list="waiting"] [data-row]')).to_be_visible()
    await expect(ring(birch)).to_be_hidden()
    await expect(story(otter)).to_contain_text("2 peers alerted")
    await expect(story(otter)).to_contain_text("opened it")
    await is_open_to_all(otter.page, wren, robin, birch)


async def wren_comes(otter: Visitor, wren: Page, robin: Page) -> None:
    await otter.say(FIRST)
    await otter.sees_mark(FIRST, "sent")
    await wren.get_by_role("button", name="I am coming").click()
    await wren.wait_for_url("**/staff/talks/*")

    await expect(ring(robin)).to_contain_text("Taken, thank you.")
    await expect(robin).to_have_title(re.compile(r"^[^(]"))
    await expect(story(otter)).to_contain_text("will write in a moment")
    await expect(wren.get_by_text(FIRST)).to_be_visible()
    await expect(wren.locator("[data-first-line]")).to_contain_text("Your first line")


async def they_talk(otter: Visitor, wren: Page) -> None:
    box = wren.get_by_label("What you say")
    await expect(wren.locator("line-state")).to_contain_text("Connected")
    await box.press_sequentially("Hello")
    await expect(otter.page.locator("[data-whisper]")).to_contain_text("is writing")
    await box.fill(HELLO)
    await wren.get_by_role("button", name="Send", exact=True).click()
    await otter.sees(FIRST, HELLO)
    await otter.sees_mark(HELLO, "peer")

    # A page that has just told that somebody writes tells it again in three seconds.
    await otter.box.press_sequentially("I do not know", delay=300)
    await expect(wren.locator("[data-whisper]")).to_contain_text("is writing")
    await otter.say(ANSWER)
    await expect(wren.get_by_text(ANSWER)).to_be_visible()


async def wren_is_silent_and_robin_takes_over(
    otter: Visitor, wren: Page, robin: Page
) -> None:
    await expect(story(otter)).to_contain_text("has gone quiet")
    await expect(story(otter)).to_contain_text("They can read what you wrote.")
    await expect(wren.locator("[data-standing]")).to_contain_text("Nobody minds.")
    await expect(ring(robin)).to_contain_text("Someone needs to talk.")
    await is_open_to_all(otter.page, wren)

    await ring(robin).get_by_role("link", name="See who").click()
    await robin.get_by_role("button", name="I am coming").click()
    await robin.wait_for_url("**/staff/talks/*")
    read = robin.locator(".message__text")
    await expect(read).to_have_text([FIRST, HELLO, ANSWER])
    await robin.get_by_label("What you say").fill(TAKING_OVER)
    await robin.get_by_role("button", name="Send", exact=True).click()
    await otter.sees(FIRST, HELLO, ANSWER, TAKING_OVER)
    told = wren.locator("[data-standing]")
    await expect(told).to_contain_text("Somebody else is with them now.")
    await expect(wren.get_by_label("What you say")).to_be_hidden()


async def robin_ends_it(otter: Visitor, robin: Page, birch: Page) -> None:
    await robin.get_by_text("It is enough for now").click()
    await robin.get_by_label("How did it end?").select_option("next_step")
    await robin.get_by_role("button", name="End the talk").click()

    await expect(robin.get_by_text("Take a breath")).to_be_visible()
    await expect(story(otter)).to_contain_text("Thank you for talking with us")
    await otter.sees(FIRST, HELLO, ANSWER, TAKING_OVER)
    await expect(birch.locator("[data-list] [data-row]")).to_have_count(0)
    await is_open_to_all(otter.page, robin)


async def test_where_nobody_can_be_reached_the_help_lines_come_first(
    shift: Shift, invite: Invite
):
    otter = await invite(shift.house.url, viewport=SMALL, **HERE)

    await otter.page.get_by_role("button", name="I need to talk").click()

    headline = otter.page.locator("[data-headline]")
    await expect(headline).to_contain_text("None of us can be reached just now")
    lines = otter.page.locator("need-card details[data-lines]")
    await expect(headline).to_be_in_viewport(ratio=1)
    await expect(lines.locator("a[href^='tel:']").first).to_be_in_viewport(ratio=1)
    assert await lines.evaluate(
        "it => it.previousElementSibling.matches('[data-story]')"
    )
    (known,) = await shift.needs.open_needs()
    assert known.need.state is State.RAISED
    assert await otter.page.evaluate("document.documentElement.scrollWidth") == 320
    await is_open_to_all(otter.page)

    await otter.page.get_by_role("button", name="I am all right for now").click()

    await expect(story(otter)).to_contain_text("nobody asks why")
    assert await shift.needs.open_needs() == []
