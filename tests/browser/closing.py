"""Closing what a test has opened in a browser, should the browser not answer."""

import asyncio
from contextlib import suppress

from playwright.async_api import Browser, BrowserContext

CLOSING_SECONDS = 30


async def closed(opened: Browser | BrowserContext) -> None:
    """Close it, or leave it to the end of the browser, which nothing stops."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            await opened.close()
