"""The development suite: what screening must reach, measured as others measure it.

The floors stand a little below what is reached, and never below what was promised. A
rule that gains on one measure and loses on another shows here.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from chat.scoring import Measure
from chat.trial import Trial, tried

DATA = Path(__file__).parent / "data"
SUITE, EVASION, FLOODS, PHONES = FILES = (
    "dev.jsonl",
    "evasion_transforms.jsonl",
    "flood_sequences.jsonl",
    "pii_phone_world.jsonl",
)

AT_LEAST = [
    (SUITE, "crisis imminent: detected at >=medium (low: >=low)", 0.94),
    (SUITE, "crisis imminent: grade in accepted set", 0.94),
    (SUITE, "crisis imminent: graded >=high", 0.94),
    (SUITE, "crisis high: detected at >=medium (low: >=low)", 0.94),
    (SUITE, "crisis high: grade in accepted set", 0.92),
    (SUITE, "crisis high+imminent: detected at >=medium", 0.95),
    (SUITE, "crisis medium: detected at >=medium (low: >=low)", 0.94),
    (SUITE, "crisis medium: grade in accepted set", 0.92),
    (SUITE, "crisis low: detected at >=medium (low: >=low)", 0.80),
    (SUITE, "action accepted (all)", 0.98),
    (SUITE, "must stop (gold hold/block): stopped", 0.97),
    (SUITE, "must deliver (gold allow): delivered untouched", 0.98),
    (SUITE, "crisis text never blocked", 1),
    (SUITE, "abuse (a34-a39): stopped", 0.95),
    (SUITE, "solicitation (s40-s45): stopped", 0.95),
    (SUITE, "spam (s45-x48): stopped", 0.95),
    (SUITE, "PII all", 0.97),
    (EVASION, "verdict kept", 0.97),
    (EVASION, "  leet: verdict kept", 0.93),
    (EVASION, "  spaced: verdict kept", 0.95),
    (EVASION, "  repeat: verdict kept", 0.95),
    (FLOODS, "flood sequences right", 1),
    (PHONES, "spans masked (>=90% of characters)", 0.98),
]
AT_MOST = [
    (SUITE, "gold none: flagged >=medium (false alarm)", 0.01),
    (SUITE, "gold none: flagged >=high", 0.004),
    (SUITE, "contrast pairs n12-n18: flagged >=medium", 0.03),
    (SUITE, "no PII in gold: something masked", 0.01),
    (SUITE, "help lines and official links: something masked", 0),
    (PHONES, "no span in gold: something masked", 0.01),
]
SEEN_THROUGH = ["diacritic", "fullwidth", "homoglyph", "mathbold", "zero_width"]


@pytest.fixture(scope="module")
def trials() -> Mapping[str, Trial]:
    return {trial.name: trial for trial in tried([DATA / name for name in FILES], "ZA")}


def found(trials: Mapping[str, Trial], file: str, name: str) -> Measure:
    (measure,) = [each for each in trials[file].measures if each.name == name]
    return measure


@pytest.mark.parametrize(("file", "name", "floor"), AT_LEAST)
def test_a_measure_stays_above_its_floor(
    trials: Mapping[str, Trial], file: str, name: str, floor: float
):
    assert found(trials, file, name).rate >= floor


@pytest.mark.parametrize(("file", "name", "ceiling"), AT_MOST)
def test_false_alarms_stay_below_their_ceiling(
    trials: Mapping[str, Trial], file: str, name: str, ceiling: float
):
    assert found(trials, file, name).rate <= ceiling


@pytest.mark.parametrize("transform", SEEN_THROUGH)
def test_what_only_looks_different_changes_no_verdict(
    trials: Mapping[str, Trial], transform: str
):
    assert found(trials, EVASION, f"  {transform}: verdict kept").rate == 1


def test_no_functionality_is_left_behind(trials: Mapping[str, Trial]):
    rates = {name: row.rate for name, row in trials[SUITE].families.items()}

    assert len(rates) == 64
    assert {name: rate for name, rate in rates.items() if rate < 0.8} == {}
