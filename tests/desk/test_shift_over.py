"""My shift is over: what ends with it where the next one begins at once."""

from datetime import timedelta

import pytest

from chat.oncall.hours import Hours
from chat.oncall.stages import PeerId
from tests.support.call_desk import CallDesk
from tests.support.console import Colleague

EITHER = "I cannot be there for that one either"
MINUTE = timedelta(minutes=1)


async def has_shifts(desk: CallDesk, wren: Colleague, *ends: int) -> None:
    """Give Wren shifts one after the other: until so many minutes from now each."""
    now = desk.clock.now()
    for starts, over in zip((0, *ends), ends, strict=False):
        hours = Hours(now + starts * MINUTE, now + over * MINUTE)
        await desk.plan.add_temporary("birch", PeerId(wren.id), hours)


async def minutes_of(desk: CallDesk, wren: Colleague) -> list[float]:
    """Return when Wren's shifts begin, in minutes from now."""
    now = desk.clock.now()
    shifts = (await desk.plan.book()).rota.shifts(Hours(now, now + 60 * MINUTE))
    return [(s.hours.starts - now) / MINUTE for s in shifts if s.peer == wren.id]


async def test_a_shift_that_is_over_leaves_the_next_one_and_says_so(
    desk: CallDesk, wren: Colleague
):
    await has_shifts(desk, wren, 20, 40)
    desk.clock.advance(600)
    before = await wren.reads("/staff/calls")

    answer = await wren.post("/staff/calls/check-out")

    assert await minutes_of(desk, wren) == [10]
    assert "Your next one follows at once, at" in before
    assert EITHER not in before
    page = await wren.reads(answer.headers["location"])
    assert "Your next shift follows at once, at" in page
    assert "12:20 UTC" in page
    assert "You are off duty" in page
    assert EITHER in page
    assert 'href="/staff/me#offload"' in page


async def test_the_next_one_can_be_let_go_as_well_and_so_can_what_follows_that(
    desk: CallDesk, wren: Colleague
):
    await has_shifts(desk, wren, 20, 40, 50)
    await wren.post("/staff/calls/check-out")

    second = await wren.post("/staff/calls/check-out", next="yes")
    assert await minutes_of(desk, wren) == [40]
    assert EITHER in await wren.reads(second.headers["location"])

    third = await wren.post("/staff/calls/check-out", next="yes")
    assert await minutes_of(desk, wren) == []
    assert third.headers["location"] == "/staff/me?did=out#offload"


async def test_a_shift_that_begins_later_is_another_matter(
    desk: CallDesk, wren: Colleague
):
    await has_shifts(desk, wren, 20)
    now = desk.clock.now()
    later = Hours(now + 30 * MINUTE, now + 40 * MINUTE)
    await desk.plan.add_temporary("birch", PeerId(wren.id), later)

    answer = await wren.post("/staff/calls/check-out")

    assert answer.headers["location"] == "/staff/me?did=out#offload"
    assert await minutes_of(desk, wren) == [30]
    assert EITHER not in await wren.reads("/staff/calls")


@pytest.mark.parametrize("pressed", [1, 2])
async def test_to_press_again_lets_nothing_go_that_was_not_meant(
    desk: CallDesk, wren: Colleague, pressed: int
):
    await has_shifts(desk, wren, 20, 40)

    for _ in range(pressed):
        await wren.post("/staff/calls/check-out")

    assert await minutes_of(desk, wren) == [20]


async def test_a_shift_that_began_meanwhile_is_the_one_that_is_let_go(
    desk: CallDesk, wren: Colleague
):
    await has_shifts(desk, wren, 20, 40)
    await wren.post("/staff/calls/check-out")
    desk.clock.advance(25 * 60)

    await wren.post("/staff/calls/check-out", next="yes")

    assert await minutes_of(desk, wren) == []
