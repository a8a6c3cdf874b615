"""The inquest finds whatever a fault could do to cases and acts."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.chaos.caller import Answered, Asked
from tests.chaos.inquest import Acted, CaseVerdict, Kept, Room, examine

DANGER = Asked("danger", b"danger", "i took them all")
HELD = Asked("held", b"held", "how much should i take")
REPORT = Asked("report", b"report", "", 7)


@dataclass(frozen=True)
class Case:
    """A row of a case, as far as the inquest looks."""

    id: str
    message_id: bytes
    position: int = 0
    reports: int = 0
    outcome: str = ""
    room: str = "men"


@dataclass(frozen=True)
class Event:
    """A row of whatever belongs to a case."""

    case_id: str
    kind: str = ""
    detail: dict[str, str] = field(default_factory=dict)
    is_subject: bool = False
    event_id: int = 0


FLAG = Event("d", "flag", {"rule": "crisis.plan"})
SUBJECT = Event("d", is_subject=True)
RELEASED = Event("h", "released", event_id=3)
CASES = [Case("d", b"danger", 7, reports=1), Case("h", b"held", outcome="release")]
KEPT = Kept(CASES, [FLAG], [SUBJECT], [RELEASED], undone=0)
HEARD = Room({b"danger": [7], b"held": [9]}, Counter())
RELEASE = Acted("h", "release", 3)
ANSWERS = [(DANGER, "done", 7), (HELD, "waiting", 0), (REPORT, "done", 0)]


def verdict(kept: Kept = KEPT, heard: Room = HEARD, *acts: Acted) -> CaseVerdict:
    """Return what is said of two messages, a report and some acts."""
    answered = [Answered(*answer, "men", b"") for answer in ANSWERS]
    tried = {asked.id: asked for asked, *_ in ANSWERS}
    return examine(answered, tried, acts or [RELEASE], kept, {"men": heard})


def with_cases(*cases: Any) -> Kept:
    return KEPT._replace(cases=cases)


def test_nothing_is_found_where_all_is_well():
    assert verdict() == CaseVerdict(2, 1, 0, 0, 0, 0)


def test_a_case_that_was_answered_or_delivered_and_is_not_there_is_lost():
    assert verdict(with_cases(CASES[1], replace(CASES[0], message_id=b""))).cases_lost


def test_a_report_without_a_case_is_lost():
    assert verdict(with_cases(replace(CASES[0], reports=0), CASES[1])).cases_lost == 1


@pytest.mark.parametrize(
    "kept",
    [
        with_cases(*CASES, replace(CASES[0], id="e")),
        with_cases(*CASES, Case("e", b"", 11), Case("f", b"", 11)),
        KEPT._replace(events=[FLAG, FLAG]),
        KEPT._replace(excerpts=[SUBJECT, SUBJECT]),
        KEPT._replace(words=[RELEASED, replace(RELEASED, event_id=3)]),
    ],
)
def test_what_is_there_twice_is_doubled(kept: Kept):
    assert verdict(kept).cases_doubled == 1


def test_two_cases_that_know_only_their_places_are_two():
    gone = [Case("e", b"", 11, reports=1), Case("f", b"", 12, reports=1)]

    assert verdict(with_cases(*CASES, *gone)).cases_doubled == 0


@pytest.mark.parametrize("places", [[], [9, 11]])
def test_a_release_that_is_heard_never_or_twice_is_lost(places: list[int]):
    heard = Room({b"danger": [7], b"held": places}, Counter())

    assert verdict(KEPT, heard).acts_lost == 1


def test_what_was_taken_down_and_still_stands_is_lost():
    assert verdict(KEPT, HEARD, Acted("d", "take_down", 4)).acts_lost == 1


def test_what_was_held_and_is_heard_though_nobody_released_it_has_leaked():
    held = with_cases(CASES[0], replace(CASES[1], outcome=""))

    assert verdict(held).leaked == 1
