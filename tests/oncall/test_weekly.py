"""A line of the rota: its days, whose turn it is, and whom it would have twice."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.hours import ONE_DAY, zone_of
from chat.oncall.refusals import BadShift, RotaMistake, ShiftInverted
from chat.oncall.weekly import ONE_WEEK, Weekly
from tests.oncall.needs import HERON, OTTER, WREN
from tests.oncall.shifts import MONDAY, line

UTC = zone_of("UTC")


def test_a_line_takes_place_on_its_weekday_from_its_first_day_until_its_last():
    mondays = line(until=MONDAY + 2 * ONE_WEEK)

    days = [MONDAY + day * ONE_DAY for day in range(-7, 30)]

    assert [day for day in days if mondays.takes_place(day)] == [
        MONDAY, MONDAY + ONE_WEEK,
    ]  # fmt: skip
    assert mondays.hours(UTC, MONDAY + ONE_DAY) is None


def test_turns_go_round_a_week_each():
    evening = line("evening", 0, "18:00", "22:00", (WREN,), (OTTER, HERON))

    assert [evening.turn(MONDAY + week * ONE_WEEK) for week in range(3)] == [
        (WREN,), (OTTER, HERON), (WREN,),
    ]  # fmt: skip


def test_the_first_turn_is_of_the_week_of_the_first_day():
    sundays = line(
        "evening", 6, "18:00", "22:00", (WREN,), (OTTER,), since=date(2026, 11, 26)
    )

    assert sundays.turn(date(2026, 11, 29)) == (WREN,)
    assert sundays.turn(date(2026, 12, 6)) == (OTTER,)


@pytest.mark.parametrize(
    ("made", "error", "told", "field"),
    [
        (
            lambda: line(weekday=7),
            BadShift,
            "there is no such day of the week",
            "weekday",
        ),
        (
            lambda: line("x", 0, "18:00", "22:00", *[(WREN,)] * 27),
            BadShift,
            "a shift has 1 to 26 turns",
            "turns",
        ),
        (
            lambda: line("x", 0, "18:00", "22:00", ()),
            BadShift,
            "a turn has 1 to 12 peers",
            "turns",
        ),
        (
            lambda: line("x", 0, "18:00", "22:00", (WREN, WREN)),
            BadShift,
            "somebody is in one turn twice",
            "turns",
        ),
        (
            lambda: line(until=MONDAY),
            BadShift,
            "it is over before its first day",
            "until",
        ),
        (
            lambda: line(starts="22:00", ends="22:00"),
            ShiftInverted,
            "22:00 to 22:00 ends when it starts",
            "ends",
        ),
    ],
)
def test_a_line_that_cannot_be_is_told(
    made: Callable[[], Weekly], error: type[RotaMistake], told: str, field: str
):
    with pytest.raises(error) as refused:
        made()

    assert (refused.value.told, refused.value.field) == (told, field)


@pytest.mark.parametrize(
    ("other", "clash"),
    [
        (line("b", 0, "21:00", "23:00"), (WREN, MONDAY)),
        (line("b", 0, "22:00", "23:00"), None),
        (line("b", 1, "18:00", "22:00"), None),
        (line("b", 0, "21:00", "23:00", (OTTER,)), None),
        # Not in the same week.
        (line("b", 0, "21:00", "23:00", (OTTER,), (OTTER, WREN)), (WREN, None)),
        (line("b", 0, "21:00", "23:00", since=MONDAY + 9 * ONE_WEEK), (WREN, None)),
        (line("b", 0, "19:00", "20:00", until=MONDAY + ONE_DAY), (WREN, MONDAY)),
    ],
)
def test_who_would_have_two_shifts_at_once(
    other: Weekly, clash: tuple[str, date | None] | None
):
    found = line().clash(other)

    if clash is None:
        assert found is None
    else:
        assert found is not None
        assert (found[0], found[1] if clash[1] else None) == clash


def test_lines_that_follow_each_other_in_time_do_not_clash():
    first = line(until=MONDAY + ONE_WEEK)

    assert first.clash(line("b", since=MONDAY + ONE_WEEK)) is None


def test_a_sunday_night_meets_a_monday_morning():
    night = line("night", 6, "22:00", "06:00")
    morning = line("morning", 0, "05:00", "09:00")

    assert night.clash(morning) == (WREN, date(2026, 11, 29))
    assert morning.clash(night) == (WREN, date(2026, 11, 30))
    assert night.clash(line("morning", 0, "06:00", "09:00")) is None


teams = st.lists(
    st.sampled_from([(WREN,), (OTTER,), (HERON,), (WREN, OTTER)]),
    min_size=1,
    max_size=4,
)
firsts = st.integers(-20, 20).map(lambda day: MONDAY + timedelta(days=day))
lengths = st.one_of(st.none(), st.integers(1, 40))


@st.composite
def lines(draw: st.DrawFn) -> Weekly:
    since, length = draw(firsts), draw(lengths)
    starts = draw(st.integers(0, 23))
    ends = (starts + draw(st.integers(1, 12))) % 24
    return line(
        "any", draw(st.integers(0, 6)), f"{starts:02}:00", f"{ends:02}:00",
        *draw(teams),
        since=since, until=None if length is None else since + timedelta(days=length),
    )  # fmt: skip


@given(lines(), lines())
def test_a_clash_is_found_exactly_if_there_is_one(one: Weekly, other: Weekly):
    days = [MONDAY + day * ONE_DAY for day in range(-30, 7 * 16)]
    ours = [(day, hours) for day in days if (hours := one.hours(UTC, day))]
    theirs = [(day, hours) for day in days if (hours := other.hours(UTC, day))]

    twice = any(
        hours.shared_with(others) and set(one.turn(day)) & set(other.turn(their_day))
        for day, hours in ours
        for their_day, others in theirs
    )

    assert (one.clash(other) is not None) == twice
