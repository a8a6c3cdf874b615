"""Grading: which combinations of cues mean danger, and what takes that away."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chat.rules.crisis.cues import Condition, Cue, Language, Rule

class Finding(NamedTuple):
    """A rule that holds, and where."""

    rule: Rule
    start: int
    end: int


def findings(language: Language, cues: Iterable[Cue]) -> Iterator[Finding]:
    """Yield every rule that holds and that no guard takes away."""
    by_name: dict[str, list[Cue]] = {}
    for cue in cues:
        by_name.setdefault(cue.name, []).append(cue)
    for name, anchors in by_name.items():
        for rule in language.rules.get(name, ()):
            for anchor in anchors:
                if _holds(rule, anchor, by_name) and not _guarded(
                    rule, anchor, by_name, language.yields
                ):
                    yield Finding(rule, anchor.start + 1, anchor.end)
                    break


def _holds(rule: Rule, anchor: Cue, cues: dict[str, list[Cue]]) -> bool:
    return all(_met(condition, anchor, cues) for condition in rule.conditions)


def _met(condition: Condition, anchor: Cue, cues: dict[str, list[Cue]]) -> bool:
    others = cues.get(condition.cue, ())
    if condition.cue == "short":
        return condition.wanted == bool(others)
    return condition.wanted == any(
        _reaches(condition.reach, other, anchor) for other in others
    )


def _guarded(
    rule: Rule, anchor: Cue, cues: dict[str, list[Cue]], yields: dict[str, str]
) -> bool:
    for guard, reach in rule.guards:
        for other in cues.get(guard, ()):
            if _reaches(reach, other, anchor) and not _yields(
                yields.get(guard), anchor, cues
            ):
                return True
    return False


def _yields(stronger: str | None, anchor: Cue, cues: dict[str, list[Cue]]) -> bool:
    """Say whether a guard gives way: `again`, next to it, is not long past."""
    return stronger is not None and any(
        cue.clause == anchor.clause for cue in cues.get(stronger, ())
    )


def _reaches(reach: str, other: Cue, anchor: Cue) -> bool:
    """Say whether a cue is as near to the anchor as it must be to count."""
    apart = abs(other.clause - anchor.clause)
    match reach:
        case "clause":
            return apart == 0
        case "near":
            return apart <= 1
        case "around":
            return apart <= 2
        case "message":
            return True
        case "before":
            return apart == 0 and other.start < anchor.start
        case "after":
            return apart == 0 and other.start >= anchor.start
        case "denies":
            return other.start < anchor.start <= other.end
        case "touch":
            return other.start <= anchor.end and anchor.start <= other.end
        case _:
            message = f"no such reach: {reach}"
            raise ValueError(message)
