"""Honest hours: no hour is named that is not covered, and usually was."""

import pytest

from chat.oncall.coverage import Cell, WeekHour
from chat.oncall.honest import Honest, Open, by_clock, clock_of, honest_hours, told
from tests.oncall.shifts import HOUR, MONDAY, span, utc


def cell(
    day: int,
    hour: int,
    reachable: int = 1,
    present: float = 0,
    *,
    skipped: bool = False,
    regular: bool = True,
) -> Cell:
    hours = None if skipped else span(24 * day + hour, 24 * day + hour + 1)
    return Cell(
        WeekHour(day, hour), hours, reachable, reachable, present, 0, regular=regular
    )


def evenings(*days: int, present: float = 0, regular: bool = True) -> list[Cell]:
    return [
        cell(day, hour, present=present, regular=regular)
        for day in days
        for hour in range(18, 23)
    ]


def usual(cells: list[Cell], *, known: bool) -> list[Open]:
    return honest_hours(cells, utc(MONDAY, 0), known=known).usual


def once(cells: list[Cell], *, known: bool, now: float = 0) -> list[Open]:
    return honest_hours(cells, utc(MONDAY, now), known=known).once


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
    assert usual(cells, known=False) == hours
    assert once(cells, known=False) == []


def test_an_hour_in_which_nobody_usually_was_is_not_named():
    cells = [*evenings(0, present=0.4), *evenings(1, present=0.5)]

    assert usual(cells, known=True) == [Open((1,), 18, 23)]
    assert usual(cells, known=False) == [Open((0, 1), 18, 23)]
    assert once(cells, known=True) == []


def test_hours_that_somebody_took_once_are_not_usual():
    cells = [*evenings(0), *evenings(1, present=2, regular=False)]

    assert usual(cells, known=False) == [Open((0,), 18, 23)]
    assert once(cells, known=False) == [Open((1,), 18, 23)]


def test_hours_taken_once_at_which_somebody_always_was_are_usual():
    cells = [
        *evenings(1, present=0.5, regular=False),
        *evenings(2, present=0.4, regular=False),
    ]

    assert usual(cells, known=True) == [Open((1,), 18, 23)]
    assert once(cells, known=True) == [Open((2,), 18, 23)]


def test_hours_of_today_that_were_taken_once_and_are_over_are_not_told():
    cells = evenings(0, regular=False)

    assert once(cells, known=False, now=20.5) == [Open((0,), 20, 23)]
    assert once(cells, known=False, now=23) == []


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
    assert told(Honest(hours, [])) == sentence


SUNDAY_NIGHT = Open((6,), 2, 4)


@pytest.mark.parametrize(
    ("honest", "sentence"),
    [
        (
            Honest([], [SUNDAY_NIGHT]),
            "In the next seven days someone is here 02:00\u201304:00 on Sunday.",
        ),
        (
            Honest([], [Open(EVERY_DAY, 0, 24)]),
            "In the next seven days someone is here, day and night.",
        ),
        (
            Honest([Open(EVERY_DAY, 18, 23)], [SUNDAY_NIGHT]),
            "Someone is usually here 18:00\u201323:00 every day."
            " In the next seven days someone is also here 02:00\u201304:00 on Sunday.",
        ),
    ],
)
def test_what_is_so_once_is_told_apart_from_what_is_usual(
    honest: Honest, sentence: str
):
    assert told(honest) == sentence


@pytest.mark.parametrize(
    ("hours", "zone"),
    [
        ([], ""),
        ([Open(EVERY_DAY, 0, 24)], ""),
        ([Open(EVERY_DAY, 18, 23)], "Europe/London"),
    ],
)
def test_hours_of_a_clock_say_of_which(hours: list[Open], zone: str):
    assert clock_of(Honest(hours, []), "Europe/London") == zone
    assert clock_of(Honest([], hours), "Europe/London") == zone


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
