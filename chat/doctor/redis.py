"""The server: Redis as the service needs it, which forgets nothing by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final, cast

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from chat.doctor.finding import Finding
from chat.embedded import OLDEST_VERSION, Embedded, NoServer, running
from chat.redis.servers import servers
from chat.settings import Settings

ANSWER_SECONDS: Final = 5
_KEY: Final = "porchlight:doctor"


async def look(settings: Settings) -> AsyncIterator[Finding]:
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
