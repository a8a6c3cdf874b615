"""How fast one may ask: never faster than the pace, and never slower either."""

from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.throttle import SLACK_SECONDS, Pace, Paces

FRESH = 0.0
NOON = 43_200.0

paces = st.builds(Pace.per_minute, st.floats(0.1, 6_000), st.integers(1, 50))
starts = st.floats(0, 1e8)
gaps = st.lists(
    st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0, 300)), min_size=1, max_size=80
)


def allowed(pace: Pace, moments: list[float]) -> list[float]:
    """Return the moments at which asking succeeds."""
    even, through = FRESH, []
    for now in moments:
        even, wait = pace.take(even, now)
        if not wait:
            through.append(now)
    return through


def moments_from(start: float, gaps: list[float]) -> list[float]:
    moments = [start]
    for gap in gaps:
        moments.append(moments[-1] + gap)
    return moments


def burst_of(pace: Pace) -> float:
    return pace.tolerance / pace.interval + 1


@given(paces, starts, gaps)
def test_no_window_lets_through_more_than_the_burst_and_the_pace(
    pace: Pace, start: float, gaps: list[float]
):
    through = allowed(pace, moments_from(start, gaps))

    for first, begin in enumerate(through):
        for last, end in enumerate(through[first:], first):
            window = end - begin + SLACK_SECONDS
            most = floor(burst_of(pace) + window / pace.interval + 1e-6)
            assert last - first + 1 <= most


@given(paces, starts, st.lists(st.floats(0, 10), max_size=60))
def test_who_keeps_to_the_pace_is_never_refused(
    pace: Pace, start: float, lateness: list[float]
):
    kept = moments_from(start, [pace.interval + late for late in lateness])

    assert allowed(pace, kept) == kept


@given(st.floats(0.1, 6_000), st.integers(1, 50), starts)
def test_a_burst_goes_through_at_once_and_not_one_more(
    requests: float, burst: int, start: float
):
    pace = Pace.per_minute(requests, burst)

    assert len(allowed(pace, [start] * (burst + 5))) == burst


@given(paces, starts, gaps)
def test_who_waits_as_long_as_told_gets_through(
    pace: Pace, start: float, gaps: list[float]
):
    even = FRESH
    for now in moments_from(start, gaps):
        even, wait = pace.take(even, now)
        if wait:
            assert pace.take(even, now + wait)[1] == 0


@given(paces, starts, gaps)
def test_being_refused_costs_nothing(pace: Pace, start: float, gaps: list[float]):
    even = FRESH
    for now in moments_from(start, gaps):
        before = even
        even, wait = pace.take(even, now)
        assert (even == before) == bool(wait)


@pytest.mark.parametrize(
    ("said", "after", "wait"),
    [
        (0, 0, 0),
        (2, 0, 0),
        (3, 0, 1.5),
        (3, 1, 0.5),
        (3, 1.5, 0),
        (3, 1.4995, 0),  # a float's rounding is not the member's fault
    ],
)
def test_forty_a_minute_three_at_once(said: int, after: float, wait: float):
    pace, even = Pace.per_minute(40, burst=3), FRESH
    for _ in range(said):
        even, _wait = pace.take(even, NOON)

    assert pace.take(even, NOON + after)[1] == pytest.approx(wait)


# Many devices


def test_a_device_has_one_pace_on_all_its_connections():
    paces = Paces(Pace.per_minute(60, burst=2), limit=10)

    waits = [paces.take(b"otter", NOON) for _ in range(3)]

    assert waits == [0, 0, 1]


def test_devices_do_not_slow_each_other_down():
    paces = Paces(Pace.per_minute(60, burst=1), limit=10)

    waits = [paces.take(handle, NOON) for handle in (b"otter", b"wren", b"mole")]

    assert waits == [0, 0, 0]


def test_a_device_that_is_even_again_is_forgotten():
    paces = Paces(Pace.per_minute(60, burst=2), limit=10)
    paces.take(b"otter", NOON)
    paces.take(b"wren", NOON)

    paces.take(b"mole", NOON + 1)

    assert len(paces) == 1


def test_a_device_that_is_not_even_yet_is_remembered():
    paces = Paces(Pace.per_minute(60, burst=1), limit=10)
    paces.take(b"otter", NOON)
    paces.take(b"wren", NOON + 0.9)

    assert paces.take(b"otter", NOON + 0.9) == pytest.approx(0.1)


def test_above_the_limit_whoever_asked_longest_ago_is_forgotten():
    paces = Paces(Pace.per_minute(60, burst=1), limit=2)
    for handle in (b"otter", b"wren", b"otter", b"mole"):
        paces.take(handle, NOON)

    assert len(paces) == 2
    assert paces.take(b"otter", NOON) == 1
    assert paces.take(b"wren", NOON) == 0


@given(
    paces,
    st.integers(1, 20),
    st.lists(st.tuples(st.integers(0, 255), st.floats(0, 5)), max_size=100),
)
def test_a_crowd_of_devices_takes_no_more_memory_than_the_limit(
    pace: Pace, limit: int, asked: list[tuple[int, float]]
):
    paces, now = Paces(pace, limit), NOON
    for device, gap in asked:
        now += gap
        paces.take(bytes((device,)), now)
        assert len(paces) <= limit


@given(paces, st.lists(st.tuples(st.integers(0, 3), st.floats(0, 5)), max_size=60))
def test_forgetting_lets_nobody_through_sooner(
    pace: Pace, asked: list[tuple[int, float]]
):
    paces, evens, now = Paces(pace, limit=4), dict.fromkeys(range(4), FRESH), NOON
    for device, gap in asked:
        now += gap
        evens[device], wait = pace.take(evens[device], now)
        assert paces.take(bytes((device,)), now) == wait
