"""All that is heard from Redis: a line to each server that has a channel we follow."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from redis.exceptions import RedisError

from chat.errors import Unavailable
from chat.redis.line import ECHO_WITHIN_SECONDS, Heard, Line, LineLost, Tell
from chat.redis.servers import Servers

_BACKOFF_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1.0)
_UNREACHABLE = (RedisError, OSError)
_LOST = (*_UNREACHABLE, LineLost, Unavailable)

logger = logging.getLogger(__name__)


class Lines:
    """Follows channels, wherever they live, through the loss of any server.

    `heard` gets what is published. `lost` is called when a line is lost, and `again`
    when one is made anew or needed no longer: whoever needs what was published in
    between must read it elsewhere, as soon as `follows` says that a channel is heard.
    """

    def __init__(self, *, servers: Servers, node: str, tell: Tell) -> None:
        self._servers = servers
        self._node = node
        self._tell = tell
        # Something is always followed, so that a loss is noticed before anyone joins.
        self._channels = {f"porchlight:{{{node}}}"}
        self._lines: dict[str, Line] = {}
        self._kept: set[str] = set()
        self._change = asyncio.Event()
        self._adrift = asyncio.Event()  # a channel is on no server that we know
        self._tasks: asyncio.TaskGroup | None = None
        self.heard: Heard = lambda _channel, _data: None
        self.lost: Callable[[], None] = lambda: None
        self.again: Callable[[], None] = lambda: None

    @property
    def up(self) -> bool:
        """Whether every line carries what is published."""
        lines = self._lines.values()
        return bool(lines) and all(line.up for line in lines)

    async def run(self) -> None:
        """Keep the lines until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                while True:
                    self._adrift.clear()
                    await self._look_around()
                    await asyncio.sleep(_BACKOFF_SECONDS[-1])
                    await self._adrift.wait()
            finally:
                self._tasks = None

    def follow(self, channel: str) -> None:
        """Follow a channel from now on."""
        self._channels.add(channel)
        self._settle(channel)

    def unfollow(self, channel: str) -> None:
        """Follow a channel no longer."""
        self._channels.discard(channel)
        for line in self._lines.values():
            line.unfollow(channel)

    async def follows(self, channel: str) -> None:
        """Return once what is published on a channel is heard."""
        while not any(line.hears(channel) for line in self._lines.values()):
            self._change.clear()
            await self._change.wait()

    def _settle(self, channel: str) -> None:
        """Let the right server's line follow a channel."""
        server = self._server_of(channel)
        if server is None:
            self._adrift.set()
            return
        if line := self._lines.get(server):
            line.follow(channel)
        elif server not in self._kept and self._tasks is not None:
            self._kept.add(server)
            self._tasks.create_task(self._keep(server))

    async def _keep(self, server: str) -> None:
        """Keep one server's line for as long as it has channels of ours."""
        failures = 0
        while channels := self._channels_of(server):
            line = self._lines[server] = self._line(channels)
            was_up = await self._live(server, line)
            failures = 0 if was_up else min(failures + 1, len(_BACKOFF_SECONDS) - 1)
            self.lost()
            await asyncio.sleep(_BACKOFF_SECONDS[failures])
            await self._look_around()
        self._kept.discard(server)
        self._lines.pop(server, None)
        self.again()

    def _server_of(self, channel: str) -> str | None:
        try:
            return self._servers.server_of(channel)
        except RedisError:
            return None

    def _channels_of(self, server: str) -> set[str]:
        return {c for c in self._channels if self._server_of(c) == server}

    def _line(self, channels: set[str]) -> Line:
        # The probe lives in the slot of something followed, hence on the same server.
        probe = f"{min(channels)}:probe:{self._node}"
        return Line(channels=channels, probe=probe, tell=self._tell, heard=self._pass)

    def _pass(self, channel: str, data: bytes) -> None:
        """Pass on what was published; what nobody can read is nobody's loss."""
        try:
            self.heard(channel, data)
        except Exception:
            logger.exception("a publication could not be read")

    async def _live(self, server: str, line: Line) -> bool:
        """Hear until the line is lost; return whether it was ever up."""
        was_up = False

        def changed() -> None:
            nonlocal was_up
            self._change.set()
            if line.up and not was_up:
                was_up = True
                self.again()

        try:
            await line.live(self._servers.connection_to(server), changed)
        except* _LOST as errors:
            logger.warning("line lost", extra={"kinds": _kinds(errors)})
        if self._tasks is None:
            # Being told to end in the moment of a loss comes out as the loss alone.
            raise asyncio.CancelledError
        return was_up

    async def _look_around(self) -> None:
        """Learn where the servers are; the old view serves when nobody answers."""
        try:
            async with asyncio.timeout(ECHO_WITHIN_SECONDS):
                await self._servers.refresh()
        except _UNREACHABLE:
            logger.warning("topology unknown")
        for channel in self._channels:
            self._settle(channel)


def _kinds(group: BaseExceptionGroup[BaseException]) -> list[str]:
    return sorted({type(error).__name__ for error in group.exceptions})
