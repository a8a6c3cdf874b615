"""Whoever reads what is hard to read is spared more of it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chat.model import Grade
from chat.wellbeing import (
    REST,
    SHIFT,
    TOPICS,
    UNITS,
    Exposure,
    is_offered,
    is_spared,
    rests_until,
    spared,
    this_shift,
)
from tests.support.clock import NOON

CRISIS = UNITS[Grade.HIGH]
A_MINUTE = timedelta(minutes=1)


def test_a_case_of_a_topic_opted_out_of_is_not_in_ones_queue():
    assert is_spared(["abuse", "suicide"], ["suicide"])
    assert not is_spared(["abuse"], ["suicide"])


def test_whoever_opted_out_of_nothing_is_offered_everything():
    every = [category for _, categories in TOPICS.values() for category in categories]

    assert not is_spared(every, [])


def test_a_topic_that_is_no_longer_one_spares_nobody_anything():
    assert spared(["weather"]) == frozenset()


def test_what_was_read_yesterday_is_not_of_this_shift():
    read = [Exposure(NOON - SHIFT, 6), Exposure(NOON - A_MINUTE, 3)]

    assert this_shift(read, NOON) == 3


def test_a_pause_follows_a_crisis_case():
    assert rests_until([Exposure(NOON, CRISIS)], NOON + A_MINUTE) == NOON + REST


def test_no_pause_follows_a_case_without_danger():
    assert rests_until([Exposure(NOON, 1)], NOON) is None


def test_a_pause_ends():
    assert rests_until([Exposure(NOON, CRISIS)], NOON + REST) is None


def test_an_urgent_case_goes_to_others_first_while_one_rests():
    resting = NOON + REST

    assert not is_offered(NOON, rests=resting, others_here=True, now=NOON + A_MINUTE)


def test_nobody_waits_for_a_rule_of_ours_when_nobody_else_is_there():
    assert is_offered(NOON, rests=NOON + REST, others_here=False, now=NOON)


@given(st.timedeltas(REST, timedelta(days=1)), st.booleans())
def test_an_urgent_case_comes_to_everybody_after_ten_minutes(
    waited: timedelta, others_here: bool
):
    now = NOON + waited

    assert is_offered(NOON, rests=now + REST, others_here=others_here, now=now)


def test_graver_cases_weigh_more():
    weights = [UNITS[grade] for grade in Grade]

    assert weights == sorted(weights)
