"""The whole way: somebody says it in a room, and the room team sees it and answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chat.asides import Word
from tests.browser.axe import violations
from tests.browser.house import READY_SECONDS
from tests.browser.test_console import SIZES, faults
from tests.browser.test_signing_in import a_page, is_ready, press, with_passkeys
from tests.support.eventually import eventually
from tests.support.frames import Said
from tests.support.member import Member
from tests.support.program import Program

pytestmark = pytest.mark.asyncio(loop_scope="module")

CRISIS = "i took all my pills and i dont want to wake up"
PRIVATE = "send me your number and a photo, we can talk somewhere private"
COMPANY = "We have read you, and we are here with you."


class Open(NamedTuple):
    """A house that is open, and the first of its room team at the desk."""

    url: str
    desk: Page


@pytest_asyncio.fixture(loop_scope="module")
async def house(browser: Browser, tmp_path: Path) -> AsyncIterator[Open]:
    """Run the service as anybody would, and take up its first invitation."""
    env = {"DATA_DIR": str(tmp_path / "var"), "PORT": "0"}
    with Program("-m", "chat", "serve", env=env) as service:
        url = (await asyncio.to_thread(service.line)).split()[-1]
        link = (await asyncio.to_thread(service.line)).split()[-1]
        await eventually(lambda: is_ready(link), within=READY_SECONDS)
        async with at_the_desk(browser, link) as desk:
            yield Open(url, desk)


@asynccontextmanager
async def at_the_desk(browser: Browser, link: str) -> AsyncIterator[Page]:
    async with a_page(browser) as page:
        await with_passkeys(page)
        await page.goto(link)
        await page.get_by_label("Your desk name").fill("Robin")
        await press(page, "Go on")
        await press(page, "Make a passkey")
        await page.wait_for_url("**/staff")
        await expect(page.locator("[data-line][data-mood=good]")).to_have_count(1)
        yield page


async def test_a_cry_for_help_is_heard_by_the_room_and_answered_by_the_team(
    house: Open,
):
    async with a_member(house.url) as one, a_member(house.url) as other:
        await one.says(CRISIS)
        assert (await other.hears(Said)).text == CRISIS

        await open_the_first(house.desk)
        await house.desk.get_by_label("With its member").select_option("nudge")
        await house.desk.locator("#reason").select_option("risk_to_self")
        await house.desk.get_by_label("Words to the member").fill(COMPANY)
        await press(house.desk, "Do it")

        told = await one.hears(Word)
        assert (told.kind, told.text) == ("nudge", COMPANY)
        assert not any(isinstance(event, Word) for event in await other.all_heard())


async def test_a_held_message_is_heard_once_the_team_has_let_it_through(house: Open):
    async with a_member(house.url) as one, a_member(house.url) as other:
        await one.says_to_the_team(PRIVATE)
        await one.says("Evening all.")
        assert (await other.hears(Said)).text == "Evening all."

        await house.desk.get_by_role("link", name="Held").click()
        await open_the_first(house.desk)
        await house.desk.get_by_label("With the message").select_option("release")
        await house.desk.locator("#reason").select_option("in_order")
        await press(house.desk, "Do it")

        assert (await other.hears(Said)).text == PRIVATE


@pytest.mark.parametrize("width", SIZES)
async def test_the_pages_of_coming_and_going_can_be_used_by_everybody(
    house: Open, width: int
):
    await house.desk.set_viewport_size({"width": width, "height": SIZES[width]})
    pages = ("/staff", "/staff/account", "/staff/team", "/staff/me")

    found = {
        path: await faults(house.desk, urljoin(house.desk.url, path)) for path in pages
    }
    await press(house.desk, "Sign out")
    found["/staff/sign-in"] = await violations(house.desk)

    assert found == {path: [] for path in (*pages, "/staff/sign-in")}


async def open_the_first(desk: Page) -> None:
    """Open the first case as soon as it shows."""
    first = desk.locator("[data-cases] [data-why]").first
    await expect(first).to_be_visible()
    await first.click()
    await expect(desk.get_by_role("heading", name="What to do")).to_be_visible()


@asynccontextmanager
async def a_member(url: str) -> AsyncIterator[Member]:
    async with Member.at(url) as member:
        await member.hello()
        await member.join()
        yield member
