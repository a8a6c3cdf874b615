"""The wall: hours are cut and told so that nobody is there an hour early or late."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.desk.wall import Wall
from chat.oncall.holes import by_day
from chat.oncall.hours import Hours, zone_of

ZONES = (
    "UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe",
    "Africa/Johannesburg", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia",
)  # fmt: skip
HOUR = timedelta(hours=1)
DASH = "\N{EN DASH}"

moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(st.sampled_from(ZONES), moments, st.integers(1, 200 * 60))
def test_pieces_are_the_whole_and_each_within_a_day(
    zone: str, starts: datetime, minutes: int
):
    hours = Hours(starts, starts + timedelta(minutes=minutes))

    found = list(Wall(zone, starts).pieces(hours))
    parts = list(by_day(hours, zone))

    for several in (found, parts):
        assert (several[0].starts, several[-1].ends) == hours
        assert all(one.ends == other.starts for one, other in pairwise(several))
        assert all(each.length > timedelta() for each in several)
    assert all(each.length <= 6 * HOUR for each in found)
    for part in parts:
        last = part.ends - timedelta.resolution
        days = {at.astimezone(zone_of(zone)).date() for at in (part.starts, last)}
        assert len(days) == 1


@pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 10, 25)])
def test_a_whole_day_is_called_so(zone: str, day: date):
    wall = Wall(zone, datetime(2026, 10, 20, tzinfo=UTC))
    midnight, next_one = wall.midnight(day), wall.midnight(day + timedelta(days=1))

    assert wall.hours(Hours(midnight, next_one)) == "all day"
    assert wall.hours(Hours(midnight + HOUR, next_one)) != "all day"
    assert wall.hours(Hours(midnight, next_one + 24 * HOUR)) != "all day"


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (2 * HOUR, f"Today, 12:00{DASH}14:00"),
        (20 * HOUR, f"Today, 12:00{DASH}08:00"),
        (60 * HOUR, "Today 12:00 to Tue 24 Nov 00:00"),
    ],
)
def test_what_goes_on_for_days_names_both(length: timedelta, told: str):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert Wall("UTC", now).from_to(Hours(now, now + length)) == told
