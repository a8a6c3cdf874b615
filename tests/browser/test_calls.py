"""Being on call in a real browser: from the ring to the end of a talk."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, WebSocketRoute, expect

from chat.model import Grade
from chat.oncall.facts import FIRST_LINE
from chat.oncall.stages import NeedId, PeerId
from chat.roles import Role
from chat.settings import Settings
from tests.browser.on_call import Shift
from tests.browser.test_console import SIZES, faults, is_live
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.frames import Said
from tests.support.needs import news_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEHIND = """
window.isBehind = true
Object.defineProperty(document, "hidden", { get: () => window.isBehind })
"""
TO_THE_FRONT = """
window.isBehind = false
document.dispatchEvent(new Event("visibilitychange"))
"""
FIRST = "Hello. I am here to listen. Take all the time you need."


@pytest_asyncio.fixture(loop_scope="module")
async def shift(settings: Settings) -> AsyncIterator[Shift]:
    """Have a house where somebody may need to talk, and time that a test moves."""
    async with Shift.standing(settings, FakeClock(datetime.now(UTC))) as shift:
        yield shift


async def at_the_calls(shift: Shift, browser: Browser, name: str) -> Page:
    page = await shift.peer(browser, name)
    await page.goto("/staff/calls")
    await is_live(page)
    return page


async def test_both_are_called_one_comes_and_the_other_is_thanked(
    shift: Shift, browser: Browser
):
    wren = await at_the_calls(shift, browser, "Wren")
    otter = await shift.peer(browser, "Otter")
    await otter.goto("/staff/me")
    await is_live(otter)
    member = await shift.member()

    need = await shift.press(member, words="a long night", wish="listen")

    row = wren.locator(f'[data-row="{need}"]')
    await expect(row).to_contain_text("a long night")
    for page in (wren, otter):
        await expect(page.locator("[data-ring]")).to_contain_text(
            "Someone needs to talk."
        )

    await row.get_by_role("button", name="I am coming").click()
    await wren.wait_for_url(f"**/staff/talks/{need}")
    await expect(otter.locator("[data-ring]")).to_contain_text("Taken, thank you.")


async def test_a_call_rings_on_though_an_answer_from_before_it_comes_late(
    shift: Shift, browser: Browser
):
    wren = await shift.peer(browser, "Wren")
    called = asyncio.Event()
    await wren.route("**/staff/calls/standing.json", partial(late, called))
    async with wren.expect_response("**/staff/calls/standing.json"):
        await wren.goto("/staff/me")
        await is_live(wren)

        await shift.press(await shift.member())
        await expect(wren.locator("[data-ring]")).to_be_visible()
        called.set()

    await expect(wren.locator("[data-ring]")).to_be_visible()
    await expect(wren.locator("[data-ring]")).to_contain_text("Someone needs to talk.")


async def late(until: asyncio.Event, route: Route) -> None:
    """Let a page have what was the answer before something happened, after it did."""
    answer = await route.fetch()
    await until.wait()
    await route.fulfill(response=answer)


async def test_nobody_is_said_to_have_opened_it_until_the_page_is_in_front(
    shift: Shift, browser: Browser
):
    wren = await shift.peer(browser, "Wren")
    await wren.add_init_script(BEHIND)
    await wren.goto("/staff/calls")
    await is_live(wren)
    member = await shift.member()

    need = await shift.press(member)

    await expect(wren.locator(f'[data-row="{need}"]')).to_be_visible()
    assert (await news_of(shift.needs, need)).opened == 0
    await wren.evaluate(TO_THE_FRONT)
    await eventually(lambda: has_opened(shift, need))


async def has_opened(shift: Shift, need: NeedId) -> bool:
    return (await news_of(shift.needs, need)).opened == 1


async def test_peer_and_member_talk_and_see_each_other_write(
    shift: Shift, browser: Browser
):
    wren = await at_the_calls(shift, browser, "Wren")
    member = await shift.member()
    need = await shift.press(member, wish="listen")
    await shift.needs.accept(need, PeerId("wren"))
    await wren.goto(f"/staff/talks/{need}")
    room = await shift.sits_down(member, need)
    await expect(wren.locator("[data-member]")).to_contain_text("Here now as")
    await expect(wren.locator("[data-first-line]")).to_contain_text("Your first line")
    await wren.get_by_role("button", name="I need a moment").click()
    await expect(wren.locator("[data-note]")).to_contain_text("Send a first line")
    await wren.get_by_label("What you say").fill("")

    await wren.get_by_role("button", name=FIRST).dblclick()
    await expect(wren.get_by_label("What you say")).to_have_value(FIRST)
    await wren.get_by_role("button", name="Send", exact=True).click()

    await expect(wren.get_by_text("Words to begin with")).to_be_hidden()
    assert (await member.hears(Said)).text == FIRST
    await expect(wren.locator("[data-first-line]")).to_be_hidden()
    await member.typing(room)
    await expect(wren.locator("[data-whisper]")).to_contain_text("is writing")
    await member.says("Thank you.", room)
    await expect(wren.get_by_text("Thank you.")).to_be_visible()


async def test_a_moment_can_be_asked_for_once_it_is_known_what_is_owed(
    shift: Shift, browser: Browser
):
    wren = await shift.peer(browser, "Wren")
    need = await shift.press(await shift.member())
    await shift.needs.accept(need, PeerId("wren"))
    known = asyncio.Event()
    await wren.route("**/staff/talks/*.json", partial(late, known))
    await wren.goto(f"/staff/talks/{need}")
    await expect(wren.locator("line-state")).to_contain_text("Connected")
    moment = wren.get_by_role("button", name="I need a moment")

    await expect(moment).to_be_hidden()
    known.set()
    await moment.click()

    await expect(wren.locator("[data-note]")).to_contain_text("Send a first line")


async def test_a_moment_that_is_asked_for_twice_at_once_is_had(
    shift: Shift, browser: Browser
):
    wren = await shift.peer(browser, "Wren")
    member = await shift.member()
    need = await shift.press(member)
    await shift.needs.accept(need, PeerId("wren"))
    await shift.needs.spoke(need, PeerId("wren"))
    room = await shift.sits_down(member, need)
    await member.says("I do not know.", room)
    await eventually(lambda: waits_for_a_line(shift, need))
    await wren.goto(f"/staff/talks/{need}")
    await expect(wren.locator("line-state")).to_contain_text("Connected")

    await wren.get_by_role("button", name="I need a moment").dblclick()

    note = wren.locator("[data-note]")
    await expect(note).to_contain_text("They are not left to others while you think")
    await member.says("Are you there?", room)
    await expect(wren.get_by_text("Are you there?")).to_be_visible()
    await expect(note).not_to_contain_text("You had a moment")


async def waits_for_a_line(shift: Shift, need: NeedId) -> bool:
    return (await shift.needs.known(need)).need.unanswered_since is not None


async def test_whoever_is_silent_gives_it_back_and_another_takes_it(
    shift: Shift, browser: Browser
):
    wren = await at_the_calls(shift, browser, "Wren")
    otter = await at_the_calls(shift, browser, "Otter")
    member = await shift.member()
    need = await shift.press(member)
    await shift.needs.accept(need, PeerId("wren"))
    await wren.goto(f"/staff/talks/{need}")
    await is_live(wren)
    await expect(wren.locator("[data-first-line]")).to_be_visible()

    assert isinstance(shift.service.clock, FakeClock)
    shift.service.clock.advance(FIRST_LINE.total_seconds() + 1)
    await expect(wren.locator("[data-standing]")).to_contain_text("Nobody minds.")

    await (
        otter.locator(f'[data-row="{need}"]')
        .get_by_role("button", name="I am coming")
        .click()
    )
    await otter.wait_for_url(f"**/staff/talks/{need}")
    await expect(wren.locator("[data-standing]")).to_contain_text(
        "Somebody else is with them now."
    )
    await expect(wren.get_by_label("What you say")).to_be_hidden()


async def test_whoever_was_silent_is_there_again_by_a_line_and_the_page_shows_it(
    shift: Shift, browser: Browser
):
    wren = await at_the_calls(shift, browser, "Wren")
    need = await shift.press(await shift.member())
    await shift.needs.accept(need, PeerId("wren"))
    await wren.goto(f"/staff/talks/{need}")
    await is_live(wren)
    again = wren.get_by_role("button", name="I am here after all")
    await expect(again).to_be_hidden()
    assert isinstance(shift.service.clock, FakeClock)
    shift.service.clock.advance(FIRST_LINE.total_seconds() + 1)
    await expect(again).to_be_visible()

    await say(wren, "I am back.")

    await expect(again).to_be_hidden()
    assert (await shift.needs.known(need)).need.peer == "wren"


async def test_what_was_said_without_a_line_survives_a_reload_and_arrives_once(
    shift: Shift, browser: Browser
):
    wren = await shift.peer(browser, "Wren")
    wall = Wall()
    await wren.route_web_socket("**/staff/ws", wall.at_line)
    member = await shift.member()
    need = await shift.press(member)
    await shift.needs.accept(need, PeerId("wren"))
    await wren.goto(f"/staff/talks/{need}")
    await is_live(wren)
    room = await shift.sits_down(member, need)
    await expect(wren.locator("[data-member]")).to_contain_text("Here now as")

    await wall.stand()
    await say(wren, "I am here.")
    await wren.get_by_label("What you say").fill("And I have")
    await expect(wren.get_by_text("on this phone", exact=True)).to_be_visible()
    await wren.reload()
    wall.fall()

    assert (await member.hears(Said)).text == "I am here."
    await expect(wren.get_by_label("What you say")).to_have_value("And I have")
    await wren.get_by_role("button", name="Send", exact=True).click()
    assert (await member.hears(Said)).text == "And I have"
    page = await shift.service.rooms.earlier(room, 2**53)  # type: ignore[arg-type]
    assert len(page.events) == 2


class Wall:
    """Something that keeps a page from its house, for a while."""

    def __init__(self) -> None:
        self._stands = False
        self._lines: list[WebSocketRoute] = []

    async def at_line(self, line: WebSocketRoute) -> None:
        """Let a line through, or not."""
        self._lines.append(line)
        if self._stands:
            await line.close(code=1011)
        else:
            line.connect_to_server()

    async def stand(self) -> None:
        """Let nothing through, from now on."""
        self._stands = True
        await self._lines[-1].close(code=1011)

    def fall(self) -> None:
        """Let all through again."""
        self._stands = False


async def test_a_peer_who_runs_no_script_comes_speaks_and_ends(
    shift: Shift, browser: Browser
):
    wren = await shift.peer(browser, "Wren", java_script_enabled=False)
    member = await shift.member()
    need = await shift.press(member)

    await wren.goto("/staff/calls")
    await wren.get_by_role("button", name="I am coming").click()
    await shift.sits_down(member, need)
    await say(wren, "I am here.")
    assert (await member.hears(Said)).text == "I am here."
    await expect(wren.locator("[data-conversation]")).to_contain_text("I am here.")

    await wren.get_by_text("It is enough for now").click()
    await wren.get_by_label("How did it end?").select_option("heard")
    await wren.get_by_role("button", name="End the talk").click()

    await expect(wren.get_by_text("The talk is over.")).to_be_visible()


async def test_a_peer_goes_on_choosing_how_it_ended_when_the_member_ends_it(
    shift: Shift, browser: Browser
):
    wren = await at_the_calls(shift, browser, "Wren")
    member = await shift.member()
    need = await shift.press(member)
    await shift.needs.accept(need, PeerId("wren"))
    await wren.goto(f"/staff/talks/{need}")
    await shift.sits_down(member, need)
    await say(wren, "I am here.")
    await wren.get_by_text("It is enough for now").click()
    await wren.get_by_label("What stays with you?").fill("a note")

    await member.withdraw()
    await expect(wren.locator("[data-standing]")).to_contain_text("This talk is over.")
    await wren.get_by_label("How did it end?").select_option("heard")
    await wren.get_by_role("button", name="End the talk").click()

    await expect(wren.get_by_text("a note", exact=True)).to_be_visible()
    assert (await shift.needs.known(need)).need.ending == "heard"


async def test_a_hand_over_is_asked_for_heard_and_taken(shift: Shift, browser: Browser):
    wren = await at_the_calls(shift, browser, "Wren")
    otter = await at_the_calls(shift, browser, "Otter")
    member = await shift.member()
    need = await shift.press(member)
    await shift.needs.accept(need, PeerId("wren"))
    await shift.needs.spoke(need, PeerId("wren"))
    await eventually(lambda: reachable(shift, "otter"))
    birch = await shift.peer(browser, "Birch", Role.COORDINATOR)
    await birch.goto("/staff/calls")
    await is_live(birch)
    await expect(birch.locator('[data-row="wren"]')).to_contain_text("in 1 talk")
    await wren.goto(f"/staff/talks/{need}")

    await wren.get_by_text("I would like company").click()
    await wren.get_by_label("Ask somebody to take over").select_option("otter")
    await wren.get_by_role("button", name="Ask them").click()

    await expect(otter.locator("[data-ring]")).to_contain_text("asks you to take over")
    await otter.get_by_role("button", name="I take over").click()
    await otter.wait_for_url(f"**/staff/talks/{need}?did=over")
    assert (await shift.needs.known(need)).need.peer == "otter"
    await expect(birch.locator('[data-row="otter"]')).to_contain_text("in 1 talk")
    await expect(birch.locator('[data-row="wren"]')).not_to_contain_text("in 1 talk")


async def reachable(shift: Shift, id_: str) -> bool:
    now = shift.service.clock.now()
    async with shift.service.backroom.database.read() as tx:
        return id_ in await shift.service.switchboard.ways.reachable_ids(tx, now)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
async def test_the_pages_of_being_called_can_be_used_by_everybody(
    shift: Shift, browser: Browser, width: int, scheme: str
):
    looks: dict[str, Any] = {
        "viewport": {"width": width, "height": SIZES[width]},
        "color_scheme": scheme,
    }
    wren = await shift.peer(browser, "Wren", **looks)
    birch = await shift.peer(browser, "Birch", Role.COORDINATOR, ready=False, **looks)
    members = [await shift.member() for _ in range(2)]
    talk = await shift.press(members[0], grade=Grade.HIGH, shares=("grief",))
    await shift.press(members[1], words="a long night", wish="think")
    await shift.needs.accept(talk, PeerId("wren"))

    found = {
        "calls": await faults(wren, "/staff/calls"),
        "talk": await faults(wren, f"/staff/talks/{talk}"),
        "all calls": await faults(birch, "/staff/calls"),
        "others' talk": await faults(birch, f"/staff/talks/{talk}"),
    }

    assert not any(found.values()), found


async def say(page: Page, text: str) -> None:
    await page.get_by_label("What you say").fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()
