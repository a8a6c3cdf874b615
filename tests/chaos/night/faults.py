"""What can happen in a night on call: each breaks one thing, and is over some time."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tests.chaos.night.house import House

POINTS: Final = (
    "due", "called", "before_commit", "after_commit", "sending", "sent", "recorded",
    "raised_again",
)  # fmt: skip
"""Where a worker is killed: between any two things that it does."""

LATEST: Final = 2.0
"""How late a step may be while only workers are hurt, in seconds."""

Break = Callable[[House], Awaitable[None]]


async def _nothing(_house: House) -> None:
    pass


@dataclass(frozen=True)
class NightFault:
    """What is done to a house at night, and what must hold while it is done."""

    name: str
    breaks: Break = _nothing
    point: str = ""
    """Where one of the two workers kills itself, and so does whoever follows it."""
    often: int = 1
    """How often it comes to that point before, at most."""
    both: bool = False
    """Whether the other does so too, once: who comes to that point is chance."""
    latest: float | None = None
    """How late a step may be, in seconds; None: as late as what is broken takes."""
    silent: float = 0.0
    """The share of accepted needs about which their peer then says nothing."""
    kills: str = ""
    """How the names of those begin who must have been killed, for it to count."""
    clock_moves: bool = False
    sqlite: bool = False


async def workers_killed(house: House) -> None:
    """Kill one worker after the other, each followed at once."""
    for turn in range(8):
        await asyncio.sleep(0.8 + random.random())
        await house.kill(f"worker {turn % 2}")


async def peers_killed(house: House, times: int = 16) -> None:
    """Kill the web process of a peer who accepts, again and again."""
    for turn in range(times):
        await asyncio.sleep(0.5 + random.random())
        await house.kill(f"peer {turn % 2}")


async def database_restarted(house: House) -> None:
    """Cut the power of the database, three times."""
    assert house.postgres is not None
    for _ in range(3):
        await asyncio.sleep(1.5 + random.random())
        await asyncio.to_thread(house.postgres.kill)
        await asyncio.sleep(random.random())
        await asyncio.to_thread(house.postgres.start)


async def push_fails(house: House) -> None:
    """Have the push service answer that it is out of order."""
    house.push.status = 503
    await asyncio.sleep(8)
    house.push.status = 201


async def push_hangs(house: House) -> None:
    """Have the push service take a call, and not answer it."""
    house.push.delay = 30
    await asyncio.sleep(8)
    house.push.delay = 0


async def push_is_gone(house: House) -> None:
    """Have the push service know none of our browsers any more."""
    house.push.status = 410
    await asyncio.sleep(8)


async def clock_put_forward(house: House) -> None:
    """Set the clock of all an hour forward, and later right again."""
    await asyncio.sleep(2)
    house.set_clock(3600)
    await asyncio.sleep(6)
    house.set_clock(0)


async def clock_put_back(house: House) -> None:
    """Set the clock of all an hour back, and later right again."""
    await asyncio.sleep(2)
    house.set_clock(-3600)
    await asyncio.sleep(6)
    house.set_clock(0)


NIGHT_FAULTS: Final = (
    NightFault("quiet night", latest=LATEST),
    # Five processes on one file are more than a house on a file has.
    NightFault("quiet night, SQLite", sqlite=True),
    *(
        NightFault(
            f"killed at {point}",
            point=point,
            often=40 if point in ("called", "sending", "sent") else 3,
            latest=LATEST,
            kills="worker 0",
        )
        for point in POINTS
    ),
    NightFault(
        "killed at leased",
        push_fails,
        "leased",
        3,
        latest=LATEST,
        kills="worker 0",
    ),
    NightFault("killed at silent", point="silent", silent=0.3, kills="worker 0"),
    NightFault("workers killed", workers_killed, kills="worker 0"),
    NightFault("workers killed, SQLite", workers_killed, kills="worker 0", sqlite=True),
    NightFault("peers killed", peers_killed, silent=0.05, kills="peer 0"),
    NightFault("database restarted", database_restarted),
    NightFault("push fails", push_fails, latest=LATEST),
    NightFault("push hangs", push_hangs, latest=LATEST),
    NightFault("push is gone", push_is_gone, latest=LATEST),
    NightFault("clock put forward", clock_put_forward, clock_moves=True),
    NightFault("clock put back", clock_put_back, clock_moves=True),
)
"""All that a night may bring."""
