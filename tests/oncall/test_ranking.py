"""Which need comes first: severity, then age; and age wins in the end."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chat.model import Grade
from chat.oncall.need import Need
from chat.oncall.ranking import HEAD_START, rank
from chat.oncall.stages import NeedId
from tests.oncall.needs import NOW, a_need, minutes

grades = st.sampled_from(Grade)
ages = st.integers(0, 600).map(minutes)


def raised(name: str, ago: float, grade: Grade = Grade.NONE) -> Need:
    return replace(a_need(), id=NeedId(name), raised_at=NOW - minutes(ago), grade=grade)


def test_of_the_same_severity_the_oldest_comes_first():
    assert ids(raised("new", 1), raised("old", 5)) == ["old", "new"]


def test_whoever_is_in_more_danger_comes_before_who_waits_longer():
    waits = raised("waits", 45)
    danger = raised("danger", 0, Grade.IMMINENT)

    assert ids(waits, danger) == ["danger", "waits"]


def test_one_of_very_many_comes_after_others_and_before_them_in_the_end():
    assert rank(NOW, Grade.NONE, one_of_many=True) > rank(
        NOW + minutes(119), Grade.NONE
    )
    assert rank(NOW, Grade.NONE, one_of_many=True) < rank(
        NOW + minutes(121), Grade.NONE
    )


def test_danger_among_very_many_counts_as_much_as_anybody_s_need():
    for grade in Grade:
        assert rank(NOW, grade, one_of_many=True) >= rank(NOW, Grade.NONE)


def test_age_wins_in_the_end():
    waits = raised("waits", 121)
    danger = raised("danger", 0, Grade.IMMINENT)

    assert ids(waits, danger) == ["waits", "danger"]


def test_a_graver_grade_has_a_longer_head_start():
    starts = [HEAD_START[grade] for grade in Grade]

    assert starts == sorted(set(starts))


@given(grades, ages, grades, ages)
def test_a_need_older_by_more_than_the_other_s_head_start_comes_first(
    grade: Grade, age: timedelta, other: Grade, younger: timedelta
):
    ahead = HEAD_START[other] - HEAD_START[grade]

    first = rank(NOW - age, grade) < rank(NOW - younger, other)

    assert first == (age - younger > ahead)


@given(grades, ages, grades, ages, ages)
def test_waiting_alone_changes_no_order(
    grade: Grade, age: timedelta, other: Grade, other_age: timedelta, wait: timedelta
):
    def first(passed: timedelta) -> bool:
        score = NOW + passed - rank(NOW - age, grade)
        return score > NOW + passed - rank(NOW - other_age, other)

    assert first(timedelta(0)) == first(wait)


def ids(*needs: Need) -> list[str]:
    first = sorted(needs, key=lambda need: rank(need.raised_at, need.grade))
    return [need.id for need in first]
