"""Staffing: what an operator does with the room team from the command line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from chat import identity
from chat.clock import Clock
from chat.doorbell import Doorbell
from chat.errors import Amiss, ChatError, Unavailable
from chat.frontdesk import Accounts
from chat.redis import Lines, Scripts, servers
from chat.roles import Role
from chat.settings import Settings, house_url
from chat.staff import LastOfTheTeam, Mate, NobodyOfThatName, Staff, link
from chat.store.database import Database

THE_OPERATOR: Final = "the operator"

_NOWHERE: Final = "unix:///nowhere"
"""For what needs no Redis."""


class NotDone(Amiss):
    """What was asked was not done; the message says why, to an operator."""


_WHY: Final[dict[type[ChatError], str]] = {
    NobodyOfThatName: "nobody of the room team goes by that desk name",
    LastOfTheTeam: "they are the only coordinator: let another one in first",
    Unavailable: "Redis does not answer, so they may be signed in still: do it again",
}


async def first_invitation(settings: Settings) -> str | None:
    """Return the link by which the first coordinator comes; None: there is somebody.

    Of those it has returned, only the last is good: ask once a start, not once a
    process.

    Raises:
        StoreDown: If the database does not answer; so with all that follows.

    """
    async with _staff(settings) as staff:
        invitation = await staff.first_invitation()
    return link(house_url(settings), invitation) if invitation else None


async def invite(settings: Settings, role: Role) -> str:
    """Return a link by which somebody joins the room team: once, within 72 hours."""
    async with _staff(settings) as staff:
        invitation = await staff.invite(role, THE_OPERATOR)
    return link(house_url(settings), invitation)


async def team(settings: Settings) -> list[str]:
    """Return a line for everybody of the room team, those who left too."""
    async with _staff(settings) as staff:
        return [_line(mate) for mate in await staff.team()]


async def disable(settings: Settings, desk_name: str) -> str:
    """Let somebody in no more, and end at once what they have open; say so.

    Raises:
        NotDone: If there is nobody of that name, or nobody else, or no Redis.

    """
    try:
        async with _staff(settings) as staff:
            gone = await staff.disable(desk_name, THE_OPERATOR)
    except tuple(_WHY) as error:
        raise NotDone(_WHY[type(error)]) from error
    return f"{gone.desk_name} is signed out everywhere, and let in no more."


@asynccontextmanager
async def _staff(settings: Settings) -> AsyncIterator[Staff]:
    """Have the accounts, on the database and the Redis that the settings name."""
    key = identity.key_from(settings.secret_key, settings.data_dir / "secret.key")
    database = Database(settings.database_url, settings.data_dir)
    there = servers(settings.redis_url or _NOWHERE)
    scripts = Scripts(there)
    # It rings and listens to nothing.
    lines = Lines(servers=there, node="operator", tell=scripts.tell)
    bell = Doorbell(scripts=scripts, lines=lines, fan_out=lambda _topic, _frame: None)
    accounts = Accounts(
        database=database, scripts=scripts, clock=Clock(), key=key, ring=bell.changed
    )
    try:
        await database.migrate()
        async with _running(scripts):
            yield accounts.staff
    finally:
        await there.aclose()
        await database.aclose()


@asynccontextmanager
async def _running(scripts: Scripts) -> AsyncIterator[None]:
    """Serve scripts; what the caller is refused comes out as it is, in no group."""
    refused: ChatError | None = None
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(scripts.run())
        await asyncio.sleep(0)
        try:
            yield
        except ChatError as error:
            refused = error
        running.cancel()
    if refused is not None:
        raise refused


def _line(mate: Mate) -> str:
    since = _day(mate.created_at)
    left = f", left {_day(mate.disabled_at)}" if mate.disabled_at is not None else ""
    return f"{mate.desk_name}\t{mate.role}\tsince {since}{left}"


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
