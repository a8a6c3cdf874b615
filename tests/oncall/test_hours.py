"""Hours: what a clock on the wall means, above all in the nights it is changed."""

import sys
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.hours import (
    Hours,
    QuietHours,
    instant,
    left_over,
    ordered,
    wall_hours,
    wall_length,
    zone_of,
)
from chat.oncall.refusals import ShiftInverted, UnknownZone
from tests.oncall.shifts import HOUR, MONDAY, span, utc

ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Johannesburg",
]
CHANGES = [
    date(2027, 3, 28),
    date(2026, 10, 25),
    date(2027, 3, 14),
    date(2026, 11, 1),
    date(2027, 10, 3),
    date(2027, 4, 4),
]


def at(text: str) -> time:
    return time.fromisoformat(text)


# The clock on the wall.


@pytest.mark.parametrize(
    ("zone", "day", "wall", "moment"),
    [
        ("Africa/Johannesburg", "2026-11-23", "02:30", "2026-11-23T00:30"),
        ("Europe/London", "2026-11-23", "02:30", "2026-11-23T02:30"),
        # 01:00 becomes 02:00: what is skipped means the moment of the change.
        ("Europe/London", "2027-03-28", "00:59", "2027-03-28T00:59"),
        ("Europe/London", "2027-03-28", "01:00", "2027-03-28T01:00"),
        ("Europe/London", "2027-03-28", "01:59", "2027-03-28T01:00"),
        ("Europe/London", "2027-03-28", "02:00", "2027-03-28T01:00"),
        ("Europe/London", "2027-03-28", "02:01", "2027-03-28T01:01"),
        # 02:00 becomes 01:00: what comes twice means the first.
        ("Europe/London", "2026-10-25", "01:00", "2026-10-25T00:00"),
        ("Europe/London", "2026-10-25", "01:59", "2026-10-25T00:59"),
        ("Europe/London", "2026-10-25", "02:00", "2026-10-25T02:00"),
        ("America/New_York", "2027-03-14", "02:30", "2027-03-14T07:00"),
        ("America/New_York", "2027-03-14", "03:00", "2027-03-14T07:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00"),
        # Half an hour: 02:00 becomes 02:30, and in April 02:00 becomes 01:30.
        ("Australia/Lord_Howe", "2027-10-03", "02:15", "2027-10-02T15:30"),
        ("Australia/Lord_Howe", "2027-10-03", "02:30", "2027-10-02T15:30"),
        ("Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-03T14:45"),
        ("Australia/Lord_Howe", "2027-04-04", "02:00", "2027-04-03T15:30"),
        # A day that there never was.
        ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00"),
    ],
)
def test_the_moment_at_which_the_wall_shows_a_time(
    zone: str, day: str, wall: str, moment: str
):
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert instant(zone_of(zone), date.fromisoformat(day), at(wall)) == expected


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", CHANGES)
def test_a_later_time_never_means_an_earlier_moment(zone: str, day: date):
    walls = [at(f"{hour:02}:{minute:02}") for hour in range(24) for minute in range(60)]

    moments = [instant(zone_of(zone), day, wall) for wall in walls]

    assert moments == sorted(moments)


@pytest.mark.parametrize(
    ("zone", "day", "starts", "ends", "hours"),
    [
        ("Africa/Johannesburg", date(2027, 3, 28), "22:00", "06:00", 8),
        ("Europe/London", date(2027, 3, 27), "22:00", "06:00", 7),
        ("Europe/London", date(2026, 10, 24), "22:00", "06:00", 9),
        ("America/New_York", date(2027, 3, 13), "22:00", "06:00", 7),
        ("America/New_York", date(2026, 10, 31), "22:00", "06:00", 9),
        ("Australia/Lord_Howe", date(2027, 10, 2), "22:00", "06:00", 7.5),
        ("Australia/Lord_Howe", date(2027, 4, 3), "22:00", "06:00", 8.5),
        ("Europe/London", date(2027, 3, 28), "01:30", "03:00", 1),
        ("Europe/London", date(2026, 10, 25), "01:00", "02:00", 2),
        ("Europe/London", date(2026, 10, 25), "01:30", "03:00", 2.5),
        ("Australia/Lord_Howe", date(2027, 10, 3), "02:00", "03:00", 0.5),
        ("Australia/Lord_Howe", date(2027, 4, 4), "01:30", "02:00", 1),
    ],
)
def test_a_shift_over_the_change_is_there_once_at_its_times_on_the_wall(
    zone: str, day: date, starts: str, ends: str, hours: float
):
    found = wall_hours(zone_of(zone), day, at(starts), at(ends))

    assert found is not None
    assert found.length == hours * HOUR
    walls = [moment.astimezone(zone_of(zone)).time() for moment in found]
    skipped = (zone, day, starts) == ("Europe/London", date(2027, 3, 28), "01:30")
    skipped |= day == date(2027, 10, 3)
    assert walls[1] == at(ends)
    assert walls[0] == at(starts) or skipped


def test_hours_that_the_clock_skips_are_not_there_that_night():
    london, night = zone_of("Europe/London"), date(2027, 3, 28)

    assert wall_hours(london, night, at("01:00"), at("02:00")) is None
    assert wall_hours(london, night, at("01:15"), at("01:45")) is None


@pytest.mark.parametrize("zone", ZONES)
@given(
    day=st.sampled_from(CHANGES),
    walls=st.lists(st.integers(0, 24 * 60 - 1), min_size=2, unique=True).map(sorted),
)
def test_shifts_that_meet_on_the_wall_leave_nothing_between_them(
    zone: str, day: date, walls: list[int]
):
    """Whatever is cut out of a day, the pieces are the whole and share nothing."""
    times = [time(wall // 60, wall % 60) for wall in walls]
    there = zone_of(zone)

    pieces = [wall_hours(there, day, one, other) for one, other in pairwise(times)]

    found = [piece for piece in pieces if piece]
    whole = wall_hours(there, day, times[0], times[-1])
    assert sum((piece.length for piece in found), timedelta()) == (
        whole.length if whole else timedelta()
    )
    assert all(one.ends == other.starts for one, other in pairwise(found))


def test_hours_that_end_earlier_than_they_start_run_past_midnight():
    hours = wall_hours(zone_of("UTC"), MONDAY, at("22:00"), at("06:00"))

    assert hours == span(22, 30)
    assert wall_length(at("22:00"), at("06:00")) == 8 * HOUR


@pytest.mark.parametrize(
    ("starts", "ends", "told"),
    [
        ("08:00", "08:00", "08:00 to 08:00 ends when it starts"),
        (
            "22:00",
            "18:30",
            "22:00 to 18:30 is 20.5 hours long: is it the wrong way round?",
        ),
    ],
)
def test_hours_the_wrong_way_round_are_told(starts: str, ends: str, told: str):
    with pytest.raises(ShiftInverted) as refused:
        wall_length(at(starts), at(ends))

    assert (str(refused.value), refused.value.field) == (told, "ends")
    assert refused.value.code == "shift_inverted"


@pytest.mark.parametrize(
    "name",
    [
        "", "Mars/Phobos", "../../etc/passwd", "/etc/passwd", "SAST", "localtime",
        "posixrules", "posix/Europe/London", "right/Europe/London", "Africa/",
        "Africa/\0", "America/Argentina", "africa johannesburg", "Europe/" + "x" * 900,
    ],
)  # fmt: skip
def test_a_zone_that_there_is_not(name: str):
    with pytest.raises(UnknownZone) as refused:
        zone_of(name)

    assert refused.value.told.startswith("there is no time zone ")
    assert refused.value.told.isprintable()


@pytest.mark.parametrize("name", [*ZONES, "UTC", "America/Argentina/Ushuaia"])
def test_a_zone_that_there_is(name: str):
    assert zone_of(name).key == name


def test_a_machine_without_time_zones_is_told_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
):
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    for name in {"tzdata", *(each for each in sys.modules if "tzdata" in each)}:
        monkeypatch.setitem(sys.modules, name, None)
    try:
        with pytest.raises(UnknownZone, match="install the package tzdata"):
            zone_of("Africa/Johannesburg")
    finally:
        zoneinfo.reset_tzpath()


# Hours.


def test_the_moment_of_the_end_is_no_part_of_hours():
    hours = span(18, 22)

    assert [hours.covers(utc(MONDAY, at)) for at in (17.9, 18, 21.9, 22)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_what_two_hours_share():
    assert span(18, 22).shared_with(span(20, 23)) == span(20, 22)
    assert span(18, 22).shared_with(span(22, 23)) is None
    assert span(22, 23).shared_with(span(18, 22)) is None


def test_hours_between_two_moments_are_in_order_and_not_endless():
    assert ordered(*span(18, 22), 4 * HOUR) == span(18, 22)
    with pytest.raises(ShiftInverted, match="it ends before it starts"):
        ordered(*span(22, 22), 4 * HOUR)
    with pytest.raises(ShiftInverted, match="it is longer than 4 hours"):
        ordered(*span(18, 22.1), 4 * HOUR)


def test_what_is_left_over():
    taken = [span(20, 21), span(10, 18.5), span(20.5, 21.5), span(23, 24)]

    assert left_over(span(18, 22), taken) == [span(18.5, 20), span(21.5, 22)]
    assert left_over(span(18, 22), []) == [span(18, 22)]
    assert left_over(span(18, 22), [span(0, 24)]) == []


halves = st.integers(0, 48).map(lambda half: half / 2)
some_hours = st.tuples(halves, halves).filter(lambda both: both[0] < both[1])
spans = some_hours.map(lambda both: span(*both))


@given(spans, st.lists(spans, max_size=6))
def test_a_moment_is_left_over_exactly_if_nothing_takes_it(
    whole: Hours, taken: list[Hours]
):
    gaps = left_over(whole, taken)

    for half in range(49):
        moment = utc(MONDAY, half / 2)
        free = whole.covers(moment) and not any(each.covers(moment) for each in taken)
        assert any(gap.covers(moment) for gap in gaps) == free


# Quiet hours.


@pytest.mark.parametrize(
    ("starts", "ends", "hour", "quiet"),
    [
        ("22:00", "07:00", 20.5, True),
        ("22:00", "07:00", 4.9, True),
        ("22:00", "07:00", 5, False),
        ("22:00", "07:00", 19.9, False),
        ("12:00", "14:00", 10, True),
        ("12:00", "14:00", 12, False),
        ("09:00", "09:00", 3, True),
    ],
)
def test_quiet_hours_go_by_the_clock_of_whoever_rests(
    starts: str, ends: str, hour: float, quiet: bool
):
    rest = QuietHours("Africa/Johannesburg", at(starts), at(ends))

    assert rest.cover(utc(MONDAY, hour)) is quiet
