"""The line on which one server's publications are heard.

It is ours from end to end: a connection that is never mended behind our back, and a
probe that publishes to itself, because a hung server and a severed feed both look like
silence.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any, Final

from redis.asyncio.connection import AbstractConnection

PROBE_EVERY_SECONDS: Final = 1.5
ECHO_WITHIN_SECONDS: Final = 2.5
"""Together four seconds at most until a loss is noticed; the promise is six."""

Heard = Callable[[str, bytes], None]
Tell = Callable[[str, bytes], Awaitable[object]]


class LineLost(Exception):
    """The line no longer carries what is published."""


class Line:
    """One connection's subscriptions, from the first to the loss of all of them."""

    def __init__(self, *, channels: set[str], probe: str, tell: Tell, heard: Heard):
        self.up = False
        self._wanted = {probe, *channels}
        self._probe = probe
        self._tell = tell
        self._heard = heard
        self._subscribed: set[str] = set()
        self._wanted_changed = asyncio.Event()
        self._confirmed = asyncio.Event()
        self._echo = asyncio.Event()

    def follow(self, channel: str) -> None:
        """Want a channel from now on."""
        self._wanted.add(channel)
        self._wanted_changed.set()

    def unfollow(self, channel: str) -> None:
        """Want a channel no longer."""
        self._wanted.discard(channel)
        self._wanted_changed.set()

    def hears(self, channel: str) -> bool:
        """Tell whether what is published on a channel is heard here."""
        return self.up and channel in self._subscribed

    async def live(
        self, connection: AbstractConnection, changed: Callable[[], None]
    ) -> None:
        """Hear until the line is lost; `changed` is called when it hears more.

        Raises:
            ExceptionGroup: Of whatever showed that the line is lost.

        """
        try:
            async with asyncio.timeout(ECHO_WITHIN_SECONDS):
                await connection.connect()  # type: ignore[no-untyped-call]
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear(connection, changed))
                tasks.create_task(self._subscribe(connection))
                tasks.create_task(self._watch(changed))
        finally:
            self.up = False
            await connection.disconnect(nowait=True)

    async def _hear(
        self, connection: AbstractConnection, changed: Callable[[], None]
    ) -> None:
        while True:
            answer = await connection.read_response(
                disable_decoding=True, timeout=math.inf
            )
            if self._take(answer):
                changed()

    def _take(self, answer: list[Any]) -> bool:
        """Take one push; return whether more is heard from now on."""
        kind, channel = answer[0], answer[1].decode()
        if kind == b"smessage":
            self._pass_on(channel, answer[2])
        elif kind == b"ssubscribe":
            self._subscribed.add(channel)
            self._confirmed.set()
            return True
        elif kind == b"sunsubscribe" and channel in self._wanted:
            # The slot moved away; nothing more will come on this connection.
            raise LineLost
        return False

    def _pass_on(self, channel: str, data: bytes) -> None:
        if channel == self._probe:
            self._echo.set()
        else:
            self._heard(channel, data)

    async def _subscribe(self, connection: AbstractConnection) -> None:
        """Make what is subscribed what is wanted, now and whenever that changes."""
        asked: set[str] = set()
        while True:
            self._wanted_changed.clear()
            wanted = set(self._wanted)
            for channel in wanted - asked:
                await connection.send_command("SSUBSCRIBE", channel)
            for channel in asked - wanted:
                self._subscribed.discard(channel)
                await connection.send_command("SUNSUBSCRIBE", channel)
            asked = wanted
            await self._wanted_changed.wait()

    async def _watch(self, changed: Callable[[], None]) -> None:
        """Publish to ourselves for ever; no echo means that the line is lost."""
        async with asyncio.timeout(ECHO_WITHIN_SECONDS):
            await self._all_subscribed()
        while True:
            self._echo.clear()
            async with asyncio.timeout(ECHO_WITHIN_SECONDS):
                await self._tell(self._probe, b"")
                await self._echo.wait()
            if not self.up:
                self.up = True
                changed()
            await asyncio.sleep(PROBE_EVERY_SECONDS)

    async def _all_subscribed(self) -> None:
        while not self._wanted <= self._subscribed:
            self._confirmed.clear()
            await self._confirmed.wait()
