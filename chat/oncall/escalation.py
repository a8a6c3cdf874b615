"""Escalation: which steps are due for a need, whom they call, and when the next comes.

The steps go by a clock of their own: what should have happened while no worker ran
happens at once when one does, and the steps after it are not put off by that.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final, NamedTuple

from chat.oncall.audiences import Reachable, alone
from chat.oncall.need import Need
from chat.oncall.policy import Audience, Policy, Step
from chat.oncall.stages import Climb, PeerId

LATE: Final = timedelta(seconds=10)
"""After how long a step that did not come says that something is wrong with us."""

_NOBODY: Final[Reachable] = {}


class Call(NamedTuple):
    """A step that is taken now, and whom it calls who was not called a moment ago."""

    round: int
    step: int
    peers: tuple[PeerId, ...]
    first: bool = False
    """Whether nobody was called about it before."""


class Calling(NamedTuple):
    """What to do about a need now, and where that leaves it."""

    calls: tuple[Call, ...]
    climb: Climb

    @property
    def peers(self) -> tuple[PeerId, ...]:
        """Everyone to be called, each once."""
        return tuple(peer for call in self.calls for peer in call.peers)

    def of(self, need: Need) -> Need:
        """Return the need once this is done."""
        return need.offered(self.climb) if self.calls else need.waiting(self.climb)


class Progress(NamedTuple):
    """What the member is told: "3 alerted · 1 has opened it · next step in 40 s"."""

    alerted: int
    """How many peers, not how many calls."""
    opened: int
    next_step_seconds: int | None
    """None while somebody has it."""
    round: int
    """From 2: everyone was called, and is called again."""
    nobody: bool
    """Nobody at all could be reached: help lines come first."""
    late: bool = False
    """The next step should have come: whoever waits is owed a word about it."""


def steps_due(
    policy: Policy,
    need: Need,
    reachable: Reachable,
    now: datetime,
    unproved: Reachable = _NOBODY,
) -> Calling:
    """Return whom to call about a need now, and which step comes when after that.

    A step with nobody to reach is passed over at once. After the last step the next
    round begins, and `climb.round` counts those that called anybody; nobody is called
    twice in one go. A round that finds nobody to reach ends with a call of all who are
    `unproved`.
    """
    climb = _set_right(policy, need.climb, reachable, now)
    if not need.is_calling or climb.due > now:
        return Calling((), climb)
    calling = _walk(policy, climb, reachable, now)
    if calling.climb.nobody:
        return _in_vain(policy, calling, climb.round, unproved)
    return calling


def next_moment(policy: Policy, need: Need, now: datetime) -> datetime | None:
    """Return when to look at a need again, whatever the clock has done meanwhile.

    None only in a talk that nobody waits in, and for a need that is over.
    """
    if not need.is_calling:
        return need.next_moment
    return _set_right(policy, need.climb, {}, now).due


def progress(
    policy: Policy, need: Need, now: datetime, *, alerted: int = 0, opened: int = 0
) -> Progress:
    """Return what the member may know about the calling, in numbers."""
    due = next_moment(policy, need, now) if need.is_calling else None
    return Progress(
        alerted=alerted,
        opened=opened,
        next_step_seconds=None if due is None else max(0, _seconds(due - now)),
        round=need.climb.round,
        nobody=need.is_calling and need.climb.nobody,
        late=due is not None and now - due > LATE,
    )


def _seconds(wait: timedelta) -> int:
    return ceil(wait.total_seconds())


def _set_right(
    policy: Policy, climb: Climb, reachable: Reachable, now: datetime
) -> Climb:
    """Return the climb with what can have come between put right.

    A file with fewer steps; a clock that was set back, so that the next step seems
    further away than any can be; somebody who came while there was nobody.
    """
    step = climb.step if climb.step < len(policy.steps) else 0
    came = climb.nobody and _anyone(policy, reachable)
    far = climb.due - now > policy.longest_wait
    due = min(climb.due, now) if came or far else climb.due
    return climb._replace(step=step, due=due)


def _anyone(policy: Policy, reachable: Reachable) -> bool:
    return any(_called(step, reachable) for step in _steps(policy, reachable))


def _walk(policy: Policy, climb: Climb, reachable: Reachable, now: datetime) -> Calling:
    """Take every step that is due, and stop before the first that is not."""
    calls, told = list[Call](), set[PeerId]()
    at, steps = climb.due, _steps(policy, reachable)
    for number in range(climb.step, len(steps)):
        if at > now:
            climb = Climb(at, number, climb.round)
            return Calling(tuple(calls), climb)
        peers = _called(steps[number], reachable)
        if not peers:
            continue
        if fresh := tuple(peer for peer in peers if peer not in told):
            calls.append(Call(climb.round, number, fresh))
        told.update(peers)
        at += policy.wait_after(number)
    nobody = not calls and not _anyone(policy, reachable)
    # A later step is only ever waited for after a call.
    round_ = climb.round + (1 if calls or climb.step else 0)
    climb = Climb(_next_round(policy, at, now), 0, round_, nobody)
    return Calling(tuple(calls), climb)


def _in_vain(
    policy: Policy, calling: Calling, round_: int, unproved: Reachable
) -> Calling:
    """Return a round that found nobody, with a call of those who may not hear it."""
    everyone = [peer for step in policy.steps for peer in _called(step, unproved)]
    if not everyone:
        return calling
    call = Call(round_, len(policy.steps) - 1, tuple(dict.fromkeys(everyone)))
    return Calling((call,), calling.climb._replace(round=round_ + 1))


def _next_round(policy: Policy, last: datetime, now: datetime) -> datetime:
    # A round that was due while no worker ran is not rung for as well.
    due = last + policy.repeat_after
    return due if due > now else now + policy.repeat_after


def _steps(policy: Policy, reachable: Reachable) -> list[Step]:
    """Return the steps, with a coordinator on the last where a peer would be alone."""
    *before, last = policy.steps
    if alone(reachable) and Audience.COORDINATOR not in last.whom:
        last = replace(last, whom=(*last.whom, Audience.COORDINATOR))
    return [*before, last]


def _called(step: Step, reachable: Reachable) -> list[PeerId]:
    everyone = [peer for whom in step.whom for peer in reachable.get(whom, ())]
    return list(dict.fromkeys(everyone))
