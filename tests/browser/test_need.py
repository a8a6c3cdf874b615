"""Someone needs to talk, as they meet it at a browser, however the house may answer."""

import re
from collections.abc import Callable
from time import time

import pytest
from playwright.async_api import Locator, expect

from chat.asides import NeedNews, card, need, stay
from chat.model import Grade
from tests.browser import toy_calls as toy
from tests.browser.axe import violations
from tests.browser.conftest import HERE, Invite
from tests.browser.toy_calls import (
    ACCEPTED,
    ENDED,
    NOBODY_YET,
    OFFERED,
    OTHER,
    PEER,
    TALKING,
    TOKEN,
    ToyCalls,
)
from tests.browser.visitor import Visitor
from tests.support.eventually import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = {"width": 320, "height": 640}
SILENT = OFFERED._replace(why="silent", alerted=2, opened=0, round=2)
NOBODY = OFFERED._replace(alerted=0, opened=0, round=2, nobody=True)
WORDS = "It is all coming back"


async def pressed(
    url: str, invite: Invite, **device: object
) -> tuple[Visitor, ToyCalls]:
    """Return somebody who pressed on the front page, and whom the house heard."""
    otter = await invite(url, **HERE, **device)
    calls = await ToyCalls.between(otter)
    calls.when[toy.RAISE] = lambda _asked: [need(NOBODY_YET)]
    await otter.page.reload()
    await otter.page.get_by_role("button", name="I need to talk").click()
    await expect(headline(otter)).to_have_text("We are finding someone for you.")
    await expect(otter.box).to_be_visible()
    return otter, calls


async def in_a_room(
    url: str, invite: Invite, **device: object
) -> tuple[Visitor, ToyCalls]:
    """Return somebody in the coffee room, and who answers for the house."""
    otter = await invite(url, **HERE, **device)
    calls = await ToyCalls.between(otter)
    await otter.page.reload()
    await otter.enter("coffee")
    return otter, calls


def headline(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-headline]")


def story(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-story]")


def button(visitor: Visitor, words: str) -> Locator:
    return visitor.page.get_by_role("button", name=words, exact=True)


# The button


async def test_the_button_is_plain_html_before_any_list_and_any_script(
    service_url: str, invite: Invite
):
    otter = await invite(service_url, java_script_enabled=False, viewport=SMALL)
    form = otter.page.locator("form[data-need]").first
    box = await form.get_by_role("button", name="I need to talk").bounding_box()

    assert await form.get_attribute("action") == "/talk"
    assert await form.get_attribute("method") == "post"
    assert box
    assert box["y"] + box["height"] < SMALL["height"]
    assert box["height"] >= 44
    body = (await otter.page.content()).split("<body>")[1]
    assert body.index("I need to talk") < body.index("<room-list>") < 8000


async def test_the_lines_of_every_country_are_a_tap_away_without_script(
    service_url: str, invite: Invite
):
    otter = await invite(service_url, java_script_enabled=False, viewport=SMALL)
    await otter.page.get_by_text("Help lines where you are").click()

    await otter.page.get_by_role("link", name="All help lines, by country").click()

    await expect(otter.page.locator("#lines")).to_be_in_viewport()
    await expect(otter.page.locator("#lines .lines__one").first).to_be_visible()


async def test_no_line_moves_away_from_a_thumb_when_the_hours_come(
    service_url: str, invite: Invite
):
    otter = await invite(service_url, **HERE, viewport=SMALL)
    call = otter.page.locator(".danger [href='tel:0800567567']").first
    before = await call.bounding_box()
    told = {
        "told": "Someone is usually here 18:00 to 22:00 every day.",
        "zone": "Africa/Johannesburg",
    }
    await otter.page.route("**/hours.json", lambda route: route.fulfill(json=told))

    await otter.page.reload()
    await expect(otter.page.locator("[data-hours]")).to_contain_text("18:00 to 22:00")

    assert before == await call.bounding_box()


async def test_one_press_asks_though_the_rooms_never_load(
    service_url: str, invite: Invite
):
    otter = await invite(service_url, **HERE)
    calls = await ToyCalls.between(otter)
    await otter.page.route("**/rooms.json", lambda route: route.abort())
    await otter.page.reload()

    await button(otter, "I need to talk").click()

    await eventually(lambda: calls.asked == [(toy.RAISE, "", "", "", "", "en")])
    assert otter.page.url == f"{service_url}/#/talk"
    assert await otter.page.title() == "Porchlight"


@pytest.mark.parametrize("room", ["coffee", "veterans"])
async def test_it_stands_in_the_head_of_every_room_and_says_from_where(
    service_url: str, invite: Invite, room: str
):
    otter = await invite(service_url, viewport=SMALL, **HERE)
    calls = await ToyCalls.between(otter)
    await otter.page.reload()
    await otter.enter(room)
    press = otter.page.locator(".room__head").get_by_role(
        "button", name="I need to talk"
    )
    box = await press.bounding_box()
    assert box
    assert box["y"] < 120
    assert box["x"] + box["width"] <= 320

    await press.click()

    await eventually(lambda: calls.asked == [(toy.RAISE, room, "", "", "", "en")])
    await button(otter, "Back").click()
    await otter.sees_state("Connected")


async def test_a_press_without_signal_is_kept_and_goes_out_with_it(
    service_url: str, invite: Invite
):
    otter = await invite(service_url, **HERE)
    calls = await ToyCalls.between(otter)
    calls.when[toy.RAISE] = lambda _asked: [need(NOBODY_YET)]
    await otter.page.reload()
    calls.down = True

    await button(otter, "I need to talk").click()
    await expect(story(otter)).to_contain_text(
        "keep this page open, or use a help line"
    )
    lines = otter.page.locator("need-card .lines__one").first
    await expect(lines).to_be_visible()
    assert calls.asked == []
    calls.down = False

    await expect(headline(otter)).to_have_text("We are finding someone for you.")
    assert calls.asked == [(toy.RAISE, "", "", "", "", "en")]


async def test_a_press_outlives_a_house_that_cannot_and_a_page_that_is_loaded_again(
    service_url: str, invite: Invite
):
    otter = await invite(service_url, **HERE)
    calls = await ToyCalls.between(otter)
    calls.refusals[toy.RAISE] = ("unavailable", 30)
    await otter.page.reload()
    await button(otter, "I need to talk").click()
    note = otter.page.locator("need-card [data-note]")
    await expect(note).to_contain_text("It goes by itself as soon as it can")

    await otter.page.reload()

    await eventually(lambda: len(calls.asked) == 2)
    assert calls.asked[1] == (toy.RAISE, "", "", "", "", "en")


# While somebody is looked for


async def test_the_page_tells_the_truth_and_counts_down(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite)
    calls.news(OFFERED)
    await expect(story(otter)).to_have_text("3 peers alerted · 1 has opened it")
    after = otter.page.locator("[data-next]")
    await expect(after).to_have_text(re.compile(r"Next step in [123]\d s"))
    await expect(story(otter)).not_to_contain_text("step")

    calls.news(SILENT)

    await expect(story(otter)).to_contain_text("has gone quiet")
    await expect(story(otter)).to_contain_text("They can read what you wrote")


async def test_the_help_lines_stand_there_and_first_when_nobody_can_come(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite, viewport=SMALL)
    calls.news(OFFERED)
    lines = otter.page.locator("need-card .lines__one[href='tel:0800567567']")
    await expect(lines).to_be_visible()

    calls.news(NOBODY)

    await expect(headline(otter)).to_have_text(
        "None of us can be reached just now. We keep trying."
    )
    await expect(story(otter)).not_to_contain_text("asked everybody")
    here = otter.page.get_by_text("Please use one of these lines")
    words, after = await here.bounding_box(), await lines.bounding_box()
    assert words
    assert after
    assert words["y"] < after["y"] < words["y"] + 250
    for shown in (headline(otter), here, lines):
        await expect(shown).to_be_in_viewport(ratio=1)


async def test_while_nobody_can_come_it_says_when_somebody_is_and_by_whose_clock(
    service_url: str, invite: Invite
):
    otter = await invite(service_url, **HERE)
    told = {"told": "Someone is usually here 18:00 to 22:00.", "zone": "Europe/London"}
    await otter.page.route("**/hours.json", lambda route: route.fulfill(json=told))
    calls = await ToyCalls.between(otter)
    calls.when[toy.RAISE] = lambda _asked: [need(NOBODY_YET)]
    await otter.page.reload()
    await otter.page.get_by_role("button", name="I need to talk").click()
    hours = otter.page.locator("need-card [data-hours]")
    await expect(hours).to_be_hidden()

    calls.news(NOBODY)
    await expect(hours).to_contain_text("18:00 to 22:00. By the clock of London, which")

    calls.news(OFFERED)
    await expect(hours).to_be_hidden()


@pytest.mark.parametrize("news", [OFFERED, SILENT, ACCEPTED, TALKING, NOBODY])
async def test_a_line_to_call_stands_in_sight_the_whole_time(
    service_url: str, invite: Invite, news: NeedNews
):
    otter, calls = await pressed(service_url, invite, viewport=SMALL)
    await otter.say(WORDS)
    calls.news(news)
    await expect(headline(otter)).to_be_in_viewport(ratio=1)

    call = otter.page.locator("need-card [data-call]")

    await expect(call).to_have_text("Call 0800 567 567")
    await expect(call).to_have_attribute("href", "tel:0800567567")
    if not news.nobody:
        await expect(call).to_be_in_viewport(ratio=1)


async def test_the_line_to_call_is_of_the_country_that_is_chosen(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite, viewport=SMALL)
    calls.news(TALKING)
    await otter.page.locator("need-card [data-lines] summary").click()
    country = otter.page.locator("need-card").get_by_label("Where are you?")
    call = otter.page.locator("need-card [data-call]")

    await country.select_option(label="Ireland")
    await expect(call).to_have_text("Call 116 123")
    await country.select_option(label="Somewhere else")
    await otter.page.locator("need-card [data-lines] summary").click()
    await expect(call).to_have_text("All help lines")
    await call.click()

    await expect(country).to_be_in_viewport(ratio=1)


async def test_what_is_said_more_goes_with_the_same_need(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite)
    await otter.page.get_by_text("Say more, if you like").click()
    await otter.page.get_by_label("A few words").fill(WORDS)
    for words in ("Take my mind off it", "Somebody who listens", "Faith", "Alcohol"):
        await button(otter, words).click()

    await button(otter, "Add this").click()

    asked = (toy.RAISE, "", WORDS, "listen", "alcohol,faith", "en")
    await eventually(lambda: calls.asked[1:] == [asked])
    await expect(otter.page.locator("need-card")).to_contain_text(
        "Whoever comes will see it"
    )


@pytest.mark.parametrize("words", ["Say more, if you like", "Call me back later"])
async def test_what_is_opened_comes_into_sight(
    service_url: str, invite: Invite, words: str
):
    otter, calls = await pressed(service_url, invite, viewport=SMALL)
    calls.news(OFFERED)
    opened = otter.page.locator("need-card details", has_text=words)
    await expect(story(otter)).to_contain_text("3 peers")

    await opened.locator("summary").click()

    await expect(opened.locator("summary")).to_be_in_viewport(ratio=0.95)
    for shown in (opened.locator("button").nth(0), opened.locator("button").nth(1)):
        await expect(shown).to_be_in_viewport(ratio=1)
    await expect(otter.box).to_be_in_viewport(ratio=1)
    calls.news(TALKING)
    await expect(headline(otter)).to_have_text("Somebody is with you.")
    talk = await otter.page.locator("room-talk").bounding_box()
    assert talk
    assert talk["height"] > 120


async def test_one_may_say_no_thanks_at_once(service_url: str, invite: Invite):
    otter, calls = await pressed(service_url, invite)
    over = ENDED._replace(why="withdrew")
    calls.when[toy.WITHDRAW] = lambda _asked: [need(over)]

    await button(otter, "I am all right for now").click()

    await expect(story(otter)).to_contain_text("nobody asks why")
    await expect(otter.box).to_be_hidden()
    await expect(headline(otter)).to_be_focused()
    await expect(button(otter, "I need to talk now")).to_be_visible()


async def test_one_may_be_called_back_at_a_time_that_is_said_in_words(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite)
    calls.when[toy.CALL_BACK] = lambda asked: [
        need(ENDED._replace(why="call_back", call_back_at=asked[2]))
    ]
    calls.news(OFFERED)
    await otter.page.get_by_text("Call me back later").click()
    await otter.page.locator("[data-times] button", has_text="tomorrow at 9:00").click()
    form = otter.page.locator("[data-call-back]")
    await expect(form).to_contain_text("We call a peer for you tomorrow at 9:00")
    assert await form.locator("input").get_attribute("max")

    await button(otter, "Call me back then").click()

    await expect(headline(otter)).to_have_text("We will call again.")
    await expect(story(otter)).to_contain_text("tomorrow at 9:00")
    await button(otter, "Back").click()
    strip = otter.page.locator("need-strip")
    await expect(strip).to_contain_text("tomorrow at 9:00")
    (_, at) = calls.asked[-1]
    assert 0 < at - time() < 2 * 24 * 3600


# The talk


async def test_the_first_words_are_there_before_anybody_is_and_the_peer_is_marked(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite)
    await otter.say(WORDS)
    await otter.sees_mark(WORDS, "sent")
    assert calls.said == [WORDS]

    calls.news(ACCEPTED)
    await expect(headline(otter)).to_have_text("Somebody is with you.")
    calls.news(TALKING)
    calls.says(PEER, "I am here.")

    await otter.sees(WORDS, "I am here.")
    mark = otter.message("I am here.").locator(".message__mark")
    await expect(mark).to_have_text("peer")
    await button(otter, "I need a moment.").click()
    await otter.sees(WORDS, "I am here.", "I need a moment.")


async def test_a_talk_goes_on_when_one_looks_at_something_else(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite)
    calls.news(TALKING)
    calls.says(PEER, "I am here.")
    await otter.sees("I am here.")
    await button(otter, "Back").click()
    strip = otter.page.locator("need-strip")
    await expect(strip).to_contain_text("Somebody is with you")
    assert await otter.page.locator(".card", has_text="talk-").count() == 0

    calls.says(PEER, "Take your time.")

    await expect(strip).to_contain_text("new words for you")
    await strip.get_by_role("link", name="Go to the talk").click()
    await otter.sees("I am here.", "Take your time.")


async def test_a_page_that_is_loaded_again_is_in_the_same_talk(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite)
    calls.news(TALKING)
    await otter.page.reload()
    await eventually(lambda: calls.dialled > 1)

    calls.news(TALKING)

    await expect(headline(otter)).to_have_text("Somebody is with you.")
    calls.says(PEER, "Still here.")
    await otter.sees("Still here.")


async def test_an_end_is_kind_and_what_was_said_can_still_be_read(
    service_url: str, invite: Invite
):
    otter, calls = await pressed(service_url, invite)
    calls.news(TALKING)
    calls.says(PEER, "I am here.")
    await otter.sees("I am here.")
    calls.when[toy.WITHDRAW] = lambda _asked: [need(ENDED)]

    await button(otter, "End this talk").click()

    await expect(story(otter)).to_contain_text("Thank you for talking with us")
    await otter.sees("I am here.")
    await expect(otter.box).to_be_hidden()


async def test_being_forgotten_takes_the_talk_along(service_url: str, invite: Invite):
    otter, calls = await pressed(service_url, invite)
    calls.news(TALKING)
    await otter.box.fill("not sent yet")
    await otter.page.goto(f"{service_url}/#/device")
    await button(otter, "Forget me").click()
    await button(otter, "Yes, wipe it all").click()
    await otter.page.locator(".card").first.wait_for()

    kept = "Object.keys(localStorage).concat(Object.keys(sessionStorage))"
    assert await otter.page.evaluate(kept) == []
    await expect(otter.page.locator("need-strip")).to_be_hidden()


# When nobody pressed


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (lambda calls: calls.care("coffee", Grade.IMMINENT), "sounded like danger"),
        (lambda calls: calls.stay(10, int(time()) - 61), "You did not check in"),
        (lambda calls: None, "Somebody here worries about you"),
    ],
)
async def test_a_need_that_nobody_pressed_for_is_explained_and_may_be_refused(
    service_url: str,
    invite: Invite,
    before: Callable[[ToyCalls], None],
    words: str,
):
    otter, calls = await in_a_room(service_url, invite)
    before(calls)

    calls.news(OFFERED)

    strip = otter.page.locator("need-strip")
    await expect(strip).to_contain_text(words)
    await expect(strip).to_contain_text("You can say no")
    await expect(otter.box).to_be_focused()
    calls.when[toy.WITHDRAW] = lambda _: [need(ENDED._replace(why="withdrew"))]
    await strip.get_by_role("button", name="No, thanks").click()
    await expect(strip).to_be_hidden()
    assert calls.asked == [(toy.WITHDRAW,)]


# Stay with me


async def test_who_asks_for_company_checks_in_from_every_page(
    service_url: str, invite: Invite
):
    otter, calls = await in_a_room(service_url, invite)
    calls.when[toy.STAY] = lambda asked: [
        stay(asked[3], asked[3] and int(time()) + 600)
    ]
    await button(otter, "Help").click()
    help_ = otter.page.locator("care-card")
    await help_.get_by_text("Stay with me").click()
    await expect(help_).to_contain_text("If you do not, we call a peer for you")

    await help_.get_by_role("button", name="10 minutes").click()

    strip = otter.page.locator("stay-strip")
    await expect(strip).to_contain_text("Check in by")
    await button(otter, "Leave").click()
    await strip.get_by_role("button", name="I am here").click()
    await strip.get_by_role("button", name="Stop").click()
    await expect(strip).to_be_hidden()
    asked = [(minutes, room) for _kind, room, minutes, _language in calls.asked]
    assert asked == [(10, "coffee"), (10, ""), (0, "")]


# Talking more


async def test_two_talk_in_private_only_if_both_want_it(
    service_url: str, invite: Invite
):
    otter, calls = await in_a_room(service_url, invite)
    wren = await invite(service_url)
    await wren.enter("coffee")
    await wren.say("Evening.")
    await otter.sees("Evening.")

    await otter.respond("Evening.", "Ask to talk in private")

    await expect(otter.page.locator(".room__cards")).to_contain_text("We have asked")
    await eventually(lambda: calls.asked == [(toy.TALK_MORE, "coffee", 1)])
    calls.when[toy.CARD] = lambda asked: [
        card(TOKEN, "coffee", OTHER, "open" if asked[3] else "over", toy.ELSEWHERE)
    ]
    calls.card("asked")
    shown = otter.page.locator("talk-cards")
    await expect(shown).to_contain_text("would like to talk with you in private")
    await expect(shown).to_contain_text("They are not told")
    await shown.get_by_role("button", name="Yes").click()
    await expect(otter.page).to_have_url(f"{service_url}/#/private")
    await otter.page.locator("card-page").wait_for()
    await otter.say("Hello, you.")
    await otter.sees("Hello, you.")
    await button(otter, "End this talk").click()
    await expect(otter.page.locator("[data-told]")).to_contain_text("over")
    await expect(otter.box).to_be_hidden()


async def test_a_no_is_told_to_nobody_and_the_card_is_gone(
    service_url: str, invite: Invite
):
    otter, calls = await in_a_room(service_url, invite)
    calls.card("asked")
    shown = otter.page.locator("talk-cards")

    await shown.get_by_role("button", name="No, thanks").click()

    await expect(shown).to_be_hidden()
    await eventually(lambda: calls.asked == [(toy.CARD, TOKEN, False)])


async def test_nobody_is_asked_by_their_own_message(service_url: str, invite: Invite):
    otter, _calls = await in_a_room(service_url, invite)
    await otter.say("It is me.")
    await otter.sees_mark("It is me.", "in the room")

    await otter.message("It is me.").locator(".message__more").click()

    asks = otter.page.get_by_role("button", name="Ask to talk in private")
    await expect(asks).to_have_count(0)


# For everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_state_of_a_need_is_closed_to_anybody(
    service_url: str, invite: Invite, scheme: str
):
    device = {"viewport": SMALL, "color_scheme": scheme}
    otter, calls = await pressed(service_url, invite, **device)
    page = otter.page
    for each in ("Say more, if you like", "Call me back later", "Stay with me"):
        await page.locator("need-card").get_by_text(each).click()
    calls.news(OFFERED)
    await expect(story(otter)).to_contain_text("3 peers")
    assert await violations(page) == []

    for news in (NOBODY, TALKING, ENDED):
        calls.news(news)
        await page.wait_for_timeout(50)
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
    calls.stay(10, int(time()) + 60)
    calls.card("asked")
    await page.locator("talk-cards .strip").wait_for()
    assert await violations(page) == []


async def test_the_keyboard_alone_finds_somebody_to_talk_to(
    service_url: str, invite: Invite
):
    otter = await invite(service_url, **HERE)
    calls = await ToyCalls.between(otter)
    calls.when[toy.RAISE] = lambda _asked: [need(TALKING)]
    await otter.page.reload()

    await button(otter, "I need to talk").press("Enter")

    await expect(headline(otter)).to_have_text("Somebody is with you.")
    await otter.box.press_sequentially("Hello")
    await otter.page.keyboard.press("Enter")
    await otter.sees("Hello")
    assert calls.said == ["Hello"]
