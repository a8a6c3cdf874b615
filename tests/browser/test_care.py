"""The room team and the help lines, as a member meets them at a browser."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from chat.held import Held
from chat.model import RoomName
from chat.settings import Settings
from tests.browser.axe import violations
from tests.browser.conftest import Invite
from tests.browser.visitor import Visitor
from tests.support.eventually import eventually
from tests.support.room_team import Moderator
from tests.support.service import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
HEAVY = "I keep thinking everyone would be better off without me"
HEAVY_TOO = "I do not want to be here any more"
ATTACK = "you're a worthless junkie, nobody wants you here"
HELD = "how much fent should i cook to get high"
UNKIND = "a thing that hurt wren"
COFFEE = RoomName("coffee")
HERE = {"timezone_id": "Africa/Johannesburg", "reduced_motion": "reduce"}
STRIP = {"viewport": {"width": 320, "height": 400}}
"""What the keyboard of a small phone leaves."""


@pytest_asyncio.fixture(loop_scope="module")
async def staffed(settings: Settings) -> AsyncIterator[House]:
    """Serve from this very process, so that a test can act for the room team."""
    async with House.open(settings) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def moderator(staffed: House) -> Moderator:
    return await Moderator.on_duty(staffed.service)


@pytest_asyncio.fixture(loop_scope="module")
async def otter(staffed: House, invite: Invite) -> Visitor:
    return await inside(staffed, invite, **HERE)


@pytest_asyncio.fixture(loop_scope="module")
async def wren(staffed: House, invite: Invite) -> Visitor:
    return await inside(staffed, invite)


async def inside(house: House, invite: Invite, **device: object) -> Visitor:
    visitor = await invite(house.url, **device)
    await visitor.enter("coffee")
    return visitor


# In danger


async def test_who_is_in_danger_alone_is_shown_help_and_goes_on_writing(
    otter: Visitor, wren: Visitor
):
    card = otter.page.locator("care-card")
    await otter.say(IN_DANGER)
    await otter.box.press_sequentially("please somebody")

    await expect(card).to_contain_text("please call now")
    await expect(card.locator('[href="tel:0800567567"]')).to_be_visible()
    await expect(otter.box).to_be_focused()
    await expect(otter.box).to_have_value("please somebody")
    aloud = otter.page.locator("[data-aloud] p")
    await expect(aloud.filter(has_text="sounds like danger")).to_have_count(1)
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
    otter = await inside(staffed, invite, **STRIP, **HERE)
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
    staffed: House, otter: Visitor, wren: Visitor
):
    staffed.service.backroom.held.learn([Held(COFFEE, slow_seconds=60)])
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
    await otter.say("call me on 082 555 0177 tonight")

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
    case = await moderator.sees("held")
    await otter.page.get_by_role("button", name="Leave").click()

    await moderator.acts(case.id, "refuse", "Tell us how tonight feels instead.")

    words = otter.page.locator("team-words")
    await expect(words).to_contain_text("Tell us how tonight feels instead.")
    await expect(words).to_contain_text(HELD)
    await read(otter)
    await expect(words).to_be_hidden()
    await eventually(lambda: staffed.service.gateway.connections == 0)
    await otter.enter("coffee")
    await expect(otter.message(HELD)).to_contain_text("did not let this into the room")
    await otter.page.get_by_role("button", name="Change it").click()
    await expect(otter.box).to_have_value(HELD)


# What members ask, and are told


async def test_what_is_shown_to_the_room_team_goes_from_every_screen(
    otter: Visitor, wren: Visitor, moderator: Moderator
):
    case = await shown_to_the_team(otter, wren, moderator)

    await moderator.acts(case, "take_down", "That hurt somebody.")

    for visitor in (otter, wren):
        line = visitor.page.get_by_text("The room team took a message down")
        await line.wait_for()
        await visitor.sees()
    await expect(otter.page.locator("team-words")).to_contain_text("That hurt somebody")
    await expect(wren.page.locator("team-words")).to_be_hidden()


async def test_a_message_is_shown_to_the_room_team_with_the_keyboard_alone(
    otter: Visitor, wren: Visitor, moderator: Moderator
):
    await otter.say(UNKIND)
    more = wren.message(UNKIND).locator(".message__more")
    await more.focus()
    keyboard = wren.page.keyboard
    await keyboard.press("Enter")
    for _ in range(6):
        await keyboard.press("Tab")
    await keyboard.press("Enter")
    form = wren.page.get_by_role("group", name="Show the room team")
    await expect(form.get_by_role("button").first).to_be_focused()
    assert await violations(wren.page) == []
    await keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await expect(more).to_be_focused()

    await wren.respond(UNKIND, "Show the room team")
    await keyboard.press("Tab")
    await keyboard.press("Enter")

    await expect(more).to_be_focused()
    await expect(wren.message(UNKIND)).to_contain_text("Nobody else knows")
    assert (await moderator.sees("reported")).reasons == ("harassment",)


async def test_the_bell_calls_somebody(otter: Visitor, moderator: Moderator):
    await otter.page.get_by_role("button", name="Help").click()
    card = otter.page.locator("care-card")
    await card.get_by_role("button", name="Call the room team").click()

    await otter.page.get_by_text("The room team has been called").wait_for()
    assert (await moderator.sees("reported")).source == "bell"


async def test_a_warning_is_read_before_one_speaks_again(
    otter: Visitor, wren: Visitor, moderator: Moderator
):
    case = await shown_to_the_team(otter, wren, moderator)
    await otter.box.press_sequentially("in the middle of")
    await moderator.acts(case, "warning", "Please be kind to each other.")

    words = otter.page.locator("team-words")
    await expect(words).to_contain_text("Please be kind to each other.")
    await expect(otter.box).to_be_focused()
    assert await violations(otter.page) == []
    await otter.say("but i")
    await expect(otter.message("but i")).to_contain_text("Please read what")
    await read(otter)
    await otter.page.get_by_role("button", name="Try again").click()

    await wren.sees(UNKIND, "but i")
    await expect(words).to_be_hidden()


async def test_who_is_suspended_reads_along_and_is_told_until_when(
    otter: Visitor, wren: Visitor, moderator: Moderator
):
    case = await shown_to_the_team(otter, wren, moderator)
    await moderator.acts(case, "suspended", "Please take a break.", hours=24)
    words = otter.page.locator("team-words")
    await expect(words).to_contain_text("Until")
    await otter.say("hello?")
    await expect(otter.message("hello?")).to_contain_text("You can read here")
    await wren.say("all is well")
    await otter.message("all is well").wait_for()

    await read(otter)
    await otter.page.reload()

    await expect(words).to_contain_text("Until")
    await expect(words.get_by_text("Please take a break.")).to_be_hidden()
    await expect(otter.message("hello?")).to_contain_text("You can read here")


async def test_an_appeal_gives_somebody_their_voice_back(
    staffed: House, otter: Visitor, wren: Visitor, moderator: Moderator
):
    case = await shown_to_the_team(otter, wren, moderator)
    await moderator.acts(case, "suspended", "Please take a break.", hours=24)
    await otter.page.get_by_role("button", name="Ask somebody else").click()
    asked = otter.page.get_by_label("Why should somebody else look at it?")
    await asked.fill("It was a misunderstanding.")
    assert await violations(otter.page) == []
    await otter.page.get_by_role("button", name="Ask", exact=True).click()
    await otter.page.get_by_text("Another moderator will look at it").wait_for()
    await otter.say("hello?")

    other = await Moderator.on_duty(staffed.service, "Harbour")
    appealed = await other.sees("appeals")
    cases = staffed.service.backroom.cases
    await cases.decide(appealed.id, other.id, False, "We see it now. Sorry.")

    words = otter.page.locator("team-words")
    await expect(words).to_contain_text("took it back")
    await expect(words).not_to_contain_text("Please take a break.")
    await otter.page.get_by_role("button", name="Try again").click()
    await wren.sees(UNKIND, "hello?")


async def test_who_is_removed_stands_on_the_porch_with_help_and_an_answer(
    staffed: House, otter: Visitor, wren: Visitor, moderator: Moderator
):
    case = await shown_to_the_team(otter, wren, moderator)
    await moderator.acts(case, "removed", "Not here any more.")
    other = await Moderator.on_duty(staffed.service, "Harbour")
    await staffed.service.backroom.cases.second(case, other.id, True)

    front = otter.page.locator("[data-front]")
    await expect(front).to_contain_text("asked you not to come in any more")
    await expect(front.locator('[href="tel:988"]')).to_be_visible()
    await otter.page.reload()
    words = otter.page.locator("team-words")
    await expect(words).to_contain_text("Not here any more.")
    await otter.page.get_by_role("button", name="Ask somebody else").click()
    await otter.page.get_by_label("Why should somebody").fill("I am sorry.")
    await otter.page.get_by_role("button", name="Ask", exact=True).click()

    await otter.page.get_by_text("Another moderator will look at it").wait_for()
    assert (await other.sees("appeals")).id == case


async def test_how_the_room_is_held_is_told_in_it(staffed: House, otter: Visitor):
    note = otter.page.locator("[data-controls]")
    controls = staffed.service.backroom.controls
    await expect(note).to_be_hidden()

    await controls.set(
        COFFEE, by="lantern", slow_seconds=30, greeting="Welcome.", shield=True
    )
    await expect(note).to_contain_text("Welcome. The room is in slow mode")
    await expect(note).to_contain_text("newcomers")
    await controls.set(COFFEE, by="lantern", locked=True)
    await expect(note).to_contain_text("closed this room for a while")
    await otter.say("anybody?")
    await expect(otter.message("anybody?")).to_contain_text("closed this room")


async def shown_to_the_team(otter: Visitor, wren: Visitor, moderator: Moderator) -> str:
    await otter.say(UNKIND)
    await wren.message(UNKIND).wait_for()
    await wren.respond(UNKIND, "Show the room team")
    await wren.page.get_by_role("button", name="Unkind").click()
    await wren.page.get_by_text("Nobody else knows").first.wait_for()
    return (await moderator.sees("reported")).id


async def read(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="I have read this").click()
