"""A phone that runs no script: somebody presses, writes, and is answered."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chat.oncall.stages import NeedId, PeerId
from chat.oncall.stays import GRACE, Stays
from chat.requests import Say
from chat.roles import Role
from chat.store import staff
from chat.talkroom import talk_of
from tests.browser.axe import violations
from tests.browser.closing import closed
from tests.browser.visitor import PATIENCE_MS
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.process import new_id
from tests.support.service import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

WREN = PeerId("wren")
IN_SIGHT: Final = "it => it.getBoundingClientRect().bottom <= innerHeight"


@pytest_asyncio.fixture(loop_scope="module")
async def phone(browser: Browser) -> AsyncIterator[Page]:
    """Have a small old phone."""
    context = await browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    await closed(context)


async def comes(house: House) -> NeedId:
    """Have Wren accept the one need that there is."""
    backroom, needs = house.service.backroom, house.service.callroom.needs
    async with backroom.database.begin() as tx:
        await staff.add(tx, staff.Account(WREN, "Wren", Role.PEER, 0))
    (known,) = await eventually(needs.open_needs)
    await needs.accept(known.need.id, WREN)
    return known.need.id


async def says(house: House, id_: NeedId, text: str) -> None:
    """Have Wren say something, as the staff socket does."""
    room = talk_of(id_)
    member = house.service.identity.peer(WREN, room, 0)
    listening = house.service.callroom.listening
    await listening.say(WREN, member, id_, Say(1, room, new_id(), text, 0))


async def twenty_minutes_pass(house: House) -> None:
    """Have the worker look as if all who check in had been silent for so long."""
    service = house.service
    later = FakeClock(service.clock.now() + timedelta(minutes=20) + GRACE)
    stays = Stays(
        database=service.backroom.database,
        clock=later,
        needs=service.callroom.needs,
        changed=service.backroom.doorbell.changed,
    )
    await stays.round()


@pytest.mark.parametrize("path", ["/", "/talk"])
async def test_a_form_says_that_a_page_of_ours_sends_it(
    staffed: House, phone: Page, path: str
):
    await phone.goto(staffed.url + path)

    async with phone.expect_request(lambda asked: asked.method == "POST") as sending:
        await phone.get_by_role("button", name="I need to talk").click()

    # Older browsers say nothing else by which we could know.
    headers = await (await sending.value).all_headers()
    assert headers["origin"] == staffed.url


async def test_no_link_of_the_front_page_leads_nowhere_without_script(
    staffed: House, phone: Page
):
    await phone.goto(staffed.url)

    assert await phone.locator("a[href^='#/']:visible").count() == 0


async def test_from_the_front_page_to_an_answer_without_any_script(
    staffed: House, phone: Page
):
    await phone.goto(staffed.url)
    await phone.get_by_role("button", name="I need to talk").click()
    # Which of the two it is depends on how soon the worker found that nobody is there.
    await expect(phone.get_by_role("heading", level=1)).to_have_text(
        re.compile("We are finding someone|None of us can be reached")
    )

    await phone.get_by_role("link", name="Write", exact=True).click()
    await phone.get_by_label("Whoever comes for you").fill("is anybody there")
    await phone.get_by_role("button", name="Send").click()
    await expect(phone.get_by_text("is anybody there")).to_be_visible()

    id_ = await comes(staffed)
    await says(staffed, id_, "Yes. I am here.")

    # It comes by itself: nobody presses anything.
    await expect(phone.get_by_text("Yes. I am here.")).to_be_visible(timeout=60_000)
    await expect(phone.get_by_text("Somebody is with you.")).to_be_visible()

    await phone.get_by_role("button", name="End this talk").click()
    await expect(phone.get_by_text("This talk is over.")).to_be_visible()


async def test_who_does_not_check_in_is_called_for_without_any_script(
    staffed: House, phone: Page
):
    await phone.goto(f"{staffed.url}/talk")
    await phone.get_by_role("link", name="Stay with me").click()
    await phone.get_by_role("button", name="20 minutes").click()
    await expect(phone.get_by_text("Check in within 20 minutes.")).to_be_visible()
    await phone.get_by_role("button", name="I am here").click()
    await expect(phone.get_by_text("Check in within 20 minutes.")).to_be_visible()

    await twenty_minutes_pass(staffed)

    # It looks again by itself, after half a minute at the latest.
    await expect(phone.get_by_text("You did not check in")).to_be_visible(
        timeout=60_000
    )
    (known,) = await staffed.service.callroom.needs.open_needs()
    assert known.told.source == "stay"


async def test_what_one_has_lived_through_is_ticked_without_any_script(
    staffed: House, phone: Page
):
    await phone.goto(f"{staffed.url}/talk")
    await phone.get_by_text("What have you lived through?").click()
    await phone.get_by_label("Losing someone").check()
    await phone.get_by_role("button", name="I need to talk").click()
    await expect(phone.get_by_role("link", name="Say more")).to_be_visible()

    (known,) = await staffed.service.callroom.needs.open_needs()
    assert known.told.shares == ("grief",)


async def test_the_button_is_in_sight_before_anything_else_on_a_small_phone(
    staffed: House, phone: Page
):
    await phone.goto(f"{staffed.url}/talk")
    button = phone.get_by_role("button", name="I need to talk")
    assert await button.evaluate(IN_SIGHT)

    await phone.goto(f"{staffed.url}/talk/stay")
    await phone.get_by_role("button", name="10 minutes").click()
    for name in ("I need to talk now", "I am here"):
        button = phone.get_by_role("button", name=name)
        assert await button.evaluate(IN_SIGHT), name


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_with_its_pages(
    staffed: House, browser: Browser, scheme: Literal["light", "dark"]
):
    # Axe is a script itself: the pages are the same with it.
    context = await browser.new_context(
        viewport={"width": 320, "height": 640}, color_scheme=scheme
    )
    page, found = await context.new_page(), list[str]()

    async def look(path: str) -> None:
        await page.goto(f"{staffed.url}{path}")
        for details in await page.locator("details").all():
            await details.evaluate("each => { each.open = true }")
        found.extend(f"{path}: {fault}" for fault in await violations(page))
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, path

    await look("/talk")
    await look("/talk/stay")
    await page.get_by_role("button", name="10 minutes").click()
    await look("/talk?still")
    await page.get_by_role("button", name="I need to talk now").click()
    for path in ("/talk?still", "/talk/write", "/talk/more", "/talk/later"):
        await look(path)
    await page.goto(f"{staffed.url}/talk")
    await page.get_by_role("button", name="I am all right for now").click()
    await look("/talk?still")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await look("/talk")
    await closed(context)

    assert found == []


@pytest.mark.parametrize("way_back", ["back", "link"])
async def test_whoever_pressed_before_the_script_was_there_is_led_back_to_that_talk(
    staffed: House, browser: Browser, way_back: str
):
    context = await browser.new_context()
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.route("**/js/app.js*", lambda route: route.abort())
    await page.goto(staffed.url)
    await page.get_by_role("button", name="I need to talk").click()
    await page.wait_for_url("**/talk?came")
    await page.unroute("**/js/app.js*")

    if way_back == "back":
        await page.go_back()
    else:
        await page.locator("a.house__name").click()
    await expect(page.get_by_text("Your talk goes on.")).to_be_visible()
    await page.get_by_role("button", name="I need to talk").click()

    await page.wait_for_url("**/talk?came")
    assert len(await staffed.service.callroom.needs.open_needs()) == 1
    await closed(context)
