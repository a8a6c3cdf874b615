"""A browser that is closed while a page still waits for something."""

import asyncio
import socket

import pytest
from playwright.async_api import Browser, Route

from tests.browser.closing import closed
from tests.support.eventually import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_a_page_waits_for_when_it_is_closed_harms_no_other(browser: Browser):
    under_way = list[Route]()

    async def asks_for_ever(route: Route) -> None:
        under_way.append(route)
        await route.fetch()

    context = await browser.new_context()
    page = await context.new_page()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        await page.route("**/never", asks_for_ever)
        await page.evaluate(
            "port => void fetch(`http://127.0.0.1:${port}/never`)",
            silent.getsockname()[1],
        )
        await eventually(lambda: under_way)
        # Nobody will answer.
        line, _ = await asyncio.to_thread(silent.accept)
        with line:
            await closed(context)

        other = await browser.new_context()
        assert await (await other.new_page()).evaluate("1 + 1") == 2
        await closed(other)
