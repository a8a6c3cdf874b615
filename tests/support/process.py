"""One web process as far as Redis is concerned: a backplane, and what comes out."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, cast

from redis import Redis

from chat import catalogue, protocol
from chat.backplane import Backplane
from chat.clock import Clock
from chat.drafts import Draft, Receipt
from chat.feed import Page
from chat.history import History
from chat.metrics import Metrics
from chat.model import MemberId, RoomName, Who
from chat.redis import Lines, Scripts, servers
from chat.settings import Settings
from tests.support.eventually import eventually

COFFEE = RoomName("coffee")

OTTER = MemberId(b"otter-----------")
HERON = MemberId(b"heron-----------")
WHO = Who(b"12345")

_ids = itertools.count(1)


def new_id() -> bytes:
    """Return an id that no request had before."""
    return next(_ids).to_bytes(8)


class Out(NamedTuple):
    """An event as a browser hears it, as far as tests care."""

    kind: int
    position: int
    text: str


class Process:
    """A process: what it is built of, and what its members were told."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.metrics = Metrics()
        self.servers = servers(settings.redis_url or "")
        self.scripts = Scripts(self.servers)
        self.lines = Lines(
            servers=self.servers,
            node=f"{id(self):x}",
            tell=self.scripts.tell,
        )
        self.history = History(
            scripts=self.scripts,
            catalogue=catalogue.load(settings.rooms_file),
            settings=settings,
            clock=self.clock,
        )
        self.frames: dict[str, list[bytes]] = {}
        self.line: list[bool] = []
        self.backplane = Backplane(
            scripts=self.scripts,
            lines=self.lines,
            history=self.history,
            settings=settings,
            metrics=self.metrics,
            fan_out=lambda room, frame: self.frames.setdefault(room, []).append(frame),
        )
        self.backplane.line_changed = self.line.append

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Process"]:
        """Run all that goes on by itself; what others say is heard by now."""
        try:
            async with asyncio.TaskGroup() as tasks:
                going = [
                    tasks.create_task(self.scripts.run()),
                    tasks.create_task(self.backplane.run()),
                ]
                await eventually(lambda: self.lines.up)
                yield self
                for task in going:
                    task.cancel()
        finally:
            await self.servers.aclose()

    async def say(
        self,
        text: str,
        *,
        room: RoomName = COFFEE,
        member: MemberId = OTTER,
        id_: bytes = b"",
    ) -> Receipt:
        """Speak."""
        at = self.clock.seconds()
        frame = protocol.said(room, at, WHO, text, 0)
        draft = Draft("s", member, id_ or new_id(), at, frame)
        return await self.backplane.append(room, draft)

    async def take_back(
        self,
        target: int,
        *,
        room: RoomName = COFFEE,
        member: MemberId = OTTER,
        id_: bytes = b"",
    ) -> Receipt:
        """Take a message back."""
        at = self.clock.seconds()
        frame = protocol.taken_back(room, at, target)
        draft = Draft("t", member, id_ or new_id(), at, frame, target)
        return await self.backplane.append(room, draft)

    async def react(
        self, target: int, *, room: RoomName = COFFEE, member: MemberId = OTTER
    ) -> Receipt:
        """React to a message."""
        at = self.clock.seconds()
        frame = protocol.reacted(room, at, WHO, target, 1, True)
        draft = Draft("r", member, new_id(), at, frame, target)
        return await self.backplane.append(room, draft)

    def keys(self, pattern: str) -> list[str]:
        """Return the keys that Redis has."""
        with Redis.from_url(self.settings.redis_url or "") as redis:
            return [key.decode() for key in redis.scan_iter(pattern)]

    def seconds_left(self, key: str) -> int:
        """Return how long Redis keeps a key."""
        with Redis.from_url(self.settings.redis_url or "") as redis:
            return cast("int", redis.ttl(key))

    def heard(self, room: RoomName = COFFEE) -> list[Out]:
        """Return what members of a room were sent, in order."""
        return shown(self.frames.get(room, []))

    def texts(self, room: RoomName = COFFEE) -> list[str]:
        """Return what members of a room heard said, in order."""
        return [out.text for out in self.heard(room) if out.kind == protocol.SAID]

    def positions(self, room: RoomName = COFFEE) -> list[int]:
        """Return the positions of what members of a room heard, in order."""
        events = (protocol.SAID, protocol.TAKEN_BACK, protocol.REACTED)
        return [out.position for out in self.heard(room) if out.kind in events]

    def started_over(self, room: RoomName = COFFEE) -> int:
        """Return how often members of a room were told that it began anew."""
        return sum(out.kind == protocol.START_OVER for out in self.heard(room))


def shown(frames: list[bytes]) -> list[Out]:
    """Return what frames say."""
    return [_out(frame) for frame in frames]


def _out(frame: bytes) -> Out:
    kind, _room, position, *rest = cast("list[Any]", protocol.unpack_value(frame))
    return Out(kind, position, rest[2] if kind == protocol.SAID else "")


def read(page: Page) -> list[str]:
    """Return the texts on a page."""
    return [out.text for out in shown(page.events)]
