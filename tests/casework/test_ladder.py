"""The ladder: what may be done, for which reasons, by whom, and what it weighs."""

import pytest

from chat.casework.ladder import (
    DAY,
    HOUR,
    MOST_NOTE,
    MOST_WORDS,
    REASONS,
    Act,
    Kind,
    Strike,
    acts_of,
    check_role,
    needs_second,
    next_step,
    strike,
    until,
    weight,
)
from chat.casework.refusals import (
    BadDuration,
    NotAllowed,
    NoteMissing,
    NoteTooLong,
    UnknownAct,
    UnknownReason,
    WordsMissing,
    WordsTooLong,
    WordsUnfilled,
)
from chat.errors import BadText, ChatError
from chat.roles import Role

NOW = 1_000_000


def test_what_a_page_asks_for_becomes_an_act():
    act = Act.asked(
        "suspended", "hate", note=" n ", words=" w ", hours=24, message="take_down"
    )

    assert act == Act(Kind.SUSPENDED, "hate", "n", "w", 24, Kind.TAKE_DOWN)
    assert (act.about_member, act.about_message) == (Kind.SUSPENDED, Kind.TAKE_DOWN)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"kind": "banned"}, UnknownAct),
        ({"kind": ""}, UnknownAct),
        ({"message": "burn"}, UnknownAct),
        ({"message": "slow"}, UnknownAct),
        ({"kind": "take_down", "message": "take_down"}, UnknownAct),
        ({"kind": "nothing", "message": "release"}, UnknownAct),
        ({"reason": ""}, UnknownReason),
        ({"reason": "because"}, UnknownReason),
        ({"reason": "in_order"}, UnknownReason),
        ({"reason": "other"}, NoteMissing),
        ({"reason": "other", "note": "  "}, NoteMissing),
        ({"note": "x" * (MOST_NOTE + 1)}, NoteTooLong),
        ({"kind": "nudge"}, WordsMissing),
        ({"kind": "warning", "words": " \n"}, WordsMissing),
        ({"words": "x" * (MOST_WORDS + 1)}, WordsTooLong),
        ({"words": "Dear {name}, stop"}, WordsUnfilled),
        ({"words": "Dear {}"}, WordsUnfilled),
        ({"words": "a\x07b"}, BadText),
        ({"note": "a\ud800b"}, BadText),
        ({"hours": 1}, BadDuration),
        ({"kind": "suspended"}, BadDuration),
        ({"kind": "suspended", "hours": 2}, BadDuration),
        ({"kind": "suspended", "hours": -1}, BadDuration),
        ({"kind": "removed", "hours": 24}, BadDuration),
    ],
)
def test_what_cannot_be_done_is_refused(asked, refusal: type[ChatError]):
    with pytest.raises(refusal):
        Act.asked(**{"kind": "slow", "reason": "spam"} | asked)


@pytest.mark.parametrize(
    "words", ["x" * MOST_WORDS, "a\nb\r\nc", "{ open", "👩\u200d👩"]
)
def test_words_may_be_what_people_write(words: str):
    assert Act.asked("warning", "spam", words=words).words == words


def test_an_act_does_not_show_what_it_says():
    shown = repr(Act(Kind.NUDGE, "hate", note="private", words="said to them"))

    assert "private" not in shown
    assert "said to them" not in shown


def test_every_reason_of_the_field_is_there():
    assert len(REASONS) == 18
    assert all(REASONS.values())


@pytest.mark.parametrize(
    ("role", "most"),
    [
        (Role.PEER, None),
        (Role.FACILITATOR, Kind.WARNING),
        (Role.MODERATOR, Kind.REMOVED),
        (Role.COORDINATOR, Kind.REMOVED),
    ],
)
def test_each_role_reaches_so_far_up(role: Role, most: Kind | None):
    acts = acts_of(role)

    assert (acts[-1] if acts else None) is most
    for kind in Kind:
        if kind in acts:
            check_role(Act(kind, "hate"), role)
        else:
            with pytest.raises(NotAllowed):
                check_role(Act(kind, "hate"), role)


def test_only_what_outlasts_seven_days_needs_a_second_pair_of_eyes():
    needing = [kind for kind in Kind if needs_second(Act(kind, "hate", hours=168))]

    assert needing == [Kind.REMOVED]


@pytest.mark.parametrize(
    ("act", "lasts"),
    [
        (Act(Kind.SUSPENDED, "hate", hours=1), HOUR),
        (Act(Kind.SUSPENDED, "hate", hours=168), 7 * DAY),
        (Act(Kind.SLOW, "hate"), DAY),
        (Act(Kind.HELD, "hate"), 3 * DAY),
    ],
)
def test_a_sanction_is_over_when_its_time_is(act: Act, lasts: int):
    assert until(act, NOW) == NOW + lasts


@pytest.mark.parametrize("kind", [Kind.REMOVED, Kind.WARNING, Kind.NUDGE])
def test_what_has_no_end_says_so(kind: Kind):
    assert until(Act(kind, "hate"), NOW) == 0


def test_strikes_count_until_they_expire():
    strikes = [Strike(1, NOW), Strike(2, NOW + 1), Strike(3, NOW + 2)]

    assert weight(strikes, NOW) == 5
    assert weight(strikes, NOW + 1) == 3
    assert weight(strikes, NOW + 2) == 0


def test_every_strike_expires():
    for kind in Kind:
        for hours in (0, 1, 168):
            found = strike(Act(kind, "hate", hours=hours), NOW)
            assert found is None or NOW < found.expires_at <= NOW + 180 * DAY


def test_the_harder_an_act_the_more_it_weighs():
    acts = [
        Act(Kind.WARNING, "hate"),
        Act(Kind.HELD, "hate"),
        Act(Kind.SUSPENDED, "hate", hours=24),
        Act(Kind.REMOVED, "hate"),
    ]
    weights = [found.weight for act in acts if (found := strike(act, NOW))]

    assert weights == sorted(set(weights))
    assert strike(Act(Kind.NUDGE, "hate"), NOW) is None


def test_the_ladder_is_climbed_a_step_at_a_time():
    steps = [next_step(weight) for weight in range(13)]

    assert steps[0] == (Kind.NUDGE, 0)
    assert steps[-1] == (Kind.REMOVED, 0)
    order = [list(Kind).index(kind) for kind, _ in steps]
    assert order == sorted(order)
