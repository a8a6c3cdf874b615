"""The rota's page: hours are taken with one tap, and a mistake stands where it was."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from chat.oncall.hours import Hours
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Stage
from chat.store import staff
from chat.store.database import Database
from tests.support.clock import NOON, FakeClock
from tests.support.console import Colleague
from tests.support.planning import Planning

HOUR = timedelta(hours=1)
TONIGHT = Hours(NOON + 14 * HOUR, NOON + 16 * HOUR)
DASH = "\N{EN DASH}"
WREN, OTTER = PeerId("wren"), PeerId("otter")


async def test_hours_tonight_are_taken_with_one_tap(
    planning: Planning, wren: Colleague
):
    page = await wren.reads("/staff/rota")
    starts, ends = (at.isoformat() for at in (NOON, NOON + 4 * HOUR))
    assert f'name="starts" value="{starts}"' in page
    assert f'name="ends" value="{ends}"' in page

    answer = await wren.post("/staff/rota/take", starts=starts, ends=ends)

    assert await planning.who_is_there(NOON + HOUR) == [WREN]
    shown = await wren.reads(answer.headers["location"])
    assert f"They are yours: Today, 12:00{DASH}16:00. Thank you." in shown
    assert f"<b>Today, 12:00{DASH}16:00</b>" in shown


async def test_hours_are_taken_by_the_times_of_a_clock(
    planning: Planning, wren: Colleague
):
    answer = await wren.post("/staff/rota/tonight", starts="02:00", ends="04:00")

    assert await planning.who_is_there(TONIGHT.starts) == [WREN]
    assert await planning.who_is_there(TONIGHT.ends) == []
    shown = await wren.reads(answer.headers["location"])
    assert f"They are yours: Tomorrow, 02:00{DASH}04:00. Thank you." in shown


async def test_of_hours_that_the_clock_skips_tonight_the_night_is_named(
    planning: Planning, wren: Colleague, clock: FakeClock
):
    await planning.plan.set_zone("birch", "Europe/London")
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
    clock.advance((saturday - clock.now()).total_seconds())

    answer = await wren.post("/staff/rota/tonight", starts="01:00", ends="02:00")

    shown = await wren.reads(answer.headers["location"])
    assert f"They are yours: Mon 30 Mar, 01:00{DASH}02:00. Thank you." in shown


async def test_nobody_is_told_that_hours_of_others_are_theirs(
    planning: Planning, wren: Colleague, otter: Colleague
):
    id_ = await planning.plan.take_hours(WREN, TONIGHT)

    shown = await otter.reads(f"/staff/rota?did=take&id={id_}")

    assert "They are yours:" not in shown


async def test_whoever_is_on_duty_without_a_shift_is_in_the_week_until_then(
    planning: Planning, wren: Colleague, otter: Colleague
):
    await wren.post("/staff/duty/on", hours="2")

    page = await otter.reads("/staff/rota")

    today = page.split("Nobody yet")[0]
    assert f"12:00{DASH}14:00" in today
    assert '<span class="chip">on duty</span>' in today
    assert f"14:00{DASH}00:00" in page
    assert f"12:00{DASH}00:00" not in page


async def test_only_the_next_shifts_stand_before_what_others_offer(
    planning: Planning, wren: Colleague
):
    for day in range(1, 7):
        hours = Hours(NOON + day * 24 * HOUR, NOON + (day * 24 + 1) * HOUR)
        await planning.plan.take_hours(WREN, hours)

    page = await wren.reads("/staff/rota")

    before, after = page.split("2 more in the next two weeks")
    folded, others = after.split("</details>\n</section>")
    shown = [part.count("shift--mine") for part in (before, folded, others)]
    assert shown == [4, 2, 0]
    assert len(set(re.findall(r'id="(to-\d+)"', page))) == 6


async def test_hours_that_one_gave_to_nobody_are_taken_again(
    planning: Planning, wren: Colleague
):
    await planning.plan.add_temporary("birch", WREN, TONIGHT)
    await planning.plan.override("birch", WREN, None, TONIGHT)
    starts, ends = (at.isoformat() for at in TONIGHT)

    await wren.post("/staff/rota/take", starts=starts, ends=ends)

    assert await planning.who_is_there(TONIGHT.starts) == [WREN]


async def test_what_somebody_took_they_give_back(planning: Planning, wren: Colleague):
    id_ = await planning.plan.take_hours(WREN, TONIGHT)
    assert f'value="{id_}"' in await wren.reads("/staff/rota")

    await wren.post("/staff/rota/give-back", id=id_)

    assert await planning.who_is_there(TONIGHT.starts) == []


async def test_without_the_course_there_is_nothing_to_take(
    planning: Planning, clock: FakeClock
):
    async with planning.peer("Heron", ready=False) as heron:
        page = await heron.reads("/staff/rota")
        answer = await heron.post("/staff/rota/tonight", starts="02:00", ends="04:00")

    assert 'action="/staff/rota/take"' not in page
    assert answer.status_code == 400
    assert "Do the short course first" in answer.text
    assert await planning.who_is_there(TONIGHT.starts) == []


async def test_a_swap_is_offered_taken_and_seen(
    planning: Planning, wren: Colleague, otter: Colleague
):
    await planning.plan.take_hours(WREN, TONIGHT)
    starts, ends = (at.isoformat() for at in TONIGHT)

    await wren.post("/staff/rota/offer", starts=starts, ends=ends, to="")
    [swap] = (await planning.plan.book()).swaps
    assert "offered to the others" in await wren.reads("/staff/rota")
    assert "Wren, to everybody" in await otter.reads("/staff/rota")
    answer = await otter.post("/staff/rota/swap", id=swap.id)

    shown = await otter.reads(answer.headers["location"])
    assert f"They are yours: Tomorrow, 02:00{DASH}04:00. Thank you." in shown
    assert await planning.who_is_there(TONIGHT.starts) == [OTTER]
    assert "instead of Wren" in await otter.reads("/staff/rota")


async def test_an_offer_can_be_taken_back(planning: Planning, wren: Colleague):
    await planning.plan.take_hours(WREN, TONIGHT)
    swap = await planning.plan.offer_swap(WREN, TONIGHT)

    await wren.post("/staff/rota/withdraw", id=swap)

    [kept] = (await planning.plan.book()).swaps
    assert kept.stage is Stage.WITHDRAWN


async def test_a_swap_for_somebody_else_is_refused_in_words(
    planning: Planning, wren: Colleague, otter: Colleague, birch: Colleague
):
    await planning.plan.take_hours(WREN, TONIGHT)
    swap = await planning.plan.offer_swap(WREN, TONIGHT, PeerId("birch"))

    answer = await otter.post("/staff/rota/swap", id=swap)

    assert answer.status_code == 400
    assert "offered by, or to, somebody else" in answer.text


async def test_a_swap_that_overlaps_is_refused_in_words(
    planning: Planning, wren: Colleague, otter: Colleague
):
    await planning.plan.take_hours(WREN, TONIGHT)
    await planning.plan.take_hours(OTTER, TONIGHT)
    swap = await planning.plan.offer_swap(WREN, TONIGHT)

    answer = await otter.post("/staff/rota/swap", id=swap)

    assert answer.status_code == 400
    assert 'role="alert">Otter would have two shifts at once' in answer.text


async def test_hours_that_cannot_come_back_are_refused_in_words(
    planning: Planning, birch: Colleague, wren: Colleague
):
    await planning.plan.add_temporary("birch", WREN, TONIGHT)
    given = await planning.plan.override("birch", WREN, PeerId("birch"), TONIGHT)
    await planning.plan.take_hours(WREN, TONIGHT)

    answer = await birch.post("/staff/rota/remove", id=given)

    assert answer.status_code == 400
    assert 'role="alert">Wren would have two shifts at once' in answer.text


async def test_what_its_giver_has_no_more_is_not_offered(
    planning: Planning, wren: Colleague, otter: Colleague
):
    id_ = await planning.plan.take_hours(WREN, TONIGHT)
    await planning.plan.offer_swap(WREN, TONIGHT)
    await planning.plan.give_back(WREN, id_)

    page = await otter.reads("/staff/rota")

    assert "Wren, to everybody" not in page
    assert "Nobody looks for somebody else just now" in page


async def test_a_coordinator_plans_weekly_hours_with_turns(
    planning: Planning, birch: Colleague, wren: Colleague, otter: Colleague
):
    await birch.post(
        "/staff/rota/weekly",
        weekday="6", starts="20:00", ends="22:00", turns="wren\r\nOtter, Birch",
        since="2026-11-21", until="", tags="grief", languages="EN, af", backup="",
    )  # fmt: skip

    [line] = (await planning.plan.book()).rota.weekly
    assert line.turns == (("wren",), ("otter", "birch"))
    assert (line.tags, line.languages, line.until) == (("grief",), ("en", "af"), None)
    page = await birch.reads("/staff/rota")
    assert f"<b>Sundays 20:00{DASH}22:00</b>" in page
    assert "Wren, then Otter, Birch" in page

    await birch.post("/staff/rota/stop", id=line.id, until="2026-12-07")
    [line] = (await planning.plan.book()).rota.weekly
    assert line.until == date(2026, 12, 7)


async def test_an_override_shows_who_is_there_instead_of_whom(
    planning: Planning, birch: Colleague, wren: Colleague, otter: Colleague
):
    await birch.post(
        "/staff/rota/once",
        peer="wren", day="2026-11-22", starts="02:00", ends="04:00",
    )  # fmt: skip
    await birch.post(
        "/staff/rota/override",
        peer="wren", to="otter", day="2026-11-21", starts="22:00",
        last="2026-11-28", ends="22:00",
    )  # fmt: skip

    assert await planning.who_is_there(TONIGHT.starts) == [OTTER]
    page = await wren.reads("/staff/rota")
    assert 'instead of <span dir="auto">Wren</span>' in page
    shown = await birch.reads("/staff/rota")
    assert "Otter instead of Wren" in shown

    [line] = (await planning.plan.book()).rota.overrides
    await birch.post("/staff/rota/remove", id=line.id)
    assert await planning.who_is_there(TONIGHT.starts) == [WREN]


async def test_the_hours_of_whoever_left_are_a_gap(
    planning: Planning, wren: Colleague, database: Database
):
    async with planning.peer("Otter"):
        await planning.plan.take_hours(OTTER, TONIGHT)
    assert '<b dir="auto">Otter</b>' in await wren.reads("/staff/rota")

    async with database.begin() as tx:
        await staff.disable(tx, OTTER, 0)

    page = await wren.reads("/staff/rota")
    assert "somebody who left" not in page
    assert "all day" in page


async def test_hours_that_are_for_some_rooms_say_for_which_nobody_is_there(
    planning: Planning, birch: Colleague, wren: Colleague
):
    for day in range(7):
        await planning.plan.add_weekly(
            "x", weekday=day, starts=time(0), ends=time(12),
            turns=((PeerId(wren.id),),), since=NOON.date(),
        )  # fmt: skip
        await planning.plan.add_weekly(
            "x", weekday=day, starts=time(12), ends=time(0),
            turns=((PeerId(wren.id),),), since=NOON.date(),
            tags=("women",) if day == 0 else (),
        )  # fmt: skip

    of_birch, of_wren = [await each.reads("/staff/rota") for each in (birch, wren)]

    for page in (of_birch, of_wren):
        assert page.count("Nobody yet") == 1
        assert "for all but Women" in page
    assert of_birch.count('action="/staff/rota/take"') == 3
    assert 'action="/staff/rota/take"' not in of_wren, "she is there, for the women"


async def test_closed_hours_are_no_gap(planning: Planning, birch: Colleague):
    for day in range(7):
        await birch.post(
            "/staff/rota/close", weekday=str(day), starts="00:00", ends="00:00"
        )

    page = await birch.reads("/staff/rota")

    assert "Nobody yet" not in page
    assert "closed" in page


async def test_the_zone_is_set_and_named(planning: Planning, birch: Colleague):
    await birch.post("/staff/rota/zone", zone="Australia/Lord_Howe")

    assert (await planning.plan.book()).rota.zone == "Australia/Lord_Howe"
    assert "<b>Australia/Lord_Howe</b>" in await birch.reads("/staff/rota")


WEEKLY = {
    "weekday": "0", "starts": "18:00", "ends": "22:00", "turns": "Wren",
    "since": "2026-11-23", "until": "", "tags": "", "languages": "",
}  # fmt: skip
ONCE = {"peer": "wren", "day": "2026-11-22", "starts": "18:00", "ends": "20:00"}
OVERRIDE = {
    "peer": "wren", "to": "otter", "day": "2026-11-22", "starts": "18:00",
    "last": "2026-11-22", "ends": "20:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "fields", "field", "told"),
    [
        ("weekly", {"ends": "18:00"}, "ends", "ends when it starts"),
        ("weekly", {"starts": "22:00", "ends": "18:00"}, "ends", "way round? Nothing"),
        ("weekly", {"starts": "soon"}, "starts", "A time such as 18:30"),
        ("weekly", {"turns": "Wren, Nobody"}, "turns", "is called Nobody"),
        ("weekly", {"turns": ""}, "turns", "1 to 26 turns"),
        ("weekly", {"tags": "moon"}, "tags", "No room has the tag"),
        ("weekly", {"languages": "klingon"}, "languages", "There is no language"),
        ("weekly", {"since": "some day"}, "since", "A day such as"),
        ("weekly", {"since": "0001-01-01"}, "since", "too far away"),
        ("weekly", {"until": "2026-11-23"}, "until", "before its first day"),
        ("once", {"peer": "nobody"}, "peer", "somebody of the team"),
        ("once", {"day": "2026-11-20"}, "ends", "are over"),
        ("once", {"starts": "01:00", "ends": "23:00"}, "ends", "22 hours long"),
        ("override", {}, "peer", "Wren has no shift then"),
        ("override", {"last": "2026-11-21"}, "ends", "ends before it starts"),
        ("override", {"to": "wren"}, "to", "their own hours"),
        ("zone", {"zone": "Mars/Base"}, "zone", "There is no time zone"),
        ("close", {"weekday": "0", "starts": "x", "ends": "y"}, "starts", "A time"),
        ("tonight", {"starts": "02:00", "ends": "02:00"}, "ends", "when it starts"),
    ],
)
async def test_a_mistake_is_told_at_its_field_and_all_that_was_typed_stays(
    planning: Planning,
    birch: Colleague,
    wren: Colleague,
    otter: Colleague,
    form: str,
    fields: dict[str, str],
    field: str,
    told: str,
):
    before = await planning.plan.book()
    typed = {"weekly": WEEKLY, "once": ONCE, "override": OVERRIDE}.get(
        form, {}
    ) | fields

    answer = await birch.post(f"/staff/rota/{form}", **typed)

    assert answer.status_code == 400
    at = rf'id="{form}-{field}-wrong" role="alert">([^<]*)<'
    found = re.search(at, answer.text)
    assert found is not None
    assert told in found[1]
    assert re.search(f'aria-describedby="{form}-{field}-wrong[" ]', answer.text)
    # What is none of the choices of a list cannot be chosen in it.
    for value in set(typed.values()) - {"nobody"}:
        assert f'"{value}"' in answer.text or f">{value}</textarea>" in answer.text
    assert await planning.plan.book() == before


async def test_a_line_that_has_ended_is_not_brought_back_by_a_later_end(
    planning: Planning, birch: Colleague, wren: Colleague
):
    await birch.post("/staff/rota/weekly", **WEEKLY | {"until": "2026-12-01"})
    [line] = (await planning.plan.book()).rota.weekly
    await birch.post("/staff/rota/weekly", **WEEKLY | {"since": "2026-12-07"})
    before = await planning.plan.book()

    answer = await birch.post("/staff/rota/stop", id=line.id, until="2027-03-01")

    assert answer.status_code == 400
    assert 'role="alert">It ends before that already' in answer.text
    assert await planning.plan.book() == before


async def test_the_hint_of_a_field_is_read_out_with_it(
    birch: Colleague, wren: Colleague
):
    page = await birch.reads("/staff/rota")
    wrong = (await birch.post("/staff/rota/weekly", **WEEKLY | {"tags": "moon"})).text

    hints = set(re.findall(r'id="([\w-]+-hint)"', page))
    assert hints > {"weekly-turns-hint", "weekly-tags-hint", "zone-zone-hint"}
    assert hints == set(re.findall(r'aria-describedby="([\w-]+)"', page))
    assert 'aria-describedby="weekly-tags-wrong weekly-tags-hint"' in wrong


async def test_of_an_overlap_it_says_whose_and_with_what(
    planning: Planning, birch: Colleague, wren: Colleague
):
    await birch.post("/staff/rota/weekly", **WEEKLY)

    answer = await birch.post("/staff/rota/weekly", **WEEKLY | {"starts": "21:00"})

    assert "Wren has Mondays 18:00 to 22:00 already" in answer.text
    assert len((await planning.plan.book()).rota.weekly) == 1


@pytest.mark.parametrize(
    "form", ["weekly", "once", "override", "stop", "remove", "close", "zone"]
)
async def test_the_plan_of_others_is_for_coordinators(wren: Colleague, form: str):
    answer = await wren.post(f"/staff/rota/{form}", zone="UTC")

    assert answer.status_code == 403
    assert f'action="/staff/rota/{form}"' not in await wren.reads("/staff/rota")


@pytest.mark.parametrize(
    "fields",
    [
        {"starts": "2026-11-22T02:00:00", "ends": "2026-11-22T04:00:00+00:00"},
        {"starts": "never", "ends": ""},
        {"starts": "9999-12-31T23:00:00+00:00", "ends": "9999-12-31T23:59:00+00:00"},
        {"starts": "2026-11-24T00:00:00+00:00", "ends": "2026-11-22T00:00:00+00:00"},
    ],
)
async def test_a_button_that_no_page_has_does_nothing(
    planning: Planning, wren: Colleague, fields: dict[str, str]
):
    answer = await wren.post("/staff/rota/take", **fields)

    assert answer.status_code == 400
    assert (await planning.plan.book()).rota.temporary == ()


# The nights of the change, in London


@pytest.mark.parametrize(
    ("now", "line", "shown", "begins"),
    [
        (
            datetime(2026, 3, 28, 12, tzinfo=UTC), ("00:00", "04:00"),
            f"00:00 GMT{DASH}04:00 BST", datetime(2026, 3, 29, 0, tzinfo=UTC),
        ),
        (
            datetime(2026, 3, 28, 12, tzinfo=UTC), ("01:30", "04:00"),
            f"02:00{DASH}04:00", datetime(2026, 3, 29, 1, tzinfo=UTC),
        ),
        (
            datetime(2026, 10, 24, 12, tzinfo=UTC), ("00:00", "04:00"),
            f"00:00 BST{DASH}04:00 GMT", datetime(2026, 10, 24, 23, tzinfo=UTC),
        ),
    ],
)  # fmt: skip
async def test_in_the_night_of_the_change_the_hours_are_those_of_the_wall(
    planning: Planning,
    wren: Colleague,
    clock: FakeClock,
    now: datetime,
    line: tuple[str, str],
    shown: str,
    begins: datetime,
):
    clock.advance((now - clock.now()).total_seconds())
    await planning.plan.set_zone("birch", "Europe/London")
    starts, ends = map(time.fromisoformat, line)
    await planning.plan.add_weekly(
        "birch", weekday=6, starts=starts, ends=ends, turns=((WREN,),),
        since=now.date(),
    )  # fmt: skip

    page = await wren.reads("/staff/rota")

    assert f"<b>Tomorrow, {shown}</b>" in page
    assert await planning.who_is_there(begins) == [WREN]
    assert await planning.who_is_there(begins - HOUR) == []
