"""Grading: which combinations of cues mean danger, and what takes that away."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from chat.rules.crisis.cues import Condition, Cue, Cues, Language, Rule


class Finding(NamedTuple):
    """A rule that holds, and where; eased when a guard takes the danger away."""

    rule: Rule
    start: int
    end: int
    eased: bool = False


def findings(language: Language, cues: Cues) -> Iterator[Finding]:
    """Yield every rule that holds, once, preferring where no guard takes it away."""
    for rule, anchors in cues.possible(language.rules):
        held = [anchor for anchor in anchors if _holds(rule, anchor, cues)]
        if held:
            yield _finding(rule, held, cues, language.yields)


def _finding(
    rule: Rule, held: list[Cue], cues: Cues, yields: dict[str, str]
) -> Finding:
    for anchor in held:
        if not _guarded(rule, anchor, cues, yields):
            return Finding(rule, anchor.start + 1, anchor.end)
    return Finding(rule, held[0].start + 1, held[0].end, eased=True)


def _holds(rule: Rule, anchor: Cue, cues: Cues) -> bool:
    return all(_met(condition, anchor, cues) for condition in rule.conditions)


def _met(condition: Condition, anchor: Cue, cues: Cues) -> bool:
    others = cues.get(condition.cue)
    return condition.wanted == any(
        _REACHES[condition.reach](other, anchor) for other in others
    )


def _guarded(rule: Rule, anchor: Cue, cues: Cues, yields: dict[str, str]) -> bool:
    for guard, reach in rule.guards:
        for other in cues.get(guard):
            if _REACHES[reach](other, anchor) and not _yields(
                yields.get(guard), anchor, cues
            ):
                return True
    return False


def _yields(stronger: str | None, anchor: Cue, cues: Cues) -> bool:
    """Say whether a guard gives way: `again`, next to it, is not long past."""
    return stronger is not None and any(
        cue.clause == anchor.clause for cue in cues.get(stronger)
    )


def _apart(other: Cue, anchor: Cue) -> int:
    return abs(other.clause - anchor.clause)


def _denies(other: Cue, anchor: Cue) -> bool:
    """Say whether a cue begins before the anchor and reaches it: `not going to die`."""
    return other.start < anchor.start <= other.end


_REACHES: dict[str, Callable[[Cue, Cue], bool]] = {
    "clause": lambda other, anchor: _apart(other, anchor) == 0,
    "near": lambda other, anchor: _apart(other, anchor) <= 1,
    "around": lambda other, anchor: _apart(other, anchor) <= 2,
    "message": lambda other, anchor: True,  # noqa: ARG005 - wherever they stand
    "before": lambda other, anchor: (
        _apart(other, anchor) == 0 and other.start < anchor.start
    ),
    "after": lambda other, anchor: (
        _apart(other, anchor) == 0 and other.start >= anchor.start
    ),
    "denies": _denies,
}
"""How near to the anchor another cue must be to count."""
