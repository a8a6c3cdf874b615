"""Pictures of being on call for the documentation, when SCREENSHOTS=1 asks for them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from chat.oncall.stages import NeedId, PeerId
from chat.oncall.ways import new_id as new_way_id
from chat.requests import Say
from chat.settings import Settings
from chat.store import ways
from chat.store.instants import kept
from chat.store.ways import Way
from chat.talkroom import talk_of
from tests.browser.on_call import Shift
from tests.browser.test_pictures import PICTURES, pytestmark
from tests.support.ahead import ClockAhead
from tests.support.eventually import eventually
from tests.support.member import new_id
from tests.support.push_service import PushService

__all__ = ["pytestmark"]

SECRET = "a secret of the two of us"
WREN, FERN = PeerId("wren"), PeerId("fern")
MINUTE = 60
PASSES_MINUTES = 24
LOOKS = ((1280, 800, "light"), (320, 640, "dark"))

# Who says it, and what: the member, or the peer.
TALK = (
    ("member", "It is a year on Sunday. I cannot be in the house."),
    ("peer", "I am glad you pressed. A year is no time at all. Where are you now?"),
    ("member", "In the car, outside the shop where I used to buy."),
    ("peer", "Thank you for telling me. What made you write, and not go in?"),
    ("member", "I do not know. She would have laughed at me, I think."),
)
SLEEPLESS: Mapping[str, Any] = {
    "words": "Nine weeks, and I cannot sleep. Somebody to sit with, please.",
    "wish": "listen",
    "shares": ("alcohol", "parent"),
    "room": "newcomers",
}
BEREAVED: Mapping[str, Any] = {"wish": "think", "shares": ("grief",)}


@pytest_asyncio.fixture(loop_scope="module")
async def shift(settings: Settings) -> AsyncIterator[Shift]:
    """Have a house where somebody may need to talk, and time that goes by."""
    async with PushService.open() as bridge:
        phones = {"webhook_url": bridge.endpoint(), "webhook_secret": SECRET}
        own = settings.model_copy(update=phones)
        clock = ClockAhead()
        # When the pictures are taken, it is the time of the browser.
        clock.advance(-PASSES_MINUTES * MINUTE)
        async with Shift.standing(own, clock) as shift:
            yield shift


@pytest.mark.parametrize(("width", "height", "scheme"), LOOKS)
async def test_take_the_pictures_of_being_on_call(
    shift: Shift, browser: Browser, width: int, height: int, scheme: str
):
    PICTURES.mkdir(parents=True, exist_ok=True)
    looks: dict[str, Any] = {
        "viewport": {"width": width, "height": height},
        "color_scheme": scheme,
        "reduced_motion": "reduce",
    }
    wren = await shift.peer(browser, "Wren", **looks)
    await live(await shift.peer(browser, "Fern"), "/staff/calls")
    await has_phone(shift, WREN)
    talk = await some_needs(shift)
    await both_are_there(shift)

    await live(wren, "/staff/calls")
    await shift.press(await shift.member(), **SLEEPLESS)
    await expect(wren.locator("[data-ring]")).to_contain_text("needs to talk")
    await expect(wren.locator("[data-row]")).to_have_count(2)
    await wren.screenshot(path=PICTURES / f"calls-{width}-{scheme}.png")

    await live(wren, f"/staff/talks/{talk}")
    await wren.get_by_role("button", name="I need a moment").wait_for()
    await expect(wren.locator(".message__text")).to_have_count(len(TALK))
    await expect(wren.locator("[data-member]")).to_contain_text("Here now")
    await wren.screenshot(path=PICTURES / f"peer-talk-{width}-{scheme}.png")


async def live(page: Page, path: str) -> None:
    await page.goto(path)
    await page.locator("[data-line][data-mood=good]").wait_for()


async def has_phone(shift: Shift, peer: PeerId) -> None:
    """Have a peer reached by a phone as well, as it was a moment ago."""
    now = kept(shift.service.clock.now())
    way = Way(new_way_id(), peer, "webhook", "a phone", {}, now, confirmed_at=now)
    async with shift.service.backroom.database.begin() as tx:
        await ways.add(tx, way)


async def both_are_there(shift: Shift) -> None:
    """Have both pages be heard of, after so much time."""
    shift.service.desk.socket.missed()
    reachable = shift.service.switchboard.ways.reachable_ids

    async def there() -> bool:
        async with shift.service.backroom.database.read() as tx:
            return {WREN, FERN} <= await reachable(tx, shift.service.clock.now())

    await eventually(there)


async def some_needs(shift: Shift) -> NeedId:
    """Have people who need somebody; return the need of the one Wren talks with."""
    other = await shift.press(await shift.member())
    await shift.needs.accept(other, FERN)
    await shift.needs.spoke(other, FERN)
    clock_of(shift).advance(20 * MINUTE)
    member = await shift.member()
    mine = await shift.press(member, **BEREAVED)
    room = await shift.sits_down(member, mine)
    await shift.needs.accept(mine, WREN)
    for who, text in TALK:
        if who == "member":
            await member.says(text, room)
        else:
            await peer_says(shift, mine, text)
            clock_of(shift).advance(2 * MINUTE)
    await member.here()
    return mine


def clock_of(shift: Shift) -> ClockAhead:
    assert isinstance(shift.service.clock, ClockAhead)
    return shift.service.clock


async def peer_says(shift: Shift, need: NeedId, text: str) -> None:
    member = shift.service.identity.peer(WREN, talk_of(need), 0)
    said = Say(1, talk_of(need), new_id(), text, 0)
    await shift.service.callroom.listening.say(WREN, member, need, said)
