"""The worker: everything that gets a human to come, side by side in one process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from chat.clock import Clock
from chat.oncall.auditor import Auditor
from chat.oncall.escalator import Escalator
from chat.oncall.heartbeat import Heartbeat
from chat.oncall.outbox import Outbox

FRESH_SECONDS: Final = 10.0
"""How long ago the last tick may be, for this worker to be at work."""

_AGAIN_SECONDS: Final = 1.0

Part = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)


class Worker:
    """Runs the escalator, the outbox and the auditor, and what else there is to do."""

    def __init__(
        self,
        *,
        clock: Clock,
        escalator: Escalator,
        outbox: Outbox,
        auditor: Auditor,
        heartbeat_url: str | None = None,
        also: tuple[Part, ...] = (),
    ) -> None:
        """Run `also` beside the rest, and beat where a URL is given."""
        self._clock = clock
        self._escalator = escalator
        self._auditor = auditor
        self._parts: list[Part] = [escalator.run, outbox.run, auditor.run, *also]
        if heartbeat_url:
            beating = Heartbeat(url=heartbeat_url, is_well=self.is_well)
            self._parts.append(beating.run)

    def is_well(self) -> bool:
        """Tell whether this worker is at work, and every need has its next step."""
        ago = self._clock.monotonic() - self._escalator.ticked_at
        return ago < FRESH_SECONDS and self._auditor.content

    async def run(self) -> None:
        """Work, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for part in self._parts:
                tasks.create_task(_go_on(part))


async def _go_on(part: Part) -> None:
    """Run a part, and again after any mistake of ours: the others must not stop."""
    while True:
        try:
            await part()
        except Exception:
            logger.exception("a part of the worker failed")
        await asyncio.sleep(_AGAIN_SECONDS)
