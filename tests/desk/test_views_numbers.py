"""Numbers tell how long people wait, and nothing about any one of the room team."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chat.desk.numbers import (
    TOO_FEW,
    Figure,
    brief,
    by_hour,
    first_looks,
    load,
    queues,
    share_wrong,
    wrong,
)
from chat.rulebook import RuleLine
from chat.store.numbers import Open, Wait

NIGHT = int(datetime(2026, 11, 21, 3, 20, tzinfo=UTC).timestamp())


def waited(*seconds: int) -> list[Wait]:
    return [Wait(NIGHT, NIGHT + each) for each in seconds]


def test_the_first_look_is_told_as_a_time_that_somebody_really_waited():
    median, almost_all, _ = first_looks(waited(*range(1, 101)))

    assert (median.value, almost_all.value) == ("50 s", "95 s")


def test_a_case_that_nobody_looked_at_is_counted_as_such():
    *_, cases = first_looks([*waited(5, 5, 5), Wait(NIGHT, None)])

    assert cases == Figure("Cases", "4", "1 not looked at yet")


def test_of_two_cases_no_time_is_told():
    median, *_ = first_looks(waited(5, 700))

    assert median.value == TOO_FEW


def test_the_load_of_two_people_is_told_to_nobody():
    [figure] = load([4, 9])

    assert figure.value == TOO_FEW


def test_the_load_of_three_is_told_as_a_mean():
    [figure] = load([4, 9, 11])

    assert (figure.value, figure.more) == ("8 each", "units, mean of 3 people")


@given(st.lists(st.integers(1, 100), max_size=2))
def test_no_number_of_fewer_than_three_people_depends_on_what_they_read(
    loads: list[int],
):
    assert load(loads) == load([])


def test_every_hour_of_the_day_is_there():
    hours = by_hour(waited(10, 20, 30))

    assert len(hours) == 24
    assert hours[3] == ("03:00", 3, "20 s")
    assert hours[4] == ("04:00", 0, "")


def test_what_waits_is_told_by_queue_with_the_oldest():
    waiting = [Open("held", NIGHT - 60), Open("held", NIGHT - 7200)]

    urgent, held, *_ = queues(waiting, NIGHT)

    assert urgent == ("Urgent", 0, "none")
    assert held == ("Held", 2, "2 h")


def test_the_rule_that_is_most_often_wrong_stands_first():
    rules = [
        RuleLine("spam.copy", fired=100, wrong=1),
        RuleLine("abuse.insult", fired=4, wrong=1),
        RuleLine("crisis.plan", fired=9),
    ]

    assert [(each.rule, each.wrong_share) for each in wrong(rules)] == [
        ("abuse.insult", "25 %"),
        ("spam.copy", "1 %"),
    ]


def test_a_rule_that_never_fired_is_neither_right_nor_wrong():
    assert share_wrong(RuleLine("crisis.plan")) == "none"


def test_short_times_are_told_in_seconds():
    assert (brief(99), brief(100), brief(3600)) == ("99 s", "1 min", "1 h")
