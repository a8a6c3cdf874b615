"""Scripts on Redis: what is asked in one tick leaves as one round trip.

Every script of ours may run twice with the effect of once, so a call whose answer was
lost is simply asked again.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError

from chat.errors import Unavailable
from chat.redis.pipe import (
    ANSWER_SECONDS,
    PATIENCE_SECONDS,
    RETRY_AFTER_SECONDS,
    Argument,
    Call,
    Moved,
    Pipe,
)
from chat.redis.script import Script
from chat.redis.servers import Servers

_TELL = Script("tell")


class Scripts:
    """Calls scripts on whichever server has their keys."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._pipes: dict[str, Pipe] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Serve calls until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                await asyncio.Event().wait()
            finally:
                self._tasks = None
                self._pipes.clear()

    async def call(self, script: Script, keys: Sequence[str], *args: Argument) -> Any:
        """Return a script's answer.

        Raises:
            Unavailable: If no server answers in time. The script may have run all the
                same; asking again does no harm.

        """
        try:
            return await self._ask(script, keys, args)
        except Moved:
            await self._learn()
        try:
            return await self._ask(script, keys, args)
        except Moved as error:
            raise Unavailable(RETRY_AFTER_SECONDS) from error

    async def tell(self, channel: str, data: bytes) -> None:
        """Publish something that nobody keeps.

        Raises:
            Unavailable: If no server answers in time.

        """
        await self.call(_TELL, (channel,), data)

    async def _ask(
        self, script: Script, keys: Sequence[str], args: Sequence[Argument]
    ) -> Any:
        pipe = self._pipe_for(keys[0])
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        pipe.put(Call(script, keys, args, answer, loop.time() + PATIENCE_SECONDS))
        return await answer

    def _pipe_for(self, key: str) -> Pipe:
        if self._tasks is None:
            raise Unavailable(RETRY_AFTER_SECONDS)
        try:
            server = self._servers.server_of(key)
        except RedisError as error:
            raise Moved from error
        pipe = self._pipes.get(server)
        if pipe is None:
            pipe = self._pipes[server] = Pipe(self._servers, server)
            self._tasks.create_task(pipe.run())
        return pipe

    async def _learn(self) -> None:
        """Learn where the servers are."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._servers.refresh()
        except (RedisError, OSError) as error:
            raise Unavailable(RETRY_AFTER_SECONDS) from error
