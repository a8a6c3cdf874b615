"""Demand: what is usual in each hour of the week, from counts and not from members."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.coverage import WeekHour
from chat.oncall.demand import ALL_HOURS, USUAL_RATE, expected, hour_of, usual
from chat.oncall.hours import zone_of
from tests.oncall.shifts import JOBURG, MONDAY, utc

NOW = utc(MONDAY, 12)
WEEK = timedelta(weeks=1)
LAST_MONDAY = "2026-11-16"
ALL_DAY = dict.fromkeys(range(288), 4)


def test_counts_are_told_by_the_hour_of_the_wall():
    found = usual({LAST_MONDAY: {16 * 12 + slot: 6 for slot in range(12)}}, JOBURG, NOW)

    assert found[WeekHour(0, 18)] == 6
    assert found[WeekHour(0, 19)] == 0


def test_two_weeks_are_a_mean():
    found = usual({LAST_MONDAY: ALL_DAY, "2026-11-09": ALL_DAY | {0: 16}}, "UTC", NOW)

    assert found[WeekHour(0, 1)] == 4
    assert found[WeekHour(0, 0)] == 4.5


def test_what_was_before_the_first_count_is_unknown():
    found = usual({LAST_MONDAY: {144: 3}}, "UTC", NOW)

    assert WeekHour(0, 11) not in found
    assert found[WeekHour(0, 12)] == 3 / 12


def test_what_is_not_over_does_not_count():
    counts = {LAST_MONDAY: ALL_DAY, "2026-11-23": {0: 4}}

    found = usual(counts, "UTC", utc(MONDAY, 0.5))

    assert found[WeekHour(0, 0)] == pytest.approx((12 * 4 + 4) / 18)
    assert found[WeekHour(0, 1)] == 4


@pytest.mark.parametrize("counts", [{}, {LAST_MONDAY: {}}])
def test_nothing_known_is_nothing_told(counts: dict[str, dict[int, int]]):
    assert usual(counts, "UTC", NOW) == {}


def test_an_evening_stays_an_evening_over_the_change_of_the_clock():
    """18:00 in London is 17:00 UTC in summer and 18:00 UTC in winter."""
    summer = {17 * 12 + slot: 5 for slot in range(12)}
    winter = {18 * 12 + slot: 5 for slot in range(12)}

    found = usual({"2026-10-23": summer, "2026-10-30": winter}, "Europe/London", NOW)

    assert found[WeekHour(4, 18)] == 5


# Needs.


def test_without_needs_the_guess_is_from_who_is_there():
    at = WeekHour(0, 18)

    found = expected([], {at: 50.0}, "UTC", NOW, NOW)

    assert found[at] == pytest.approx(50 * USUAL_RATE)
    assert found[WeekHour(0, 19)] == 0


def test_needs_count_in_the_hour_in_which_they_were_raised():
    since = NOW - 4 * WEEK
    needs = [utc(date(2026, 11, 16), 16.5), utc(date(2026, 11, 9), 16.1)]

    found = expected(needs, {}, JOBURG, since, NOW)

    assert found[WeekHour(0, 18)] == 2 / 8
    assert sum(found.values()) == 2 / 8


def test_needs_before_we_counted_and_after_now_do_not_count():
    since = NOW - 4 * WEEK

    found = expected([since - WEEK, NOW + WEEK], {}, "UTC", since, NOW)

    assert set(found.values()) == {0}


def test_what_was_seen_for_a_year_outweighs_the_guess():
    since = NOW - 52 * WEEK
    every_week = [since + week * WEEK + timedelta(hours=1) for week in range(52)]
    at = hour_of(every_week[0], zone_of("UTC"))

    found = expected(every_week, {}, "UTC", since, NOW)

    assert found[at] == 52 / 56


def test_members_who_ask_more_often_are_expected_to_again():
    members = dict.fromkeys(ALL_HOURS, 10.0)
    since = NOW - 10 * WEEK
    needs = [since + number * timedelta(hours=1) for number in range(1680)]

    found = expected(needs, members, "UTC", since, NOW)

    assert found[WeekHour(0, 18)] == pytest.approx(1, abs=0.05)


@given(st.integers(0, 6 * 10**8))
def test_every_moment_has_its_hour(seconds: int):
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert hour_of(at, zone_of("Australia/Lord_Howe")) in ALL_HOURS
