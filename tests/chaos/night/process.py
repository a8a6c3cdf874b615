"""A process on call, which may be killed: `worker`, `peer` or `members`.

`python -m tests.chaos.night.process <role> <directory> [who]`; what was answered is one
line each. With NIGHT_KILL=sending:3 it kills itself at that point, the third time.
"""

import asyncio
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

from chat.errors import ChatError, StoreDown
from chat.model import Handle, MemberId, RoomName
from chat.oncall.need import Need
from chat.oncall.stages import PeerId
from tests.chaos.night.parts import Parts

AGAIN_SECONDS: Final = 0.3
LOOK_SECONDS: Final = 1.0
LOOKS: Final = PeerId("wren")
"""Who looks at a page, whatever becomes of the phones."""
AT_ONCE: Final = 20
"""How many members press at a time: more than a house of this size would see."""

CALL_BACK: Final = timedelta(seconds=8)
WITHDRAWN, PUT_OFF = 0.1, 0.1
"""The shares of members who change their minds."""


def killed_at(point: str, times: int) -> Callable[[str], None]:
    """Return what ends this process as a power cut would, at a point."""
    left = times

    def fault(at: str) -> None:
        nonlocal left
        left -= at == point
        if at == point and left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return fault


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def worker(parts: Parts) -> None:
    """Call whoever a need has come to, until killed."""
    async with asyncio.TaskGroup() as tasks:
        for part in (parts.escalator.run, parts.outbox.run, parts.auditor.run):
            tasks.create_task(part())
        _say("here")


async def members(parts: Parts, number: int) -> None:
    """Be so many members who need to talk, all at once; each press is answered."""
    _say("here")
    slots = asyncio.Semaphore(AT_ONCE)

    async def press() -> None:
        handle = Handle(secrets.token_bytes(16))
        async with slots:
            await _until_answered(lambda: _press(parts, handle))
        await _think_again(parts, handle)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(number):
            tasks.create_task(press())


async def _press(parts: Parts, handle: Handle) -> None:
    raised = await parts.needs.raise_(
        handle=handle,
        room=RoomName("coffee"),
        member=MemberId(secrets.token_bytes(16)),
        who=secrets.token_bytes(5),
        source="pressed",
    )
    _say("raised", raised.id)


async def _think_again(parts: Parts, handle: Handle) -> None:
    chance = random.random()
    await asyncio.sleep(1 + random.random() * 4)
    needs = parts.needs
    if chance < WITHDRAWN:
        await _until_answered(lambda: _alone(needs.withdraw(handle)))
    elif chance < WITHDRAWN + PUT_OFF:
        at = needs.ledger.now() + CALL_BACK
        await _until_answered(lambda: _alone(needs.call_back(handle, at)))


async def _alone(asked: Awaitable[object]) -> None:
    """Ask for something that may have come too late."""
    try:
        await asked
    except StoreDown:
        raise
    except ChatError:
        pass


async def _until_answered(ask: Callable[[], Awaitable[None]]) -> None:
    """Ask again for as long as the house cannot answer, as a page does."""
    while True:
        try:
            return await ask()
        except StoreDown:
            await asyncio.sleep(AGAIN_SECONDS)


async def peer(parts: Parts, who: PeerId) -> None:
    """Accept what calls, and talk, until killed; then go on where it was."""
    _say("here")
    begins = Patience(float(os.environ.get("NIGHT_WAIT", "0")))
    silent = float(os.environ.get("NIGHT_SILENT", "0"))
    left: set[str] = set()
    """Those whom this peer accepted and then forgets."""
    while True:
        try:
            if who == LOOKS:
                await parts.looks(who)
            for known in await parts.needs.open_needs():
                if known.need.peer == who and known.need.id not in left:
                    await _talk(parts, known.need, who)
                elif known.need.is_calling and begins.over():
                    await _accept(parts, known.need, who)
                    left.discard(known.need.id)
                    if not known.need.went_silent and random.random() < silent:
                        left.add(known.need.id)
        except ChatError:  # the other was quicker, or the database is away
            pass
        await asyncio.sleep(LOOK_SECONDS * random.random())


class Patience:
    """How long a peer lets the first need call before they take any."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: float | None = None

    def over(self) -> bool:
        """Tell whether it is over; it begins with the first time of asking."""
        self._since = self._since or time.monotonic()
        return time.monotonic() - self._since > self._seconds


async def _accept(parts: Parts, need: Need, who: PeerId) -> None:
    with suppress(ChatError):
        await parts.needs.accept(need.id, who)
        _say("accepted", need.id)


async def _talk(parts: Parts, need: Need, who: PeerId) -> None:
    await parts.needs.spoke(need.id, who)
    _say("spoke", need.id)
    await parts.needs.finish(need.id, who, "heard")


async def main(role: str, directory: Path, *more: str) -> None:
    """Be what is asked for."""
    point, _, times = os.environ.get("NIGHT_KILL", "").partition(":")
    parts = Parts(directory, killed_at(point, int(times or 1)))
    async with parts.running():
        match role:
            case "worker":
                await worker(parts)
            case "members":
                await members(parts, int(more[0]))
            case "peer":
                await peer(parts, PeerId(more[0]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
