"""Danger, and what screening does, as a member meets it at a browser."""

import pytest
from playwright.async_api import expect

from chat.held import Held
from chat.model import RoomName
from tests.browser.axe import violations
from tests.browser.conftest import HERE, Invite, inside
from tests.browser.visitor import Visitor
from tests.support.by_heart import know_for_good
from tests.support.eventually import eventually
from tests.support.room_team import Moderator
from tests.support.service import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
HEAVY = "I keep thinking everyone would be better off without me"
HEAVY_TOO = "I do not want to be here any more"
ATTACK = "you're a worthless junkie, nobody wants you here"
HELD = "how much fent should i cook to get high"
PHONE = "call me on 082 555 0177 tonight"
SMALL = {"width": 320, "height": 640}
STRIP = {"width": 320, "height": 400}
"""What the keyboard of a small phone leaves."""


# In danger


async def test_who_is_in_danger_alone_is_shown_help_and_goes_on_writing(
    otter: Visitor, wren: Visitor
):
    card = otter.page.locator("care-card")
    await otter.say(IN_DANGER)
    await otter.box.press_sequentially("please somebody")

    # First, as what is read out is soon taken away again.
    aloud = otter.page.locator("[data-aloud] p")
    await expect(aloud.filter(has_text="sounds like danger")).to_have_count(1)
    await expect(card).to_contain_text("please call now")
    await expect(card.locator('[href="tel:0800567567"]')).to_be_visible()
    await expect(otter.box).to_be_focused()
    await expect(otter.box).to_have_value("please somebody")
    await wren.sees(IN_DANGER)
    await expect(wren.page.locator("care-card")).to_be_hidden()
    assert await violations(otter.page) == []

    await otter.page.keyboard.press("Escape")

    await expect(card).to_be_hidden()
    await expect(otter.box).to_be_focused()


async def test_help_is_there_for_whoever_asks_and_the_country_stays(otter: Visitor):
    help_, lines = otter.page.get_by_role("button", name="Help"), ".lines__one strong"
    await help_.press("Enter")
    await otter.page.get_by_label("Where are you?").select_option("New Zealand")
    card = otter.page.locator("care-card")
    await expect(card.locator(lines)).to_have_text(["111", "1737"])
    await expect(help_).to_have_attribute("aria-expanded", "true")
    await otter.page.get_by_role("button", name="Close this").click()
    await expect(otter.box).to_be_focused()

    await otter.page.reload()
    await otter.sees_state("Connected")
    await otter.page.get_by_role("button", name="Leave").click()
    await otter.page.get_by_text("Help lines where you are").click()

    front = otter.page.locator("[data-front]")
    await expect(front.locator(lines)).to_have_text(["111", "1737"])
    assert await violations(otter.page) == []


async def test_a_card_that_was_put_away_comes_back_for_what_is_graver(otter: Visitor):
    card = otter.page.locator("care-card")
    await otter.say(HEAVY)
    await expect(card).to_contain_text("You do not have to carry it alone")
    await otter.page.get_by_role("button", name="Close this").click()

    await otter.say(HEAVY_TOO)
    await otter.sees_mark(HEAVY_TOO, "in the room")
    await expect(card).to_be_hidden()
    await otter.say(IN_DANGER)

    await expect(card).to_contain_text("please call now")


async def test_nothing_covers_what_one_writes_though_the_screen_is_a_strip(
    staffed: House, invite: Invite
):
    otter = await inside(staffed.url, invite, viewport=STRIP, **HERE)
    await otter.say(IN_DANGER)
    line = otter.page.locator("care-card .lines__one").first
    await line.scroll_into_view_if_needed()
    card = await otter.page.locator(".room__cards").bounding_box()
    box = await otter.box.bounding_box()
    tapped = await line.bounding_box()

    assert card
    assert box
    assert tapped
    assert card["y"] + card["height"] <= box["y"]
    assert box["y"] + box["height"] <= 400
    assert tapped["height"] >= 44
    wide = await otter.page.evaluate("document.documentElement.scrollWidth")
    assert wide == 320


async def test_a_slowed_room_lets_nobody_in_danger_wait(
    staffed: House, otter: Visitor, wren: Visitor, monkeypatch: pytest.MonkeyPatch
):
    slowed = Held(RoomName("coffee"), slow_seconds=600)
    know_for_good(staffed.service.backroom.held, [slowed], monkeypatch)
    await otter.say("hello")
    await otter.sees_mark("hello", "in the room")
    await otter.say("one more thing")
    await otter.sees_mark("one more thing", "goes in a moment")

    await otter.say(IN_DANGER)

    await wren.sees("hello", IN_DANGER)
    await otter.sees_mark("one more thing", "goes in a moment")


# Hidden, refused, held


async def test_what_would_identify_somebody_is_hidden_and_they_are_told(
    otter: Visitor, wren: Visitor
):
    await otter.say(PHONE)

    await wren.sees("call me on [phone number] tonight")
    mine = otter.message("call me on [phone number] tonight")
    await expect(mine).to_contain_text("We hid part of this")


async def test_what_may_not_be_said_keeps_its_text_and_says_why(otter: Visitor):
    await otter.say(ATTACK)
    refused = otter.message(ATTACK)
    await expect(refused).to_contain_text("Say what you feel, not what they are")
    await expect(otter.page.locator("[data-aloud]")).to_contain_text("Say what you")

    await otter.page.reload()
    await expect(refused).to_contain_text("Say what you feel, not what they are")
    assert await violations(otter.page) == []
    await otter.page.get_by_role("button", name="Change it").click()

    await expect(otter.box).to_have_value(ATTACK)
    await otter.sees()


async def test_what_is_held_waits_through_a_reload_and_comes_when_it_is_let_in(
    otter: Visitor, wren: Visitor, moderator: Moderator
):
    await otter.say(HELD)
    await otter.sees_mark(HELD, "with the room team")
    await otter.page.reload()
    await otter.sees_mark(HELD, "with the room team")
    case = await moderator.sees("held")
    await wren.sees()

    await moderator.acts(case.id, "release")

    await wren.sees(HELD)
    await otter.sees(HELD)
    await otter.sees_mark(HELD, "in the room")
    words = otter.page.locator("team-words")
    await expect(words).to_contain_text("let your message into the room")


async def test_what_is_not_let_in_is_told_though_its_author_went_out(
    staffed: House, otter: Visitor, moderator: Moderator
):
    await otter.say(HELD)
    await otter.sees_mark(HELD, "with the room team")
    case = await moderator.sees("held")
    await otter.page.get_by_role("button", name="Leave").click()

    await moderator.acts(case.id, "refuse", "Tell us how tonight feels instead.")

    words = otter.page.locator("team-words")
    await expect(words).to_contain_text("Tell us how tonight feels instead.")
    await expect(words).to_contain_text(HELD)
    await otter.page.get_by_role("button", name="I have read this").click()
    await expect(words).to_be_hidden()
    await eventually(lambda: staffed.service.gateway.connections == 0)
    await otter.enter("coffee")
    await expect(otter.message(HELD)).to_contain_text("did not let this into the room")
    await otter.page.get_by_role("button", name="Change it").click()
    await expect(otter.box).to_have_value(HELD)


# For everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_state_of_the_page_is_closed_to_anybody(
    staffed: House, invite: Invite, moderator: Moderator, scheme: str
):
    otter = await invite(staffed.url, viewport=SMALL, color_scheme=scheme, **HERE)
    page = otter.page
    await page.get_by_text("Help lines where you are").click()
    assert await violations(page) == []
    await otter.enter("coffee")
    for text in (PHONE, ATTACK, HELD, IN_DANGER):
        await otter.say(text)
    await page.locator("care-card").wait_for()
    assert await violations(page) == []

    case = await moderator.sees("held")
    await moderator.acts(case.id, "suspended", "Rest.", hours=3, message="refuse")
    await page.get_by_text("Rest.", exact=True).wait_for()
    assert await violations(page) == []
