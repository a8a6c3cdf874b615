"""Someone needs to talk, and somebody comes: a member's page and the whole service."""

import secrets
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from chat.model import RoomName
from chat.oncall.cards import Side
from chat.oncall.needs import Known
from chat.oncall.stages import PeerId
from chat.requests import Say
from chat.roles import Role
from chat.settings import Settings
from chat.talkroom import talk_of
from tests.browser.conftest import HERE, Invite, inside
from tests.browser.on_call import Shift
from tests.browser.visitor import Visitor
from tests.support.eventually import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

WREN, ROBIN = PeerId("wren"), PeerId("robin")
IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
WORDS = "It is all coming back tonight"


@pytest_asyncio.fixture(loop_scope="module")
async def shift(settings: Settings) -> AsyncIterator[Shift]:
    """Return a house in which two peers are on duty, who need no page."""
    async with Shift.standing(settings) as shift:
        for name in (WREN, ROBIN):
            await shift._have(name, Role.PEER, ready=True)
        yield shift


async def the_need(shift: Shift) -> Known:
    """Return the only need there is, once it is there."""
    (known,) = await eventually(shift.needs.open_needs)
    return known


async def says(shift: Shift, peer: PeerId, text: str) -> None:
    """Have a peer say something to whoever needs to talk."""
    need = (await the_need(shift)).need.id
    member = shift.service.identity.peer(peer, talk_of(need), 0)
    said = Say(1, talk_of(need), secrets.token_bytes(8), text, 0)
    await shift.service.callroom.listening.say(peer, member, need, said)


async def presses(shift: Shift, invite: Invite) -> Visitor:
    """Return somebody who pressed on the front page, and whom the house heard."""
    otter = await invite(shift.house.url, **HERE)
    await otter.page.get_by_role("button", name="I need to talk").click()
    await expect(headline(otter)).to_contain_text("reached just now")
    return otter


def headline(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-headline]")


def story(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-story]")


async def test_one_peer_comes_goes_quiet_and_the_next_reads_what_was_said(
    shift: Shift, invite: Invite
):
    otter = await presses(shift, invite)
    await otter.say(WORDS)
    await otter.sees_mark(WORDS, "sent")
    need = (await the_need(shift)).need.id

    await shift.needs.accept(need, WREN)
    await expect(story(otter)).to_contain_text("will write in a moment")
    await says(shift, WREN, "I am here, and I have time.")
    await otter.sees(WORDS, "I am here, and I have time.")
    mark = otter.message("I am here, and I have time.").locator(".message__mark")
    await expect(mark).to_have_text("peer")

    await shift.needs.let_go(need, WREN)
    await expect(story(otter)).to_contain_text("had to go")
    await shift.needs.accept(need, ROBIN)
    await says(shift, ROBIN, "I have read it all.")
    await otter.sees(WORDS, "I am here, and I have time.", "I have read it all.")

    await otter.page.get_by_role("button", name="End this talk").click()
    await expect(story(otter)).to_contain_text("Thank you for talking with us")
    assert await shift.needs.open_needs() == []


async def test_danger_in_a_room_calls_somebody_and_the_member_may_say_no(
    shift: Shift, invite: Invite
):
    otter = await inside(shift.house.url, invite, **HERE)

    await otter.say(IN_DANGER)

    strip = otter.page.locator("need-strip")
    await expect(strip).to_contain_text("sounded like danger")
    await strip.get_by_role("button", name="No, thanks").click()
    await expect(strip).to_be_hidden()
    await eventually(lambda: _none_open(shift))


async def _none_open(shift: Shift) -> bool:
    return await shift.needs.open_needs() == []


async def test_a_press_while_the_signal_is_gone_comes_to_the_house_later(
    shift: Shift, invite: Invite
):
    otter = await invite(shift.house.url, **HERE)
    await otter.page.context.set_offline(True)
    await otter.page.get_by_role("button", name="I need to talk").click()
    await expect(story(otter)).to_contain_text("use a help line")
    await otter.page.get_by_text("Say more, if you like").click()
    await otter.page.get_by_label("A few words").fill(WORDS)
    await otter.page.get_by_role("button", name="Faith").click()
    await otter.page.get_by_role("button", name="Add this").click()

    await otter.page.context.set_offline(False)

    known = await the_need(shift)
    assert (known.told.words, known.told.shares) == (WORDS, ("faith",))
    await otter.page.get_by_role("button", name="I am all right for now").click()
    await expect(story(otter)).to_contain_text("nobody asks why")


async def test_what_is_put_off_is_promised_and_can_be_had_at_once(
    shift: Shift, invite: Invite
):
    otter = await presses(shift, invite)
    await otter.page.get_by_text("Call me back later").click()
    await otter.page.locator("[data-times] button").last.click()
    await otter.page.get_by_role("button", name="Call me back then").click()
    await expect(headline(otter)).to_have_text("We will call again.")
    await expect(otter.box).to_be_hidden()

    await otter.page.get_by_role("button", name="I need to talk now").click()

    assert (await the_need(shift)).need.is_open
    await otter.say("It will not wait.")
    await otter.sees("It will not wait.")
    await otter.page.get_by_role("button", name="I am all right for now").click()
    await expect(otter.box).to_be_hidden()


async def test_who_asks_for_company_is_awaited_until_they_stop(
    shift: Shift, invite: Invite
):
    otter = await inside(shift.house.url, invite, **HERE)
    await otter.page.get_by_role("button", name="Help", exact=True).click()
    await otter.page.locator("care-card").get_by_text("Stay with me").click()
    await otter.page.get_by_role("button", name="10 minutes").click()
    strip = otter.page.locator("stay-strip")
    await expect(strip).to_contain_text("Check in by")

    await otter.page.reload()
    await expect(strip).to_contain_text("Check in by")
    await strip.get_by_role("button", name="Stop").click()

    await expect(strip).to_be_hidden()
    assert await shift.service.callroom.stays.all() == []


async def test_two_of_a_room_talk_alone_when_both_want_to(shift: Shift, invite: Invite):
    otter = await inside(shift.house.url, invite, **HERE)
    wren = await inside(shift.house.url, invite)

    # Wren is new here, and would be asked by nobody for an hour.
    asks, asked = await side_of(shift, otter), await side_of(shift, wren)
    cards = shift.service.callroom.cards
    await cards.offer(RoomName("coffee"), asks, asked, shielded=False)
    await wren.page.get_by_role("button", name="Yes").click()
    go = otter.page.locator("talk-cards").get_by_role("link", name="Go to the talk")
    await go.click()
    await otter.say("Hello, you.")
    await wren.sees("Hello, you.")
    await wren.page.get_by_role("button", name="I need a moment.").click()
    await otter.sees("Hello, you.", "I need a moment.")
    await wren.page.get_by_role("button", name="End this talk").click()

    await expect(
        otter.page.get_by_role("button", name="I need a moment.")
    ).to_be_hidden()
    await expect(otter.page.locator("[data-told]")).to_contain_text("over")
    await otter.sees("Hello, you.", "I need a moment.")


async def side_of(shift: Shift, visitor: Visitor) -> Side:
    kept = await visitor.page.evaluate("localStorage.getItem('porchlight.secret')")
    secret, identity = bytes.fromhex(kept), shift.service.identity
    member = identity.member(secret, RoomName("coffee"), 0)
    return Side(identity.handle(secret), member.who)
