"""Two people talk, each at a browser of their own."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Invite
from tests.browser.crowd import fill
from tests.browser.visitor import Visitor
from tests.support.eventually import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAYS_AT_ONCE = """(box, lines) => {
  for (const line of lines) {
    box.value = line
    box.form.requestSubmit()
  }
}"""


async def test_what_one_says_the_other_reads(service_url: str, invite: Invite):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("coffee")
    await heron.enter("coffee")

    await otter.say("good morning 🌅\nhow is everyone?")
    await heron.sees("good morning 🌅\nhow is everyone?")
    await heron.say("tired, but here")

    both = ("good morning 🌅\nhow is everyone?", "tired, but here")
    await otter.sees(*both)
    await heron.sees(*both)
    await otter.sees_mark(both[0], "in the room")


async def test_they_see_that_the_other_is_there(service_url: str, invite: Invite):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("women")
    await heron.enter("women")

    await expect(otter.page.locator(".people__one")).to_have_count(2)
    await expect(heron.page.locator(".people__one")).to_have_count(2)


async def test_writing_shows_and_is_not_read_out(service_url: str, invite: Invite):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("men")
    await heron.enter("men")

    await otter.box.press_sequentially("he")

    whisper = heron.page.locator("[data-whisper]")
    await expect(whisper).to_contain_text("is writing")
    assert await whisper.evaluate("e => e.closest('[aria-live], [role]')") is None


async def test_a_reply_shows_what_it_answers(service_url: str, invite: Invite):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("grief")
    await heron.enter("grief")
    await otter.say("it is a year today")

    await heron.message("it is a year today").wait_for()
    await heron.respond("it is a year today", "Reply")
    await heron.say("I am with you")

    quote = otter.message("I am with you").locator(".message__quote")
    await expect(quote).to_contain_text("it is a year today")


async def test_what_is_taken_back_is_gone_for_both(service_url: str, invite: Invite):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("young")
    await heron.enter("young")
    await otter.say("too much")
    await otter.say("hello")
    await heron.sees("too much", "hello")

    await otter.respond("too much", "Take back")

    await otter.sees("hello")
    await heron.sees("hello")


async def test_a_reaction_shows_with_how_many(service_url: str, invite: Invite):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("newcomers")
    await heron.enter("newcomers")
    await otter.say("day one")
    await heron.message("day one").wait_for()

    await heron.respond("day one", "proud of you")
    shown = otter.message("day one").locator(".chip")
    await expect(shown).to_have_text(["proud of you 1"])
    await shown.click()
    await expect(shown).to_have_text(["proud of you 2"])
    await shown.click()

    await expect(shown).to_have_text(["proud of you 1"])
    chip = heron.message("day one").locator(".chip")
    await expect(chip).to_have_attribute("aria-pressed", "true")


async def test_two_tabs_of_one_device_are_one_member(service_url: str, invite: Invite):
    otter = await invite(service_url)
    await otter.enter("dual")
    tab = Visitor(await otter.page.context.new_page(), service_url)
    await tab.page.goto(service_url)
    await tab.enter("dual")

    await otter.say("said once")

    await tab.sees("said once")
    await otter.sees("said once")
    await expect(tab.message("said once").locator(".message__name")).to_have_text("You")
    await expect(tab.page.locator(".people__one")).to_have_count(1)


async def test_who_talks_too_fast_is_slowed_and_nothing_is_lost(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    await otter.enter("dharma")
    lines = [f"breath {count}" for count in range(8)]

    await otter.box.evaluate(SAYS_AT_ONCE, lines)
    await otter.page.get_by_text("A little slower, please").wait_for()

    await otter.sees(*lines)
    await otter.sees_mark(lines[-1], "in the room")


async def test_a_slow_line_hears_what_is_said_and_not_who_is_writing(
    service_url: str, invite: Invite
):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("na")
    await heron.enter("na")
    await heron.page.get_by_text("My line is slow").click()
    await expect(heron.page.locator(".people__one")).to_have_count(0)

    await otter.box.press_sequentially("hel")
    await otter.say("hello")

    await heron.sees("hello")
    await expect(heron.page.locator("[data-whisper]")).to_have_text("")


async def test_earlier_talk_can_be_read_and_leaves_one_where_one_was(
    service_url: str, invite: Invite
):
    lines = [f"line {count}" for count in range(60)]
    await fill(service_url, "aa", lines)
    otter = await invite(service_url)
    await otter.enter("aa")
    await otter.sees(*lines[10:])

    first = otter.message("line 10")
    await first.scroll_into_view_if_needed()
    before = await first.bounding_box()
    await otter.page.get_by_role("button", name="Earlier talk").press("Enter")
    await otter.sees(*lines)

    async def is_where_it_was() -> bool:
        after = await first.bounding_box()
        if before is None or after is None:
            return False
        return abs(after["y"] - before["y"]) < 120

    assert await eventually(is_where_it_was)
    await expect(first).to_be_in_viewport()


async def test_markup_is_only_ever_text(service_url: str, invite: Invite):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("veterans")
    await heron.enter("veterans")
    hostile = "<img src=x onerror=\"document.title='broken'\"><b>hi</b>"

    await otter.say(hostile)

    await heron.sees(hostile)
    assert await heron.page.locator(".talk img, .talk b").count() == 0
    assert "broken" not in await heron.page.title()


async def test_a_link_is_text_that_nobody_can_press(service_url: str, invite: Invite):
    otter = await invite(service_url)
    await otter.enter("family")

    await otter.say("see https://www.na.org/ and https://example.org/")

    await otter.sees("see https://www.na.org/ and [link]")
    assert await otter.page.locator(".talk a").count() == 0


async def test_who_reads_back_is_left_in_peace(service_url: str, invite: Invite):
    otter, heron = await both_have_a_long_talk(service_url, invite, "smart")
    scroll = heron.page.locator("[data-scroll]")

    await scroll.evaluate("e => { e.scrollTop = 0 }")
    await otter.say("something new")

    button = heron.page.get_by_role("button", name="1 new message")
    await button.wait_for()
    assert await scroll.evaluate("e => e.scrollTop") == 0
    await button.click()
    await expect(heron.message("something new")).to_be_in_viewport()
    await expect(button).to_be_hidden()


async def test_who_begins_to_read_back_in_the_moment_of_a_message_is_left_in_peace(
    service_url: str, invite: Invite
):
    otter, heron = await both_have_a_long_talk(service_url, invite, "christian")
    scroll = heron.page.locator("[data-scroll]")

    # The page has not been told of it yet.
    await scroll.evaluate("e => { e.onscroll = null; e.scrollTop = 0 }")
    await otter.say("something new")

    await heron.page.get_by_role("button", name="1 new message").wait_for()
    assert await scroll.evaluate("e => e.scrollTop") == 0


async def test_who_begins_to_read_back_as_the_keyboard_opens_is_left_in_peace(
    service_url: str, invite: Invite
):
    otter, heron = await both_have_a_long_talk(service_url, invite, "family")
    scroll = heron.page.locator("[data-scroll]")

    await scroll.evaluate("e => { e.onscroll = null; e.scrollTop = 0 }")
    await heron.page.set_viewport_size({"width": 320, "height": 400})
    await otter.say("something new")

    await heron.page.get_by_role("button", name="1 new message").wait_for()
    assert await scroll.evaluate("e => e.scrollTop") == 0


async def both_have_a_long_talk(
    url: str, invite: Invite, room: str
) -> tuple[Visitor, Visitor]:
    otter = await invite(url)
    heron = await invite(url, viewport={"width": 320, "height": 480})
    await otter.enter(room)
    await heron.enter(room)
    for count in range(8):
        await otter.say(f"line {count}")
        await otter.sees_mark(f"line {count}", "in the room")
    await heron.message("line 7").wait_for()
    await expect(heron.message("line 7")).to_be_in_viewport()
    return otter, heron
