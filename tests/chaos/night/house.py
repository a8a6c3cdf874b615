"""A house at night: one database, one Redis, workers, two peers, and a push service."""

import asyncio
import json
import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

from sqlalchemy import insert, select

from chat.oncall.stages import PeerId
from chat.settings import Settings
from chat.store import peers
from chat.store.database import Database
from chat.store.oncall import alerts, need_events, needs, ways
from chat.store.schema import staff
from tests.chaos.night.judge import Kept
from tests.support.postgres import PostgresServer
from tests.support.program import Program
from tests.support.push_service import Browser, PushService
from tests.support.redis_server import RedisServer

PEERS: Final = (PeerId("wren"), PeerId("otter"))
AFTER: Final = (0, 2, 4)
"""When each step comes, in seconds: a night has no time for ours."""

POLICY: Final = "repeat_after_seconds = 10\n" + "".join(
    f'[[step]]\nafter_seconds = {after}\nwhom = "on_duty"\n' for after in AFTER
)
_LIBRARY: Final = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


def can_fake_time() -> bool:
    """Tell whether the clock of a process can be set here."""
    return _LIBRARY.exists()


class House:
    """Everything of a night that may be broken; ended with whoever entered it."""

    def __init__(self, *, sqlite: bool = False, clock_moves: bool = False) -> None:
        self.redis = RedisServer()
        self.postgres = None if sqlite else PostgresServer()
        self.push = PushService()
        self.raised: list[str] = []
        self.accepted: list[tuple[str, str]] = []
        self.killed: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.programs: dict[str, Program] = {}
        self._at_work: set[int] = set()
        self._clock_moves = clock_moves
        self._held = AsyncExitStack()
        self._open = True
        self._url = ""

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._held.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        await self._held.aclose()

    async def _start(self) -> None:
        self.directory = Path(self._held.enter_context(TemporaryDirectory()))
        (self.directory / "policy.toml").write_text(POLICY)
        self.set_clock(0)
        self._held.callback(self.redis.close)
        await asyncio.to_thread(self.redis.start)
        self.push = await self._held.enter_async_context(PushService.open())
        if self.postgres is not None:
            self._held.push(self.postgres.__exit__)
            await asyncio.to_thread(self.postgres.__enter__)
            self._url = await asyncio.to_thread(self.postgres.new_database)
        self.database = Database(self._url or None, self.directory)
        self._held.push_async_callback(self.database.aclose)
        await self.database.migrate()
        await self._have_peers()

    async def _have_peers(self) -> None:
        now = int(time.time() * 1000)
        for_ever = now + 10**9
        async with self.database.begin() as tx:
            for peer in PEERS:
                row = {"id": peer, "desk_name": peer, "role": "peer", "recovery": []}
                await tx.execute(insert(staff).values(row | {"created_at": 0}))
                await peers.keep(
                    tx,
                    peer,
                    ready_at=now,
                    on_duty_until=for_ever,
                    capacity=1000,
                )
                await tx.execute(insert(ways).values(self._phone(peer, now)))

    def _phone(self, peer: PeerId, now: int) -> dict[str, object]:
        browser = Browser(self.push.endpoint(peer))
        return {
            "id": secrets.token_hex(16),
            "staff_id": peer,
            "kind": "push",
            "address": browser.address,
            "made_at": now,
            "confirmed_at": now,
        }

    # Processes ------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """What every process is told."""
        told = {
            **{name.upper(): "" for name in Settings.model_fields},
            "DATABASE_URL": self._url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": self._key,
            "POLICY_FILE": str(self.directory / "policy.toml"),
            "PUSH_HOSTS": self.push.host,
        }
        return told | self._fake_time if self._clock_moves else told

    _key = secrets.token_hex(32)

    @property
    def _fake_time(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(_LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock_file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    @property
    def _clock_file(self) -> Path:
        return self.directory / "clock"

    def set_clock(self, seconds: int) -> None:
        """Set the clock of every process that far from the real one."""
        new = self.directory / "clock.new"
        new.write_text(f"{seconds:+d}\n")
        # At once: half a file would be no time at all.
        os.replace(new, self._clock_file)

    async def keep(
        self, name: str, role: str, *more: str, told: Callable[[], dict[str, str]]
    ) -> None:
        """Have a process of a role, and another after its end, until the night ends."""
        while self._open:
            await self._one(name, role, *more, told=told())

    async def once(self, role: str, *more: str) -> None:
        """Have one process of a role, until it has ended."""
        await self._one(role, role, *more, told={})

    async def _one(
        self, name: str, role: str, *more: str, told: dict[str, str]
    ) -> None:
        arguments = ("-m", "tests.chaos.night.process", role, str(self.directory))
        program = Program(*arguments, *more, env=self.environment | told)
        self.programs[name] = program
        who = more[0] if more else ""
        reading = asyncio.create_task(asyncio.to_thread(self._read, program, who))
        try:
            await asyncio.shield(reading)
        finally:
            program.kill()
            await reading
            status = await asyncio.to_thread(program.wait)
            self.killed[name] += status == -9 and self._open
            await asyncio.to_thread(program.__exit__)
            self.errors.update(filter(None, map(_fault, program.errors().splitlines())))

    def _read(self, program: Program, who: str) -> None:
        while line := program.line():
            match line.split():
                case ["here"]:
                    self._at_work.add(program.pid)
                case ["raised", id_]:
                    self.raised.append(id_)
                case ["accepted", id_]:
                    self.accepted.append((id_, who))

    async def kill(self, name: str) -> None:
        """End a process as a power cut would, once it is at work."""
        while self.programs[name].pid not in self._at_work:
            await asyncio.sleep(0.05)
        self.programs[name].kill()

    async def all_at_work(self) -> None:
        """Wait until every process that was started is at work."""
        while {program.pid for program in self.programs.values()} - self._at_work:
            await asyncio.sleep(0.05)

    def close(self) -> None:
        """End the night: whoever ends now is not followed by another."""
        self._open = False

    async def kept(self) -> Kept:
        """Return all that the database holds of it."""
        async with self.database.read() as tx:
            return Kept(
                (await tx.execute(select(needs))).all(),
                (
                    await tx.execute(select(need_events).order_by(need_events.c.id))
                ).all(),
                (await tx.execute(select(alerts))).all(),
            )


def _fault(line: str) -> str:
    """Return the fault that a log line tells of; empty if it tells of none."""
    try:
        told = json.loads(line)
    except ValueError:
        return line.strip() if "Error" in line else ""
    return str(told.get("event", "")) if told.get("level") == "ERROR" else ""


def a_few(most: int) -> int:
    """Return how often to come to a point before it hurts."""
    return random.randint(1, most)


Break = Callable[[House, float], Awaitable[None]]
