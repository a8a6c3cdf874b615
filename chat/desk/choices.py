"""Choices: what somebody may do about a case just now."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from chat.casework.case import Place, Status
from chat.casework.casebook import Case
from chat.casework.ladder import HOURS, MEMBER_KINDS, Act, Kind, acts_of, next_step
from chat.desk.story import ACTS, hours_of
from chat.model import Grade
from chat.roles import may
from chat.signing.sittings import Deskmate

Options = Sequence[tuple[str, str]]

_MESSAGE: Final = {
    Kind.TAKE_DOWN: "Take it down",
    Kind.RELEASE: "Release it into the room",
    Kind.REFUSE: "Keep it out",
}
_MEMBER: Final = {
    Kind.NUDGE: "A friendly word",
    Kind.WARNING: "A warning, read before they write again",
    Kind.SLOW: "Slow: one message a minute, for a day",
    Kind.HELD: "Held: you read each message first, for three days",
    Kind.SUSPENDED: "Suspended",
    Kind.REMOVED: "Removed from all rooms (one more of you must agree)",
}


class Judge(NamedTuple):
    """Something that waits for a decision, and whether this one may take it."""

    words: str
    mine: bool
    """They acted themselves: somebody else decides."""


class Choices(NamedTuple):
    """What the page offers."""

    acts: bool
    message: Options
    """What can become of the message; the first is chosen."""
    member: Options
    suggested: str
    appeal: Judge | None
    second: Judge | None


def choices(case: Case, me: Deskmate) -> Choices:
    """Return what somebody may do about a case."""
    open_ = case.state.status is not Status.RESOLVED and not case.state.waits
    return Choices(
        open_ and may(me.role, "act"),
        _message(case),
        _member(case, me),
        _suggested(case),
        _judge(case, me, case.state.appeal),
        _judge(case, me, case.state.second),
    )


def _message(case: Case) -> Options:
    match case.state.message:
        case Place.HELD:
            kinds = [Kind.RELEASE, Kind.REFUSE]
            return [("", "Choose"), *((kind, _MESSAGE[kind]) for kind in kinds)]
        case Place.SAID:
            return [("", "Leave it"), (Kind.TAKE_DOWN, _MESSAGE[Kind.TAKE_DOWN])]
        case _:
            return []


def _member(case: Case, me: Deskmate) -> Options:
    options = [("", "Nothing")]
    if not case.who:
        return options
    for kind in acts_of(me.role):
        if kind is Kind.SUSPENDED:
            options += [(f"{kind}:{h}", f"Suspended for {hours_of(h)}") for h in HOURS]
        elif kind in MEMBER_KINDS:
            options.append((kind, _MEMBER[kind]))
    return options


def _suggested(case: Case) -> str:
    """Return what the ladder suggests; a human decides.

    For somebody in danger it has no suggestion: what helps them is company.
    """
    if case.state.grade >= Grade.HIGH:
        return _COMPANY
    if not case.weight:
        return ""
    kind, hours = next_step(case.weight)
    words = f"Suspended for {hours_of(hours)}" if hours else _MEMBER[kind]
    return f"Earlier acts lie on this member. The ladder suggests: {words.lower()}."


_COMPANY: Final = (
    "They see the help lines of their country already. What helps most now is somebody "
    "who answers them in the room, warmly and without advice, and stays."
)


def _judge(case: Case, me: Deskmate, event: int) -> Judge | None:
    act = case.state.act(event) if event else None
    if act is None:
        return None
    return Judge(f"One of you {ACTS[act.kind]}.", act.actor == me.id)


def asked(*, message: str, member: str, reason: str, note: str, words: str) -> Act:
    """Return the act that a form asks for.

    Raises:
        ChatError: All that `Act.asked` raises.

    """
    kind, _, hours = member.partition(":")
    if not kind:
        kind, message = message or Kind.NOTHING, ""
    return Act.asked(
        kind,
        reason,
        note=note,
        words=words,
        hours=int(hours) if hours.isascii() and hours.isdigit() else 0,
        message=message,
    )
