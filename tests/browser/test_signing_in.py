"""Signing in, in a real browser: with a passkey, and without any script."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chat.desk.guard import COOKIE
from chat.signing.sittings import PROOF_SECONDS
from tests.browser.closing import closed
from tests.browser.front_door import FrontDoor
from tests.browser.house import READY_SECONDS
from tests.browser.visitor import PATIENCE_MS
from tests.support.eventually import eventually
from tests.support.program import Program
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "porch swing at dusk"
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest_asyncio.fixture(loop_scope="module")
async def door(tmp_path: Path, own_redis: RedisServer) -> AsyncIterator[FrontDoor]:
    async with FrontDoor.standing(tmp_path, own_redis.url) as door:
        yield door


@asynccontextmanager
async def a_page(browser: Browser, **device: object) -> AsyncIterator[Page]:
    """Open a page on a new device, on which nothing may go wrong unseen."""
    faults: list[str] = []
    context = await browser.new_context(**device)  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: faults.append(said.text) if "Policy" in said.text else None,
    )
    yield page
    await closed(context)
    assert faults == []


async def with_passkeys(page: Page) -> None:
    """Give the device something that makes passkeys."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def test_a_passkey_lets_in_from_the_link_to_the_second_proof(
    browser: Browser, door: FrontDoor
):
    async with a_page(browser) as page:
        await with_passkeys(page)

        await page.goto(await door.invitation())
        assert page.url == f"{door.url}/staff/enrol"  # what stood behind # is gone
        await page.get_by_label("Your desk name").fill("Robin")
        await press(page, "Go on")
        await press(page, "Make a passkey")
        await expect(page.get_by_role("heading", level=1)).to_have_text("The desk")

        await press(page, "Sign out")
        await page.wait_for_url("**/staff/sign-in*")
        await press(page, "Use a passkey")
        await expect(page.get_by_role("heading", level=1)).to_have_text("The desk")

        door.clock.advance(PROOF_SECONDS)
        await page.goto(f"{door.url}/staff/account")
        await page.get_by_role("link", name="show once more that it is you").click()
        await press(page, "Use a passkey")
        await page.wait_for_url("**/staff/account")
        await expect(page.get_by_role("button", name="Remove")).to_be_visible()


async def test_the_cookie_keeps_its_prefix_on_this_machine_without_tls(
    browser: Browser, door: FrontDoor
):
    async with a_page(browser) as page:
        await with_passkeys(page)
        await page.goto(await door.invitation())
        await page.get_by_label("Your desk name").fill("Robin")
        await press(page, "Go on")
        await press(page, "Make a passkey")
        await expect(page.get_by_role("heading", level=1)).to_have_text("The desk")

        (cookie,) = await page.context.cookies()

        assert cookie["name"] == COOKIE
        assert (cookie["secure"], cookie["httpOnly"]) == (True, True)
        assert (cookie["sameSite"], cookie["path"]) == ("Strict", "/")
        assert await page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("host", ["url", "address"])
async def test_a_password_lets_in_where_no_script_runs(
    browser: Browser, door: FrontDoor, host: str
):
    base = getattr(door, host)
    invitation = (await door.invitation()).partition("#")[2]
    async with a_page(browser, java_script_enabled=False) as page:
        await page.goto(f"{base}/staff/enrol")
        await page.get_by_label("Your invitation").fill(invitation)
        await page.get_by_label("Your desk name").fill("Wren")
        await page.get_by_label("With a password").check()
        await page.get_by_label("A password, if you chose one").fill(PASSWORD)
        async with page.expect_response("**/staff/enrol/secret.svg") as picture:
            await press(page, "Go on")
        assert (await picture.value).status == 200
        secret = (await page.locator("code").inner_text()).replace(" ", "")
        app = pyotp.TOTP(secret)
        await page.get_by_label("The six digits").fill(app.at(door.clock.now()))
        await press(page, "That is it")
        await expect(page.locator(".codes li")).to_have_count(10)

        await page.get_by_role("link", name="I have them").click()
        await press(page, "Sign out")
        door.clock.advance(30)
        await page.get_by_label("Your desk name").fill("wren")
        await page.get_by_label("Your password").fill(PASSWORD)
        await page.get_by_label("Six digits").fill(app.at(door.clock.now()))
        await press(page, "Sign in")

        await expect(page.get_by_role("heading", level=1)).to_have_text("The desk")


async def test_an_address_offers_no_passkey_and_says_why(
    browser: Browser, door: FrontDoor
):
    async with a_page(browser) as page:
        await with_passkeys(page)
        await page.goto(f"{door.address}/staff/sign-in")

        await expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
        await expect(page.locator("[data-no-passkey]")).to_contain_text("localhost")


async def test_a_device_without_the_passkey_is_told_to_try_again(
    browser: Browser, door: FrontDoor
):
    async with a_page(browser) as page:
        await with_passkeys(page)
        await page.goto(f"{door.url}/staff/sign-in")

        await press(page, "Use a passkey")

        words = page.locator("[data-passkey-words]")
        await expect(words).to_contain_text("You can try again", timeout=70_000)
        assert await page.get_by_role("button", name="Use a passkey").is_enabled()


async def test_signing_out_elsewhere_sends_an_open_page_to_the_door(
    browser: Browser, door: FrontDoor
):
    async with a_page(browser) as page:
        await with_passkeys(page)
        await page.goto(await door.invitation())
        await page.get_by_label("Your desk name").fill("Robin")
        await press(page, "Go on")
        await press(page, "Make a passkey")
        await expect(page.locator("[data-line-words]")).to_contain_text("Connected")
        (mate,) = await door.accounts.staff.team()

        await page.goto(f"{door.url}/staff/account")
        await expect(page.locator("[data-line-words]")).to_contain_text("Connected")

        await door.accounts.sittings.end_all(mate.id)

        await page.wait_for_url("**/staff/sign-in?*")
        await press(page, "Use a passkey")
        await page.wait_for_url("**/staff/account")


async def test_the_first_of_the_team_comes_by_the_link_that_the_service_prints(
    browser: Browser, tmp_path: Path
):
    env = {"DATA_DIR": str(tmp_path / "var"), "PORT": "0", "WORKERS": "2"}
    with Program("-m", "chat", "serve", env=env) as service:
        await asyncio.to_thread(service.line)
        link = (await asyncio.to_thread(service.line)).split()[-1]
        await eventually(lambda: is_ready(link), within=READY_SECONDS)
        async with a_page(browser) as page:
            await with_passkeys(page)
            await page.goto(link)
            await page.get_by_label("Your desk name").fill("Robin")
            await press(page, "Go on")
            await press(page, "Make a passkey")
            await page.wait_for_url("**/staff")
            others = [await page.context.new_page() for _ in range(4)]
            for other in others:
                await other.goto(page.url)
                await expect(other.locator("[data-line]")).to_have_attribute(
                    "data-mood", "good"
                )

            await press(page, "Sign out")

            # Among five pages, both processes have some.
            for other in others:
                await other.wait_for_url("**/staff/sign-in?*")


def is_ready(link: str) -> bool:
    try:
        with urlopen(urljoin(link, "/readyz"), timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
