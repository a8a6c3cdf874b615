"""Triage: which messages a human should see, and which somebody should answer."""

from typing import Final

from chat.model import Action, Flag, Grade, Verdict

ANSWER_WITHIN_SECONDS: Final = 90
"""How long somebody new, or in distress, may wait for a human word."""

_NO_CASE = frozenset({"pii", "link"})
_FLOOD = "spam.recent"


def needs_a_human(verdict: Verdict) -> bool:
    """Tell whether a verdict becomes a case.

    What was only masked does not: the rules have dealt with it. A flood is refused
    without one, or it would flood the room team.
    """
    if verdict.action is Action.HOLD or verdict.grade >= Grade.MEDIUM:
        return True
    return any(_matters(flag) for flag in verdict.flags)


def _matters(flag: Flag) -> bool:
    if flag.rule.startswith(_FLOOD) or flag.category in _NO_CASE:
        return flag.rule.endswith(".broken")
    return flag.grade is not Grade.LOW


def concern(verdict: Verdict) -> str:
    """Return the category for which a message was blocked."""
    blocking = [flag for flag in verdict.flags if flag.action is Action.BLOCK]
    return blocking[0].category if blocking else "other"


def watch(verdict: Verdict, *, first_words: bool) -> str:
    """Return why somebody should answer: `d` distressed, `n` maybe new here, or not."""
    if verdict.grade is not Grade.NONE:
        return "d"
    return "n" if first_words else ""
