"""Web Push from end to end: a real Firefox is woken by what our code sends."""

import os
from pathlib import Path

import pytest

from chat.oncall.notify import words_of
from tests.browser.waking import COOKIE, Waking
from tests.support.eventually import eventually
from tests.support.firefox import Firefox, Refused, firefox
from tests.support.push_service import PushService
from tests.support.redis_server import RedisServer

NO_FIREFOX = "no Firefox on PATH: no push was tried from end to end"
LONG = 60

BUTTON = "document.querySelector('[data-device-button]')"
SHOWN = """navigator.serviceWorker.getRegistration("/staff/")
  .then(worker => worker.getNotifications())
  .then(all => all.map(({ title, body, tag }) => [title, body, tag]))"""


async def test_a_peer_is_woken_by_a_push_and_the_house_knows_that_it_arrived(
    tmp_path: Path, shared_redis: RedisServer
):
    if firefox() is None and not os.environ.get("CI"):
        pytest.skip(NO_FIREFOX)
    async with (
        PushService.open() as service,
        Waking.standing(tmp_path, shared_redis.url, service) as house,
        Firefox.open(tmp_path / "profile", service.line) as browser,
    ):
        await browser.keep_cookie(COOKIE, await house.sit("Wren"))
        await browser.goto(f"{house.url}/staff/ways")
        assert "How we reach you" in await browser.does("document.title")

        await eventually(lambda: browser.does(f"!{BUTTON}.hidden"))
        await browser.does(f"{BUTTON}.click()")
        await eventually(lambda: house.team.ways.of("wren"), within=LONG)
        (way,) = await house.team.ways.of("wren")
        assert way.label == "Firefox on Linux"
        assert way.confirmed_at is None
        await eventually(lambda: is_there(browser, "?did=push"), within=LONG)

        assert await house.send() == 1

        (alert,) = await house.alerts()
        assert alert.state == "sent"

        async def arrived() -> bool:
            return (await house.alerts())[0].confirmed_at is not None

        await eventually(arrived, within=LONG)
        assert await house.team.reachable() == {"wren"}
        shown = await eventually(lambda: browser.does(SHOWN))
        assert shown == [["Porchlight", words_of("test"), f"alert-{alert.id}"]]
        # The page says so by itself.
        words = "document.querySelector('[data-way-words]').textContent"

        async def told() -> bool:
            return "Works" in str(await browser.does(words))

        await eventually(told, within=LONG)


async def is_there(browser: Firefox, search: str) -> bool:
    """Tell whether the page that is asked for is there, and all of it."""
    there = f"location.search === '{search}' && document.readyState === 'complete'"
    try:
        return bool(await browser.does(there))
    except Refused:  # between two pages
        return False
