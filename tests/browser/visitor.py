"""Somebody at a browser: what they do, and what they see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.closing import closed

PATIENCE_MS = 30_000
"""Longer than a page waits before it dials a house that has just come back.

A busy machine is slow, not wrong.
"""

expect.set_options(timeout=PATIENCE_MS)


class Visitor:
    """One device with the page open."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[str] = []
        self.faults: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda line: self.requests.append(line.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    @classmethod
    @asynccontextmanager
    async def on(cls, browser: Browser, url: str, **device: Any) -> AsyncIterator[Self]:
        """Open the list of rooms on a new device."""
        context = await browser.new_context(**device)
        visitor = cls(await context.new_page(), url)
        await visitor.page.goto(url)
        yield visitor
        await closed(context)
        assert visitor.faults == []

    async def enter(self, room: str) -> None:
        """Go into a room, through the door if this device has not seen it yet."""
        await self.page.locator(f'a[href="#{room}"]').click()
        await self.page.locator("house-door, room-entry").first.wait_for()
        understood = self.page.get_by_role("button", name="I understand")
        if await understood.count():
            await understood.click()
        await self.page.get_by_role("button", name="Enter", exact=True).click()
        await self.sees_state("Connected")

    async def say(self, text: str) -> None:
        """Write, and send."""
        await self.box.fill(text)
        await self.page.get_by_role("button", name="Send").click()

    async def respond(self, text: str, words: str) -> None:
        """Open the choices of a message, and take one."""
        message = self.message(text)
        await message.locator(".message__more").click()
        acts = message.locator(".message__acts")
        await acts.get_by_role("button", name=words).click()

    async def cut(self) -> None:
        """Take away the network."""
        await self.page.context.set_offline(True)
        await self.sees_state("Waiting for signal")

    async def mend(self) -> None:
        """Give it back."""
        await self.page.context.set_offline(False)
        await self.sees_state("Connected")

    async def sees_state(self, words: str) -> None:
        """Wait until the line is said to be so."""
        state = self.page.locator("line-state [role=status]")
        await expect(state).to_contain_text(words)

    async def sees(self, *texts: str) -> None:
        """Wait until exactly these messages show, in this order."""
        shown = self.page.locator(".message__text")
        await expect(shown).to_have_text(list(texts))

    async def sees_mark(self, text: str, mark: str) -> None:
        """Wait until one's own message is said to be so far."""
        seen = self.message(text).locator(".message__mark")
        await expect(seen).to_have_text(mark)

    def message(self, text: str) -> Locator:
        """Return the message with that text."""
        exact = self.page.get_by_text(text, exact=True)
        return self.page.locator(".message").filter(has=exact)

    @property
    def box(self) -> Locator:
        """Return where one writes."""
        return self.page.get_by_label("Your message")
