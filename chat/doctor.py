"""The doctor: looks at what the service needs, before anybody comes to talk."""

import asyncio
import ipaddress
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from chat import catalogue, upkeep
from chat.embedded import OLDEST_VERSION, Embedded, NoServer, running
from chat.errors import StoreDown
from chat.redis.servers import servers
from chat.settings import Settings
from chat.store import migrating
from chat.store.database import BadDatabase

SPARE_FILES = 256  # beside one for each connection
ANSWER_SECONDS = 5
_KEY = "porchlight:doctor"
_OTHERS = 0o077


class Finding(NamedTuple):
    """What was found; `well` is None where it is worth a thought, and no fault."""

    well: bool | None
    told: str

    def __str__(self) -> str:
        sign = {True: "✔", False: "✘", None: "!"}[self.well]
        return f"{sign} {self.told}"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything, and tell one thing at a time."""
    yield _rooms(settings)
    yield _private("data directory", settings.data_dir)
    yield _key(settings)
    yield _open_files(settings)
    for finding in _exposure(settings):
        yield finding
    async for finding in _redis(settings):
        yield finding
    yield await _database(settings)


def _rooms(settings: Settings) -> Finding:
    try:
        rooms = catalogue.load(settings.rooms_file).rooms
    except catalogue.BadRooms as error:
        return Finding(False, f"rooms: {error}")
    return Finding(True, f"rooms: {len(rooms)}")


def _private(what: str, path: Path) -> Finding:
    if not path.exists():
        return Finding(True, f"{what}: {path} will be made at the first start")
    if path.stat().st_mode & _OTHERS:
        right = "700" if path.is_dir() else "600"
        return Finding(False, f"{what}: others may open {path} (chmod {right} {path})")
    return Finding(True, f"{what}: {path}")


def _key(settings: Settings) -> Finding:
    if settings.secret_key:
        return Finding(True, "key: from SECRET_KEY")
    return _private("key", settings.data_dir / "secret.key")


def _open_files(settings: Settings) -> Finding:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    told = f"open files: {most} allowed, MAX_CONNECTIONS is {settings.max_connections}"
    spare = most - settings.max_connections
    if most == resource.RLIM_INFINITY or spare >= SPARE_FILES:
        return Finding(True, told)
    return Finding(None if spare >= 0 else False, f"{told}, and {SPARE_FILES} to spare")


def _exposure(settings: Settings) -> Iterator[Finding]:
    """Tell what is right on one machine and wrong on a network."""
    if not _is_loopback(settings.host) and not settings.origins:
        yield Finding(None, "ORIGINS is empty although HOST is public")
    if settings.redis_url and _is_plain(settings.redis_url):
        yield Finding(None, "REDIS_URL crosses a network without TLS (rediss://)")


def _is_plain(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme in {"unix", "rediss"}:
        return False
    hosts = parts.netloc.rpartition("@")[2].split(",")
    return not all(_is_loopback(urlsplit(f"//{host}").hostname) for host in hosts)


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "127.0.0.1").is_loopback
    except ValueError:
        return host == "localhost"


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


async def _redis(settings: Settings) -> AsyncIterator[Finding]:
    """Look at the server that would be used; a private one is started for it."""
    url = settings.redis_url or running(settings.data_dir)
    if url:
        async for finding in _server(url):
            yield finding
        return
    try:
        with Embedded(settings.data_dir) as private:
            async for finding in _server(private.url):
                yield finding
    except NoServer as error:
        yield Finding(False, f"redis: {error}")


async def _server(url: str) -> AsyncIterator[Finding]:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            told, sharded = await _ask(url)
    except (RedisError, OSError, TimeoutError, ValueError) as error:
        # Its message may quote the URL, and the URL a password.
        yield Finding(False, f"redis: does not answer ({type(error).__name__})")
        return
    for finding in _about(told):
        yield finding
    yield Finding(sharded, "redis: sharded pub/sub")


def _about(told: dict[str, str]) -> Iterator[Finding]:
    version = told.get("valkey_version") or told.get("redis_version", "0")
    new_enough = int(version.split(".")[0]) >= OLDEST_VERSION
    yield Finding(new_enough, f"redis: version {version}, {OLDEST_VERSION} needed")
    yield Finding(
        told.get("aof_enabled") == "1" and told.get("aof_last_write_status") == "ok",
        "redis: keeps what it is told (appendonly yes)",
    )
    policy = told.get("maxmemory_policy", "unknown")
    yield Finding(
        policy == "noeviction",
        f"redis: throws nothing away (maxmemory-policy is {policy})",
    )
    yield Finding(
        told.get("stream-node-max-entries") == "1" or None,
        "redis: keeps no words of what left a log (stream-node-max-entries 1)",
    )


async def _ask(url: str) -> tuple[dict[str, str], bool]:
    """Return what a server tells about itself, and whether it knows shards."""
    known = servers(url)
    try:
        await known.refresh()
        connection = known.connection_to(known.server_of(_KEY))
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
            return await _info(connection), await _knows_shards(connection)
        finally:
            await connection.disconnect()
    finally:
        await known.aclose()


async def _info(connection: AbstractConnection) -> dict[str, str]:
    await connection.send_command("INFO")
    answer = cast("bytes", await connection.read_response())
    lines = answer.decode(errors="replace").splitlines()
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    return told | await _nodes_of_a_stream(connection)


async def _nodes_of_a_stream(connection: AbstractConnection) -> dict[str, str]:
    """Return how streams are kept, unless we may not ask."""
    await connection.send_command("CONFIG", "GET", "stream-node-max-entries")
    try:
        answer = cast("list[bytes]", await connection.read_response())
    except RedisError:
        return {}
    return {answer[0].decode(): answer[1].decode()} if answer else {}


async def _knows_shards(connection: AbstractConnection) -> bool:
    await connection.send_command("SPUBLISH", _KEY, "")
    try:
        await connection.read_response()
    except RedisError:
        return False
    return True
