"""The service under test: a Redis and two web processes of its own, on this machine."""

import asyncio
import json
import random
import secrets
import signal
import socket
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from chat.settings import Settings
from tests.chaos.proxy import Proxy
from tests.chaos.socket import HOST, ORIGIN, Hear, Socket, dial
from tests.support.postgres import PostgresServer
from tests.support.program import Program
from tests.support.redis_server import RedisServer

WEBS = 2
# Below what the kernel gives to those who dial: a page that dials a dead process must
# not be given that very port.
PORTS = range(20_000, 32_000)
_NOT_GIVEN = random.sample(PORTS, len(PORTS))


class Web:
    """One web process after another, on the same port."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.errors: Counter[str] = Counter()
        self.slowest_end = 0.0
        self._environment = {
            **{name.upper(): "" for name in Settings.model_fields},
            **environment,
            "HOST": HOST,
            "PORT": str(self.port),
            "DATA_DIR": str(directory),
        }
        self._program: Program | None = None

    async def start(self) -> None:
        """Start it, and return when it can be reached."""
        self._program = Program("-m", "chat", "serve", env=self._environment)
        line = await asyncio.to_thread(self._program.line)
        if not line:
            await self.kill()
            raise RuntimeError(f"a web process did not start: {dict(self.errors)}")

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Tell it to end, and return when it has."""
        took = await self._end(signal.SIGTERM)
        self.slowest_end = max(self.slowest_end, took)

    def freeze(self) -> None:
        """Make it hang: connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, told: signal.Signals) -> None:
        if self._program is not None:
            self._program.signal(told)

    async def _end(self, how: signal.Signals) -> float:
        program, self._program = self._program, None
        if program is None:
            return 0.0
        return await asyncio.to_thread(self._ended, program, how)

    def _ended(self, program: Program, how: signal.Signals) -> float:
        """Return how many seconds its end took, since it was told."""
        with program:
            began = time.monotonic()
            program.signal(how)
            program.wait()
            took = time.monotonic() - began
        self.errors.update(filter(None, map(_fault, program.errors().splitlines())))
        return took


class House:
    """Everything that serves, and may be broken; ended with whoever entered it."""

    def __init__(self, *, proxied: bool, shared_database: bool = False) -> None:
        # With `everysec` Redis answers before it writes while the disk is slow, so that
        # even a kill may set it back; that is a trial of its own.
        self.redis = RedisServer("--appendfsync", "no")
        self.proxy = Proxy(self.redis.socket)
        self.webs: list[Web] = []
        self.hurts: list[float] = []
        self.postgres = PostgresServer() if shared_database else None
        self.database_url = ""
        self._proxied = proxied
        self._held = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._held.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._held.aclose()

    async def _start(self) -> None:
        directory = Path(self._held.enter_context(TemporaryDirectory()))
        self._held.callback(self.redis.close)
        await asyncio.to_thread(self.redis.start)
        await self._held.enter_async_context(self.proxy)
        if self.postgres is not None:
            self._held.push(self.postgres.__exit__)
            await asyncio.to_thread(self.postgres.__enter__)
            self.database_url = await asyncio.to_thread(self.postgres.new_database)
        self.webs = [self._web(directory / str(number)) for number in range(WEBS)]
        await asyncio.gather(*(web.start() for web in self.webs))

    def _web(self, directory: Path) -> Web:
        web = Web(directory, self.environment)
        self._held.push_async_callback(web.kill)
        return web

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this house is told."""
        told = {
            "REDIS_URL": self.proxy.url if self._proxied else self.redis.url,
            "SECRET_KEY": self._key,
            "ORIGINS": ORIGIN,
        }
        return told | self._for_callers if self.postgres is not None else told

    @property
    def _for_callers(self) -> dict[str, str]:
        """Return what lets callers ask as fast as they can be answered."""
        return {
            "DATABASE_URL": self.database_url,
            "FLOOD_GUARD": "0",
            "SAYS_PER_MINUTE": "600",
            "REPORTS_PER_MINUTE": "600",
        }

    _key = secrets.token_hex(32)

    def hurt(self) -> None:
        """Note that from now on the web processes do not hear each other."""
        self.hurts.append(time.monotonic())

    async def dial(self, hear: Hear, small: bool) -> Socket:
        """Reach either process, as one would through whatever stands in front."""
        first, second = random.sample([web.port for web in self.webs], 2)
        try:
            return await dial(first, hear, small=small)
        except OSError:
            return await dial(second, hear, small=small)

    @property
    def errors(self) -> Counter[str]:
        """Return which errors the processes logged, those that have ended."""
        return sum((web.errors for web in self.webs), Counter[str]())


def _fault(line: str) -> str:
    """Return the fault that a log line tells of; empty if it tells of none."""
    if not line.startswith("{"):
        return line
    try:
        told = json.loads(line)
    except ValueError:
        return ""  # a kill broke it off
    return str(told["event"]) if told["level"] in ("ERROR", "CRITICAL") else ""


def free_port() -> int:
    """Return a port on which nobody listens, and that nobody else was given here."""
    while True:
        port = _NOT_GIVEN.pop()
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
            except OSError:
                continue
        return port
