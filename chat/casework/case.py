"""A case: a flagged message in human hands, as its events make it.

Events are only ever added. A case is nothing but all of them, one after the other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

from chat.casework.ladder import Kind
from chat.model import Action, Grade

HOUSE: Final = "house"
"""Who acts where the service itself does."""
MEMBER: Final = "member"

LEASE_SECONDS: Final = 600
"""How long a claim holds without a look."""

BROKEN_CRISIS: Final = "crisis.broken"


class Status(StrEnum):
    """How far a case has come."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


class Queue(StrEnum):
    """Where a case waits, the most pressing first."""

    URGENT = "urgent"
    HELD = "held"
    REPORTED = "reported"
    APPEALS = "appeals"


class Place(StrEnum):
    """Where the message is that a case is about."""

    NOWHERE = ""
    """The case is about no message."""
    SAID = "said"
    HELD = "held"
    TAKEN_DOWN = "taken_down"
    REFUSED = "refused"


class Event(NamedTuple):
    """Something that happened to a case, and who did it."""

    id: int
    at: int
    actor: str
    """A staff id, `house` or `member`."""
    kind: str
    detail: Mapping[str, Any]


class Acted(NamedTuple):
    """One act, and whether it still stands."""

    event: int
    actor: str
    kind: Kind
    before: Place
    after: Place
    undone: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What a case has come to."""

    opened_at: int = 0
    status: Status = Status.OPEN
    claimed_by: str = ""
    message: Place = Place.NOWHERE
    grade: Grade = Grade.NONE
    action: Action = Action.ALLOW
    urgent: bool = False
    rules: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """What members reported it for."""
    reporters: tuple[str, ...] = field(default=(), repr=False)
    wrong: tuple[str, ...] = ()
    """The rules that should not have fired."""
    acts: tuple[Acted, ...] = ()
    second: int = 0
    """The act that waits for a second pair of eyes."""
    appeal: int = 0
    """The act that its member appealed against."""
    first_look_at: int | None = None
    closed_at: int | None = None

    def after(self, event: Event) -> "State":
        """Return what the case is once something more has happened."""
        return _AFTER.get(event.kind, _unchanged)(self, event)

    @property
    def queue(self) -> str:
        """The queue in which the case waits; empty once it is resolved."""
        if self.status is Status.RESOLVED:
            return ""
        if self.waits:
            return Queue.APPEALS
        if self.urgent:
            return Queue.URGENT
        return Queue.HELD if self.message is Place.HELD else Queue.REPORTED

    @property
    def waits(self) -> bool:
        """Whether somebody other than who acted must decide first."""
        return bool(self.second or self.appeal)

    @property
    def standing(self) -> tuple[Acted, ...]:
        """The acts that were not undone."""
        return tuple(act for act in self.acts if not act.undone)

    @property
    def outcome(self) -> str:
        """What was done last, and stands."""
        return self.standing[-1].kind if self.standing else ""

    @property
    def acted_by(self) -> str:
        """Who did it."""
        return self.standing[-1].actor if self.standing else ""

    def act(self, event: int) -> Acted | None:
        """Return an act that stands."""
        return next((act for act in self.standing if act.event == event), None)


def fold(events: Iterable[Event]) -> State:
    """Return what events come to."""
    state = State()
    for event in events:
        state = state.after(event)
    return state


def _unchanged(state: State, _event: Event) -> State:
    return state


def _flagged(state: State, event: Event) -> State:
    rule, category = event.detail["rule"], event.detail["category"]
    state = _noticed(state, event, news=rule not in state.rules)
    return replace(
        state,
        urgent=state.urgent or rule == BROKEN_CRISIS,
        rules=_with(state.rules, rule),
        categories=_with(state.categories, category),
    )


def _reported(state: State, event: Event) -> State:
    reason = event.detail["reason"]
    state = _noticed(state, event, news=reason not in state.reasons)
    reporters = _with(state.reporters, event.detail["reporter"])
    return replace(state, reasons=_with(state.reasons, reason), reporters=reporters)


def _noticed(state: State, event: Event, *, news: bool) -> State:
    """Count what a flag or a report brings; news reopens what stands in the room."""
    detail = event.detail
    grade = max(state.grade, Grade(detail["grade"]))
    # News of danger is about whoever said it, and so also of what stands no more.
    worse = grade > state.grade
    state = replace(
        state,
        opened_at=state.opened_at or event.at,
        message=state.message or Place(detail["message"]),
        grade=grade,
        action=max(state.action, Action(detail["action"])),
        urgent=state.urgent or grade >= Grade.HIGH,
    )
    gone = state.message in (Place.TAKEN_DOWN, Place.REFUSED)
    return _open_again(state) if news and (worse or not gone) else state


def _with(known: tuple[str, ...], new: str) -> tuple[str, ...]:
    return known if new in known else (*known, new)


def _open_again(state: State) -> State:
    if state.status is not Status.RESOLVED:
        return state
    return replace(state, status=Status.OPEN, claimed_by="", closed_at=None)


def _looked(state: State, event: Event) -> State:
    return replace(state, first_look_at=state.first_look_at or event.at)


def _claimed(state: State, event: Event) -> State:
    if state.status is Status.RESOLVED:
        return state
    state = _looked(state, event)
    return replace(state, status=Status.CLAIMED, claimed_by=event.actor)


def _let_go(state: State, _event: Event) -> State:
    free = state.status is not Status.CLAIMED
    return state if free else replace(state, status=Status.OPEN, claimed_by="")


def _acted(state: State, event: Event) -> State:
    kind = Kind(event.detail["act"])
    beside = event.detail["message"]
    after = _PLACE_AFTER.get(beside or kind, state.message)
    act = Acted(event.id, event.actor, kind, state.message, after)
    state = _looked(state, event)
    state = replace(state, acts=(*state.acts, act), message=after)
    return _settled(replace(state, second=act.event * event.detail["second"]), event)


_PLACE_AFTER: Final[Mapping[str, Place]] = {
    Kind.TAKE_DOWN: Place.TAKEN_DOWN,
    Kind.RELEASE: Place.SAID,
    Kind.REFUSE: Place.REFUSED,
}


def _settled(state: State, event: Event) -> State:
    """Close a case, unless somebody else must still decide."""
    state = replace(state, claimed_by="")
    if state.waits:
        return replace(state, status=Status.OPEN, closed_at=None)
    return replace(state, status=Status.RESOLVED, closed_at=event.at)


def _undone(state: State, event: Event) -> State:
    state = _open_again(_without(state, event.detail["event"]))
    return replace(state, second=0, appeal=0)


def _without(state: State, event: int) -> State:
    """Undo an act, and with it what became of the message, if nothing came after."""
    acts = tuple(
        act._replace(undone=True) if act.event == event else act for act in state.acts
    )
    undone = next((act for act in acts if act.event == event), None)
    message = state.message
    if undone and undone.before != undone.after and undone.after == message:
        message = undone.before
    return replace(state, acts=acts, message=message)


def _appealed(state: State, event: Event) -> State:
    return _settled(replace(state, appeal=event.detail["event"]), event)


def _decided(state: State, event: Event) -> State:
    act = event.detail["event"]
    state = replace(state, appeal=0)
    if not event.detail["upheld"]:
        second = 0 if state.second == act else state.second
        state = replace(_without(state, act), second=second)
    return _settled(state, event)


def _seconded(state: State, event: Event) -> State:
    state = replace(state, second=0)
    if not event.detail["agrees"]:
        # What one moderator may do alone stands: the suspension until now.
        state = replace(state, acts=_milder(state.acts, event.detail["event"]))
    return _settled(state, event)


def _milder(acts: tuple[Acted, ...], event: int) -> tuple[Acted, ...]:
    return tuple(
        act._replace(kind=Kind.SUSPENDED) if act.event == event else act for act in acts
    )


def _called_wrong(state: State, event: Event) -> State:
    return replace(state, wrong=_with(state.wrong, event.detail["rule"]))


_AFTER: Final[Mapping[str, Callable[[State, Event], State]]] = {
    "flag": _flagged,
    "report": _reported,
    "look": _looked,
    "claim": _claimed,
    "let_go": _let_go,
    "action": _acted,
    "undo": _undone,
    "appeal": _appealed,
    "decision": _decided,
    "second": _seconded,
    "wrong_flag": _called_wrong,
}
"""What each kind of event does; a note and a reveal change nothing."""
