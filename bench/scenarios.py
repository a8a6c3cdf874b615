"""What is measured, and how: each scenario drives one contender once."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

from alerts import alerts_of
from contenders import (
    ORIGIN,
    RAW,
    SERVICE,
    SOCKETIO,
    STARLETTE,
    STARLETTE_REDIS,
    WEBSOCKETS,
    Contender,
    Stage,
    staged,
)
from generator import Figures, Generator, generator
from ramp import highest_rate
from screening import screening

SETTLE_SECONDS = 1.5


@dataclass(frozen=True)
class Scenario:
    """One thing to measure, and who is measured doing it."""

    name: str
    measure: Callable[[Contender, float], list[Figures]]
    """Drive a contender for about so many seconds; return its runs."""
    contenders: tuple[Contender, ...]
    seconds: float
    once: bool = False
    """The figure is a count and not a time: one round says it all."""


@contextmanager
def crowd(stage: Stage, **options: object):
    """Connect a crowd to every process of a stage; without speakers members speak."""
    options = {"ports": ",".join(map(str, stage.ports)), **options}
    dialect = stage.contender.dialect
    with generator(dialect=dialect, origin=ORIGIN, **options) as load:
        yield load


def assemble(load: Generator, stage: Stage) -> Figures:
    """Let everybody join, and return what that cost."""
    servers, redis = stage.cpu()
    figures = load.connect()
    servers, redis = (b - a for a, b in zip((servers, redis), stage.cpu(), strict=True))
    if figures["failed"] or figures["closed"]:
        raise RuntimeError(f"not everybody could join: {figures}")
    joins = figures["joined"]
    return {
        "joins": joins,
        "joins_per_second": joins / figures["seconds"],
        "join_cpu_us": (servers + redis) / joins * 1e6,
        "join_server_cpu_us": servers / joins * 1e6,
        "join_redis_cpu_us": redis / joins * 1e6,
    }


def talk(
    load: Generator, stage: Stage, rate: float, seconds: float, length: int = 120
) -> Figures:
    """Say so many messages a second, and return what each delivery cost."""
    servers, redis = stage.cpu()
    figures = load.publish(rate, seconds, length)
    servers, redis = (b - a for a, b in zip((servers, redis), stage.cpu(), strict=True))
    deliveries = max(figures["deliveries"], 1)
    return {
        "rate": rate,
        **figures,
        "lost": figures["expected"] - figures["deliveries"],
        "deliveries_per_second": figures["in_time"] / figures["seconds"],
        "cpu_us": (servers + redis) / deliveries * 1e6,
        "server_cpu_us": servers / deliveries * 1e6,
        "redis_cpu_us": redis / deliveries * 1e6,
        "cores_used": (servers + redis) / seconds,
    }


def _processes(contender: Contender, count: int) -> int:
    """Only with Redis between them can several processes be one service."""
    return count if contender.redis else 1


def _large_room(stage: Stage):
    """One room of a thousand: most on the first process, who speaks on the last."""
    return crowd(
        stage,
        ports=stage.ports[0],
        speaker_port=stage.ports[-1],
        members=900,
        speakers=100,
    )


def fanout(contender: Contender, seconds: float) -> list[Figures]:
    with (
        staged(contender, _processes(contender, 2)) as stage,
        _large_room(stage) as load,
    ):
        assemble(load, stage)
        load.idle(SETTLE_SECONDS)
        return [
            highest_rate(
                lambda rate: talk(load, stage, rate, seconds), contender.first_rate
            )
        ]


def quiet(contender: Contender, seconds: float) -> list[Figures]:
    runs = []
    for processes in sorted({1, _processes(contender, 2)}):
        with staged(contender, processes) as stage, _large_room(stage) as load:
            assemble(load, stage)
            load.idle(SETTLE_SECONDS)
            talk(load, stage, 20, 1)
            figures = talk(load, stage, 20, seconds)
        runs.append({"processes": processes, **figures})
    return runs


def small_rooms(contender: Contender, seconds: float) -> list[Figures]:
    with (
        staged(contender, 1) as stage,
        crowd(stage, members=5000, rooms=250) as load,
    ):
        assemble(load, stage)
        load.idle(SETTLE_SECONDS)
        talk(load, stage, 250, 1)
        return [talk(load, stage, 250, seconds)]


def idle(contender: Contender, seconds: float) -> list[Figures]:
    with (
        staged(contender, 1, pauses=True) as stage,
        crowd(stage, members=10_000, rooms=250) as load,
    ):
        before = stage.resident_kb()
        figures = assemble(load, stage)
        load.idle(seconds)
        after = stage.resident_kb()
        return [
            {
                **figures,
                "kb_per_connection": (after - before) / figures["joins"],
                "resident_mb": after / 1024,
                "gc_pause_ms": stage.longest_pause_ms(),
            }
        ]


def join(contender: Contender, seconds: float) -> list[Figures]:
    with staged(contender, 1) as stage:
        # Rooms in which something was said, so that there is history to read.
        with crowd(stage, members=250, rooms=250) as load:
            assemble(load, stage)
            load.publish(1000, seconds)
        with crowd(stage, members=5000, rooms=250) as load:
            return [assemble(load, stage)]


LONG_PER_SECOND = 100
"""Of 1 KB each; at 400, screening them takes a whole core, and all wait for that."""


def stalled(contender: Contender, seconds: float) -> list[Figures]:
    runs = []
    for stalling in (0, 1):
        with (
            staged(contender, 1) as stage,
            crowd(stage, members=50, speakers=10, stalled=stalling) as load,
        ):
            assemble(load, stage)
            load.idle(SETTLE_SECONDS)
            figures = talk(load, stage, LONG_PER_SECOND, seconds, 1000)
        runs.append({"stalled": stalling, **figures})
    return runs


def payload(contender: Contender, seconds: float) -> list[Figures]:
    with (
        staged(contender, 1) as stage,
        crowd(stage, members=20, speakers=5, room_prefix="newcomer") as load,
    ):
        assemble(load, stage)
        talk(load, stage, 300, 1, 80)  # past the positions that fit one byte
        figures = talk(load, stage, 50, seconds, 80)
        size = figures["delivered_bytes"] / figures["deliveries"]
        return [{**figures, "payload_bytes": size}]


def idle_bytes(contender: Contender, seconds: float) -> list[Figures]:
    members = 20
    with staged(contender, 1) as stage, crowd(stage, members=members) as load:
        assemble(load, stage)
        load.idle(10)
        figures = load.idle(seconds)
        bytes_both_ways = figures["bytes_in"] + figures["bytes_out"]
        minutes = figures["seconds"] / 60
        return [{**figures, "bytes_per_minute": bytes_both_ways / members / minutes}]


def flat(contender: Contender, seconds: float) -> list[Figures]:
    runs = []
    for processes in (1, 2, 4):
        for members, rooms, rate in ((10, 100, 200), (100, 10, 100), (1000, 1, 20)):
            with (
                staged(contender, processes) as stage,
                crowd(stage, members=members * rooms, rooms=rooms) as load,
            ):
                assemble(load, stage)
                load.idle(SETTLE_SECONDS)
                figures = talk(load, stage, rate, seconds)
            shape = {"processes": processes, "members": members, "rooms": rooms}
            runs.append({**shape, **figures})
    return runs


_EVERYONE = (SERVICE, STARLETTE, STARLETTE_REDIS, WEBSOCKETS, SOCKETIO, RAW)
_WITHOUT_REDIS = (SERVICE, STARLETTE, WEBSOCKETS, RAW)

SCENARIOS = (
    Scenario("fanout", fanout, _EVERYONE, seconds=2),
    Scenario("quiet", quiet, _EVERYONE, seconds=5),
    Scenario("small_rooms", small_rooms, _EVERYONE, seconds=5),
    Scenario("idle", idle, _WITHOUT_REDIS, seconds=4),
    Scenario("join", join, _WITHOUT_REDIS, seconds=2.5),
    Scenario("stalled", stalled, (SERVICE, STARLETTE, WEBSOCKETS), seconds=12),
    Scenario("payload", payload, (SERVICE, STARLETTE), seconds=2, once=True),
    Scenario("idle_bytes", idle_bytes, (SERVICE,), seconds=120, once=True),
    Scenario("flat", flat, (SERVICE,), seconds=4),
    Scenario("screening", screening, (SERVICE,), seconds=5),
    Scenario("alerts", alerts_of, (SERVICE,), seconds=30),
)
