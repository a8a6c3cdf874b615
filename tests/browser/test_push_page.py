"""The page of being reached, in Chromium: usable by all, and its worker rings."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chat.oncall.ways import new_id
from chat.store.instants import kept
from tests.browser.axe import violations
from tests.browser.closing import closed
from tests.browser.visitor import PATIENCE_MS
from tests.browser.waking import COOKIE, Waking
from tests.support.eventually import eventually
from tests.support.push_service import Browser as PushedTo
from tests.support.push_service import PushService
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWN = """navigator.serviceWorker.ready
  .then(worker => worker.getNotifications())
  .then(all => all.map(({ title, body, tag }) => [title, body, tag]))"""
LOW = """[...document.querySelectorAll("main .button, main summary")]
  .filter(each => each.offsetHeight && each.offsetHeight < 44)
  .map(each => each.textContent)"""
# To ask what is shown while it is being shown would make Chromium forget it.
LOOK_OUT = """() => {
  const show = registration.showNotification.bind(registration)
  self.isShown = new Promise(done => {
    registration.showNotification = async (...words) => { await show(...words); done() }
  })
}"""
START = """(async () => {
  const policy = trustedTypes.createPolicy("worker", { createScriptURL: url => url })
  await navigator.serviceWorker.register(
    policy.createScriptURL("/staff/sw.js"), { scope: "/staff/" })
  await navigator.serviceWorker.ready
})()"""


@pytest_asyncio.fixture(loop_scope="module")
async def house(tmp_path: Path, shared_redis: RedisServer) -> AsyncIterator[Waking]:
    async with (
        PushService.open() as service,
        Waking.standing(tmp_path, shared_redis.url, service) as house,
    ):
        yield house


@asynccontextmanager
async def at_the_page(
    browser: Browser, house: Waking, **device: Any
) -> AsyncIterator[Page]:
    """Open the page as a peer, and let nothing be refused by its policy."""
    context = await browser.new_context(
        base_url=house.url,
        permissions=["notifications"],
        reduced_motion="reduce",
        **device,
    )
    secure = house.url.replace("http:", "https:")
    cookie = {"name": COOKIE, "value": await house.sit(), "url": secure, "secure": True}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page, faults = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: faults.append(said.text) if "Policy" in said.text else None,
    )
    page.set_default_timeout(PATIENCE_MS)
    await page.goto("/staff/ways")
    yield page
    await closed(context)
    assert faults == []


async def delivers(page: Page, data: str) -> None:
    """Have the browser give its worker a push, as if it had come and been opened.

    Returns when something is shown.
    """
    (worker,) = await eventually(lambda: page.context.service_workers)
    await worker.evaluate(LOOK_OUT)
    session = await page.context.new_cdp_session(page)
    found = list[str]()
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(r["registrationId"] for r in told["registrations"]),
    )
    await session.send("ServiceWorker.enable")
    await eventually(lambda: found)
    origin = page.url.split("/staff")[0]
    await session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": found[-1], "data": data},
    )
    await worker.evaluate("isShown")
    await session.detach()


async def test_the_worker_shows_an_alert_and_says_that_it_arrived(
    browser: Browser, house: Waking
):
    async with at_the_page(browser, house) as page:
        way = await house.team.way("wren")
        alert = await house.team.alert(way)
        await page.evaluate(START)

        await delivers(page, json.dumps({"id": alert, "text": "Someone needs to talk"}))

        async def arrived() -> bool:
            return (await house.team.kept(way)).confirmed_at is not None

        await eventually(arrived)
        assert await page.evaluate(SHOWN) == [
            ["Porchlight", "Someone needs to talk", "call"]
        ]


async def test_the_worker_shows_something_whatever_comes(
    browser: Browser, house: Waking
):
    async with at_the_page(browser, house) as page:
        await page.evaluate(START)

        await delivers(page, "not what we sent")

        assert await page.evaluate(SHOWN) == [
            ["Porchlight", "There is something for you", "alert-"]
        ]


async def test_a_browser_that_is_given_another_address_tells_the_house(
    browser: Browser, house: Waking
):
    await house.sit()
    old, new = [PushedTo(house.service.endpoint(name)) for name in ("old", "new")]
    proof = await house.reached.enlisting.add_push("wren", old.subscription, "")
    async with at_the_page(browser, house) as page:
        await page.evaluate(START)
        (worker,) = await eventually(lambda: page.context.service_workers)

        await worker.evaluate(
            """async ([was, proof, subscription]) => {
              const kept = await caches.open(KEPT)
              await kept.put(KNOWN_AS, Response.json({ was, proof }))
              await renew({ newSubscription: subscription })
            }""",
            [old.endpoint, proof, new.subscription],
        )

        (way,) = await house.team.ways.of("wren")
        assert way.address.items() > new.address.items()


async def fill(house: Waking) -> None:
    """Have a way of each kind and in each state."""
    await house.sit()
    now = kept(house.reached.console.clock.now())
    good = await house.team.way("wren")
    await house.team.change(
        good, confirmed_at=now - 300_000, label="Firefox on Android"
    )
    old = await house.team.way("wren")
    await house.team.change(old, confirmed_at=now - 90_000_000, label="Edge on Windows")
    bad = await house.team.way("wren")
    await house.team.change(bad, label="Safari on iPhone")
    await house.team.is_refused(
        bad, "The push service refuses our alerts (403). Please set it up again."
    )
    mail = await house.team.way("wren", "email")
    to = "quiet.wren.of.the.hedge@post.example"
    await house.team.change(mail, label=to, address={"to": to})


LOOKS = ((320, "light"), (320, "dark"), (1280, "light"), (1280, "dark"))


async def test_everybody_can_use_the_page(browser: Browser, house: Waking):
    await fill(house)
    async with at_the_page(browser, house) as page:
        for width, scheme in LOOKS:
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await expect(page.locator("[data-device-button]")).to_be_visible()

            assert await violations(page) == []
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
            assert await page.evaluate(LOW) == []


async def test_an_alarm_and_a_first_mail_are_pages_that_everybody_can_use(
    browser: Browser, house: Waking
):
    house.reached.on_rota["wren"] = house.reached.console.clock.now()
    async with at_the_page(browser, house, viewport={"width": 320, "height": 800}) as p:
        await expect(p.get_by_text("we cannot reach you")).to_be_visible()
        assert await violations(p) == []

        await p.goto(f"/staff/confirm?alert={new_id()}")
        assert await violations(p) == []
        await p.get_by_role("button", name="Yes, use it").click()
        await expect(p.get_by_role("heading", level=1)).to_have_text(
            "This link is over"
        )
