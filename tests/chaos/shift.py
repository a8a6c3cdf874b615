"""A shift: callers who need the room team, and stewards who work what waits."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from redis.exceptions import RedisError

from chat.errors import StoreDown
from chat.history import flagged_key
from chat.model import RoomName
from chat.roles import Role
from chat.store import staff
from chat.store.database import Database
from tests.chaos.caller import Caller
from tests.chaos.house import House
from tests.chaos.inquest import Acted, CaseVerdict, examine, kept_by, room_of
from tests.chaos.socket import HOST
from tests.support.program import Program

ROOMS = ("men", "women")
CALLERS = 6
STEWARDS = ("ada", "ben")
ANSWERED_WITHIN_SECONDS = 100
LOOK_EVERY_SECONDS = 0.05
LONGEST_SHIFT_SECONDS = 3.0
"""After which a steward's process is killed, at the latest."""


class Shift:
    """What callers were promised and stewards did, while something was broken."""

    def __init__(self, house: House, directory: Path, *, kills: bool) -> None:
        self._house = house
        self._directory = directory
        self._kills = kills
        self._database = Database(house.database_url, directory)
        self._acts: list[Acted] = []
        self._open = True
        urls = [f"http://{HOST}:{web.port}" for web in house.webs]
        self._callers = [
            Caller(ROOMS[n % len(ROOMS)], lambda: urls) for n in range(CALLERS)
        ]

    async def begin(self) -> None:
        """Give the stewards their places."""
        await self._until(self._is_migrated)
        async with self._database.begin() as tx:
            for name in STEWARDS:
                await staff.add(tx, staff.Account(name, name, Role.MODERATOR, 0))

    async def _is_migrated(self) -> bool:
        with suppress(StoreDown):
            return await self._database.revision() is not None
        return False

    async def run(self, meanwhile: Callable[[], Awaitable[None]]) -> CaseVerdict:
        """Work while something happens; return what came of it once all is quiet."""
        async with asyncio.TaskGroup() as tasks:
            for name in STEWARDS:
                tasks.create_task(self._steward(name))
            for caller in self._callers:
                tasks.create_task(caller.live())
            await meanwhile()
            await self._until(self._something_is_done)
            for caller in self._callers:
                caller.finish()
            await self._until(self._everybody_is_answered)
            self._open = False
        await self._until(self._nothing_waits)
        verdict = await self._examined()
        await self._database.aclose()
        return verdict

    # -- Stewards

    async def _steward(self, name: str) -> None:
        """Let one process after another do a steward's work."""
        while self._open:
            arguments = ("-m", "tests.chaos.steward", name, str(self._directory))
            program = Program(*arguments, env=self._house.environment)
            try:
                if await asyncio.to_thread(program.line):
                    await self._while_at_work(program)
            finally:
                await asyncio.to_thread(program.__exit__)

    async def _while_at_work(self, program: Program) -> None:
        """Take down what a process did, until it ends or its time is up."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + random.random() * LONGEST_SHIFT_SECONDS
        reading = asyncio.create_task(asyncio.to_thread(self._read, program))
        while not reading.done() and self._open:
            # Nothing is lost of an act that a slow machine never comes to.
            if self._kills and self._acts and loop.time() > ends:
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        program.kill()
        await reading

    def _read(self, program: Program) -> None:
        while line := program.line():
            with suppress(ValueError):  # a kill broke it off
                self._acts.append(Acted(**json.loads(line)))

    # -- When all is quiet

    async def _until(self, true: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
            while not await true():
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _something_is_done(self) -> bool:
        """Tell whether a steward has acted; on a slow machine they only now begin."""
        return bool(self._acts)

    async def _everybody_is_answered(self) -> bool:
        return all(caller.done for caller in self._callers)

    async def _nothing_waits(self) -> bool:
        with suppress(RedisError, StoreDown), self._house.redis.client() as client:
            waits = [client.xlen(flagged_key(RoomName(room))) for room in ROOMS]
            return not any(waits) and not (await kept_by(self._database)).undone
        return False

    async def _examined(self) -> CaseVerdict:
        kept = await kept_by(self._database)
        with self._house.redis.client() as client:
            rooms = {room: room_of(client, room) for room in ROOMS}
        answered = [each for caller in self._callers for each in caller.answered]
        tried = {id_: a for each in self._callers for id_, a in each.tried.items()}
        return examine(answered, tried, self._acts, kept, rooms)
