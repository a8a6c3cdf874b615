"""What the page does when the line does something that lines do: lose, refuse, fail."""

from collections.abc import Callable

import pytest
from playwright.async_api import WebSocketRoute, expect

from chat.protocol import JOINED, LINE, REFUSED, SAID, pack, unpack_value
from tests.browser.conftest import Invite
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAY = 4

Frame = tuple[object, ...]
Change = Callable[[Frame], Frame | None]


async def test_a_frame_that_was_lost_is_noticed_and_read_again(
    service_url: str, invite: Invite
):
    otter, heron = await invite(service_url), await invite(service_url)
    lost: list[Frame] = []

    def lose_the_first(frame: Frame) -> Frame | None:
        if frame[0] == SAID and not lost:
            lost.append(frame)
            return None
        return frame

    await meddle(heron, lose_the_first)
    await otter.enter("coffee")
    await heron.enter("coffee")

    await otter.say("lost on the way")
    await otter.say("and this was not")

    await heron.sees("lost on the way", "and this was not")
    assert lost


async def test_a_message_comes_twice_and_shows_once(service_url: str, invite: Invite):
    otter, heron = await invite(service_url), await invite(service_url)
    lines = await meddle(heron, lambda frame: frame)
    await otter.enter("women")
    await heron.enter("women")
    await otter.say("once")
    await heron.sees("once")

    room, position, at, who = ("women", 1, 1700000000, b"\1\2\3\4\5")
    lines[-1].send(pack((SAID, room, position, at, who, "once")))
    await otter.say("and on")

    await heron.sees("once", "and on")


async def test_a_name_that_was_taken_meanwhile_can_be_changed(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    refusals: list[Frame] = []

    def refuse_once(frame: Frame) -> Frame | None:
        if frame[0] == JOINED and not refusals:
            refusals.append(frame)
            return (REFUSED, frame[1], "name_taken", 0)
        return frame

    await meddle(otter, refuse_once)
    await otter.page.locator('a[href="#men"]').click()
    await otter.page.get_by_role("button", name="I understand").click()
    await otter.page.get_by_role("button", name="Enter", exact=True).click()
    await otter.page.get_by_text("Somebody here has that name").wait_for()

    await otter.page.get_by_role("button", name="Another name").click()
    await otter.page.get_by_role("button", name="Enter", exact=True).click()

    await otter.sees_state("Connected")


async def test_a_house_that_does_not_hear_its_other_rooms_says_so(
    service_url: str, invite: Invite
):
    otter = await invite(service_url)
    lines = await meddle(otter, lambda frame: frame)
    await otter.enter("grief")

    lines[-1].send(pack((LINE, False)))
    await otter.sees_state("cannot hear the other rooms")
    lines[-1].send(pack((LINE, True)))

    await otter.sees_state("Connected")


async def test_what_cannot_be_said_is_given_back(service_url: str, invite: Invite):
    otter = await invite(service_url)

    def dialled(line: WebSocketRoute) -> None:
        house = line.connect_to_server()

        def to_the_house(data: str | bytes) -> None:
            kind, ref, *_ = fields_of(data)
            if kind == SAY:
                line.send(pack((REFUSED, ref, "bad_text", 0)))
            else:
                house.send(data)

        line.on_message(to_the_house)

    await otter.page.route_web_socket("**/ws", dialled)
    await otter.enter("young")

    await otter.say("something")
    await otter.page.get_by_role("button", name="Change it").click()

    await expect(otter.box).to_have_value("something")
    await otter.sees()


async def meddle(visitor: Visitor, change: Change) -> list[WebSocketRoute]:
    """Change or drop what the house says; return the lines as they are dialled."""
    lines: list[WebSocketRoute] = []

    def dialled(line: WebSocketRoute) -> None:
        lines.append(line)
        house = line.connect_to_server()
        house.on_message(lambda data: pass_on(line, data))

    def pass_on(line: WebSocketRoute, data: str | bytes) -> None:
        frame = fields_of(data)
        changed = change(frame)
        if changed is not None:
            line.send(data if changed is frame else pack(changed))

    await visitor.page.route_web_socket("**/ws", dialled)
    return lines


def fields_of(data: str | bytes) -> Frame:
    assert isinstance(data, bytes)
    frame = unpack_value(data)
    assert isinstance(frame, tuple)
    return frame
