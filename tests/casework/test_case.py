"""A case is what its events make of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.casework.case import Event, Place, Queue, State, Status, fold
from chat.casework.ladder import Kind
from chat.model import Action, Grade

FLAG = {
    "rule": "abuse.insult", "category": "abuse", "grade": 0, "action": 0,
    "message": "said",
}  # fmt: skip
ACTION: dict[str, Any] = {"act": "nothing", "message": "", "second": False}


def happened(*kinds: tuple[str, dict[str, Any]], actor: str = "ada") -> State:
    """Return what some things come to that happened a second after each other."""
    return fold(
        Event(n, 1000 + n, actor, kind, detail)
        for n, (kind, detail) in enumerate(kinds, 1)
    )


def test_a_case_begins_open():
    state = happened(("flag", FLAG))

    assert (state.status, state.queue, state.opened_at) == ("open", "reported", 1001)
    assert (state.rules, state.categories) == (("abuse.insult",), ("abuse",))


@pytest.mark.parametrize(
    ("changes", "queue"),
    [
        ({"grade": int(Grade.MEDIUM)}, Queue.REPORTED),
        ({"grade": int(Grade.HIGH)}, Queue.URGENT),
        ({"rule": "crisis.broken"}, Queue.URGENT),
        ({"rule": "spam.broken"}, Queue.REPORTED),
        ({"message": "held"}, Queue.HELD),
        ({"message": "held", "grade": int(Grade.IMMINENT)}, Queue.URGENT),
    ],
)
def test_a_case_waits_where_its_flags_belong(changes: dict[str, Any], queue: Queue):
    assert happened(("flag", FLAG | changes)).queue == queue


def test_the_gravest_flag_counts():
    grave = FLAG | {"rule": "b", "grade": int(Grade.HIGH), "action": int(Action.HOLD)}

    state = happened(("flag", grave), ("flag", FLAG))

    assert (state.grade, state.action, state.urgent) == (Grade.HIGH, Action.HOLD, True)


def test_a_claim_is_somebodys_until_they_let_go():
    claimed = happened(("flag", FLAG), ("claim", {}))
    left = happened(("flag", FLAG), ("claim", {}), ("let_go", {}))

    assert (claimed.status, claimed.claimed_by) == (Status.CLAIMED, "ada")
    assert claimed.first_look_at == 1002
    assert (left.status, left.claimed_by) == (Status.OPEN, "")


def test_an_act_closes_a_case():
    state = happened(("flag", FLAG), ("claim", {}), ("action", ACTION))

    assert (state.status, state.queue, state.closed_at) == ("resolved", "", 1003)
    assert (state.outcome, state.acted_by) == ("nothing", "ada")


def test_what_needs_a_second_pair_of_eyes_stays_open():
    removed = ACTION | {"act": "removed", "second": True}

    state = happened(("flag", FLAG), ("action", removed))

    assert (state.status, state.queue, state.second) == ("open", "appeals", 2)


def test_an_act_undone_is_as_if_it_had_not_been():
    taken = ACTION | {"act": "take_down"}

    state = happened(("flag", FLAG), ("action", taken), ("undo", {"event": 2}))

    assert (state.status, state.message, state.outcome) == ("open", Place.SAID, "")
    assert state.closed_at is None


def test_undoing_an_earlier_act_leaves_the_message_where_a_later_one_put_it():
    state = happened(
        ("flag", FLAG | {"message": "held"}),
        ("action", ACTION | {"act": "release"}),
        ("report", {**FLAG, "reason": "hate", "reporter": "1"}),
        ("action", ACTION | {"act": "take_down"}),
        ("undo", {"event": 2}),
    )

    assert state.message is Place.TAKEN_DOWN
    assert [act.kind for act in state.standing] == [Kind.TAKE_DOWN]


@pytest.mark.parametrize("place", ["take_down", "refuse"])
def test_what_is_gone_from_the_room_is_not_reopened_by_reports(place: str):
    state = happened(
        ("flag", FLAG | {"message": "held"}),
        ("action", ACTION | {"act": place}),
        ("report", {**FLAG, "reason": "hate", "reporter": "1"}),
    )

    assert (state.status, state.reporters) == (Status.RESOLVED, ("1",))


def test_what_is_gone_is_reopened_by_more_danger_than_was_known():
    danger = {**FLAG, "reason": "risk_to_self", "reporter": "1", "grade": 2}

    gone = [("flag", FLAG), ("action", ACTION | {"act": "take_down"})]
    once = happened(*gone, ("report", danger))
    decided = happened(*gone, ("report", danger), ("action", ACTION))
    again = happened(
        *gone,
        ("report", danger),
        ("action", ACTION),
        ("report", danger | {"reporter": "2"}),
    )

    assert (once.status, once.message) == (Status.OPEN, Place.TAKEN_DOWN)
    assert decided.status is again.status is Status.RESOLVED


details = {
    "flag": st.builds(
        lambda rule, grade, message: {
            "rule": rule, "category": "c", "grade": grade, "action": 0,
            "message": message,
        },
        st.sampled_from(["a", "b", "crisis.broken"]),
        st.integers(0, 4),
        st.sampled_from(["", "said", "held"]),
    ),
    "report": st.builds(
        lambda reason, reporter: {
            "reason": reason, "reporter": reporter, "grade": 0, "action": 0,
            "message": "said",
        },
        st.sampled_from(["x", "y"]),
        st.sampled_from(["1", "2"]),
    ),
    "action": st.builds(
        lambda act, message, second: {"act": act, "message": message, "second": second},
        st.sampled_from([str(kind) for kind in Kind]),
        st.sampled_from(["", "take_down", "release", "refuse"]),
        st.booleans(),
    ),
    "undo": st.builds(lambda event: {"event": event}, st.integers(1, 12)),
    "appeal": st.builds(lambda event: {"event": event}, st.integers(1, 12)),
    "decision": st.builds(
        lambda event, upheld: {"event": event, "upheld": upheld},
        st.integers(1, 12),
        st.booleans(),
    ),
    "second": st.builds(
        lambda event, agrees: {"event": event, "agrees": agrees},
        st.integers(1, 12),
        st.booleans(),
    ),
    "wrong_flag": st.just({"rule": "a"}),
    **dict.fromkeys(("claim", "let_go", "look", "note", "reveal"), st.just({})),
}  # fmt: skip
any_events = st.lists(
    st.sampled_from(sorted(details)).flatmap(
        lambda kind: st.tuples(st.just(kind), details[kind])
    ),
    max_size=12,
)


@given(any_events)
def test_whatever_happens_a_case_is_in_one_queue_or_resolved(
    events: list[tuple[str, dict[str, Any]]],
):
    state = happened(*events)

    resolved = state.status is Status.RESOLVED
    assert resolved == (state.queue == "")
    assert resolved == (state.closed_at is not None)
    assert not (resolved and state.waits)
    assert (state.status is Status.CLAIMED) == bool(state.claimed_by)


@given(any_events)
def test_danger_once_found_is_never_forgotten(
    events: list[tuple[str, dict[str, Any]]],
):
    grades = [detail["grade"] for kind, detail in events if kind in ("flag", "report")]
    broken = any(detail.get("rule") == "crisis.broken" for kind, detail in events)

    state = happened(*events)

    assert state.grade == max(grades, default=0)
    assert state.urgent == (state.grade >= Grade.HIGH or broken)


@given(any_events, any_events)
def test_what_is_known_can_be_gone_on_from(
    earlier: list[tuple[str, dict[str, Any]]], later: list[tuple[str, dict[str, Any]]]
):
    whole = happened(*earlier, *later)
    state = happened(*earlier)

    for n, (kind, detail) in enumerate(later, len(earlier) + 1):
        state = state.after(Event(n, 1000 + n, "ada", kind, detail))

    assert state == whole
