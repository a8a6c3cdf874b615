"""When a room is usually busy: the slot, the day, and the mean of an hour."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import busy

MIDNIGHT = 1_795_219_200  # 2026-11-21 00:00 UTC
HOUR = 3600
TODAY, YESTERDAY, THE_DAY_BEFORE = "2026-11-21", "2026-11-20", "2026-11-19"

moments = st.integers(0, 2**33)
slots = st.integers(0, 287)
counts = st.dictionaries(
    st.sampled_from(busy.days(MIDNIGHT)),
    st.dictionaries(slots, st.integers(0, 500), max_size=30),
)


@pytest.mark.parametrize(
    ("at", "slot", "day"),
    [
        (0, 0, "1970-01-01"),
        (299, 0, "1970-01-01"),
        (300, 1, "1970-01-01"),
        (MIDNIGHT - 1, 287, "2026-11-20"),
        (MIDNIGHT, 0, "2026-11-21"),
        (MIDNIGHT + 20 * HOUR, 240, "2026-11-21"),
        (1_709_164_800, 0, "2024-02-29"),
    ],
)
def test_a_moment_has_a_slot_of_a_day(at: int, slot: int, day: str):
    assert (busy.slot(at), busy.day(at)) == (slot, day)


@given(moments)
def test_slot_and_day_are_the_calendar_s(at: int):
    moment = datetime.fromtimestamp(at, UTC)

    assert busy.day(at) == moment.date().isoformat()
    assert busy.slot(at) == (moment.hour * 60 + moment.minute) // 5


def test_ninety_days_are_kept_today_first():
    days = busy.days(MIDNIGHT)

    assert (days[0], days[1], days[-1], len(days)) == (
        "2026-11-21", "2026-11-20", "2026-08-24", 90,
    )  # fmt: skip


def all_day(count: int) -> dict[int, int]:
    return dict.fromkeys(range(288), count)


@pytest.mark.parametrize(
    ("name", "counts", "hour", "mean"),
    [
        ("nothing known", {}, 20, 0.0),
        ("a day without a count", {YESTERDAY: {}}, 20, 0.0),
        ("a steady day", {YESTERDAY: all_day(7)}, 20, 7.0),
        ("two days", {YESTERDAY: all_day(7), THE_DAY_BEFORE: all_day(2)}, 20, 4.5),
        ("a missing slot had nobody", {YESTERDAY: {0: 9, 240: 6}}, 20, 0.5),
        ("an hour without counts", {YESTERDAY: {0: 9, 240: 6}}, 19, 0.0),
        ("before the first count of all", {YESTERDAY: {251: 6, 252: 6}}, 20, 6.0),
        ("rounded to a tenth", {YESTERDAY: {0: 1, 240: 1}}, 20, 0.1),
        ("a day to come", {"2026-11-22": all_day(7)}, 20, 0.0),
    ],
)
def test_the_mean_of_an_hour(
    name: str, counts: dict[str, dict[int, int]], hour: int, mean: float
):
    assert busy.by_hour(counts, now=MIDNIGHT)[hour] == mean, name


def test_what_is_left_of_today_does_not_pull_the_mean_down():
    counts = {YESTERDAY: all_day(8), TODAY: dict.fromkeys(range(150), 4)}

    means = busy.by_hour(counts, now=MIDNIGHT + 12 * HOUR + HOUR // 2)

    assert means == [6.0] * 12 + [round((12 * 8 + 6 * 4) / 18, 1)] + [8.0] * 11


@given(counts, moments)
def test_a_mean_is_never_above_the_most_nor_below_nothing(
    counts: dict[str, dict[int, int]], now: int
):
    means = busy.by_hour(counts, now)

    most = max((max(day.values(), default=0) for day in counts.values()), default=0)
    assert len(means) == 24
    assert all(0 <= mean <= most and round(mean, 1) == mean for mean in means)


@given(slots, st.integers(1, 500))
def test_a_count_shows_in_its_own_hour_only(slot: int, count: int):
    means = busy.by_hour({THE_DAY_BEFORE: {0: 0, slot: count * 12}}, now=MIDNIGHT)

    assert means[slot // 12] >= count
    assert sum(mean > 0 for mean in means) == 1
