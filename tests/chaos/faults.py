"""The faults: each breaks one thing for some time, and returns when that is over."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.chaos.house import House, Web
from tests.chaos.page import Page

KILL_EVERY_SECONDS = 3
REDIS_KILLS = 10
LONGEST_FREEZE_SECONDS = 15
WEB_FREEZE_SECONDS = 6
DEAF_EVERY_SECONDS = 8
FORGETS = 3
LOST_BYTES = 4_000
DROP_SHARE = 0.2
STALLED_SHARE = 0.05
LONGEST_DELAY_SECONDS = 1.0
LONGEST_OUTAGE_SECONDS = 15
LIFE_SECONDS = (0.1, 2.0)
SEED = 20_261_121

Break = Callable[[House, Sequence[Page], float], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """What is done to a house, and what must hold while it is done."""

    name: str
    breaks: Break
    proxied: bool = False
    keeps_lines: bool = False
    """Whether every page must stay connected."""

    noticed: bool = False
    """Whether the processes must tell their pages that they hear nothing."""

    forgets: bool = False
    """Whether something is lost for good, and everyone must be told so."""

    stalls: bool = False
    """Whether some pages stop reading, and so what is said must be long."""

    works: bool = False
    """Whether members call for the room team, who work in one database."""

    kills_stewards: bool = False
    """Whether the processes of the room team are killed too."""


async def webs_killed(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Kill one web process after another, each started again at once."""
    turn = 0
    async for _ in _every(KILL_EVERY_SECONDS, seconds):
        web = house.webs[turn % len(house.webs)]
        await web.kill()
        await web.start()
        turn += 1


async def webs_restarted(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Tell one web process after another to end, and start it again."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for web in house.webs:
            await web.stop()
            await web.start()


async def webs_frozen(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Let one web process after another hang, as a machine short of memory does."""
    turn = 0
    async for _ in _every(min(WEB_FREEZE_SECONDS * 2, seconds / 2), seconds):
        web = house.webs[turn % len(house.webs)]
        web.freeze()
        await asyncio.sleep(min(WEB_FREEZE_SECONDS, seconds / 4))
        web.thaw()
        turn += 1


async def redis_killed(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Kill Redis ten times; it is away for up to a second."""
    every = seconds / REDIS_KILLS
    async for _ in _every(every, seconds):
        house.hurt()
        await asyncio.to_thread(house.redis.kill)
        await asyncio.sleep(random.random() * min(1, every / 2))
        await asyncio.to_thread(house.redis.start)


async def redis_frozen(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Let Redis hang at the end: connections stay open, nothing is answered."""
    freeze = min(LONGEST_FREEZE_SECONDS, seconds * 0.75)
    await asyncio.sleep(seconds - freeze)
    house.hurt()
    house.redis.freeze()
    await asyncio.sleep(freeze)
    house.redis.thaw()


async def redis_forgetful(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Let Redis lose all that it knows, as one without a disk does."""
    async for _ in _every(seconds / FORGETS, seconds):
        await asyncio.to_thread(house.redis.flush)


async def redis_set_back(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Let Redis lose the last it was told, as a power cut does."""
    async for _ in _every(seconds / FORGETS, seconds):
        await asyncio.to_thread(house.redis.kill)
        for file in house.redis.socket.parent.glob("appendonlydir/*.incr.aof"):
            os.truncate(file, max(0, file.stat().st_size - LOST_BYTES))
        await asyncio.to_thread(house.redis.start)


async def replies_dropped(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Cut the connection after a command went out, before its answer comes."""
    house.proxy.drop_share = DROP_SHARE
    await asyncio.sleep(seconds)
    house.proxy.drop_share = 0


async def feeds_deaf(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Cut or silence what is published, while commands are answered."""
    hush = False
    async for _ in _every(min(DEAF_EVERY_SECONDS, seconds / 2), seconds):
        house.hurt()
        (house.proxy.hush_feeds if hush else house.proxy.cut_feeds)()
        hush = not hush


async def commands_hung(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Answer no commands any more on the lines that are open, while all is heard."""
    async for _ in _every(min(DEAF_EVERY_SECONDS, seconds / 2), seconds):
        house.proxy.hush_commands()


async def feeds_late(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Let what is published come late, so that what is next door comes first."""
    house.proxy.feed_delay = LONGEST_DELAY_SECONDS
    await asyncio.sleep(seconds)
    house.proxy.feed_delay = 0


async def everything(house: House, pages: Sequence[Page], seconds: float) -> None:
    """Break web processes, Redis and the lines between them at once."""
    async with asyncio.TaskGroup() as tasks:
        for breaks in (webs_killed, redis_killed, replies_dropped, feeds_late):
            tasks.create_task(breaks(house, pages, seconds))


async def pages_stalled(_house: House, pages: Sequence[Page], seconds: float) -> None:
    """Let some pages stop reading, and read again at the end."""
    stalled = [page for page in pages if page.small]
    for page in stalled:
        page.stop_reading()
    await asyncio.sleep(seconds)
    for page in stalled:
        page.read_on()


async def work_killed(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Kill web processes at any moment, so that every step is hit by some kill."""
    ends = time.monotonic() + seconds
    async with asyncio.TaskGroup() as tasks:
        for number, web in enumerate(house.webs):
            tasks.create_task(_killed_again_and_again(web, SEED + number, ends))


async def _killed_again_and_again(web: Web, seed: int, ends: float) -> None:
    chance = random.Random(seed)
    while time.monotonic() < ends:
        await asyncio.sleep(chance.uniform(*LIFE_SECONDS))
        await web.kill()
        await web.start()


async def database_frozen(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Let the database hang: connections stay open, nothing is answered."""
    assert house.postgres is not None
    freeze = min(LONGEST_OUTAGE_SECONDS, seconds * 0.6)
    await asyncio.sleep((seconds - freeze) / 2)
    house.postgres.freeze()
    await asyncio.sleep(freeze)
    house.postgres.thaw()
    await asyncio.sleep((seconds - freeze) / 2)


async def database_killed(house: House, _pages: Sequence[Page], seconds: float) -> None:
    """Kill the database, and start it again some time later."""
    assert house.postgres is not None
    away = min(LONGEST_OUTAGE_SECONDS, seconds * 0.6)
    await asyncio.sleep((seconds - away) / 2)
    await asyncio.to_thread(house.postgres.kill)
    await asyncio.sleep(away)
    await asyncio.to_thread(house.postgres.start)
    await asyncio.sleep((seconds - away) / 2)


async def both_killed(house: House, pages: Sequence[Page], seconds: float) -> None:
    """Kill Redis, which keeps what waits for the database, while that is away."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(database_killed(house, pages, seconds))
        await asyncio.sleep(seconds / 2)
        house.hurt()
        await asyncio.to_thread(house.redis.kill)
        await asyncio.to_thread(house.redis.start)


async def _every(pause: float, seconds: float) -> AsyncIterator[None]:
    """Come round so often, for so long; a round that takes longer delays the next."""
    began = due = time.monotonic()
    while (due := max(due + pause, time.monotonic())) <= began + seconds + pause / 2:
        await asyncio.sleep(due - time.monotonic())
        yield


FAULTS = (
    Fault("webs killed", webs_killed),
    Fault("redis killed", redis_killed, keeps_lines=True, noticed=True),
    Fault("redis frozen", redis_frozen, keeps_lines=True, noticed=True),
    Fault("pages stalled", pages_stalled, stalls=True),
    Fault("replies dropped", replies_dropped, proxied=True, keeps_lines=True),
    Fault("webs restarted", webs_restarted),
    Fault("feeds deaf", feeds_deaf, proxied=True, keeps_lines=True, noticed=True),
    Fault("webs frozen", webs_frozen, keeps_lines=True),
    Fault("commands hung", commands_hung, proxied=True, keeps_lines=True),
    Fault("feeds late", feeds_late, proxied=True, keeps_lines=True),
    Fault("everything", everything, proxied=True),
    Fault("work killed", work_killed, works=True, kills_stewards=True),
    Fault("database frozen", database_frozen, works=True, keeps_lines=True),
    Fault("database killed", database_killed, works=True, keeps_lines=True),
    Fault("both killed", both_killed, works=True, keeps_lines=True),
    Fault("redis set back", redis_set_back, keeps_lines=True, forgets=True),
    Fault("redis forgetful", redis_forgetful, keeps_lines=True, forgets=True),
)
