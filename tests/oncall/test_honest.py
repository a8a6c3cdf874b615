"""Honest hours: no hour is named that is not covered, and usually was."""

import pytest

from chat.oncall.coverage import Cell, WeekHour
from chat.oncall.honest import Open, by_clock, clock_of, honest_hours, told
from tests.oncall.shifts import HOUR, MONDAY, span, utc


def cell(
    day: int,
    hour: int,
    reachable: int = 1,
    present: float = 0,
    *,
    skipped: bool = False,
) -> Cell:
    hours = None if skipped else span(hour, hour + 1)
    return Cell(WeekHour(day, hour), hours, reachable, reachable, present, 0)


def evenings(*days: int, present: float = 0) -> list[Cell]:
    return [cell(day, hour, present=present) for day in days for hour in range(18, 23)]


EVERY_DAY = tuple(range(7))


@pytest.mark.parametrize(
    ("cells", "hours"),
    [
        ([], []),
        ([cell(0, 18, reachable=0)], []),
        (evenings(0), [Open((0,), 18, 23)]),
        (evenings(*range(7)), [Open(EVERY_DAY, 18, 23)]),
        (
            [*evenings(0, 1), cell(0, 9)],
            [Open((0,), 9, 10), Open((0, 1), 18, 23)],
        ),
        # The clock skips an hour: it breaks nothing off, and is nothing by itself.
        (
            [cell(6, 0), cell(6, 1, skipped=True), cell(6, 2)],
            [Open((6,), 0, 3)],
        ),
        ([cell(6, 0, 0), cell(6, 1, skipped=True)], []),
        ([cell(6, 0, skipped=True)], []),
    ],
)
def test_the_hours_in_which_somebody_can_be_reached(
    cells: list[Cell], hours: list[Open]
):
    assert honest_hours(cells, known=False) == hours


def test_an_hour_in_which_nobody_usually_was_is_not_named():
    cells = [*evenings(0, present=0.4), *evenings(1, present=0.5)]

    assert honest_hours(cells, known=True) == [Open((1,), 18, 23)]
    assert honest_hours(cells, known=False) == [Open((0, 1), 18, 23)]


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ([], "There are no hours yet at which someone is always here."),
        ([Open(EVERY_DAY, 0, 24)], "Someone is usually here, day and night."),
        (
            [Open(EVERY_DAY, 18, 23)],
            "Someone is usually here 18:00\u201323:00 every day.",
        ),
        (
            [Open((0, 1, 2, 3, 4), 18, 24)],
            "Someone is usually here 18:00\u201324:00 Monday to Friday.",
        ),
        ([Open((5,), 0, 24)], "Someone is usually here all day on Saturday."),
        (
            [Open((5, 6), 9, 12), Open((0, 2, 3, 4), 18, 20)],
            "Someone is usually here 09:00\u201312:00 on Saturday and Sunday;"
            " 18:00\u201320:00 on Monday and Wednesday to Friday.",
        ),
        (
            [Open((0, 2, 4), 9, 10)],
            "Someone is usually here 09:00\u201310:00 on Monday, Wednesday and Friday.",
        ),
    ],
)
def test_members_read_them_in_a_sentence(hours: list[Open], sentence: str):
    assert told(hours) == sentence


@pytest.mark.parametrize(
    ("hours", "zone"),
    [
        ([], ""),
        ([Open(EVERY_DAY, 0, 24)], ""),
        ([Open(EVERY_DAY, 18, 23)], "Europe/London"),
    ],
)
def test_hours_of_a_clock_say_of_which(hours: list[Open], zone: str):
    assert clock_of(hours, "Europe/London") == zone


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("", ""),
        ("UTC", "By universal time (UTC), which shows Monday 02:20 now."),
        (
            "America/New_York",
            "By the clock of New York, which shows Sunday 21:20 now.",
        ),
    ],
)
def test_whoever_reads_them_elsewhere_is_told_whose_clock_it_is(zone: str, words: str):
    assert by_clock(zone, utc(MONDAY, 2) + HOUR / 3) == words
