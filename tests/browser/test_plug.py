"""The plug is pulled: on the line, on the page, on the whole house."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Invite
from tests.browser.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_broken_line_loses_and_doubles_nothing(
    service_url: str, invite: Invite
):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("coffee")
    await heron.enter("coffee")
    await otter.say("before")
    await heron.sees("before")

    await heron.cut()
    await otter.say("you are gone")
    await heron.say("I am still here")
    await heron.say("can you hear me?")
    await heron.sees_mark("I am still here", "on this phone")
    await otter.sees("before", "you are gone")
    await heron.mend()

    whole = ("before", "you are gone", "I am still here", "can you hear me?")
    await heron.sees(*whole)
    await otter.sees(*whole)
    await heron.sees_mark("can you hear me?", "in the room")


async def test_what_is_written_without_a_line_survives_a_reload(
    service_url: str, invite: Invite
):
    otter, heron = await invite(service_url), await invite(service_url)
    await otter.enter("grief")
    await heron.enter("grief")
    # The page itself can be fetched, only the line cannot be had.
    await heron.page.route_web_socket("**/ws", lambda line: line.close(code=1011))
    await heron.page.reload()
    await heron.sees_state("Waiting for signal")
    await heron.say("kept on my phone")
    await heron.sees_mark("kept on my phone", "on this phone")

    await heron.page.close()
    heron.page = await heron.page.context.new_page()
    await heron.page.goto(f"{heron.url}/#grief")
    await heron.page.get_by_role("button", name="Enter", exact=True).click()

    await heron.sees_mark("kept on my phone", "in the room")
    await otter.sees("kept on my phone")


@pytest.mark.parametrize("ends", [House.pull_down, House.end])
async def test_a_house_that_falls_and_stands_again_has_everything_once(
    house: House, invite: Invite, ends: Callable[[House], None]
):
    otter, heron = await invite(house.url), await invite(house.url)
    await otter.enter("coffee")
    await heron.enter("coffee")
    await otter.say("one")
    await heron.say("two")
    await otter.sees("one", "two")

    ends(house)
    await otter.say("three")
    await otter.sees_mark("three", "on this phone")
    await house.put_up()

    await otter.sees("one", "two", "three")
    await heron.sees("one", "two", "three")
    await otter.sees_mark("three", "in the room")


async def test_a_draft_survives_a_reload(service_url: str, invite: Invite):
    otter = await invite(service_url)
    await otter.enter("women")

    await otter.box.fill("what I have been meaning to say")
    await otter.page.reload()

    await otter.sees_state("Connected")
    assert await otter.box.input_value() == "what I have been meaning to say"
