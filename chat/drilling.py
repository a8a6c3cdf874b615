"""Drilling: a fire drill from the command line, against a service that runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from chat.clock import Clock
from chat.doorbell import Doorbell
from chat.errors import Amiss
from chat.oncall import policy
from chat.oncall.drill import OPERATOR, Drills
from chat.oncall.drilled import Drilled
from chat.oncall.needs import Needs
from chat.oncall.planned import Planned
from chat.oncall.team import Team
from chat.oncall.ways import Ways
from chat.redis import Lines, Scripts, servers
from chat.settings import Settings
from chat.store import migrating, needs
from chat.store.database import Database


class OtherVersion(Amiss):
    """The service that runs has other tables than this version would work with."""


async def drill(settings: Settings, wait: timedelta) -> Drilled:
    """Raise a need that nobody has; return how quickly somebody came.

    Raises:
        OtherVersion, BadPolicy, StoreDown: As they say.

    """
    async with _drills(settings) as drills:
        return await drills.hold(OPERATOR, wait)


@asynccontextmanager
async def _drills(settings: Settings) -> AsyncIterator[Drills]:
    database = Database(settings.database_url, settings.data_dir)
    there = servers(settings.redis_url or "")
    scripts = Scripts(there)
    # It rings and listens to nothing.
    lines = Lines(servers=there, node="operator", tell=scripts.tell)
    bell = Doorbell(scripts=scripts, lines=lines, fan_out=lambda _topic, _frame: None)
    running = asyncio.ensure_future(scripts.run())
    try:
        await _check(database)
        yield _wired(settings, database, bell)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await there.aclose()
        await database.aclose()


async def _check(database: Database) -> None:
    """Refuse to drill a service of another version, and change nothing of its own."""
    revision = await database.revision()
    if revision != migrating.newest():
        raise OtherVersion(
            f"the database is of another version ({revision or 'none yet'}): "
            "drill with the version that serves"
        )


def _wired(settings: Settings, database: Database, bell: Doorbell) -> Drills:
    clock = Clock()
    ways = Ways(
        database=database,
        clock=clock,
        ring=bell.call,
        reachable_hours=settings.reachable_hours,
    )
    team = Team(planned=Planned(), reachable=ways.reachable_ids, talks=needs.talks_of)
    return Drills(
        database=database,
        clock=clock,
        needs=Needs(
            database=database,
            clock=clock,
            policy=policy.load(settings.policy_file),
            ring=bell.call,
            changed=bell.changed,
            seal=lambda handle, _peer: handle,  # a drill has no device to be blocked
        ),
        standbys=team.standbys,
    )
