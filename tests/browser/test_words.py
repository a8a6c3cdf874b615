"""What members ask of the room team at a browser, and what they are told."""

import pytest
from playwright.async_api import expect

from chat.model import RoomName
from tests.browser.axe import violations
from tests.browser.visitor import Visitor
from tests.support.room_team import Moderator
from tests.support.service import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKIND = "a thing that hurt wren"


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
        RoomName("coffee"),
        by="lantern",
        slow_seconds=30,
        greeting="Welcome.",
        shield=True,
    )
    await expect(note).to_contain_text("Welcome. The room is in slow mode")
    await expect(note).to_contain_text("newcomers")
    await controls.set(RoomName("coffee"), by="lantern", locked=True)
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
    button = visitor.page.get_by_role("button", name="I have read this")
    await button.click()
    await expect(button).to_be_hidden()
