"""How soon somebody is called: two hundred who press at once, in a real house.

Runs alone too: `.venv/bin/python bench/alerts.py`. Each press goes over its own line to
a web process. Two peers are on duty; each is called on their pages and by a push, which
a push service on this machine takes.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert, select  # noqa: E402

from chat import asides, protocol  # noqa: E402
from chat.settings import Settings  # noqa: E402
from chat.store import peers  # noqa: E402
from chat.store.database import Database  # noqa: E402
from chat.store.oncall import alerts, needs, ways  # noqa: E402
from chat.store.schema import staff  # noqa: E402
from chat.talkroom import need_of  # noqa: E402
from tests.chaos.socket import ORIGIN, Socket, dial  # noqa: E402
from tests.support.postgres import PostgresServer, binaries  # noqa: E402
from tests.support.program import Program  # noqa: E402
from tests.support.push_service import Browser, PushService  # noqa: E402
from tests.support.redis_server import RedisServer  # noqa: E402

NEEDS = 200
AFTER = (0, 10, 20)
POLICY = "repeat_after_seconds = 60\n" + "".join(
    f'[[step]]\nafter_seconds = {after}\nwhom = "on_duty"\n' for after in AFTER
)
PEERS = ("wren", "otter")
HELLO, RAISE = 1, 15
SETTLE_SECONDS = 2.0
READY_SECONDS = 5.0
"""Until processes that have just started know of each other."""


def alerts_of(_contender: object, _seconds: float) -> list[dict[str, float]]:
    """Press in a house on a file, and in one of three processes on PostgreSQL."""
    command = [sys.executable, __file__, "--figures"]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(told.stdout)


class House:
    """The processes, the database, and the push service."""

    def __init__(
        self, url: str, directory: Path, redis: str, push: PushService
    ) -> None:
        self.directory = directory
        self.push = push
        self.database = Database(url or None, directory)
        (directory / "policy.toml").write_text(POLICY)
        self._told = {
            **{name.upper(): "" for name in Settings.model_fields},
            "DATABASE_URL": url,
            "REDIS_URL": redis,
            "SECRET_KEY": secrets.token_hex(32),
            "ORIGINS": ORIGIN,
            "POLICY_FILE": str(directory / "policy.toml"),
            "PUSH_HOSTS": push.host,
            "MAX_CONNECTIONS_PER_PREFIX": "100000",
        }

    async def have_peers(self) -> None:
        now = int(time.time() * 1000)
        async with self.database.begin() as tx:
            for peer in PEERS:
                row = {"id": peer, "desk_name": peer, "role": "peer", "recovery": []}
                await tx.execute(insert(staff).values(row | {"created_at": 0}))
                await peers.keep(
                    tx, peer, ready_at=now, on_duty_until=now + 10**8, capacity=1000
                )
                way = {"id": secrets.token_hex(16), "staff_id": peer, "kind": "push"}
                way |= {"address": Browser(self.push.endpoint(peer)).address}
                way |= {"made_at": now, "confirmed_at": now}
                await tx.execute(insert(ways).values(way))

    def program(self, command: str, number: int = 0) -> Program:
        """Start a process, each in a directory of its own; the first has the file's."""
        own = self.directory / str(number) if number else self.directory
        told = self._told | {"PORT": "0", "DATA_DIR": str(own)}
        return Program("-m", "chat", command, env=told)


@asynccontextmanager
async def a_house(*, shared: bool) -> AsyncIterator[tuple[House, list[int]]]:
    """Run a house; yield it and the ports of its web processes."""
    async with AsyncExitStack() as held:
        directory = Path(held.enter_context(TemporaryDirectory()))
        redis = held.enter_context(RedisServer())
        push = await held.enter_async_context(PushService.open())
        url = held.enter_context(PostgresServer()).new_database() if shared else ""
        house = House(url, directory, redis.url, push)
        held.push_async_callback(house.database.aclose)
        await house.database.migrate()
        await house.have_peers()
        programs = [house.program("serve", n) for n in range(2 if shared else 1)]
        ports = []
        for program in programs:
            held.push(program.__exit__)
            line = await asyncio.to_thread(program.line)
            ports.append(int(line.rsplit(":", 1)[1].strip("/ ")))
        if shared:
            held.push(house.program("work", 2).__exit__)
        yield house, ports


class Member:
    """Somebody who presses the button."""

    def __init__(self) -> None:
        self.pressed_at = 0.0
        self.talk = ""
        self._line: Socket | None = None

    async def come(self, port: int) -> None:
        self._line = await dial(port, self._hear)
        self._ask(HELLO, 1, secrets.token_bytes(16))

    def press(self) -> None:
        self.pressed_at = time.time()
        self._ask(RAISE, 2, "", "", "", "", "en")

    def leave(self) -> None:
        if self._line is not None:
            self._line.abort()

    def _ask(self, *frame: object) -> None:
        assert self._line is not None
        self._line.send(protocol.pack(frame))

    def _hear(self, message: bytes) -> None:
        kind, *fields = protocol.unpack_value(message)
        if kind == asides.NEED:
            self.talk = fields[1] or self.talk


async def _measured(*, shared: bool) -> dict[str, float]:
    async with a_house(shared=shared) as (house, ports):
        members = [Member() for _ in range(NEEDS)]
        for number, member in enumerate(members):
            await member.come(ports[number % len(ports)])
        await asyncio.sleep(READY_SECONDS)
        for member in members:
            member.press()
        await asyncio.sleep(AFTER[-1] + SETTLE_SECONDS * 2)
        figures = await _figures(house, members)
        for member in members:
            member.leave()
    return {"database": "postgresql" if shared else "sqlite", **figures}


async def _figures(house: House, members: list[Member]) -> dict[str, float]:
    pressed = {need_of(each.talk): each.pressed_at for each in members if each.talk}
    async with house.database.read() as tx:
        asked = select(needs.c.id, needs.c.raised_at)
        raised = {row.id: row.raised_at for row in await tx.execute(asked)}
        about = alerts.c.need_id != "", alerts.c.sent_at > 0
        sent = (await tx.execute(select(alerts).where(*about))).all()
    first: dict[tuple[str, int], int] = {}
    for alert in sent:
        key = alert.need_id, alert.step
        first[key] = min(first.get(key, alert.sent_at), alert.sent_at)
    soon = [at / 1000 - pressed[id_] for (id_, step), at in first.items() if step == 0]
    late = [
        (at - raised[id_]) / 1000 - AFTER[step]
        for (id_, step), at in first.items()
        if step
    ]
    return {
        "needs": len(raised),
        "called": len(soon),
        "first_alert_p50_s": _percentile(soon, 50),
        "first_alert_p99_s": _percentile(soon, 99),
        "later_steps": len(late),
        "step_late_p99_s": _percentile(late, 99),
        "step_late_worst_s": round(max(late, default=99), 3),
        "pushes": len(house.push.pushed),
    }


def _percentile(values: list[float], which: int) -> float:
    if len(values) < 2:
        return 99.0
    return round(quantiles(values, n=100, method="inclusive")[which - 1], 3)


async def _all() -> list[dict[str, float]]:
    runs = [await _measured(shared=False)]
    if binaries() is not None:
        runs.append(await _measured(shared=True))
    return runs


def main() -> None:
    runs = asyncio.run(_all())
    if "--figures" in sys.argv:
        print(json.dumps(runs))
        return
    for run in runs:
        print(json.dumps(run, indent=2))


if __name__ == "__main__":
    # Nothing of this machine's settings may decide what is measured.
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    main()
