"""Screening: what happens to a message before anyone else reads it.

Every rule runs over every message, so that a moderator sees each reason at once. A rule
that breaks is itself a flag, and what becomes of the message then is written down here.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from chat.model import Action, Flag, Grade, Message, Verdict
from chat.rules import canonical
from chat.rules.abuse import abuse
from chat.rules.canonical import Text
from chat.rules.crisis import EASED, crisis
from chat.rules.identifying import identifying
from chat.rules.linear import linear
from chat.rules.predatory import predatory
from chat.rules.sourcing import sourcing
from chat.rules.spam import spam
from chat.rules.spam.recent import Recent

logger = logging.getLogger(__name__)

Rule = Callable[[Text], Iterable[Flag]]

_MODEL: Final = "linear."
"""How the ids of the trained model's flags begin."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A rule, what it is for, and what becomes of a message when it breaks.

    The message is delivered in any case: silence would hit those who are in danger.
    With `warns` its author is told that nobody could check; `grade` is how urgently the
    room team must look.
    """

    name: str
    rule: Rule
    category: str
    warns: bool = False
    grade: Grade = Grade.NONE


RULES: Final = (
    # Nobody can take back a number that was read: its author must know it may be.
    Concern("identifying", identifying, "pii", warns=True),
    # Somebody may be dying behind it: a person looks at once.
    Concern("crisis", crisis, "suicide", grade=Grade.HIGH),
    # What these would have stopped hurts, but the room team sees it in their queue.
    Concern("abuse", abuse, "abuse"),
    Concern("sourcing", sourcing, "drug_sourcing"),
    Concern("predatory", predatory, "grooming"),
    Concern("spam", spam, "spam"),
    # It only ever asks for a second look.
    Concern("linear", linear, "abuse"),
)


def screen(
    message: Message, recent: Recent | None = None, rules: Sequence[Concern] = RULES
) -> Verdict:
    """Return what is to become of a message, with every rule's reason.

    `recent` is what was said lately; it takes note of this message too. Without it
    nobody can flood.
    """
    text = _read(message)
    flags: list[Flag] = []
    broken: list[Concern] = []
    for concern in rules:
        found = _found(concern, text)
        if found is None:
            broken.append(concern)
            found = [_alarm(concern, message)]
        flags += found
    grade = _grade(flags)
    flags = [flag for flag in flags if not _unbelieved(flag, grade)]
    if recent is not None and text is not None:
        flags += recent.flags(text, in_danger=grade > Grade.NONE)
    return Verdict(
        action=_action(flags, grade),
        grade=max([grade, *(concern.grade for concern in broken)]),
        flags=tuple(flags),
        masked=_masked(message.text, flags),
        unchecked=tuple(concern.name for concern in broken if concern.warns),
    )


def _read(message: Message) -> Text | None:
    """Read a message; one that cannot be read breaks every rule alike."""
    try:
        return canonical.read(message)
    except Exception as error:  # noqa: BLE001
        _log("canonical", error)
        return None


def _found(concern: Concern, text: Text | None) -> list[Flag] | None:
    """Apply one rule; None if it breaks, which must not stop the others."""
    if text is None:
        return None
    try:
        return list(concern.rule(text))
    except Exception as error:  # noqa: BLE001
        _log(concern.name, error)
        return None


def _log(rule: str, error: Exception) -> None:
    # Not its message nor its traceback: they may quote what somebody said.
    logger.error("rule broken", extra={"rule": rule, "error": type(error).__name__})


def _alarm(concern: Concern, message: Message) -> Flag:
    return Flag(
        rule=f"{concern.name}.broken",
        category=concern.category,
        reason=f"Could not be checked for {concern.name}: please look yourself",
        start=0,
        end=len(message.text),
    )


def _grade(flags: Sequence[Flag]) -> Grade:
    """Return how much danger the rules see; a model is not believed against them."""
    sure = [flag for flag in flags if not flag.rule.startswith(_MODEL)]
    grade = max((flag.grade for flag in sure), default=Grade.NONE)
    if any(flag.action >= Action.HOLD or flag.rule == EASED for flag in sure):
        return grade
    likely = max((flag.grade for flag in flags), default=Grade.NONE)
    return max(grade, min(likely, Grade.MEDIUM))


def _unbelieved(flag: Flag, grade: Grade) -> bool:
    """Say whether a flag needs no eye: words of danger that are none, or seem so."""
    return flag.rule == EASED or flag.grade > grade


def _action(flags: Sequence[Flag], grade: Grade) -> Action:
    """Return what becomes of a message; one from somebody in danger is always heard."""
    hardest = max((flag.action for flag in flags), default=Action.ALLOW)
    if grade is Grade.LOW:
        # Somebody without hope is never turned away, at most read by the team first.
        return min(hardest, Action.HOLD)
    if hardest < Action.HOLD or grade < Grade.MEDIUM:
        return hardest
    masks = any(flag.action is Action.MASK for flag in flags)
    return Action.MASK if masks else Action.ALLOW


def _masked(text: str, flags: Iterable[Flag]) -> str:
    """Return a text with what would identify somebody replaced."""
    masks = [flag for flag in flags if flag.action is Action.MASK]
    pieces: list[str] = []
    done = 0
    for mask in sorted(masks, key=lambda mask: (mask.start, -mask.end)):
        if mask.start >= done:
            pieces += (text[done : mask.start], mask.placeholder)
        done = max(done, mask.end)
    return "".join([*pieces, text[done:]])
