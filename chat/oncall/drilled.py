"""A drill: a need that nobody has, how quickly somebody came, and what that says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from chat.oncall.need import Need
from chat.oncall.stages import State


class Outcome(StrEnum):
    """What came of a drill."""

    ANSWERED = "answered"
    SILENT = "silent"
    NOT_ACCEPTED = "not_accepted"
    UNREACHABLE = "unreachable"
    NOBODY_ON_DUTY = "nobody_on_duty"
    NO_WORKER = "no_worker"


WORDS: Final = {
    Outcome.ANSWERED: "Somebody came and spoke.",
    Outcome.SILENT: "Somebody accepted it, and nobody spoke in time.",
    Outcome.NOT_ACCEPTED: "Peers were alerted, and nobody accepted it in time.",
    Outcome.UNREACHABLE: "Peers were on duty, and none of them could be reached.",
    Outcome.NOBODY_ON_DUTY: "Nobody was on duty: a coordinator at most was called.",
    Outcome.NO_WORKER: "Nothing called anybody: is the service, or a worker, running?",
}
"""The same for people."""

_A_COORDINATOR: Final = "Nobody was on duty: a coordinator came and spoke."


class Times(NamedTuple):
    """How long it took, in milliseconds after it was raised; None: it never came."""

    alerted: int | None = None
    opened: int | None = None
    accepted: int | None = None
    spoken: int | None = None


@dataclass(frozen=True, slots=True)
class Drilled:
    """A drill, and how far it came."""

    id: str
    by: str
    """Who asked for it: an operator, or the plan."""
    at: datetime
    on_duty: bool
    """Whether anybody was on duty when it began; if not, coordinators are called."""
    times: Times
    outcome: Outcome | None
    """None: it is not over."""

    @property
    def is_over(self) -> bool:
        """Whether no more comes of it."""
        return self.outcome is not None

    @property
    def words(self) -> str:
        """What came of it, in a sentence."""
        if self.outcome is None:
            return "It is still going on."
        by_peer = self.on_duty or self.outcome is not Outcome.ANSWERED
        return WORDS[self.outcome] if by_peer else _A_COORDINATOR

    def as_json(self) -> dict[str, Any]:
        """Return it for a program; `drill` marks it as what it is."""
        return {
            "drill": True,
            "need": self.id,
            "by": self.by,
            "at": self.at.isoformat(),
            "on_duty": self.on_duty,
            "outcome": self.outcome and str(self.outcome),
            "words": self.words,
            "seconds": {
                name: None if time is None else time / 1000
                for name, time in self.times._asdict().items()
            },
        }

    def lines(self) -> list[str]:
        """Return it for a person at a terminal."""
        told = {
            "alerted": "first alert",
            "opened": "first opened",
            "accepted": "accepted",
            "spoken": "first line",
        }
        times = self.times._asdict()
        return [
            f"DRILL {self.at:%Y-%m-%d %H:%M:%S} UTC",
            *(f"  {words:<12}  {seconds(times[name])}" for name, words in told.items()),
            self.words,
        ]


def seconds(time: int | None) -> str:
    """Return how long something took, for people."""
    return "never" if time is None else f"{time / 1000:.1f} s"


def outcome(need: Need, times: Times, *, on_duty: bool) -> Outcome:
    """Return what came of a drill that is over now; `need` is as it was until now."""
    if times.spoken is not None:
        return Outcome.ANSWERED
    if times.accepted is not None:
        return Outcome.SILENT
    if not on_duty:
        return Outcome.NOBODY_ON_DUTY
    if times.alerted is not None:
        return Outcome.NOT_ACCEPTED
    return Outcome.NO_WORKER if was_never_looked_at(need) else Outcome.UNREACHABLE


def was_never_looked_at(need: Need) -> bool:
    """Tell whether no worker has taken the first step yet."""
    first = need.climb.due == need.raised_at and need.climb.round == 1
    return need.state is State.RAISED and first and not need.climb.nobody
