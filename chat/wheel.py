"""The wheel: one timer for every ping and deadline of the process.

It counts ticks of about a second. Setting an alarm and forgetting it cost a set
operation each, however many thousands there are.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

logger = logging.getLogger(__name__)


class Alarm(Protocol):
    """What the wheel can wake: `due` is the wheel's own, 0 when not set."""

    due: int

    def ring(self) -> None:
        """Do what is due."""


class Deadline:
    """A call that is made later, unless it is cancelled."""

    __slots__ = ("_wheel", "due", "ring")

    def __init__(self, wheel: "Wheel", ring: Callable[[], None]) -> None:
        self._wheel = wheel
        self.ring = ring
        self.due = 0

    def cancel(self) -> None:
        """Never make the call. Harmless when it was made or cancelled already."""
        self._wheel.forget(self)


class Wheel:
    """Wakes alarms by the second, never early and at most a tick late.

    `period` is what a second lasts; tests make it short, or call `tick` themselves.
    A process that was held up counts on from where it stood, so that nobody is
    called silent because we were.
    """

    def __init__(self, *, period: float = 1.0) -> None:
        self.now = 1
        self._period = period
        self._alarms: dict[int, set[Alarm]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Turn by itself from now on."""
        self._loop = loop
        self._timer = loop.call_later(self._period, self._turn)

    def stop(self) -> None:
        """Stand still."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop = self._timer = None

    def _turn(self) -> None:
        if self._loop is not None:
            self._timer = self._loop.call_later(self._period, self._turn)
            self.tick()

    def tick(self) -> None:
        """Let a second pass."""
        self.now += 1
        for alarm in self._alarms.pop(self.now, ()):
            # An alarm that rang before this one may have forgotten or moved it.
            if alarm.due == self.now:
                alarm.due = 0
                _ring(alarm)

    def set(self, alarm: Alarm, seconds: int) -> None:
        """Wake an alarm after so many seconds, and no longer when it was set for."""
        self.forget(alarm)
        # The tick under way is already partly over, and does not count.
        due = alarm.due = self.now + seconds + 1
        waiting = self._alarms.get(due)
        if waiting is None:
            waiting = self._alarms[due] = set()
        waiting.add(alarm)

    def forget(self, alarm: Alarm) -> None:
        """Do not wake an alarm after all."""
        if alarm.due:
            waiting = self._alarms.get(alarm.due)
            if waiting is not None:
                waiting.discard(alarm)
            alarm.due = 0

    def after(self, seconds: int, call: Callable[[], None]) -> Deadline:
        """Make a call after so many seconds, unless the deadline is cancelled."""
        deadline = Deadline(self, call)
        self.set(deadline, seconds)
        return deadline


def _ring(alarm: Alarm) -> None:
    """Wake one alarm; if that fails, the others are woken all the same."""
    try:
        alarm.ring()
    except Exception:
        logger.exception("an alarm failed")
