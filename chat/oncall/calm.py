"""Calm: whoever asks for somebody again and again is heard each time, and rings less.

Nobody is refused, and nobody waits for longer than a minute: who is of two minds may
well press three times. But nobody can have every phone ring all night either.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chat.model import Grade
from chat.oncall.need import Need
from chat.oncall.policy import Policy
from chat.oncall.stages import State

WITHIN: Final = timedelta(hours=1)
"""How long it counts that somebody was called in vain."""

AT_ONCE: Final = 2
"""How many times within that others are called at once."""

_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (20, 40, 60))

MANY: Final = AT_ONCE + len(_PAUSES) - 1
"""From how many times on the pause is as long as any; so for who comes with very many.
"""


def calmed(need: Need, times: int, policy: Policy) -> Need:
    """Return a need that was just raised, to be called for after a pause, if any.

    `times` is how often its device has raised one lately of which no talk came. It is
    on the pages of those on duty at once, and danger knows no pause.
    """
    if times < AT_ONCE or need.grade >= Grade.HIGH:
        return need
    pause = min(_PAUSES[min(times - AT_ONCE, len(_PAUSES) - 1)], policy.longest_wait)
    return replace(need, climb=need.climb._replace(due=need.climb.due + pause))


def hurried(need: Need, now: datetime) -> Need:
    """Return a need that was asked for again, without the pause if there is danger."""
    paused = need.state is State.RAISED and not need.climb.nobody
    if need.grade < Grade.HIGH or not paused:
        return need
    return replace(need, climb=need.climb._replace(due=min(need.climb.due, now)))
