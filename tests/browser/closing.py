"""Closing what a test has opened in a browser, should the browser not answer."""

import asyncio
from contextlib import suppress

from playwright.async_api import Browser, BrowserContext

CLOSING_SECONDS = 10


async def closed(opened: Browser | BrowserContext) -> None:
    """Close it, or leave it to the end of the browser, which nothing stops.

    What a test still holds back from a page is held no longer: its answer would come
    to a page that is gone, which would be a fault of whichever test is next.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            if isinstance(opened, BrowserContext):
                for page in opened.pages:
                    await page.unroute_all(behavior="ignoreErrors")
            await opened.close()
