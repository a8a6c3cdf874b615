"""The story of a case: its events in plain sentences, by desk names only."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from chat.casework.case import HOUSE, MEMBER, Event
from chat.casework.casebook import Case
from chat.casework.ladder import REASONS, Kind
from chat.desk.rows import claimed, looking
from chat.desk.wording import REPORTS, count, moment
from chat.signing.sittings import Deskmate

ACTS: Final = {
    Kind.NOTHING: "closed it without doing anything",
    Kind.NUDGE: "sent a friendly word",
    Kind.TAKE_DOWN: "took the message down",
    Kind.RELEASE: "released the message",
    Kind.REFUSE: "kept the message out",
    Kind.WARNING: "warned the member",
    Kind.SLOW: "slowed the member for a day",
    Kind.HELD: "had the member's messages read first, for three days",
    Kind.SUSPENDED: "suspended the member",
    Kind.REMOVED: "removed the member from all rooms",
}
"""What somebody did, after their name."""


class Told(NamedTuple):
    """One event, as the page tells it."""

    at: str
    words: str
    more: str = ""
    undo: int = 0
    """The act that can be undone by its number; 0: there is none."""


def story(case: Case, me: str, now: int) -> list[Told]:
    """Return all that happened to a case, as told to one of the team.

    That somebody looked is told of those alone who did nothing else.
    """
    did = {event.actor for event in case.events if event.kind != "look"}
    return [
        _told(event, case, me)._replace(at=moment(event.at, now))
        for event in case.events
        if event.kind != "look" or event.actor not in did
    ]


def news(case: Case, me: Deskmate) -> Mapping[str, object]:
    """Return what of a case changes while somebody looks at it.

    Reading a case changes it as well, but nothing that others must be told of.
    """
    has = case.state.claimed_by
    others = [name for name in case.looking if name not in (me.desk_name, _by(case))]
    heard = (event.id for event in case.events if event.kind not in _QUIET)
    return {
        "claimed": claimed(_by(case), mine=has == me.id),
        "looking": looking(others),
        "events": max(heard, default=0),
    }


_QUIET: Final = frozenset({"look", "reveal"})


def _by(case: Case) -> str:
    return case.names.get(case.state.claimed_by, "")


def _told(event: Event, case: Case, me: str) -> Told:
    tell = _TELL.get(event.kind, _something)
    who = _who(event, case, me)
    words, more = tell(event.detail, who)
    if _is_blind(event, case, me):
        more = _without_note(event.detail)
    standing = {act.event for act in case.state.standing}
    return Told("", words, more, event.id if event.id in standing else 0)


def _who(event: Event, case: Case, me: str) -> str:
    if event.actor == me:
        return "You"
    if event.actor == HOUSE:
        return "The house"
    if event.actor == MEMBER:
        return "The member"
    # Whoever is to agree or not should not know with whom.
    if _is_blind(event, case, me):
        return "One of you"
    return case.names.get(event.actor, "Somebody of the team")


def _is_blind(event: Event, case: Case, me: str) -> bool:
    waits = case.state.second
    return bool(waits) and event.id == waits and event.actor != me


def _without_note(detail: Mapping[str, Any]) -> str:
    return _lines([f"To the member: {detail['words']}" if detail["words"] else ""])


def _flag(detail: Mapping[str, Any], _who: str) -> tuple[str, str]:
    return f"A rule saw it: {detail['rule']}", ""


def _report(detail: Mapping[str, Any], _who: str) -> tuple[str, str]:
    reason = detail["reason"]
    if not reason:
        return "It came to you without a rule", ""
    return f"A member reported it: {REPORTS.get(reason, reason)}", ""


def _reveal(detail: Mapping[str, Any], who: str) -> tuple[str, str]:
    sentences = count(detail["step"], "sentence", "sentences")
    return f"{who} read {sentences}", detail["reason"]


def _note(detail: Mapping[str, Any], who: str) -> tuple[str, str]:
    return f"{who} noted", detail["text"]


def _action(detail: Mapping[str, Any], who: str) -> tuple[str, str]:
    done = _did(detail["act"], detail["hours"])
    if detail["message"]:
        done += f" and {_did(detail['message'], 0)}"
    reason = REASONS.get(detail["reason"], detail["reason"])
    more = [
        f"To the member: {detail['words']}" if detail["words"] else "",
        f"For the team: {detail['note']}" if detail["note"] else "",
    ]
    return f"{who} {done}. {reason}", _lines(more)


def _did(act: str, hours: int) -> str:
    done = ACTS.get(Kind(act), act)
    return f"{done} for {hours_of(hours)}" if hours else done


def hours_of(hours: int) -> str:
    """Return how long a suspension is, as one says it."""
    days, rest = divmod(hours, 24)
    return count(days, "day", "days") if days and not rest else f"{hours} h"


def _decision(detail: Mapping[str, Any], who: str) -> tuple[str, str]:
    how = "it stays" if detail["upheld"] else "it was not right, and is undone"
    return f"{who} looked again: {how}", detail["words"]


def _second(detail: Mapping[str, Any], who: str) -> tuple[str, str]:
    return f"{who} {'agreed' if detail['agrees'] else 'did not agree'}", ""


def _wrong(detail: Mapping[str, Any], who: str) -> tuple[str, str]:
    return f"{who} marked {detail['rule']} as wrong here", ""


def _plainly(words: str) -> Callable[[Mapping[str, Any], str], tuple[str, str]]:
    return lambda _detail, who: (f"{who} {words}", "")


def _something(_detail: Mapping[str, Any], who: str) -> tuple[str, str]:
    return f"{who} did something", ""


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


_TELL: Final[Mapping[str, Callable[[Mapping[str, Any], str], tuple[str, str]]]] = {
    "flag": _flag,
    "report": _report,
    "look": _plainly("looked"),
    "claim": _plainly("took it"),
    "let_go": _plainly("let it go"),
    "reveal": _reveal,
    "note": _note,
    "action": _action,
    "undo": _plainly("undid what was done"),
    "appeal": _plainly("asked for another look"),
    "decision": _decision,
    "second": _second,
    "wrong_flag": _wrong,
    "need": _plainly("called a peer for them"),
}
