"""A need: who may do what with it when, and the four ways in which it ends."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import ChatError
from chat.model import Grade
from chat.oncall import refusals
from chat.oncall.facts import FIRST_LINE, QUIET, SILENCE
from chat.oncall.need import FURTHEST_CALL_BACK, Need
from chat.oncall.stages import ENDINGS, Climb, End, State
from tests.oncall.needs import (
    HERON,
    NOW,
    OTTER,
    WREN,
    a_need,
    a_talk,
    minutes,
    seconds,
)

HOUR = timedelta(hours=1)


def test_a_need_is_raised_offered_accepted_talked_about_and_ended():
    raised = a_need()
    offered = raised.offered(Climb(NOW + seconds(40), 1))
    accepted = offered.accept(WREN, NOW)
    talking = accepted.spoke(WREN, NOW)
    ended = talking.finish(WREN, "heard", NOW)

    assert [need.state for need in (raised, offered, accepted, talking, ended)] == list(
        State
    )
    assert (ended.end, ended.ending) == (End.ACCEPTED_AND_SPOKE, "heard")
    assert ended.ended_at == NOW


def test_only_the_first_to_accept_has_it():
    need = a_need().accept(WREN, NOW)

    with pytest.raises(refusals.NeedTaken):
        need.accept(OTTER, NOW)


def test_to_accept_twice_changes_nothing():
    need = a_need().accept(WREN, NOW)

    assert need.accept(WREN, NOW + seconds(30)) is need


def test_a_need_can_be_accepted_before_anyone_was_called():
    assert a_need().accept(WREN, NOW).helpers == (WREN,)
    assert a_need().helpers == ()


def test_nobody_is_called_about_a_need_that_somebody_has():
    with pytest.raises(refusals.NeedTaken):
        a_talk().offered(Climb(NOW))
    with pytest.raises(refusals.NeedTaken):
        a_talk().waiting(Climb(NOW))


def test_a_need_whose_step_had_nobody_is_still_only_raised():
    climb = Climb(NOW + minutes(1), 0, 2, nobody=True)

    need = a_need().waiting(climb)

    assert (need.state, need.climb) == (State.RAISED, climb)


# A lease.


@pytest.mark.parametrize(
    ("late", "lapsed"),
    [(seconds(0), False), (seconds(59.9), False), (FIRST_LINE, True), (HOUR, True)],
)
def test_without_a_first_line_in_a_minute_it_goes_back(late: timedelta, lapsed: bool):
    assert a_need().accept(WREN, NOW).lapsed(NOW + late) is lapsed


@pytest.mark.parametrize(("late", "lapsed"), [(seconds(179), False), (SILENCE, True)])
def test_three_minutes_of_silence_while_the_member_writes(
    late: timedelta, lapsed: bool
):
    assert a_talk().wrote(NOW).lapsed(NOW + late) is lapsed


def test_nobody_is_silent_where_nobody_waits():
    assert not a_talk().lapsed(NOW + 24 * HOUR)
    assert not a_need().lapsed(NOW + 24 * HOUR)
    assert a_talk().next_moment is None


def test_silence_counts_from_the_first_line_that_waits():
    need = a_talk().wrote(NOW).wrote(NOW + minutes(2))

    assert need.lease_ends == NOW + SILENCE


def test_a_line_of_the_peer_s_answers_all_that_waits():
    assert a_talk().wrote(NOW).spoke(WREN, NOW).lease_ends is None


def test_what_the_member_writes_while_they_wait_leaves_a_minute_for_the_first_line():
    need = a_need().wrote(NOW).accept(WREN, NOW).wrote(NOW + seconds(50))

    assert need.lease_ends == NOW + FIRST_LINE
    assert need.spoke(WREN, NOW).lease_ends is None


def test_a_moment_to_think_starts_the_silence_again():
    need = a_talk().wrote(NOW).needs_a_moment(WREN, NOW + minutes(2))

    assert need.lease_ends == NOW + minutes(2) + SILENCE


def test_a_moment_to_think_is_no_first_line_and_waits_for_nobody():
    accepted = a_need().accept(WREN, NOW)

    assert accepted.needs_a_moment(WREN, NOW + seconds(30)) == accepted
    assert a_talk().needs_a_moment(WREN, NOW) == a_talk()


def test_a_need_that_lapsed_calls_from_the_first_step_at_once():
    later = NOW + SILENCE

    need = a_talk().wrote(NOW).lapse(later)

    assert (need.state, need.climb, need.peer) == (State.RAISED, Climb(later), None)
    assert need.went_silent == (WREN,)
    assert need.raised_at == NOW, "its age stays what it was"


def test_a_lease_that_holds_is_not_taken_away():
    with pytest.raises(refusals.LeaseHolds):
        a_need().accept(WREN, NOW).lapse(NOW + seconds(59))


def test_a_clock_set_back_by_an_hour_does_not_lengthen_a_lease():
    need = a_need().accept(WREN, NOW)

    assert need.lapsed(NOW - HOUR)
    assert not need.lapsed(NOW - seconds(5))


def test_the_next_peer_can_take_what_lapsed_and_so_can_the_one_before():
    need = a_need().accept(WREN, NOW).lapse(NOW + FIRST_LINE)

    assert need.accept(OTTER, NOW).peer == OTTER
    assert need.accept(WREN, NOW).peer == WREN


def test_a_peer_who_cannot_go_on_lets_go_and_others_are_called():
    need = a_talk().let_go(WREN, NOW)

    assert (need.state, need.went_silent) == (State.RAISED, (WREN,))


# Together.


def test_a_second_peer_sits_in_and_may_talk():
    need = a_talk().wrote(NOW).join(OTTER)

    assert need.helpers == (WREN, OTTER)
    assert need.spoke(OTTER, NOW).lease_ends is None
    assert need.join(OTTER) is need


def test_nobody_sits_in_where_nobody_is():
    with pytest.raises(refusals.NotYourNeed):
        a_need().join(OTTER)


def test_who_sits_in_may_leave_and_the_peer_stays():
    need = a_talk().join(OTTER).leave(OTTER)

    assert need == a_talk()
    with pytest.raises(refusals.NotYourNeed):
        need.leave(OTTER)
    with pytest.raises(refusals.NotYourNeed):
        need.leave(WREN)


@pytest.mark.parametrize(
    "goes",
    [
        lambda need: need.let_go(WREN, NOW),
        lambda need: need.wrote(NOW - SILENCE).lapse(NOW),
    ],
)
def test_who_sits_in_has_it_when_the_peer_goes_and_owes_a_line(
    goes: Callable[[Need], Need],
):
    need = goes(a_talk().join(OTTER).join(HERON))

    assert (need.state, need.helpers) == (State.ACCEPTED, (OTTER, HERON))
    assert need.went_silent == (WREN,)
    assert need.lease_ends == NOW + FIRST_LINE
    assert need.spoke(OTTER, NOW).finish(OTTER, "heard", NOW).end is End.HANDED_OVER


def test_others_are_called_once_nobody_of_those_who_sat_in_says_anything():
    need = a_talk().join(OTTER).let_go(WREN, NOW)

    need = need.lapse(NOW + FIRST_LINE)

    assert (need.state, need.went_silent) == (State.RAISED, (WREN, OTTER))


def test_who_was_asked_to_take_over_is_asked_no_more_once_another_has_it():
    need = a_talk().join(OTTER).hand(WREN, HERON).let_go(WREN, NOW)

    assert (need.peer, need.handing_to) == (OTTER, None)


def test_who_sits_in_may_end_it():
    need = a_talk().join(OTTER).finish(OTTER, "heard", NOW)

    assert need.end is End.ACCEPTED_AND_SPOKE


def test_a_hand_over_changes_nothing_until_it_is_accepted():
    need = a_talk().hand(WREN, OTTER)

    assert (need.peer, need.state) == (WREN, State.TALKING)
    assert need.decline(OTTER) == a_talk()


def test_who_takes_over_owes_a_first_line_and_is_held_to_it():
    need = a_talk().join(OTTER).hand(WREN, OTTER).take_over(OTTER, NOW)

    assert (need.helpers, need.state) == ((OTTER,), State.ACCEPTED)
    assert need.lease_ends == NOW + FIRST_LINE


def test_a_talk_that_was_handed_over_ends_so():
    need = a_talk().hand(WREN, OTTER).take_over(OTTER, NOW).spoke(OTTER, NOW)

    assert need.finish(OTTER, "heard", NOW).end is End.HANDED_OVER


def test_a_hand_over_that_fell_silent_is_none():
    need = a_talk().hand(WREN, OTTER).take_over(OTTER, NOW).lapse(NOW + FIRST_LINE)
    need = need.accept(HERON, NOW).spoke(HERON, NOW)

    assert need.finish(HERON, "heard", NOW).end is End.ACCEPTED_AND_SPOKE


def test_only_who_was_asked_takes_over():
    with pytest.raises(refusals.NobodyToHandTo):
        a_talk().hand(WREN, OTTER).take_over(HERON, NOW)
    with pytest.raises(refusals.NobodyToHandTo):
        a_talk().decline(OTTER)
    with pytest.raises(refusals.NobodyToHandTo):
        a_talk().hand(WREN, WREN)


# Ends.


def test_a_need_does_not_end_unheard():
    with pytest.raises(refusals.NotSpokenYet):
        a_need().accept(WREN, NOW).finish(WREN, "heard", NOW)


def test_a_talk_ends_with_a_reason_that_there_is():
    with pytest.raises(refusals.UnknownEnding):
        a_talk().finish(WREN, "bored", NOW)
    assert [a_talk().finish(WREN, each, NOW).ending for each in ENDINGS] == [*ENDINGS]


@pytest.mark.parametrize(
    "ended",
    [a_talk().withdraw(NOW), a_talk().wrote(NOW).spoke(WREN, NOW).close(NOW + QUIET)],
)
def test_a_peer_says_once_why_a_talk_was_over_that_ended_without_them(ended: Need):
    assert ended.ended_at
    later = ended.ended_at + HOUR - seconds(1)
    told = ended.finish(WREN, "heard", later)

    assert told == replace(ended, ending="heard")
    with pytest.raises(refusals.NeedOver):
        told.finish(WREN, "other", later)
    with pytest.raises(refusals.NeedOver):
        ended.finish(WREN, "heard", later + seconds(1))
    with pytest.raises(refusals.UnknownEnding):
        ended.finish(WREN, "bored", later)
    with pytest.raises(refusals.NeedOver):
        ended.finish(OTTER, "heard", later)


@pytest.mark.parametrize(
    "need",
    [
        a_need().accept(WREN, NOW).withdraw(NOW),
        a_talk().call_back(NOW + HOUR, NOW),
    ],
)
def test_there_is_no_reason_why_a_talk_was_over_that_was_none_or_goes_on(need: Need):
    with pytest.raises(refusals.NeedOver):
        need.finish(WREN, "heard", NOW)


@pytest.mark.parametrize(
    ("need", "end"),
    [
        (a_need(), End.WITHDREW),
        (a_need().offered(Climb(NOW)), End.WITHDREW),
        (a_need().accept(WREN, NOW), End.WITHDREW),
        (a_talk(), End.ACCEPTED_AND_SPOKE),
        (a_talk().wrote(NOW).lapse(NOW + SILENCE), End.WITHDREW),
    ],
)
def test_a_member_withdraws_whenever_they_like(need: Need, end: End):
    assert need.withdraw(NOW).end is end


def test_a_member_is_called_back_at_the_time_they_chose():
    at = NOW + 9 * HOUR

    put_off = a_need().call_back(at, NOW)
    again = put_off.raise_again(at)

    assert (put_off.end, put_off.next_moment) == (End.CALL_BACK, at)
    assert (again.id, again.raised_at, again.climb) == (a_need().id, at, Climb(at))
    assert again.is_open
    assert again.next_moment == at
    assert (again.end, again.call_back_at) == (None, None)


def test_nobody_is_called_back_before_the_time():
    with pytest.raises(refusals.TooEarly):
        a_need().call_back(NOW + HOUR, NOW).raise_again(NOW + HOUR - seconds(1))


def test_only_a_promise_is_raised_again():
    with pytest.raises(refusals.NeedOver):
        a_need().withdraw(NOW).raise_again(NOW + HOUR)
    with pytest.raises(refusals.NeedOver):
        a_need().raise_again(NOW)


@pytest.mark.parametrize("at", [NOW - HOUR, NOW, NOW + FURTHEST_CALL_BACK + seconds(1)])
def test_a_time_to_call_back_lies_within_the_next_week(at):
    with pytest.raises(refusals.BadCallBack):
        a_need().call_back(at, NOW)


def test_pressing_again_returns_the_same_need():
    accepted = a_need().accept(WREN, NOW)

    for need in (a_need(), accepted, a_talk().wrote(NOW)):
        assert need.pressed(NOW + HOUR) == need


def test_pressing_in_a_talk_waits_for_a_line_of_its_peer_s():
    need = a_talk().pressed(NOW + HOUR)

    assert need.lease_ends == NOW + HOUR + SILENCE
    assert need.lapse(NOW + HOUR + SILENCE).is_calling


def test_pressing_just_after_a_peer_s_line_waits_for_nothing_more():
    need = a_talk().wrote(NOW).spoke(WREN, NOW)

    assert need.pressed(NOW + SILENCE - seconds(1)) == need
    assert need.pressed(NOW + SILENCE).lease_ends


def test_pressing_in_a_talk_is_heard_though_the_clock_was_set_back():
    need = a_talk().wrote(NOW).spoke(WREN, NOW)

    pressed = need.pressed(NOW - HOUR)

    assert pressed.lease_ends == NOW - HOUR + SILENCE


def test_what_a_peer_said_before_a_line_of_the_member_s_does_not_answer_it():
    """It is written down late: the store was away when it was said."""
    need = a_talk().wrote(NOW)

    assert need.spoke(WREN, NOW + HOUR, said_at=NOW - seconds(1)) == need
    assert need.spoke(WREN, NOW + HOUR, said_at=NOW).lease_ends is None


def a_quiet_talk(grade: Grade = Grade.NONE) -> Need:
    """Return a talk in which both have spoken, and the peer last."""
    return a_talk().graver(grade).wrote(NOW).spoke(WREN, NOW)


def test_a_talk_in_which_both_spoke_is_over_after_a_day_of_silence():
    need = a_quiet_talk().spoke(WREN, NOW + HOUR)

    with pytest.raises(refusals.TooEarly):
        need.close(NOW + QUIET)
    closed = need.close(NOW + HOUR + QUIET)

    assert (closed.end, closed.ending) == (End.ACCEPTED_AND_SPOKE, "")


@pytest.mark.parametrize(
    "need",
    [
        a_need(),
        a_need().accept(WREN, NOW),
        a_talk(),
        a_talk().wrote(NOW),
        a_quiet_talk().wrote(NOW),
        a_quiet_talk().let_go(WREN, NOW),
        a_quiet_talk().join(OTTER).let_go(WREN, NOW).spoke(OTTER, NOW),
        a_quiet_talk(Grade.HIGH),
    ],
)
def test_no_other_is_over_by_time_however_long(need: Need):
    with pytest.raises(refusals.TooEarly):
        need.close(NOW + 100 * QUIET)


def test_pressing_before_the_call_back_raises_it_now():
    need = a_need().call_back(NOW + HOUR, NOW).pressed(NOW + minutes(5))

    assert (need.state, need.climb.due) == (State.RAISED, NOW + minutes(5))


def test_what_has_ended_otherwise_is_another_need():
    with pytest.raises(refusals.NeedOver):
        a_need().withdraw(NOW).pressed(NOW)


def test_danger_can_only_turn_out_to_be_graver():
    need = a_need().graver(Grade.HIGH)

    assert (need.grade, need.graver(Grade.LOW).grade) == (Grade.HIGH, Grade.HIGH)


@pytest.mark.parametrize(
    "act",
    [
        lambda need: need.spoke(OTTER, NOW),
        lambda need: need.let_go(OTTER, NOW),
        lambda need: need.hand(OTTER, WREN),
        lambda need: need.needs_a_moment(OTTER, NOW),
        lambda need: need.finish(OTTER, "heard", NOW),
    ],
)
def test_nobody_else_acts_on_a_need(act: Callable[[Need], Need]):
    with pytest.raises(refusals.NotYourNeed):
        act(a_talk())


ACTS: dict[str, Callable[[Need], Need]] = {
    "offered": lambda need: need.offered(Climb(NOW + seconds(40), 1)),
    "waiting": lambda need: need.waiting(Climb(NOW + minutes(1), 0, 2)),
    "wren accepts": lambda need: need.accept(WREN, NOW),
    "otter accepts": lambda need: need.accept(OTTER, NOW),
    "wren speaks": lambda need: need.spoke(WREN, NOW),
    "otter speaks": lambda need: need.spoke(OTTER, NOW),
    "member writes": lambda need: need.wrote(NOW),
    "lapses": lambda need: need.lapse(NOW + HOUR),
    "wren lets go": lambda need: need.let_go(WREN, NOW),
    "otter joins": lambda need: need.join(OTTER),
    "heron joins": lambda need: need.join(HERON),
    "otter leaves": lambda need: need.leave(OTTER),
    "otter lets go": lambda need: need.let_go(OTTER, NOW),
    "wren hands": lambda need: need.hand(WREN, OTTER),
    "otter takes over": lambda need: need.take_over(OTTER, NOW),
    "otter declines": lambda need: need.decline(OTTER),
    "wren ends": lambda need: need.finish(WREN, "heard", NOW),
    "otter ends": lambda need: need.finish(OTTER, "heard", NOW),
    "goes quiet": lambda need: need.close(NOW + QUIET),
    "withdraws": lambda need: need.withdraw(NOW),
    "put off": lambda need: need.call_back(NOW + HOUR, NOW),
    "called back": lambda need: need.raise_again(NOW + HOUR),
    "pressed": lambda need: need.pressed(NOW),
    "graver": lambda need: need.graver(Grade.HIGH),
}


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=30))
def test_whatever_is_done_a_need_has_a_next_moment_or_an_end_or_a_talk(acts: list[str]):
    need = a_need()
    for act in acts:
        try:
            need = ACTS[act](need)
        except ChatError:
            continue
        assert (need.end is None) == need.is_open
        assert need.is_calling == (need.is_open and need.peer is None)
        quiet_talk = need.state is State.TALKING and not need.unanswered_since
        over = need.end is not None and not need.is_promised
        assert (need.next_moment is None) == (quiet_talk or over)


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=30))
def test_nobody_is_called_while_somebody_is_there_and_nobody_is_there_twice(
    acts: list[str],
):
    need = a_need()
    for act in acts:
        with suppress(ChatError):
            need = ACTS[act](need)
        assert len(set(need.helpers)) == len(need.helpers)
        assert not (need.is_calling and need.joined)


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=30))
def test_no_need_ends_by_time_alone_but_a_talk_in_which_nobody_waits(acts: list[str]):
    need = a_need()
    for act in acts:
        try:
            after = ACTS[act](need)
        except ChatError:
            continue
        if need.is_open and not after.is_open:
            quiet = act == "goes quiet" and need.quiet_since and not need.lease_ends
            assert quiet or act in ("wren ends", "otter ends", "withdraws", "put off")
        need = after
