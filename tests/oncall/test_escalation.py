"""Escalation: which steps are due and whom they call, so that nobody waits in vain."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.oncall.audiences import Reachable, Standby, reachable
from chat.oncall.escalation import (
    Call,
    Calling,
    Progress,
    next_moment,
    progress,
    steps_due,
)
from chat.oncall.need import Need
from chat.oncall.policy import Audience, Policy, Step, load
from chat.oncall.stages import Climb, PeerId
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

BOSS = PeerId("boss")
PAUSE = seconds(60)
POLICY = Policy(
    (
        Step(seconds(0), (Audience.ON_SHIFT,)),
        Step(seconds(40), (Audience.BACKUP,)),
        Step(seconds(90), (Audience.ON_DUTY,)),
        Step(seconds(150), (Audience.COORDINATOR,)),
    ),
    PAUSE,
)
EVERYONE: Reachable = {
    Audience.ON_SHIFT: (WREN,),
    Audience.BACKUP: (OTTER,),
    Audience.ON_DUTY: (WREN, OTTER, HERON),
    Audience.COORDINATOR: (BOSS,),
}
NOBODY: Reachable = {}


def without(*audiences: Audience) -> Reachable:
    return {each: who for each, who in EVERYONE.items() if each not in audiences}


def at(climb: Climb) -> Need:
    return a_need().offered(climb)


def test_the_first_step_comes_at_once():
    calling = steps_due(POLICY, a_need(), EVERYONE, NOW)

    assert calling.calls == (Call(1, 0, (WREN,)),)
    assert calling.climb == Climb(NOW + seconds(40), 1)


def test_a_step_that_is_not_due_waits():
    need = at(Climb(NOW + seconds(40), 1))

    calling = steps_due(POLICY, need, EVERYONE, NOW + seconds(39))

    assert (calling.calls, calling.climb) == ((), need.climb)


def test_a_step_comes_when_it_is_due():
    need = at(Climb(NOW + seconds(40), 1))

    calling = steps_due(POLICY, need, EVERYONE, NOW + seconds(41))

    assert calling.calls == (Call(1, 1, (OTTER,)),)
    assert calling.climb.due == NOW + seconds(90), "being late does not add up"


def test_an_empty_step_costs_no_time():
    calling = steps_due(POLICY, a_need(), without(Audience.ON_SHIFT), NOW)

    assert calling.calls == (Call(1, 1, (OTTER,)),)
    assert calling.climb == Climb(NOW + seconds(50), 2)


def test_an_empty_step_in_between_lets_the_next_come_in_its_place():
    need = at(Climb(NOW, 1))

    calling = steps_due(POLICY, need, without(Audience.BACKUP), NOW)

    assert calling.calls == (Call(1, 2, (WREN, OTTER, HERON)),)


@pytest.mark.parametrize("tags", [(), ("secular",)])
def test_while_all_on_shift_are_for_other_rooms_they_are_called_at_once_all_the_same(
    tags: tuple[str, ...],
):
    # The front page is no room, and has no tags.
    team = [
        Standby(WREN, reachable=True, on_shift=True, shift_tags=("women",)),
        Standby(OTTER, reachable=True, on_shift=True, shift_tags=("veteran",)),
        Standby(BOSS, reachable=True, coordinator=True),
    ]

    calling = steps_due(load(None), a_need(), reachable(team, tags), NOW)

    assert set(calling.peers) == {WREN, OTTER}


def test_exhausted_steps_start_again_and_say_so():
    last = at(Climb(NOW, 3))

    calling = steps_due(POLICY, last, EVERYONE, NOW)

    assert calling.calls == (Call(1, 3, (BOSS,)),)
    assert calling.climb == Climb(NOW + PAUSE, 0, 2)
    again = steps_due(POLICY, at(calling.climb), EVERYONE, NOW + PAUSE)
    assert again.calls == (Call(2, 0, (WREN,)),)


def test_an_empty_last_step_ends_its_round():
    need = at(Climb(NOW, 3))

    calling = steps_due(POLICY, need, without(Audience.COORDINATOR), NOW)

    assert calling.calls == ()
    assert calling.climb == Climb(NOW + PAUSE, 0, 2, nobody=False)


def test_with_nobody_at_all_it_looks_again_after_the_pause():
    calling = steps_due(POLICY, a_need(), NOBODY, NOW)

    assert calling == Calling((), Climb(NOW + PAUSE, 0, 1, nobody=True))


def test_a_round_that_finds_nobody_ends_with_a_call_of_all_who_have_a_way():
    calling = steps_due(POLICY, a_need(), NOBODY, NOW, EVERYONE)

    assert calling.calls == (Call(1, 3, (WREN, OTTER, HERON, BOSS)),)
    assert calling.climb == Climb(NOW + PAUSE, 0, 2, nobody=True)


def test_nobody_is_called_in_vain_where_somebody_is_reachable():
    alone = {Audience.COORDINATOR: (BOSS,)}

    calling = steps_due(POLICY, a_need(), alone, NOW, EVERYONE)

    assert calling.peers == (BOSS,)


def test_whoever_comes_while_there_was_nobody_is_called_at_once():
    need = a_need().waiting(Climb(NOW + PAUSE, 0, 2, nobody=True))

    still = steps_due(POLICY, need, NOBODY, NOW + seconds(5))
    came = steps_due(POLICY, need, {Audience.ON_DUTY: (HERON,)}, NOW + seconds(5))

    assert (still.calls, still.climb) == ((), need.climb)
    assert came.calls == (Call(2, 2, (HERON,)),)


def test_when_all_have_gone_since_the_first_step_whoever_comes_is_called_at_once():
    gone = steps_due(POLICY, at(Climb(NOW, 1)), NOBODY, NOW)

    came = steps_due(
        POLICY, gone.of(a_need()), {Audience.ON_DUTY: (HERON,)}, NOW + seconds(5)
    )

    assert gone.climb == Climb(NOW + PAUSE, 0, 2, nobody=True)
    assert came.calls == (Call(2, 2, (HERON,)),)


def test_a_need_that_somebody_has_calls_nobody():
    calling = steps_due(POLICY, a_talk(), EVERYONE, NOW + minutes(10))

    assert calling.calls == ()


def test_what_was_missed_while_no_worker_ran_comes_at_once_and_each_peer_once():
    calling = steps_due(POLICY, a_need(), EVERYONE, NOW + seconds(100))

    assert calling.calls == (
        Call(1, 0, (WREN,)),
        Call(1, 1, (OTTER,)),
        Call(1, 2, (HERON,)),
    )
    assert calling.peers == (WREN, OTTER, HERON)
    assert calling.climb == Climb(NOW + seconds(150), 3)


def test_a_step_of_people_just_called_still_has_its_time():
    people: Reachable = {Audience.ON_SHIFT: (WREN,), Audience.BACKUP: (WREN,)}

    calling = steps_due(POLICY, a_need(), people, NOW + seconds(45))

    assert calling.calls == (Call(1, 0, (WREN,)),)
    assert calling.climb == Climb(NOW + seconds(90), 2)


def test_a_round_that_was_missed_is_not_made_up_for():
    late = NOW + timedelta(hours=1)

    calling = steps_due(POLICY, a_need(), EVERYONE, late)

    assert {call.round for call in calling.calls} == {1}
    assert calling.climb == Climb(late + PAUSE, 0, 2)


def test_a_clock_set_back_by_an_hour_delays_nothing():
    need = at(Climb(NOW + seconds(40), 1))
    before = NOW - timedelta(hours=1)

    assert next_moment(POLICY, need, before) == before
    assert steps_due(POLICY, need, EVERYONE, before).calls == (Call(1, 1, (OTTER,)),)


def test_a_policy_that_has_become_shorter_starts_from_its_first_step():
    need = at(Climb(NOW, 9))

    assert steps_due(POLICY, need, EVERYONE, NOW).calls == (Call(1, 0, (WREN,)),)


SHORT = Policy((Step(seconds(0), (Audience.ON_SHIFT,)),), PAUSE)


def test_never_alone_a_coordinator_is_on_the_last_step():
    people: Reachable = {
        Audience.ON_SHIFT: (WREN,),
        Audience.ON_DUTY: (WREN,),
        Audience.COORDINATOR: (BOSS,),
    }

    assert steps_due(SHORT, a_need(), people, NOW).peers == (WREN, BOSS)
    assert steps_due(SHORT, a_need(), EVERYONE, NOW).peers == (WREN,)


def test_the_need_after_a_call_is_offered_and_after_none_it_is_not():
    called = steps_due(POLICY, a_need(), EVERYONE, NOW)
    none = steps_due(POLICY, a_need(), NOBODY, NOW)

    assert called.of(a_need()) == a_need().offered(called.climb)
    assert none.of(a_need()) == a_need().waiting(none.climb)


@pytest.mark.parametrize(
    ("need", "moment"),
    [
        (a_need(), NOW),
        (at(Climb(NOW + seconds(40), 1)), NOW + seconds(40)),
        (a_need().accept(WREN, NOW), NOW + seconds(60)),
        (a_talk(), None),
        (a_need().withdraw(NOW), None),
        (a_need().call_back(NOW + minutes(9), NOW), NOW + minutes(9)),
    ],
)
def test_when_to_look_again(need: Need, moment: datetime | None):
    assert next_moment(POLICY, need, NOW) == moment


def test_the_member_is_told_how_many_and_when():
    need = at(Climb(NOW + seconds(90), 2))

    told = progress(POLICY, need, NOW + seconds(49.5), alerted=3, opened=1)

    assert told == Progress(3, 1, 41, 1, nobody=False)


def test_a_step_that_is_late_comes_now_not_before():
    need = at(Climb(NOW, 1))

    assert progress(POLICY, need, NOW + seconds(3)).next_step_seconds == 0


@pytest.mark.parametrize(("waited", "late"), [(0, False), (10, False), (11, True)])
def test_the_member_is_told_when_a_step_does_not_come(waited: int, late: bool):
    need = at(Climb(NOW, 1))

    assert progress(POLICY, need, NOW + seconds(waited)).late is late


def test_the_member_is_told_when_nobody_is_there():
    need = a_need().waiting(Climb(NOW + PAUSE, 0, 2, nobody=True))

    told = progress(POLICY, need, NOW)

    assert (told.nobody, told.round, told.next_step_seconds) == (True, 2, 60)


def test_the_first_who_come_after_nobody_are_not_told_as_asked_again():
    need = steps_due(POLICY, a_need(), NOBODY, NOW).of(a_need())
    later = NOW + seconds(5)

    came = steps_due(POLICY, need, {Audience.ON_DUTY: (HERON,)}, later).of(need)

    told = progress(POLICY, came, later, alerted=1)
    assert (told.alerted, told.nobody, told.round) == (1, False, 1)


def test_who_talks_is_told_of_no_next_step():
    assert progress(POLICY, a_talk(), NOW).next_step_seconds is None


waits = st.lists(st.integers(0, 300), max_size=5)
audiences = st.lists(st.sampled_from(Audience), min_size=1, max_size=2, unique=True)
people = st.dictionaries(
    st.sampled_from(Audience), st.sampled_from([(), (WREN,), (OTTER, HERON)])
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    after = [0, *sorted(draw(waits))]
    steps = tuple(Step(seconds(each), tuple(draw(audiences))) for each in after)
    return Policy(steps, seconds(draw(st.integers(10, 300))))


@given(
    policies(),
    people,
    st.lists(st.integers(-4000, 4000), min_size=1, max_size=20),
)
def test_however_the_clock_goes_a_next_step_is_never_far(
    policy: Policy, who: Reachable, jumps: list[int]
):
    need, now = a_need(), NOW
    for jump in jumps:
        now += seconds(jump)
        need = steps_due(policy, need, who, now).of(need)
        due = next_moment(policy, need, now)
        assert due is not None
        assert now < due <= now + policy.longest_wait


@given(policies(), people)
def test_within_one_round_everyone_whom_a_step_means_is_called(
    policy: Policy, who: Reachable
):
    calling = steps_due(policy, a_need(), who, NOW)
    need, called = calling.of(a_need()), set(calling.peers)
    while need.climb.step:
        calling = steps_due(policy, need, who, need.climb.due)
        called.update(calling.peers)
        need = calling.of(need)

    meant = {p for step in policy.steps for one in step.whom for p in who.get(one, ())}
    assert meant <= called


@given(policies(), people)
def test_a_need_that_anyone_can_be_reached_for_calls_somebody_at_once(
    policy: Policy, who: Reachable
):
    calling = steps_due(policy, a_need(), who, NOW)

    anyone = any(who.get(one) for step in policy.steps for one in step.whom)
    assert bool(calling.calls) or not anyone
    assert bool(calling.calls) != calling.climb.nobody
