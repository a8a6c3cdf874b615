"""The examination: all that the doctor looks at, one thing after the other."""

import resource
from collections.abc import AsyncIterator, Iterator
from typing import Final
from urllib.parse import urlsplit

from chat import catalogue, upkeep
from chat.doctor import calls, redis
from chat.doctor.finding import Finding, is_loopback, key, private
from chat.errors import StoreDown
from chat.identity import key_from
from chat.settings import Settings
from chat.store import migrating
from chat.store.database import BadDatabase

SPARE_FILES: Final = 256  # beside one for each connection


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything, and tell one thing at a time."""
    yield _rooms(settings)
    yield private("data directory", settings.data_dir)
    yield _key(settings)
    yield _open_files(settings)
    for finding in _exposure(settings):
        yield finding
    async for finding in redis.look(settings):
        yield finding
    yield await _database(settings)
    async for finding in calls.look(settings):
        yield finding


def _rooms(settings: Settings) -> Finding:
    try:
        rooms = catalogue.load(settings.rooms_file).rooms
    except catalogue.BadRooms as error:
        return Finding(False, f"rooms: {error}")
    return Finding(True, f"rooms: {len(rooms)}")


def _key(settings: Settings) -> Finding:
    file = settings.data_dir / "secret.key"
    path = None if settings.secret_key else file
    return key("key", "SECRET_KEY", path, lambda: key_from(settings.secret_key, file))


def _open_files(settings: Settings) -> Finding:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    told = f"open files: {most} allowed, MAX_CONNECTIONS is {settings.max_connections}"
    spare = most - settings.max_connections
    if most == resource.RLIM_INFINITY or spare >= SPARE_FILES:
        return Finding(True, told)
    return Finding(None if spare >= 0 else False, f"{told}, and {SPARE_FILES} to spare")


def _exposure(settings: Settings) -> Iterator[Finding]:
    """Tell what is right on one machine and wrong on a network."""
    if not is_loopback(settings.host) and not settings.origins:
        yield Finding(None, "ORIGINS is empty although HOST is public")
    if settings.redis_url and _is_plain(settings.redis_url):
        yield Finding(None, "REDIS_URL crosses a network without TLS (rediss://)")


def _is_plain(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme in {"unix", "rediss"}:
        return False
    hosts = parts.netloc.rpartition("@")[2].split(",")
    return not all(is_loopback(urlsplit(f"//{host}").hostname) for host in hosts)


async def _database(settings: Settings) -> Finding:
    try:
        revision = await upkeep.revision(settings)
    except BadDatabase as error:
        return Finding(False, f"database: {error}")
    except StoreDown:
        return Finding(False, "database: does not answer")
    if not migrating.is_known(revision):
        return Finding(False, f"database: of a newer version ({revision})")
    if revision != migrating.newest():
        return Finding(True, "database: its tables will be made at the next start")
    return Finding(True, f"database: revision {revision}")
