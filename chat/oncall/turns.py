"""Turns: what is due for a need now, whoever or whatever it waits for.

A peer who fell silent loses it, a call-back that was promised is raised again, and the
steps that are due are taken; each of it by the clock alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from chat.model import Grade
from chat.oncall import calm
from chat.oncall.audiences import Reachable, Standby, reachable
from chat.oncall.escalation import Call, Calling, steps_due
from chat.oncall.known import Told
from chat.oncall.need import Need
from chat.oncall.policy import Policy
from chat.oncall.stages import PeerId, State

SILENT: Final = "silent"
LET_GO: Final = "let_go"
RAISED_AGAIN: Final = "raised_again"
CALLED: Final = "called"
ENDED: Final = "ended"
NOBODY: Final = "nobody"


class Happening(NamedTuple):
    """Something that happened to a need in a turn, and what it was after that."""

    kind: str
    need: Need
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a need comes to when it is looked at."""

    need: Need
    happened: tuple[Happening, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def before_calls(self) -> tuple[Happening, ...]:
        """What happened, but for the calls, which are always last."""
        return self.happened[:-1] if self.calls else self.happened


@dataclass(frozen=True, slots=True)
class Around:
    """All beside a need that decides what is due for it."""

    policy: Policy
    team: Sequence[Standby]
    blocking: Collection[PeerId] = ()
    """Who wants to meet its member no more."""
    called: Collection[str] = field(default=())
    """Whom the last step called, if that is known to have failed for some of them."""
    with_ways: Collection[PeerId] = ()
    """Who has any way by which they could be called, heard of lately or not."""
    deserted: bool = False
    """Whether whoever has it left the team."""
    times: int = 0
    """How often its device has raised one lately of which no talk came."""


def turn(need: Need, told: Told, around: Around, now: datetime) -> Turn:
    """Return what a need comes to now; where nothing is due, it stays as it is."""
    back = (
        _over(need, now) or _deserted_by(need, around, now) or _back(need, around, now)
    )
    if back:
        need = back.need
    if not need.is_calling:
        return Turn(need, _of(back))
    people = whom(need, told, around)
    if _is_hurried(need, people, around) and need.climb.due > now:
        # The next step need not wait for those whom nothing reaches.
        need = replace(need, climb=need.climb._replace(due=now))
    unproved = whom(need, told, replace(around, team=_with_ways(around)))
    calling = steps_due(around.policy, need, people, now, unproved)
    happened = _of(back, _nobody(need, calling), _called(need, calling))
    return Turn(calling.of(need), happened, _marked(need, calling.calls))


def _of(*happened: Happening | None) -> tuple[Happening, ...]:
    return tuple(each for each in happened if each)


def _over(need: Need, now: datetime) -> Happening | None:
    """Return the need ended, if nobody has said anything for so long."""
    if not need.is_quiet(now):
        return None
    closed = need.close(now)
    return Happening(ENDED, closed, {"end": str(closed.end)})


def _deserted_by(need: Need, around: Around, now: datetime) -> Happening | None:
    """Return the need back in alerting, if its peer has left the team.

    Or if none of its peers can be reached while somebody in danger waits for a line.
    """
    deserted = around.deserted or _is_left_in_danger(need, around)
    if not deserted or need.peer is None or not need.is_open:
        return None
    return Happening(LET_GO, need.let_go(need.peer, now), {"peer": need.peer})


def _is_left_in_danger(need: Need, around: Around) -> bool:
    if need.grade < Grade.HIGH or need.unanswered_since is None:
        return False
    there = {one.peer for one in around.team if one.reachable}
    return there.isdisjoint(need.helpers)


def _back(need: Need, around: Around, now: datetime) -> Happening | None:
    """Return the need back in alerting, if its peer or its member's time has come."""
    if need.lapsed(now):
        return Happening(SILENT, need.lapse(now), {"peer": need.peer or ""})
    promised = need.call_back_at if need.is_promised else None
    if promised is not None and promised <= now:
        again = calm.calmed(need.raise_again(now), around.times, around.policy)
        return Happening(RAISED_AGAIN, again, {"source": "call_back"})
    return None


def whom(need: Need, told: Told, around: Around) -> Reachable:
    """Return who can be called about a need.

    Not those who want to meet its member no more; and of the others, those who fell
    silent on it only once everybody else was called, or where there is nobody else.
    """
    willing = [one for one in around.team if one.peer not in around.blocking]
    everyone = _suited(willing, told)
    if need.climb.round > 1 or not need.went_silent:
        return everyone
    fresh = [one for one in willing if one.peer not in need.went_silent]
    others = _suited(fresh, told)
    return others if any(others.values()) else everyone


def _suited(team: Sequence[Standby], told: Told) -> Reachable:
    return reachable(team, told.tags, told.shares, told.language)


def _is_hurried(need: Need, people: Reachable, around: Around) -> bool:
    """Tell whether nobody whom the last step called can be reached any more.

    Not where they could not be reached to begin with: they are tried once a round.
    """
    of_them = (peer in around.called for of in people.values() for peer in of)
    return bool(around.called) and not need.climb.nobody and not any(of_them)


def _with_ways(around: Around) -> list[Standby]:
    """Return the team as if whoever has any way at all could be reached by it."""
    return [
        replace(one, reachable=one.reachable or one.peer in around.with_ways)
        for one in around.team
    ]


def _nobody(need: Need, calling: Calling) -> Happening | None:
    if need.climb.nobody or not calling.climb.nobody:
        return None
    after = need.waiting(calling.climb)
    return Happening(NOBODY, after, {"round": need.climb.round})


def _called(need: Need, calling: Calling) -> Happening | None:
    if not calling.calls:
        return None
    last = calling.calls[-1]
    peers = len(calling.peers)
    detail = {"round": last.round, "step": last.step, "peers": peers}
    return Happening(CALLED, calling.of(need), detail)


def _marked(need: Need, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Return the calls, of which the first says so if nobody was called before."""
    if need.state is not State.RAISED or need.went_silent or not calls:
        return calls
    return (calls[0]._replace(first=True), *calls[1:])


def kind_of(call: Call) -> str:
    """Return of which kind the alerts of a call are: the first, or another."""
    return "need" if call.first else "need_again"
