"""Several processes that serve the same rooms, as far as presence goes.

Each has its own connections to one real server and hears the others through it; all
of them live by one clock, which the test moves.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple, cast

from chat import protocol
from chat.backplane import channel
from chat.errors import Unavailable
from chat.identity import Identity
from chat.leases import Leases
from chat.metrics import Metrics
from chat.model import Member, RoomName, Who
from chat.presence import Presence
from chat.redis import Lines, Scripts, servers
from chat.roster import Change
from chat.standing import NEWS, Standing
from tests.support.clock import FakeClock
from tests.support.eventually import eventually

COFFEE = RoomName("coffee")
IDENTITY = Identity(bytes(range(32)))
_MARK = b"mark"


class Told(NamedTuple):
    """One frame that a process sent to those in the room."""

    here: int
    changes: dict[bytes, tuple[int, bool]]
    typing: list[bytes]


def a_member(secret: bytes, roll: int = 0, room: RoomName = COFFEE) -> Member:
    """Return who a device is in a room."""
    return IDENTITY.member(secret.ljust(16, b"."), room, roll)


class ShakyLeases(Leases):
    """Leases whose server may be away, or slow to answer."""

    away = False
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens, once, between the moment of an answer and its arrival."""

    async def renew(
        self,
        room: RoomName,
        standings: Sequence[Standing],
        changed: Sequence[Standing],
        typing: Sequence[Who],
    ) -> None:
        if self.away:
            raise Unavailable
        await super().renew(room, standings, changed, typing)
        await self._pass_time()

    async def present(self, room: RoomName) -> list[tuple[bytes, Change]]:
        answer = await super().present(room)
        await self._pass_time()
        return answer

    async def _pass_time(self) -> None:
        happening, self.meanwhile = self.meanwhile, None
        if happening is not None:
            await happening()


class Process:
    """One process: its presence, and what the members on it were told."""

    def __init__(self, url: str, node: bytes, clock: FakeClock) -> None:
        self.node = node
        self.servers = servers(url)
        self.scripts = Scripts(self.servers)
        self.lines = Lines(servers=self.servers, node=node.hex(), tell=self._tell)
        self.leases = ShakyLeases(scripts=self.scripts, node=node, channel=channel)
        self.presence = Presence(
            leases=self.leases, clock=clock, metrics=Metrics(), fan_out=self._fan_out
        )
        self.marks: set[bytes] = set()
        self._told: list[Told] = []
        self.lines.heard = self._heard

    async def _tell(self, name: str, data: bytes) -> None:
        await self.scripts.tell(name, data)

    def _heard(self, name: str, data: bytes) -> None:
        if data.startswith(_MARK):
            self.marks.add(data)
        else:
            room = name.partition("{")[2].rstrip("}")
            self.presence.heard(RoomName(room), data.removeprefix(NEWS))

    def _fan_out(self, _room: str, payload: bytes) -> None:
        _, _, here, changes, typing = cast(
            "tuple[int, str, int, list[tuple[bytes, int, bool]], list[bytes]]",
            protocol.unpack_value(payload),
        )
        changed = {who: (state, announce) for who, state, announce in changes}
        self._told.append(Told(here, changed, list(typing)))

    @property
    def told(self) -> list[Told]:
        """Return what was told to the room since this was last asked."""
        told, self._told = self._told, []
        return told

    async def serve(self, room: RoomName = COFFEE) -> None:
        """Hear a room, and open it."""
        self.lines.follow(channel(room))
        await self.lines.follows(channel(room))
        await self.presence.open(room)

    async def join(self, member: Member, seat: object, room: RoomName = COFFEE) -> None:
        """Bring a member in."""
        await self.presence.arrive(room, member, seat)

    def leave(self, member: Member, seat: object, *, at_once: bool = True) -> None:
        """Take a seat away."""
        self.presence.leave(COFFEE, member, seat, at_once=at_once)

    def beat(self, member: Member, seat: object, *, away: bool = False) -> None:
        """Let a page say that it is there."""
        self.presence.beat(COFFEE, member, seat, away=away)

    @property
    def people(self) -> dict[bytes, bool] | int:
        """Return who is in the room, as somebody who comes in now is shown it."""
        people = self.presence.people(COFFEE)
        return people if isinstance(people, int) else dict(people)


class Processes:
    """All of them, and the time they live in."""

    def __init__(self, url: str) -> None:
        self.clock = FakeClock()
        self._url = url
        self._tasks = asyncio.TaskGroup()
        self._all: list[Process] = []
        self._numbers = itertools.count()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep those that are started until the caller leaves."""
        async with self._tasks:
            self._stop = asyncio.Event()
            yield
            self._stop.set()

    async def start(self) -> Process:
        """Start one more, and let it serve the room."""
        process = Process(self._url, b"nd%02d" % next(self._numbers), self.clock)
        self._all.append(process)
        self._tasks.create_task(self._run(process))
        await process.serve()
        return process

    async def _run(self, process: Process) -> None:
        async with asyncio.TaskGroup() as tasks:
            parts = (process.scripts.run(), process.lines.run())
            running = [tasks.create_task(part) for part in parts]
            await self._stop.wait()
            for task in running:
                task.cancel()

    def kill(self, process: Process) -> None:
        """Let a process do nothing any more, not even say so."""
        self._all.remove(process)

    async def pass_seconds(self, seconds: int = 1) -> None:
        """Let time pass for all; afterwards each has heard what the others said."""
        for _ in range(seconds):
            self.clock.advance(1)
            for process in self._all:
                await process.presence.tick()
            await self.all_heard()
        for process in self._all:
            await process.presence.tick()

    async def all_heard(self) -> None:
        """Return when what was published has reached everyone."""
        mark = _MARK + b"%d" % next(self._numbers)
        await self._all[0].scripts.tell(channel(COFFEE), mark)
        await eventually(lambda: all(mark in process.marks for process in self._all))
