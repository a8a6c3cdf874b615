"""The page itself: private, plain, and for everybody."""

import asyncio
from functools import partial
from urllib.parse import urlsplit

import pytest
from mnemonic import Mnemonic
from playwright.async_api import Route, expect

from tests.browser.conftest import Invite
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_nobody_else_is_asked_for_anything(service_url: str, invite: Invite):
    otter = await invite(service_url)
    await otter.enter("coffee")
    await otter.say("hello")
    await otter.sees("hello")
    await show_words(otter)

    assert {urlsplit(url).netloc for url in otter.requests} == {
        urlsplit(service_url).netloc
    }
    assert not any("coffee" in url for url in otter.requests)


async def test_the_keyboard_alone_is_enough(service_url: str, invite: Invite):
    otter = await invite(service_url)
    keyboard = otter.page.keyboard
    await press_until(otter, "Tab", '[href="#women"]')
    await keyboard.press("Enter")
    await press_until(otter, "Tab", "[data-understood]")
    await keyboard.press("Enter")
    await expect(otter.page.locator("[data-enter]")).to_be_enabled()
    await press_until(otter, "Tab", "[data-enter]")
    await keyboard.press("Enter")
    await otter.sees_state("Connected")

    await expect(otter.box).to_be_focused()
    await keyboard.type("one line")
    await keyboard.press("Shift+Enter")
    await keyboard.type("and another")
    await keyboard.press("Enter")
    await otter.sees("one line\nand another")
    await otter.sees_mark("one line\nand another", "in the room")

    await press_until(otter, "Shift+Tab", ".message__more")
    await keyboard.press("Enter")
    await press_until(otter, "Tab", ".message__acts button:last-child")
    await keyboard.press("Enter")
    await otter.sees()


async def test_the_door_is_shown_once_and_the_rules_each_time(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    await otter.enter("coffee")
    await otter.page.get_by_role("button", name="Leave").click()

    await otter.page.locator('a[href="#coffee"]').click()

    await expect(otter.page.get_by_text("House rules")).to_be_visible()
    await expect(otter.page.locator("house-door")).to_have_count(0)


async def test_another_name_can_be_had_before_one_enters(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    await otter.page.locator('a[href="#coffee"]').click()
    await otter.page.get_by_role("button", name="I understand").click()
    face = otter.page.locator("[data-face]")
    await expect(otter.page.locator("[data-enter]")).to_be_enabled()
    first = await face.inner_text()

    await otter.page.get_by_role("button", name="Another name").click()

    await expect(face).not_to_have_text(first)
    await expect(otter.page.locator("[data-enter]")).to_be_enabled()


async def test_twelve_words_make_one_the_same_person_elsewhere(
    service_url: str, invite: Invite
):
    otter, elsewhere = await invite(service_url), await invite(service_url)
    words = await show_words(otter)
    assert Mnemonic("english").check(words)
    name = await name_in(otter, "coffee")

    await elsewhere.page.goto(f"{service_url}/#/device")
    await elsewhere.page.get_by_label("The twelve words").fill(words.upper())
    await elsewhere.page.get_by_role("button", name="Come back").click()
    await elsewhere.page.get_by_text("Welcome back").wait_for()

    assert await name_in(elsewhere, "coffee") == name
    assert await name_in(otter, "women") != name


async def test_words_with_a_slip_are_refused_kindly(service_url: str, invite: Invite):
    otter = await invite(service_url)
    await otter.page.goto(f"{service_url}/#/device")

    await otter.page.get_by_label("The twelve words").fill("zoo " * 12)
    await otter.page.get_by_role("button", name="Come back").click()

    await otter.page.get_by_text("do not fit together").wait_for()


async def test_whoever_has_gone_on_is_not_taken_back_by_a_page_that_comes_late(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    gone = asyncio.Event()
    await otter.page.route("**/js/device.js*", partial(late, gone))
    await otter.page.get_by_role("link", name="This device").click()

    await otter.page.evaluate("location.hash = ''")
    gone.set()
    await otter.page.evaluate("import('/js/device.js').then(() => null)")

    await expect(
        otter.page.get_by_role("button", name="I need to talk")
    ).to_be_visible()


async def late(until: asyncio.Event, route: Route) -> None:
    """Let a page have something no sooner than that."""
    await until.wait()
    await route.continue_()


async def test_forgetting_leaves_nothing_on_the_device(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    await otter.enter("coffee")
    await otter.box.fill("a draft")
    assert await kept(otter) > 0

    await otter.page.goto(f"{service_url}/#/device")
    await otter.page.get_by_role("button", name="Forget me").click()
    await otter.page.get_by_role("button", name="Yes, wipe it all").click()

    await expect(otter.page).to_have_url(f"{service_url}/")
    await otter.page.locator(".card").first.wait_for()
    assert await kept(otter) == 0


async def test_a_browser_that_keeps_nothing_can_still_talk(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    await otter.page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new Error('no') } })"
    )
    await otter.page.reload()

    await otter.enter("men")
    await otter.say("hello")

    await otter.sees_mark("hello", "in the room")


async def test_a_text_that_is_too_long_is_kept_and_said_so(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    await otter.enter("family")
    await expect(otter.page.locator("#count")).to_be_empty()

    await otter.say("🌅" * 2001)

    await otter.page.get_by_text("too long for one message").wait_for()
    await expect(otter.page.locator("#count")).to_have_text("1 too many")
    await otter.say("🌅" * 2000)
    await otter.sees("🌅" * 2000)


async def test_history_is_outside_the_region_that_is_read_out(
    service_url: str, invite: Invite
):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("veterans")
    await otter.say("before you came")
    await otter.sees_mark("before you came", "in the room")
    await heron.enter("veterans")
    await heron.sees("before you came")
    await otter.say("now you are here")
    await heron.sees("before you came", "now you are here")

    log = heron.page.get_by_role("log")

    await expect(log.locator(".message__text")).to_have_text(["now you are here"])


async def test_what_stays_on_the_page_is_not_put_in_again(
    service_url: str, invite: Invite
):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("smart")
    await heron.enter("smart")
    await otter.say("taken back")
    await otter.say("stays")
    await heron.sees("taken back", "stays")
    await heron.page.get_by_role("log").evaluate(
        "log => { window.added = []; new MutationObserver(changes => changes.forEach("
        "change => window.added.push(...change.addedNodes)))"
        ".observe(log.firstElementChild, { childList: true }) }"
    )

    await otter.respond("taken back", "Take back")
    await heron.sees("stays")

    assert await heron.page.evaluate("window.added.length") == 0


async def show_words(visitor: Visitor) -> str:
    await visitor.page.goto(f"{visitor.url}/#/device")
    await visitor.page.get_by_role("button", name="Show my twelve words").click()
    words = visitor.page.locator(".phrase li")
    await expect(words).to_have_count(12)
    return " ".join(await words.all_inner_texts())


async def name_in(visitor: Visitor, room: str) -> str:
    await visitor.page.goto(f"{visitor.url}/#{room}")
    await visitor.page.locator("house-door, room-entry").first.wait_for()
    understood = visitor.page.get_by_role("button", name="I understand")
    if await understood.count():
        await understood.click()
    await expect(visitor.page.locator("[data-enter]")).to_be_enabled()
    return await visitor.page.locator("[data-face]").inner_text()


async def press_until(visitor: Visitor, key: str, selector: str) -> None:
    """Press a key until what the selector means, which may be late, has the focus."""
    await visitor.page.locator(selector).first.wait_for()
    for _ in range(60):
        await visitor.page.keyboard.press(key)
        if await visitor.page.evaluate(
            "selector => document.activeElement.matches(selector)", selector
        ):
            return
    raise AssertionError(f"{key} never comes to {selector}")


async def kept(visitor: Visitor) -> int:
    count: int = await visitor.page.evaluate(
        "() => localStorage.length + sessionStorage.length"
    )
    return count


async def test_a_long_talk_makes_no_long_page(service_url: str, invite: Invite):
    otter = await invite(service_url, viewport={"width": 320, "height": 480})
    await otter.enter("women")
    lines = [f"{word} it is still raining here" for word in ("Yes,", "Well,", "And")]
    for line in lines * 3:
        await otter.say(line)
        await otter.page.wait_for_timeout(50)
    await expect(otter.page.locator(".message")).to_have_count(9)

    height = await otter.page.evaluate("document.documentElement.scrollHeight")

    assert height == 480
