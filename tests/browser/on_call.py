"""The whole service with peers at their pages, and somebody who needs to talk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self

from playwright.async_api import Browser, Page

from chat.clock import Clock
from chat.desk.guard import COOKIE
from chat.model import Grade
from chat.oncall.stages import NeedId
from chat.roles import Role
from chat.settings import Settings
from chat.store import peers, staff
from chat.store.instants import kept
from chat.talkroom import talk_of
from tests.browser.closing import closed
from tests.browser.visitor import PATIENCE_MS
from tests.support.member import Member
from tests.support.process import COFFEE
from tests.support.service import House

HOURS = 4 * 3600 * 1000


class Shift:
    """A house in which peers are on duty."""

    def __init__(self, house: House, stack: AsyncExitStack) -> None:
        self.house = house
        self.service = house.service
        self.needs = house.service.backroom.needs
        self._stack = stack
        self.faults: list[str] = []

    @classmethod
    @asynccontextmanager
    async def standing(
        cls, settings: Settings, clock: Clock | None = None
    ) -> AsyncIterator[Self]:
        """Open one for as long as the caller stays inside."""
        async with House.open(settings, clock) as house, AsyncExitStack() as stack:
            await house.service.backroom.database.migrate()
            shift = cls(house, stack)
            yield shift
            await stack.aclose()
            assert shift.faults == [], shift.faults

    async def peer(
        self,
        browser: Browser,
        name: str = "Wren",
        role: Role = Role.PEER,
        *,
        ready: bool = True,
        **device: Any,
    ) -> Page:
        """Return the browser of one of the team, who is on duty if they are ready."""
        id_ = await self._have(name, role, ready=ready)
        token = await self.service.desk.guard._sittings.begin(id_, name, role)
        context = await browser.new_context(base_url=self.house.url, **device)
        self._stack.push_async_callback(closed, context)
        secure = self.house.url.replace("http:", "https:")
        await context.add_cookies(
            [{"name": COOKIE, "value": token, "url": secure, "secure": True}]
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._heard)
        page.set_default_timeout(PATIENCE_MS)
        return page

    def _heard(self, said: Any) -> None:
        if said.type == "error":
            self.faults.append(said.text)

    async def _have(self, name: str, role: Role, *, ready: bool) -> str:
        id_, now = name.lower(), kept(self.service.clock.now())
        async with self.service.backroom.database.begin() as tx:
            if await staff.account(tx, id_) is None:
                await staff.add(tx, staff.Account(id_, name, role, now // 1000))
            if ready:
                await peers.keep(
                    tx, id_, ready_at=now, on_duty_until=now + HOURS,
                    shares=["grief", "alcohol"],
                )  # fmt: skip
        return id_

    async def member(self) -> Member:
        """Return somebody in the coffee room."""
        return await self.house.member("coffee")

    async def press(self, member: Member, **told: Any) -> NeedId:
        """Have somebody say that they need to talk."""
        identity = self.service.identity
        facts: dict[str, Any] = {
            "handle": identity.handle(member.secret),
            "room": COFFEE,
            "member": identity.member(member.secret, COFFEE, 0).id,
            "who": member.who,
            "source": "pressed",
            "grade": Grade.NONE,
        }
        return (await self.needs.raise_(**{**facts, **told})).id

    async def sits_down(self, member: Member, need: NeedId) -> str:
        """Have the member in the talk of their need; return its name."""
        room = talk_of(need)
        await member.join(room)
        return room
