"""Scripts on Redis: what is asked in one tick leaves as one round trip.

Every script of ours may run twice with the effect of once, so a call whose answer was
lost is simply asked again.
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError, RedisError, ResponseError

from chat.errors import Unavailable
from chat.redis.servers import Servers

ANSWER_SECONDS: Final = 2.5
"""How long a round trip may take before the connection counts as dead."""

MOST_WAITING: Final = 20_000
MOST_TOGETHER: Final = 256
_RETRY_AFTER_SECONDS = 2.0
_LUA = Path(__file__).parent.parent / "lua"
_MOVED = ("MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "READONLY")

logger = logging.getLogger(__name__)

Argument = str | bytes | int


class Script:
    """A Lua script, by the name of its file."""

    def __init__(self, name: str) -> None:
        self.text = (_LUA / f"{name}.lua").read_bytes()
        self.sha = hashlib.sha1(self.text, usedforsecurity=False).hexdigest()


_TELL = Script("tell")


@dataclass(slots=True, eq=False)
class _Call:
    script: Script
    keys: Sequence[str]
    args: Sequence[Argument]
    answer: "asyncio.Future[Any]" = field(repr=False)
    tries: int = 0

    def command(self, *, whole: bool) -> tuple[Argument, ...]:
        name, script = (
            ("EVAL", self.script.text) if whole else ("EVALSHA", self.script.sha)
        )
        return (name, script, len(self.keys), *self.keys, *self.args)


class Scripts:
    """Calls scripts on whichever server has their keys."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._pipes: dict[str, _Pipe] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Serve calls until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                await asyncio.Event().wait()
        finally:
            self._tasks = None

    async def call(self, script: Script, keys: Sequence[str], *args: Argument) -> Any:
        """Return a script's answer.

        Raises:
            Unavailable: If no server answers in time. The script may have run all the
                same; asking again does no harm.

        """
        call = _Call(script, keys, args, asyncio.get_running_loop().create_future())
        self._pipe_for(keys[0]).put(call)
        try:
            return await call.answer
        except _Moved:
            return await self._call_again(call)

    async def tell(self, channel: str, data: bytes) -> None:
        """Publish something that nobody keeps.

        Raises:
            Unavailable: If no server answers in time.

        """
        await self.call(_TELL, (channel,), data)

    async def _call_again(self, call: _Call) -> Any:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._servers.refresh()
        except (RedisError, OSError) as error:
            raise Unavailable(_RETRY_AFTER_SECONDS) from error
        again = _Call(
            call.script,
            call.keys,
            call.args,
            asyncio.get_running_loop().create_future(),
        )
        self._pipe_for(call.keys[0]).put(again)
        try:
            return await again.answer
        except _Moved as error:
            raise Unavailable(_RETRY_AFTER_SECONDS) from error

    def _pipe_for(self, key: str) -> "_Pipe":
        try:
            server = self._servers.server_of(key)
        except (RedisError, OSError) as error:
            raise Unavailable(_RETRY_AFTER_SECONDS) from error
        pipe = self._pipes.get(server)
        if pipe is None:
            if self._tasks is None:
                raise Unavailable(_RETRY_AFTER_SECONDS)
            pipe = self._pipes[server] = _Pipe(self._servers, server)
            self._tasks.create_task(pipe.run())
        return pipe


class _Moved(Exception):
    """The server answered that another one has the key."""


class _Pipe:
    """One connection to one server, and the calls waiting to leave on it together."""

    def __init__(self, servers: Servers, server: str) -> None:
        self._servers = servers
        self._server = server
        self._connection: AbstractConnection | None = None
        self._waiting: list[_Call] = []
        self._wake = asyncio.Event()

    def put(self, call: _Call) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable(_RETRY_AFTER_SECONDS)
        self._waiting.append(call)
        self._wake.set()

    async def run(self) -> None:
        try:
            while True:
                await self._wake.wait()
                batch = self._waiting[:MOST_TOGETHER]
                del self._waiting[:MOST_TOGETHER]
                if not self._waiting:
                    self._wake.clear()
                await self._serve(batch)
        finally:
            for call in self._waiting:
                _fail(call)
            await self._drop()

    async def _serve(self, batch: list[_Call]) -> None:
        """Get the answers; those that stay out are asked for once more."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._exchange(batch)
        except (RedisError, OSError, TimeoutError):
            await self._drop()
            self._give_up_or_again(batch)
        except BaseException:
            for call in batch:
                _fail(call)
            raise

    def _give_up_or_again(self, batch: list[_Call]) -> None:
        unanswered = [call for call in batch if not call.answer.done()]
        for call in unanswered:
            call.tries += 1
        self._waiting[:0] = [call for call in unanswered if call.tries == 1]
        for call in unanswered:
            if call.tries > 1:
                _fail(call)
        if self._waiting:
            self._wake.set()

    async def _exchange(self, batch: list[_Call]) -> None:
        strangers = await self._ask(batch, whole=False)
        if strangers:
            await self._ask(strangers, whole=True)

    async def _ask(self, batch: list[_Call], *, whole: bool) -> list[_Call]:
        """Send calls and read their answers; return those whose script is not known."""
        connection = await self._connected()
        commands = [call.command(whole=whole) for call in batch]
        await connection.send_packed_command(
            connection.pack_commands(commands), check_health=False
        )
        strangers = []
        for call in batch:
            try:
                _answer(call, await connection.read_response(disable_decoding=True))
            except NoScriptError:
                strangers.append(call)
            except ResponseError as error:
                _refuse(call, error)
        return strangers

    async def _connected(self) -> AbstractConnection:
        if self._connection is None:
            connection = self._servers.connection_to(self._server)
            await connection.connect()  # type: ignore[no-untyped-call]
            self._connection = connection
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)


def _answer(call: _Call, answer: object) -> None:
    if not call.answer.done():
        call.answer.set_result(answer)


def _refuse(call: _Call, error: ResponseError) -> None:
    """Pass on what the server objects to; a moved key and a full disk are not bugs."""
    if call.answer.done():
        return
    words = str(error)
    if words.startswith(_MOVED) or type(error).__name__ in (
        "MovedError",
        "AskError",
        "TryAgainError",
        "ClusterDownError",
        "ReadOnlyError",
    ):
        call.answer.set_exception(_Moved())
        return
    logger.error("redis refused a script", extra={"kind": type(error).__name__})
    call.answer.set_exception(Unavailable(_RETRY_AFTER_SECONDS))


def _fail(call: _Call) -> None:
    if not call.answer.done():
        call.answer.set_exception(Unavailable(_RETRY_AFTER_SECONDS))
