"""What stands between the web processes and Redis, and may cut or swallow answers."""

import asyncio
import random
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.chaos.socket import HOST

CHUNK_BYTES = 65536


class Proxy:
    """A TCP port in front of a server's socket, on this machine only."""

    def __init__(self, server: Path) -> None:
        self.drop_share = 0.0
        """Of how many calls of a script the answer is dropped, and the line cut."""

        self.feed_delay = 0.0
        """How many seconds late publications come at most; each waits for the last."""

        self.dropped = 0
        self._server = server
        self._pairs: set[_Pair] = set()

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._serve, HOST, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for pair in list(self._pairs):
            pair.cut()
        while self._pairs:
            await asyncio.sleep(0.01)

    @property
    def url(self) -> str:
        """Return the REDIS_URL that leads through here."""
        return f"redis://{HOST}:{self._listener.sockets[0].getsockname()[1]}"

    def cut_feeds(self) -> None:
        """Cut every line on which publications are heard; others stay."""
        for pair in self._feeds():
            pair.cut()

    def hush_feeds(self) -> None:
        """Let no more answers through on those lines, and leave them open."""
        for pair in self._feeds():
            pair.hushed = True

    def hush_commands(self) -> None:
        """Let no more answers through on all the other lines."""
        for pair in self._pairs.difference(self._feeds()):
            pair.hushed = True

    def _feeds(self) -> list["_Pair"]:
        return [pair for pair in self._pairs if pair.feed]

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            there = await asyncio.open_unix_connection(str(self._server))
        except OSError:
            writer.close()
            return
        pair = _Pair(self, (reader, writer), there)
        self._pairs.add(pair)
        try:
            await pair.carry()
        finally:
            self._pairs.discard(pair)


class _Pair:
    """One line from a web process, and the one it is continued on."""

    def __init__(
        self,
        proxy: Proxy,
        here: tuple[StreamReader, StreamWriter],
        there: tuple[StreamReader, StreamWriter],
    ) -> None:
        self.feed = False
        self.hushed = False
        self._proxy = proxy
        self._here, self._there = here, there
        self._doomed = False

    async def carry(self) -> None:
        """Carry both ways until either side lets go."""
        await asyncio.gather(self._asked(), self._answered())

    async def _asked(self) -> None:
        reader, writer = self._here[0], self._there[1]
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                self.feed = self.feed or b"SSUBSCRIBE" in data
                if b"EVALSHA" in data and random.random() < self._proxy.drop_share:
                    self._doomed = True
                writer.write(data)
                await writer.drain()
        self.cut()

    async def _answered(self) -> None:
        reader, writer = self._there[0], self._here[1]
        with suppress(OSError):
            while (data := await reader.read(CHUNK_BYTES)) and not self._doomed:
                if self.feed and self._proxy.feed_delay:
                    await asyncio.sleep(random.random() * self._proxy.feed_delay)
                if not self.hushed:
                    writer.write(data)
                    await writer.drain()
            if self._doomed:
                self._proxy.dropped += 1
                # Sometimes the answer breaks off in its middle.
                writer.write(data[: random.choice((0, len(data) // 2))])
        self.cut()

    def cut(self) -> None:
        """Let go of both sides."""
        self._here[1].close()
        self._there[1].close()
