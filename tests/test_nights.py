"""Nights on call, in short; `python -m tests.chaos.night` is the long version."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from tests.chaos.night.faults import NightFault, peers_killed
from tests.chaos.night.judge import Kept, NightVerdict, judge
from tests.chaos.night.trial import LONGEST_SECONDS, Night, broken_promises
from tests.support.postgres import binaries

# A night has a limit of its own, and on a slow machine needs it.
pytestmark = pytest.mark.timeout(LONGEST_SECONDS + 60)

NEEDS = 30
EVERY_PROMISE: list[str] = []
AFTER, NOW = (0, 2), 100_000


EVERYBODY_KILLED = NightFault(
    "everybody killed",
    partial(peers_killed, times=4),
    point="sending",
    often=5,
    both=True,
    kills="worker",
)


async def test_nobody_is_forgotten_whoever_is_killed_when():
    if binaries() is None:
        pytest.skip("!!!! PostgreSQL is missing: this was NOT run !!!!")

    morning = await Night(EVERYBODY_KILLED, needs=NEEDS, peers_wait=1).run()

    assert broken_promises(morning) == EVERY_PROMISE


def a_need(**changes: object) -> Any:
    row: dict[str, object] = {
        "id": "n", "state": "ended", "end": "accepted_and_spoke", "raised_at": 90_000,
        "next_at": None, "call_back_at": None, "unanswered_since": None,
    }  # fmt: skip
    return SimpleNamespace(**{**row, **changes})


def event(kind: str, actor: str = "house") -> Any:
    return SimpleNamespace(need_id="n", kind=kind, actor=actor)


def alert(sent_at: int | None = 91_000, step: int = 0) -> Any:
    return SimpleNamespace(
        need_id="n", staff_id="wren", way_id="", round=1, step=step, made_at=90_000,
        sent_at=sent_at,
    )  # fmt: skip


def judged(
    *needs: Any, events: list[Any] | None = None, alerts: list[Any] | None = None
) -> NightVerdict:
    kept = Kept(needs, events or [], [alert()] if alerts is None else alerts)
    return judge(kept, ["n"], [], AFTER, NOW)


def test_the_judge_finds_nothing_where_all_is_well():
    verdict = judged(a_need(), events=[event("accepted", "wren")])

    assert (verdict.ended, verdict.dropped, verdict.accepted_twice) == (1, 0, 0)
    assert (verdict.uncalled, verdict.accepts_lost) == (0, 0)
    assert verdict.first_p99 == 1.0


def test_the_judge_finds_who_was_answered_and_is_not_there():
    assert judged().dropped == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"end": ""},
        {"end": "call_back", "call_back_at": NOW - 6000},
        {"state": "offered", "end": "", "next_at": None},
        {"state": "offered", "end": "", "next_at": NOW - 6000},
        {"state": "talking", "end": "", "unanswered_since": 1},
    ],
)
def test_the_judge_finds_a_need_that_nobody_looks_after(changes: dict[str, object]):
    assert judged(a_need(**changes)).dropped == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"end": "call_back", "call_back_at": NOW + 6000},
        {"state": "offered", "end": "", "next_at": NOW + 1000},
        {"state": "talking", "end": ""},
    ],
)
def test_the_judge_lets_pass_a_need_that_waits_for_its_time(
    changes: dict[str, object],
):
    assert judged(a_need(**changes)).dropped == 0


def test_the_judge_finds_two_who_have_one_need():
    both = [event("accepted", "wren"), event("accepted", "otter")]

    assert judged(a_need(), events=both).accepted_twice == 1


def test_the_judge_lets_pass_who_takes_over_what_was_given_back():
    events = [event("accepted", "wren"), event("silent"), event("accepted", "otter")]

    assert judged(a_need(), events=events).accepted_twice == 0


def test_the_judge_finds_an_accept_that_was_answered_and_not_kept():
    kept = Kept([a_need()], [event("accepted", "wren")], [alert()])

    found = judge(kept, ["n"], [("n", "wren"), ("n", "otter")], AFTER, NOW)

    assert found.accepts_lost == 1


def test_the_judge_finds_whom_nobody_was_called_for():
    assert judged(a_need(), alerts=[alert(sent_at=None)]).uncalled == 1
    assert judged(a_need(end="withdrew"), alerts=[]).uncalled == 0


def test_the_judge_finds_a_step_that_came_late():
    verdict = judged(a_need(), alerts=[alert(), alert(95_000, step=1)])

    assert (verdict.steps, verdict.late_worst) == (1, 3.0)
