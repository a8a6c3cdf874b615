"""Which servers a `REDIS_URL` names, and which of them has a key.

redis://, rediss:// and unix:// are redis-py's own. Two more are ours:
redis+sentinel://[user:password@]host:port,host:port/service[/db] and
redis+cluster://[user:password@]host:port,host:port.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from redis.asyncio import ConnectionPool, Sentinel
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisClusterException

CONNECT_TIMEOUT_SECONDS = 2.0
_DEFAULT_PORT = 6379

# The library must not retry or resubscribe behind our back: a write whose answer was
# lost would run twice, and a subscription that died would come back without a word.
_OPTIONS: dict[str, Any] = {
    "protocol": 2,
    "socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
    "socket_timeout": None,
    "health_check_interval": 0,
}


class Servers(Protocol):
    """One Redis, or several behind one URL."""

    async def refresh(self) -> None:
        """Learn anew which server has what.

        Raises:
            RedisError, OSError: If nobody tells.

        """

    def server_of(self, key: str, /) -> str:
        """Return the name of the server that has a key.

        Raises:
            RedisError: If nobody is known to have it.

        """

    def connection_to(self, server: str, /) -> AbstractConnection:
        """Return a connection of one's own to a server, not yet connected.

        Raises:
            RedisError: If there is no such server any more.

        """

    async def aclose(self) -> None:
        """Let go of what was opened to learn the topology."""


def servers(url: str) -> Servers:
    """Return the servers that a `REDIS_URL` names.

    Raises:
        ValueError: If the URL names none.

    """
    parts = urlsplit(url)
    if parts.scheme == "redis+cluster":
        return Cluster(parts)
    if parts.scheme == "redis+sentinel":
        return Watched(parts)
    return Single(url)


class Single:
    """One server, or whichever one answers under its address."""

    def __init__(self, url: str) -> None:
        self._pool: ConnectionPool = ConnectionPool.from_url(
            url, retry=Retry(NoBackoff(), 0), **_OPTIONS
        )

    async def refresh(self) -> None:
        """Nothing to learn: there is one server."""

    def server_of(self, _key: str) -> str:
        """Return the one server's name."""
        return ""

    def connection_to(self, _server: str) -> AbstractConnection:
        """Return a new connection."""
        return _made(self._pool)

    async def aclose(self) -> None:
        """Nothing was opened."""


class Watched:
    """The master that a set of Sentinels agree on, asked at every connect."""

    def __init__(self, parts: SplitResult) -> None:
        service, _, db = parts.path.strip("/").partition("/")
        if not service:
            raise ValueError("redis+sentinel:// needs /service at its end")
        self._sentinel = Sentinel(  # type: ignore[no-untyped-call]
            _addresses(parts), sentinel_kwargs={**_OPTIONS, "socket_timeout": 2.0}
        )
        self._pool = self._sentinel.master_for(
            service,
            db=int(db or 0),
            retry=Retry(NoBackoff(), 0),
            **_OPTIONS,
            **_credentials(parts),
        ).connection_pool

    async def refresh(self) -> None:
        """Nothing to keep: a new connection asks the Sentinels."""

    def server_of(self, _key: str) -> str:
        """Return the master's name."""
        return ""

    def connection_to(self, _server: str) -> AbstractConnection:
        """Return a new connection to whoever is master when it connects."""
        return _made(self._pool)

    async def aclose(self) -> None:
        """Close the connections to the Sentinels."""
        for sentinel in self._sentinel.sentinels:
            await sentinel.aclose()


class Cluster:
    """A Redis Cluster: the hash tag of a key decides the server."""

    def __init__(self, parts: SplitResult) -> None:
        self._cluster = RedisCluster(
            startup_nodes=[ClusterNode(*address) for address in _addresses(parts)],
            protocol=2,
            socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
            socket_timeout=CONNECT_TIMEOUT_SECONDS,
            **_credentials(parts),
        )
        self._known = False

    async def refresh(self) -> None:
        """Ask the cluster which server has which slots."""
        with _no_cluster_error():
            if self._known:
                await self._cluster.nodes_manager.initialize()
            else:
                await self._cluster.initialize()
        self._known = True

    def server_of(self, key: str) -> str:
        """Return the name of the primary that has a key's slot."""
        with _no_cluster_error():
            node = self._cluster.get_node_from_key(key)
        if node is None:
            raise NotConnected("a slot without a server")
        return str(node.name)

    def connection_to(self, server: str, /) -> AbstractConnection:
        """Return a new connection to one primary."""
        node = self._cluster.get_node(node_name=server)
        if node is None:
            raise NotConnected("a server that left the cluster")
        options = {**node.connection_kwargs, "socket_timeout": None}
        options["retry"] = Retry(NoBackoff(), 0)
        return cast("AbstractConnection", node.connection_class(**options))

    async def aclose(self) -> None:
        """Close the connections that were opened to learn the slots."""
        await self._cluster.aclose()


@contextmanager
def _no_cluster_error() -> Iterator[None]:
    """Let nothing out but what is a RedisError; the library's own is none."""
    try:
        yield
    except RedisClusterException as error:
        raise NotConnected("the cluster does not answer") from error


def _made(pool: ConnectionPool) -> AbstractConnection:
    connection = pool.make_connection()  # type: ignore[no-untyped-call]
    return cast("AbstractConnection", connection)


def _addresses(parts: SplitResult) -> list[tuple[str, int]]:
    hosts = parts.netloc.rpartition("@")[2].split(",")
    pairs = [host.strip().rpartition(":") for host in hosts]
    addresses = [
        (name or port, int(port) if name else _DEFAULT_PORT) for name, _, port in pairs
    ]
    if not all(name for name, _ in addresses):
        raise ValueError("REDIS_URL names no host")
    return addresses


def _credentials(parts: SplitResult) -> dict[str, Any]:
    before = parts.netloc.rpartition("@")[0]
    if not before:
        return dict(parse_qsl(parts.query))
    user, _, password = before.partition(":")
    return {
        "username": unquote(user) or None,
        "password": unquote(password),
        **dict(parse_qsl(parts.query)),
    }
