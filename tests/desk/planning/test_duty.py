"""You on call: one says oneself when and how one is called, and has a calendar."""

import asyncio
import re
import threading
from dataclasses import replace
from datetime import time, timedelta
from typing import ClassVar

import pytest

from chat.oncall.cover import Ahead
from chat.oncall.hours import Hours, QuietHours
from chat.oncall.rota import Rota
from chat.oncall.shifts import Shift
from chat.oncall.stages import PeerId
from chat.store import staff
from chat.store.database import Database
from tests.support.clock import NOON, FakeClock
from tests.support.console import Colleague
from tests.support.planning import Planning

HOUR = timedelta(hours=1)
WREN = PeerId("wren")
DASH = "\N{EN DASH}"
LINK = re.compile(r"https://chat\.example(/calendar/[\w-]{43}\.ics)</code>")


async def test_i_can_take_it(planning: Planning, wren: Colleague):
    await wren.post("/staff/duty/on", hours="3")

    assert (await planning.duty.of("wren")).on_duty_until == NOON + 3 * HOUR
    page = await wren.reads("/staff/duty?did=on")
    assert f"You can take it: 12:00{DASH}15:00." in page

    await wren.post("/staff/duty/off")
    assert (await planning.duty.of("wren")).on_duty_until is None


@pytest.mark.parametrize("hours", ["0", "13", "999999999999999999", "x", ""])
async def test_nobody_can_take_it_for_ever(
    planning: Planning, wren: Colleague, hours: str
):
    answer = await wren.post("/staff/duty/on", hours=hours)

    assert answer.status_code == 400
    told = "You can be called for 1 to 12 hours at a time. Nothing was changed."
    assert f'role="alert">{told}<' in answer.text
    assert (await planning.duty.of("wren")).on_duty_until is None


async def test_without_the_course_one_is_shown_the_way_to_it(planning: Planning):
    async with planning.peer("Heron", ready=False) as heron:
        page = await heron.reads("/staff/duty")
        refused = await heron.post("/staff/duty/on", hours="2")

    assert 'href="/staff/course"' in page
    assert "I can take it" not in page
    assert refused.status_code == 400


async def test_a_shift_begins_with_the_questions_of_the_calls_page(
    planning: Planning, wren: Colleague
):
    before = await wren.reads("/staff/duty")
    await planning.duty.check_in("wren")
    arrived = await wren.reads("/staff/duty")

    assert 'href="/staff/calls#shift"' in before
    assert "My shift is over" not in before
    assert 'href="/staff/calls#shift"' not in arrived
    assert "My shift is over" in arrived


async def test_a_shift_can_be_ended_without_a_check_in(
    planning: Planning, wren: Colleague
):
    await planning.plan.take_hours(WREN, Hours(NOON, NOON + HOUR))

    assert 'action="/staff/calls/check-out"' in await wren.reads("/staff/duty")


# Not tonight

NIGHT = Hours(NOON + 10 * HOUR, NOON + 14 * HOUR)


async def test_not_tonight_means_neither_cases_nor_calls(
    planning: Planning, wren: Colleague
):
    await planning.plan.add_temporary("birch", WREN, NIGHT)
    await planning.duty.go_on("wren", NOON + HOUR)

    answer = await wren.post("/staff/me/tonight", away="yes")

    assert await planning.who_is_there(NIGHT.starts) == []
    assert not (await planning.duty.of("wren")).on_duty(NOON)
    page = await wren.reads(answer.headers["location"])
    assert "you have no shift" in page
    assert "As a coordinator" not in page


async def test_who_is_back_has_the_hours_of_that_night_again(
    planning: Planning, wren: Colleague
):
    await planning.plan.add_temporary("birch", WREN, NIGHT)
    await wren.post("/staff/me/tonight", away="yes")

    await wren.post("/staff/me/tonight", away="no")

    assert await planning.who_is_there(NIGHT.starts) == [WREN]


async def test_a_coordinator_is_told_that_they_are_the_last_all_the_same(
    planning: Planning, birch: Colleague
):
    page = await birch.reads("/staff/me?did=away")

    assert "As a coordinator you are still called where nobody else comes" in page


async def test_hours_that_were_let_go_are_named_so_for_coordinators(
    planning: Planning, birch: Colleague, wren: Colleague
):
    await planning.plan.add_temporary("birch", WREN, NIGHT)
    await wren.post("/staff/me/tonight", away="yes")

    page = await birch.reads("/staff/rota")

    assert "Nobody instead of Wren" in page
    assert '<span class="chip">let go</span>' in page


async def test_the_page_says_which_shift_is_on_or_comes_next(
    planning: Planning, wren: Colleague, clock: FakeClock
):
    assert "have no shift within a day" in await wren.reads("/staff/duty")
    await planning.plan.take_hours(WREN, Hours(NOON + HOUR / 4, NOON + HOUR))
    shown = f"12:15{DASH}13:00"

    assert f"Your next shift: Today, {shown}." in await wren.reads("/staff/duty")
    clock.advance(900)
    assert f"You are on shift: {shown}." in await wren.reads("/staff/duty")


async def test_terms_are_kept_and_shown(planning: Planning, wren: Colleague):
    await wren.post(
        "/staff/duty",
        capacity="4", quiet_starts="22:30", quiet_ends="07:00", zone="Europe/London",
        shares=["alcohol", "veteran"], languages=["en"],
    )  # fmt: skip

    terms = await planning.duty.of("wren")
    assert (terms.capacity, terms.shares) == (4, ("alcohol", "veteran"))
    assert terms.quiet == QuietHours("Europe/London", time(22, 30), time(7))
    page = await wren.reads("/staff/duty")
    assert 'value="veteran" checked' in page
    assert 'value="22:30"' in page
    assert '<option value="4" selected>' in page


TERMS = {
    "capacity": "3", "quiet_starts": "22:00", "quiet_ends": "06:00",
    "zone": "Europe/London", "shares": "veteran", "languages": "en",
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("capacity", "9", "1 to 5 talks"),
        ("zone", "Europe/Atlantis", "There is no time zone"),
        ("quiet_starts", "late", "A time such as"),
        ("quiet_ends", "", "A time such as"),
        ("languages", "klingon", "There is no language"),
        ("shares", "anger", "Nobody chooses"),
    ],
)
async def test_a_mistake_is_told_at_its_field_and_all_that_was_chosen_stays(
    planning: Planning, wren: Colleague, field: str, value: str, told: str
):
    before = await planning.duty.of("wren")

    answer = await wren.post("/staff/duty", **TERMS | {field: value})

    assert answer.status_code == 400
    found = re.search(rf'id="terms-{field}-wrong" role="alert">([^<]*)<', answer.text)
    assert found is not None
    assert told in found[1]
    if field != "shares":
        assert 'value="veteran" checked' in answer.text
    if field != "quiet_starts":
        assert 'value="22:00"' in answer.text
    assert await planning.duty.of("wren") == before


# The calendar


async def a_link(wren: Colleague) -> str:
    """Return the way to a calendar, as the page shows it once."""
    found = LINK.search((await wren.post("/staff/duty/calendar")).text)
    assert found is not None
    return found[1]


async def test_a_calendar_follows_the_shifts_without_a_sign_in(
    planning: Planning, wren: Colleague
):
    link = await a_link(wren)
    assert not LINK.search(await wren.reads("/staff/duty"))
    await planning.plan.take_hours(WREN, Hours(NOON + HOUR, NOON + 3 * HOUR))
    wren.client.headers.pop("cookie")

    answer = await wren.get(link)

    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"].startswith("private")
    assert "DTSTART:20261121T130000Z\r\nDTEND:20261121T150000Z" in answer.text
    assert "Wren" not in answer.text


async def test_others_shifts_are_not_in_it(planning: Planning, wren: Colleague):
    link = await a_link(wren)
    async with planning.peer("Otter") as otter:
        hours = Hours(NOON + HOUR, NOON + 3 * HOUR)
        await planning.plan.take_hours(PeerId(otter.id), hours)

    assert "VEVENT" not in (await wren.get(link)).text


async def test_a_link_that_was_made_anew_or_forgotten_leads_nowhere(
    planning: Planning, wren: Colleague
):
    old = await a_link(wren)
    new = await a_link(wren)
    assert (await wren.get(old)).status_code == 404
    assert (await wren.get(new)).status_code == 200

    await wren.post("/staff/duty/calendar/forget")

    assert (await wren.get(new)).status_code == 404


@pytest.mark.parametrize("guess", ["x", "x" * 43, "x" * 44, "%00" * 43, "..%2f"])
async def test_a_guess_leads_nowhere(wren: Colleague, guess: str):
    assert (await wren.get(f"/calendar/{guess}.ics")).status_code == 404


async def test_for_a_guess_nobody_s_shifts_are_worked_out(
    planning: Planning, wren: Colleague, monkeypatch: pytest.MonkeyPatch
):
    await a_link(wren)
    reads = list[str]()
    read = planning.database.read

    def counted() -> object:
        reads.append("read")
        return read()

    monkeypatch.setattr(planning.database, "read", counted)
    await wren.get("/calendar/guess.ics")
    assert reads == []
    await wren.get(f"/calendar/{'x' * 43}.ics")
    assert reads == ["read"]


class Watched(Rota):
    """A rota that knows who asked it for shifts."""

    threads: ClassVar[list[str]] = []

    def shifts(self, span: Hours) -> list[Shift]:
        self.threads.append(threading.current_thread().name)
        return super().shifts(span)


async def test_to_work_out_a_calendar_holds_up_nobody_and_is_done_once_a_while(
    planning: Planning, wren: Colleague, monkeypatch: pytest.MonkeyPatch
):
    link = await a_link(wren)
    await planning.plan.take_hours(WREN, Hours(NOON + HOUR, NOON + 3 * HOUR))
    ahead = planning.cover.ahead
    book = (await ahead()).book
    watched = replace(book, rota=Watched(book.rota.zone, (), book.rota.once))

    async def watching() -> Ahead:
        return (await ahead())._replace(book=watched)

    monkeypatch.setattr(planning.cover, "ahead", watching)
    Watched.threads.clear()

    answers = await asyncio.gather(*(wren.get(link) for _ in range(5)))
    planning.clock.advance(59)
    await wren.get(link)
    assert len(Watched.threads) == 1
    planning.clock.advance(1)
    await wren.get(link)

    assert all("DTSTART:20261121T130000Z" in answer.text for answer in answers)
    assert len(Watched.threads) == 2
    assert threading.current_thread().name not in Watched.threads


async def test_a_calendar_has_a_change_at_once(planning: Planning, wren: Colleague):
    link = await a_link(wren)
    assert "VEVENT" not in (await wren.get(link)).text

    await planning.plan.take_hours(WREN, Hours(NOON + HOUR, NOON + 3 * HOUR))

    assert "VEVENT" in (await wren.get(link)).text


async def test_whoever_left_has_no_calendar(wren: Colleague, database: Database):
    link = await a_link(wren)
    async with database.begin() as tx:
        await staff.disable(tx, "wren", 0)

    assert (await wren.get(link)).status_code == 404
