"""The course: what there is to learn, what is done of it, and when it is enough."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.course import COURSE, OUR_COURSE, TO_PASS, Learned

RIGHT = [question.right for question in COURSE.quiz]
SLUGS = [chapter.slug for chapter in COURSE.chapters]
ALL_GOOD = [
    next(number for number, answer in enumerate(turn.answers) if answer.good)
    for turn in COURSE.practice.turns
]


def all_done() -> Learned:
    learned = Learned()
    for slug in SLUGS:
        learned = learned.having_read(slug, 1)
    return learned.having_practised(2).having_answered(COURSE.marked(RIGHT), 3)


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=SLUGS)
def test_a_chapter_can_be_read_in_one_sitting(chapter):
    assert 400 <= len(chapter.text.split()) <= 700


def test_no_number_of_a_help_line_stands_in_the_course():
    everything = "".join(file.read_text("utf-8") for file in OUR_COURSE.iterdir())

    assert not re.search(r"\d[\d -]{2,}\d", everything.replace("200 days", ""))


def test_the_course_says_that_nobody_knows_where_a_member_is():
    crisis = COURSE.chapter("crisis")

    assert crisis is not None
    assert "We do not know where anybody is" in crisis.text


def test_each_turn_of_the_practice_has_three_answers_and_one_that_goes_on():
    for turn in COURSE.practice.turns:
        assert len(turn.answers) == 3
        assert sum(answer.good for answer in turn.answers) == 1
        assert all(answer.comment and answer.reply for answer in turn.answers)


def test_the_good_answer_is_not_always_in_the_same_place():
    assert len(set(ALL_GOOD)) > 1
    assert len(set(RIGHT)) > 1


def test_there_are_ten_questions_and_each_has_a_right_answer_and_a_reason():
    assert len(COURSE.quiz) == 10
    for question in COURSE.quiz:
        assert 1 <= question.right <= len(question.answers)
        assert question.why


def test_somebody_new_has_done_nothing():
    assert Learned.from_kept({}).steps(COURSE) == (0, 6)
    assert not Learned().is_done(COURSE)


def test_chapters_practice_and_quiz_together_are_enough():
    assert all_done().is_done(COURSE)
    assert all_done().steps(COURSE) == (6, 6)


@pytest.mark.parametrize("missing", [*SLUGS, "practised", "passed"])
def test_whoever_left_anything_out_is_not_ready(missing):
    kept = all_done().kept()
    if missing in SLUGS:
        del kept["read"][missing]
    else:
        kept[missing] = 0

    assert not Learned.from_kept(kept).is_done(COURSE)


def test_what_is_kept_comes_back_as_it_was():
    assert Learned.from_kept(all_done().kept()) == all_done()


def test_reading_again_does_not_change_when_it_was_first_read():
    assert Learned().having_read("crisis", 5).having_read("crisis", 9).read == {
        "crisis": 5
    }


def test_eight_right_answers_pass():
    assert COURSE.marked([*RIGHT[:TO_PASS], 0, 0]).passed


def test_seven_right_answers_do_not_pass_and_the_wrong_ones_are_named():
    result = COURSE.marked([*RIGHT[: TO_PASS - 1], 0, 0, 0])

    assert not result.passed
    assert result.wrong == (7, 8, 9)


def test_what_was_passed_once_stays_passed():
    learned = all_done().having_answered(COURSE.marked([]), 9)

    assert learned.passed_at == 3
    assert learned.best == 10


@given(st.lists(st.integers(-5, 50), max_size=15))
def test_any_answers_can_be_marked(answers):
    result = COURSE.marked(answers)

    assert result.score + len(result.wrong) == 10


def test_the_practice_is_over_once_every_turn_was_answered_well():
    assert COURSE.practice.over(ALL_GOOD)
    assert not COURSE.practice.over(ALL_GOOD[:-1])
    assert not COURSE.practice.over([*ALL_GOOD, 0])


@given(st.lists(st.integers(-3, 9), max_size=8))
def test_no_other_way_leads_through_the_practice(chosen):
    assert COURSE.practice.over(chosen) is (chosen == ALL_GOOD)
