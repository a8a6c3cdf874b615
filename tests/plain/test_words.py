"""The plain page tells the truth, in the words that pages with script use."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.asides import NeedNews
from chat.errors import BadText, StoreDown, TooFast
from chat.model import Handle
from chat.oncall.stays import Stay
from chat.plain.words import NOTHING, after, refusal, shown, watched

RAISED = NeedNews("raised", "talk-1", 0, 0, 0, 1, False, 0, (), "")
OTTER, HERON, WREN = b"\x01\x02\x03xx", b"\x04\x05\x06xx", b"\x07\x08\x09xx"


def told(**changes: Any) -> str:
    how = shown(RAISED._replace(**changes), 0)
    return " | ".join([how.headline, *how.story, how.numbers])


def test_the_numbers_are_the_truth():
    assert shown(
        RAISED._replace(state="offered", alerted=3, opened=1, next_in=40), 0
    ).numbers == ("3 peers alerted · 1 has opened it · next step in 40 s")


def test_a_step_that_does_not_come_is_owned_up_to_and_points_to_the_lines():
    words = "This takes longer than it should. Please use a help line meanwhile."

    late = told(state="offered", alerted=3, late=True)

    assert f"{words} We keep trying." in late
    assert "step now" not in late


def test_one_peer_is_not_peers():
    assert "1 peer alerted" in told(state="offered", alerted=1)


def test_before_anybody_is_called_that_is_said():
    assert "Looking for who is awake" in told()


def test_a_second_round_is_said():
    assert "asking again" in told(state="offered", alerted=2, round=2)


def test_when_nobody_can_be_reached_that_stands_first_and_points_to_the_lines():
    how = shown(RAISED._replace(nobody=True, round=2), 0)

    assert how.nobody
    assert how.headline == "None of us can be reached just now. We keep trying."
    assert "use one of these lines" in how.story[0]


@pytest.mark.parametrize("why", ["silent", "let_go"])
def test_nobody_is_said_to_be_asked_while_nobody_can_be_reached(why: str):
    assert "asking" not in told(why=why, round=2, nobody=True)
    assert "asked everybody" not in told(why=why, round=2)


@pytest.mark.parametrize("why", ["silent", "let_go"])
def test_a_peer_who_went_is_told_kindly(why: str):
    assert "We are asking the next one. They can read what you wrote." in told(why=why)


def test_who_accepted_is_named_and_will_write():
    assert "will write in a moment" in told(state="accepted", peers=(OTTER,))


def test_who_takes_over_is_said():
    assert "takes over" in told(state="accepted", why="handed", peers=(OTTER,))


def test_who_sits_in_is_named():
    assert "sits in." in told(state="talking", peers=(OTTER, HERON))
    assert "sit in." in told(state="talking", peers=(OTTER, HERON, WREN))


def test_a_promise_says_when_without_a_time_zone():
    how = shown(RAISED._replace(state="ended", call_back_at=7200), 0)

    assert how.promised
    assert "in about 2 hours" in how.story[0]


def test_an_end_is_told_and_nothing_is_open():
    how = shown(RAISED._replace(state="ended", why="withdrew"), 0)

    assert how.headline == "This talk is over."
    assert not how.open


@pytest.mark.parametrize("why", ["accepted_and_spoke", "handed_over"])
def test_whoever_talked_is_thanked(why: str):
    assert "Thank you for talking with us." in told(state="ended", why=why)


def test_without_a_need_there_is_nothing_to_tell():
    assert shown(None, 0) is NOTHING
    assert shown(RAISED._replace(state=""), 0) is NOTHING


def test_a_missed_check_in_is_said_also_when_nobody_can_be_reached():
    for nobody in (False, True):
        assert "You did not check in" in told(missed=True, nobody=nobody)
    assert "asking again" in told(missed=True, round=2)


@pytest.mark.parametrize(
    ("left", "words", "soon"),
    [
        (1200, "Check in within 20 minutes.", False),
        (541, "Check in within 10 minutes.", False),
        (60, "Check in within 1 minute.", True),
        (0, "Please check in now. If you do not, we call a peer for you.", True),
        (-59, "Please check in now. If you do not, we call a peer for you.", True),
    ],
)
def test_the_next_check_in_is_said_in_minutes(left: int, words: str, soon: bool):
    stay = Stay(Handle(b""), 20, 5000 + left)

    assert watched(stay, 5000) == (words, 20, soon)


def test_without_a_check_in_there_is_nothing_to_watch():
    assert watched(None, 0) is None


@given(st.integers(-100, 8 * 24 * 3600))
def test_a_moment_to_come_is_never_over(seconds: int):
    assert after(seconds).startswith("in ")
    assert " 0 " not in after(seconds)


def test_refusals_are_in_plain_words():
    assert "nothing at all" in refusal(BadText())
    assert "in 3 seconds." in refusal(TooFast(2.4))
    assert "in 1 second." in refusal(TooFast(0.4))
    assert "help line" in refusal(StoreDown(5))
