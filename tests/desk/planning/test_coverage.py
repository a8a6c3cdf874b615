"""The cover's page: the week at a glance, and the same for those who do not see it."""

import json
import re
from datetime import date, time, timedelta

from chat.oncall.hours import Hours
from chat.oncall.stages import PeerId
from chat.store.instants import kept
from tests.support.clock import NOON
from tests.support.console import Colleague
from tests.support.planning import Planning

HOUR = timedelta(hours=1)
WREN = PeerId("wren")
DASH = "\N{EN DASH}"
A_WEEK = 7 * 24


async def test_the_picture_has_every_hour_of_the_week_and_a_table_behind_it(
    planning: Planning, wren: Colleague
):
    await planning.plan.take_hours(WREN, Hours(NOON, NOON + 2 * HOUR))

    page = await wren.reads("/staff/coverage")

    assert len(re.findall(r'<g class="[a-z ]+">', page)) == A_WEEK
    assert page.count('<g class="alone">') == 2
    assert "<svg" in page
    assert "one peer alone: 1 reachable of 1 rostered" in page
    assert page.count("<td>") == A_WEEK
    assert 'style="' not in page


async def test_who_cannot_be_reached_is_no_cover(planning: Planning, wren: Colleague):
    await planning.plan.take_hours(WREN, Hours(NOON, NOON + 2 * HOUR))
    async with planning.peer("Otter") as otter:
        after = Hours(NOON + 2 * HOUR, NOON + 4 * HOUR)
        await planning.plan.take_hours(PeerId(otter.id), after)
    planning.reached = {otter.id}

    page = await wren.reads("/staff/coverage")

    assert page.count('<g class="unreachable">') == 2
    assert f"<b>Today, 12:00{DASH}14:00</b>" in page
    assert "1 peer rostered, who cannot be reached" in page


async def test_whoever_is_on_duty_without_a_shift_is_cover_until_then(
    planning: Planning, wren: Colleague
):
    await wren.post("/staff/duty/on", hours="2")

    page = await wren.reads("/staff/coverage")

    assert page.count('<g class="alone">') == 2
    assert f"<b>Today, 12:00{DASH}" not in page
    assert f"<b>Today, 14:00{DASH}00:00</b>" in page
    told = f"In the next seven days someone is here 12:00{DASH}14:00 on Saturday."
    assert told in page


async def test_only_coordinators_are_told_who_cannot_be_reached(
    planning: Planning, birch: Colleague, wren: Colleague
):
    await planning.plan.take_hours(WREN, Hours(NOON, NOON + 2 * HOUR))
    planning.reached = {birch.id}

    told, untold = (
        [await each.reads("/staff/coverage") for each in (birch, wren)]
    )  # fmt: skip

    assert 'On shift now and not reachable: <b dir="auto">Wren</b>' in told
    assert "rostered, unreachable</td>" in told
    assert "On shift now and not reachable" not in untold
    assert "Who could be called" not in untold


async def test_a_coordinator_sees_who_has_done_the_course(
    planning: Planning, birch: Colleague
):
    async with planning.peer("Heron", ready=False):
        page = await birch.reads("/staff/coverage")

    rows = re.findall(r'<th scope="row" dir="auto">(\w+)</th>.*?</tr>', page, re.S)
    assert rows == ["Birch", "Heron"]
    assert page.count('data-label="The course">not done<') == 1


async def test_a_tag_and_a_language_have_pictures_of_their_own(
    planning: Planning, wren: Colleague
):
    await planning.plan.add_temporary(
        "x", WREN, Hours(NOON, NOON + 2 * HOUR), tags=("grief",), languages=("af",)
    )

    of_grief = await wren.reads("/staff/coverage?tag=grief&language=af")
    of_women = await wren.reads("/staff/coverage?tag=women")
    of_none = await wren.reads("/staff/coverage?tag=<script>&language=klingon")

    assert of_grief.count('<g class="alone">') == 2
    assert "The week ahead for grief, in Afrikaans" in of_grief
    assert of_women.count('<g class="alone">') == 0
    assert "The week ahead for every room<" in of_none
    assert "<script>" not in of_none


async def test_hours_that_have_somebody_but_not_for_all_say_for_whom_nobody_is_there(
    planning: Planning, wren: Colleague, otter: Colleague
):
    await planning.has(wren.id, languages=["en"])
    evening = Hours(NOON + 6 * HOUR, NOON + 10 * HOUR)
    await planning.plan.take_hours(WREN, Hours(NOON, evening.starts))
    await planning.plan.add_temporary("x", WREN, evening, tags=("women",))
    await planning.plan.add_temporary(
        "x", PeerId(otter.id), evening, tags=("women",), languages=("af",)
    )
    await planning.plan.override("x", PeerId(otter.id), None, evening)

    of_wren = await wren.reads("/staff/coverage")
    of_otter = await otter.reads("/staff/coverage")

    assert f"<b>Today, 18:00{DASH}22:00</b>" in of_wren
    assert "nobody yet for all but Women" in of_wren
    assert "nobody yet for Women\N{RIGHT SINGLE QUOTATION MARK}s room, in" in of_wren
    taken = f'class="unseen">: 18:00{DASH}22:00'
    assert taken not in of_wren, "Wren is there already, for the women"
    assert taken not in of_otter, "Otter gave it away"
    assert "nobody yet for" not in await wren.reads("/staff/coverage?tag=women")


async def test_a_gap_is_taken_where_it_is_shown(planning: Planning, wren: Colleague):
    await planning.plan.take_hours(WREN, Hours(NOON, NOON + 2 * HOUR))
    page = await wren.reads("/staff/coverage")
    pattern = r'name="starts" value="([^"]+)">\s*<input[^>]*value="([^"]+)"'
    starts, ends = re.findall(pattern, page)[0]

    await wren.post("/staff/rota/take", starts=starts, ends=ends)

    assert await planning.who_is_there(NOON + 3 * HOUR) == [WREN]


async def test_hours_that_are_closed_on_purpose_are_not_drawn_as_gaps(
    planning: Planning, wren: Colleague
):
    await planning.plan.close("birch", 6, time(5), time(8))

    page = await wren.reads("/staff/coverage")

    assert page.count('<g class="closed') == 3
    assert page.count('<g class="gap') == 7 * 24 - 3
    assert "nobody: 165; closed on purpose: 3." in page


async def test_closed_hours_are_no_gaps(planning: Planning, wren: Colleague):
    for day in range(7):
        await planning.plan.close("x", day, time(), time())

    page = await wren.reads("/staff/coverage")

    assert "Somebody can be reached in each hour that is not closed." in page


async def test_with_fewer_than_two_the_page_says_so(
    planning: Planning, birch: Colleague, wren: Colleague
):
    now = Hours(NOON, NOON + HOUR)
    await planning.plan.take_hours(WREN, now)
    assert "Fewer than two on duty" in await wren.reads("/staff/coverage")

    await planning.plan.take_hours(PeerId(birch.id), now)

    assert "Fewer than two on duty" not in await wren.reads("/staff/coverage")


async def test_those_who_can_take_it_without_a_shift_are_no_fewer(
    planning: Planning, birch: Colleague, wren: Colleague
):
    until = kept(NOON + HOUR)
    await planning.has(birch.id, on_duty_until=until)
    await planning.has(wren.id, on_duty_until=until)
    assert "Fewer than two on duty" not in await wren.reads("/staff/coverage")

    await planning.has(wren.id, capacity=0)

    assert "Fewer than two on duty" in await wren.reads("/staff/coverage")


async def test_members_are_told_honest_hours_and_need_not_sign_in(
    planning: Planning, wren: Colleague
):
    for day in range(7):
        await planning.plan.add_weekly(
            "x", weekday=day, starts=time(18), ends=time(22), turns=((WREN,),),
            since=date(2026, 11, 1),
        )  # fmt: skip
    wren.client.headers.pop("cookie")

    answer = await wren.get("/hours.json")

    told = f"Someone is usually here 18:00{DASH}22:00 every day."
    assert json.loads(answer.text) == {"told": told, "zone": "UTC"}
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "Wren" not in answer.text


async def test_nobody_who_is_not_signed_in_sees_the_cover(wren: Colleague):
    wren.client.headers.pop("cookie")

    assert (await wren.get("/staff/coverage")).status_code == 303
