"""Scoring: how well screening does on labelled lines."""

import pytest

from chat import scoring
from chat.model import Action, Grade
from chat.scoring import Answer, Gold, Measure

ALLOW, MASK, HOLD, BLOCK = Action


def gold(
    crisis: str = "none",
    action: str = "allow",
    functionality: str = "n23_identity",
    *,
    accepted: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    spans: tuple[tuple[int, int, str], ...] = (),
) -> Gold:
    expect = {
        "crisis": crisis,
        "accept_crisis": [crisis],
        "action": action,
        "accept_action": [action, *accepted],
        "categories": list(categories),
        "pii_spans": [list(span) for span in spans],
    }
    return {"functionality": functionality, "expect": expect}


def answer(
    action: str = "allow", crisis: str = "none", spans: tuple[tuple[int, int], ...] = ()
) -> Answer:
    return Answer(action, crisis, spans, 100.0)


def measured(*lines: tuple[Gold, Answer]) -> dict[str, tuple[int, int]]:
    return {each.name: (each.hits, each.of) for each in scoring.suite(lines)}


@pytest.mark.parametrize(
    ("hits", "of", "interval"),
    [
        (0, 0, (0.0, 0.0)),
        (5, 10, (0.237, 0.763)),
        (0, 20, (0.0, 0.161)),
        (20, 20, (0.839, 1.0)),
        (85, 100, (0.767, 0.907)),
    ],
)
def test_a_rate_lies_in_its_interval(hits: int, of: int, interval: tuple[float, float]):
    low, high = Measure("x", hits, of).interval

    assert (low, high) == pytest.approx(interval, abs=0.0011)


def test_a_measure_reads_as_a_row_of_a_table():
    assert str(Measure("PII all", 9, 10)) == (
        f"{'PII all':52s} 9/10 = 0.900  95% CI (0.596, 0.982)"
    )


def test_danger_is_found_from_medium_and_passive_wishes_from_low():
    rows = measured(
        (gold("high"), answer(crisis="medium")),
        (gold("imminent"), answer(crisis="low")),
        (gold("low"), answer(crisis="low")),
    )

    assert rows["crisis high: detected at >=medium (low: >=low)"] == (1, 1)
    assert rows["crisis high: grade in accepted set"] == (0, 1)
    assert rows["crisis imminent: detected at >=medium (low: >=low)"] == (0, 1)
    assert rows["crisis low: detected at >=medium (low: >=low)"] == (1, 1)
    assert rows["crisis high+imminent: detected at >=medium"] == (1, 2)


def test_false_alarms_are_counted_where_nobody_is_in_danger():
    rows = measured(
        (gold(functionality="n14_figurative"), answer(crisis="high")),
        (gold(functionality="n23_identity"), answer(crisis="low")),
    )

    assert rows["gold none: flagged >=medium (false alarm)"] == (1, 2)
    assert rows["gold none: flagged >=high"] == (1, 2)
    assert rows["contrast pairs n12-n18: flagged >=medium"] == (1, 1)


def test_what_must_stop_and_what_must_be_delivered_are_counted_apart():
    rows = measured(
        (gold(action="block", accepted=("hold",)), answer("hold")),
        (gold(action="hold"), answer("allow")),
        (gold(action="hold", categories=("minor",)), answer("allow")),
        (gold(), answer("mask")),
        (gold("high"), answer("block", "high")),
    )

    assert rows["must stop (gold hold/block): stopped"] == (1, 2)
    assert rows["must deliver (gold allow): delivered untouched"] == (0, 1)
    assert rows["crisis text never blocked"] == (0, 1)
    assert rows["action accepted (all)"] == (1, 5)


def test_a_detail_counts_as_masked_when_hardly_a_character_shows():
    phone = gold(spans=((0, 10, "PHONE"),))
    rows = measured(
        (phone, answer("mask", spans=((0, 9),))),
        (phone, answer("mask", spans=((0, 4), (3, 8)))),
        (gold(), answer("mask", spans=((0, 1),))),
    )

    assert rows["PII PHONE masked (>=90% of characters)"] == (1, 2)
    assert rows["PII all"] == (1, 2)
    assert rows["no PII in gold: something masked"] == (1, 1)


def test_a_functionality_passes_when_action_and_grade_are_accepted():
    rows = scoring.families(
        [
            (gold(functionality="a"), answer()),
            (gold(functionality="a"), answer(crisis="low")),
            (gold(functionality="b"), answer()),
        ]
    )

    assert {name: row.rate for name, row in rows.items()} == {"a": 0.5, "b": 1.0}


def test_a_corpus_is_told_by_label():
    lines = [({"label": "clean"}, answer("hold")), ({"label": "bad"}, answer())]
    rows = {each.name: each.hits for each in scoring.corpus(lines)}

    assert rows["messages held or blocked"] == 1
    assert rows["  label clean: held or blocked"] == 1
    assert rows["  label bad: held or blocked"] == 0


def test_details_are_counted_where_they_are_and_where_they_are_not():
    lines: list[tuple[Gold, Answer]] = [
        ({"spans": [[0, 4, "PHONE"]]}, answer("mask", spans=((0, 4),))),
        ({"spans": []}, answer("mask", spans=((0, 4),))),
    ]

    assert [(each.hits, each.of) for each in scoring.details(lines)] == [(1, 1), (1, 1)]


def test_evasion_fails_if_action_or_grade_differ_from_the_plain_line():
    leet = {"transform": "leet"}
    rows = scoring.evasion(
        [
            (leet, answer("block"), answer("block")),
            (leet, answer("allow"), answer("block")),
            (leet, answer("allow", "low"), answer("allow", "high")),
        ]
    )

    assert {each.name: (each.hits, each.of) for each in rows} == {
        "  leet: verdict kept": (1, 3),
        "verdict kept": (1, 3),
    }


BURST = {"first_n_allowed": 2, "then": "throttle", "by_index_at_most": 3}


@pytest.mark.parametrize(
    ("expect", "actions", "is_right"),
    [
        (BURST, (ALLOW, ALLOW, ALLOW, BLOCK, BLOCK), True),
        (BURST, (ALLOW, BLOCK, BLOCK, BLOCK, BLOCK), False),
        (BURST, (ALLOW, ALLOW, BLOCK, BLOCK, ALLOW), False),
        ({"block_from_index": 2}, (ALLOW, ALLOW, BLOCK, BLOCK), True),
        ({"block_from_index": 2}, (ALLOW, ALLOW, HOLD, BLOCK), False),
        ({"hold_from_index": 2}, (ALLOW, ALLOW, HOLD, BLOCK), True),
        ({"hold_from_index": 2}, (ALLOW, ALLOW, ALLOW, HOLD), False),
        ({"all": "allow"}, (ALLOW, MASK, ALLOW), True),
        ({"all": "allow"}, (ALLOW, HOLD, ALLOW), False),
    ],
)
def test_a_sequence_is_right_or_not(
    expect: Gold, actions: tuple[Action, ...], is_right: bool
):
    verdicts = [(action, Grade.NONE) for action in actions]

    assert scoring.floods([({"expect": expect}, verdicts)]).hits == is_right


@pytest.mark.parametrize(
    ("action", "grade", "is_right"),
    [
        (ALLOW, Grade.MEDIUM, True),
        (ALLOW, Grade.LOW, False),
        (BLOCK, Grade.HIGH, False),
    ],
)
def test_danger_in_a_sequence_must_be_seen_and_delivered(
    action: Action, grade: Grade, is_right: bool
):
    sequence = {"expect": {"never_drop": "it", "crisis_at_index": 1}}
    verdicts = [(ALLOW, Grade.NONE), (action, grade), (ALLOW, Grade.NONE)]

    assert scoring.floods([(sequence, verdicts)]).hits == is_right
