"""A pipe: one connection to one server, and the calls that leave on it together."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hiredis import pack_command
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import (
    AskError,
    ClusterDownError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from chat.errors import Unavailable
from chat.redis.script import Script
from chat.redis.servers import Servers

ANSWER_SECONDS: Final = 2.5
"""How long a round trip may take before the connection counts as dead."""

PATIENCE_SECONDS: Final = 6.0
"""How long a call may wait for its answer, all in all."""

RETRY_AFTER_SECONDS: Final = 2.0
MOST_WAITING: Final = 20_000
MOST_TOGETHER: Final = 256
_MOST_TRIES = 2
_MOVED = (AskError, TryAgainError, ClusterDownError)  # MovedError is an AskError

logger = logging.getLogger(__name__)

Argument = str | bytes | int


class Moved(Exception):
    """Another server has the key, or nobody knows which."""


@dataclass(slots=True, eq=False)
class Call:
    """A script with what it is called with, and its answer some time."""

    script: Script
    keys: Sequence[str]
    args: Sequence[Argument]
    answer: "asyncio.Future[Any]" = field(repr=False)
    give_up_at: float
    tries: int = 0

    def command(self, *, whole: bool) -> tuple[Argument, ...]:
        """Return the command, which names the script or brings the whole of it."""
        name, script = (
            ("EVAL", self.script.text) if whole else ("EVALSHA", self.script.sha)
        )
        return (name, script, len(self.keys), *self.keys, *self.args)

    def try_again(self, now: float) -> bool:
        """Count a try; return whether there is time and need for it."""
        self.tries += 1
        if self.tries > _MOST_TRIES or now + ANSWER_SECONDS > self.give_up_at:
            self.fail(Unavailable(RETRY_AFTER_SECONDS))
        return not self.answer.done()

    def succeed(self, answer: object) -> None:
        """Give the caller the answer, if they still wait."""
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Give the caller an error, if they still wait."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Pipe:
    """Carries calls to a server in the order in which they come."""

    def __init__(self, servers: Servers, server: str) -> None:
        self._servers = servers
        self._server = server
        self._connection: AbstractConnection | None = None
        self._waiting: list[Call] = []
        self._wake = asyncio.Event()

    def put(self, call: Call) -> None:
        """Take a call on; it has its answer or an error within a bounded time.

        Raises:
            Unavailable: If too many are waiting.

        """
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable(RETRY_AFTER_SECONDS)
        self._waiting.append(call)
        self._wake.set()

    async def run(self) -> None:
        """Carry calls until cancelled."""
        batch: list[Call] = []
        try:
            while True:
                await self._wake.wait()
                batch = self._next_batch()
                await self._serve(batch)
        finally:
            for call in (*batch, *self._waiting):
                call.fail(Unavailable(RETRY_AFTER_SECONDS))
            await self._drop()

    def _next_batch(self) -> list[Call]:
        batch = self._waiting[:MOST_TOGETHER]
        del self._waiting[:MOST_TOGETHER]
        if not self._waiting:
            self._wake.clear()
        now = asyncio.get_running_loop().time()
        return [call for call in batch if call.try_again(now)]

    async def _serve(self, batch: list[Call]) -> None:
        """Get the answers; those that stay out are asked for once more."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                strangers = await self._ask(batch, whole=False)
                await self._ask(strangers, whole=True)
        except (RedisError, OSError):
            await self._drop()
            self._waiting[:0] = [call for call in batch if not call.answer.done()]
            self._wake.set()

    async def _ask(self, batch: list[Call], *, whole: bool) -> list[Call]:
        """Send calls and read their answers; return those whose script is not known."""
        if not batch:
            return []
        connection = await self._connected()
        # The client's own packing, in Python, takes six times as long.
        packed = [
            pack_command(call.command(whole=whole))  # type: ignore[arg-type]
            for call in batch
        ]
        await connection.send_packed_command(b"".join(packed), check_health=False)
        strangers = []
        for call in batch:
            try:
                call.succeed(await connection.read_response(disable_decoding=True))
            except NoScriptError:
                strangers.append(call)
            except ReadOnlyError:
                raise  # a master no more: whoever is one now answers the next connect
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


def _refuse(call: Call, error: ResponseError) -> None:
    """Pass on what the server objects to; a moved key and a full disk are not bugs."""
    if isinstance(error, _MOVED):
        call.fail(Moved())
        return
    # Its name only: what Redis says of an error may quote what was sent.
    logger.error("redis refused a script", extra={"kind": type(error).__name__})
    call.fail(Unavailable(RETRY_AFTER_SECONDS))
