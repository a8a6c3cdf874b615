"""Several real servers as one: a Cluster of three, and one watched by a Sentinel."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

from redis import Redis
from redis.exceptions import RedisError

from chat.embedded import server_binary
from tests.support.redis_server import RedisServer

HOST = "127.0.0.1"
SLOTS = 16384
ENOUGH_SECONDS = 60
SERVICE = "porchlight"


class Node(RedisServer):
    """A server that others on this machine can reach by a port."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        super().__init__(
            *("--port", str(self.port)),
            *("--bind", HOST),
            *("--repl-diskless-sync-delay", "0"),
            *options,
        )

    @property
    def address(self) -> str:
        """Return where it listens."""
        return f"{HOST}:{self.port}"

    def ask(self, *words: object) -> Any:
        """Send it a command and return the answer."""
        with self.client() as client:
            return cast("Any", client).execute_command(*words)


class Cluster:
    """Three primaries that share the slots."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    @property
    def url(self) -> str:
        """Return its REDIS_URL."""
        return f"redis+cluster://{','.join(node.address for node in self.nodes)}"

    def slot(self, key: str) -> int:
        """Return the slot of a key."""
        return int(self.nodes[0].ask("CLUSTER", "KEYSLOT", key))

    def node_of(self, key: str) -> Node:
        """Return the node that has a key's slot."""
        for first, last, (_, port, *_) in self.nodes[0].ask("CLUSTER", "SLOTS"):
            if first <= self.slot(key) <= last:
                return next(node for node in self.nodes if node.port == port)
        raise AssertionError("nobody has that slot")

    def move(self, key: str, to: Node) -> None:
        """Give the slot of a key, and all that is in it, to another node."""
        slot, source = self.slot(key), self.node_of(key)
        ids = {node: node.ask("CLUSTER", "MYID") for node in (source, to)}
        to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[source])
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to])
        for name in source.ask("CLUSTER", "GETKEYSINSLOT", slot, 1000):
            source.ask("MIGRATE", HOST, to.port, name, 0, 5000)
        for node in (to, source, *self.nodes):
            node.ask("CLUSTER", "SETSLOT", slot, "NODE", ids[to])

    def wait_until_whole(self) -> None:
        """Wait until every node serves and knows the others."""
        until(lambda: all(self._is_whole(node) for node in self.nodes))

    def _is_whole(self, node: Node) -> bool:
        serves = b"cluster_state:ok" in node.ask("CLUSTER", "INFO")
        return serves and len(node.ask("CLUSTER", "SLOTS")) >= len(self.nodes)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a cluster of three."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(_cluster_node()) for _ in range(3)]
        for number, node in enumerate(nodes):
            first, last = SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1
            node.ask("CLUSTER", "ADDSLOTSRANGE", first, last)
            node.ask("CLUSTER", "MEET", HOST, nodes[0].port, nodes[0].port + 10_000)
        made = Cluster(nodes)
        made.wait_until_whole()
        yield made


def _cluster_node() -> Node:
    return Node(
        *("--cluster-enabled", "yes"),
        *("--cluster-node-timeout", "1000"),
        *("--cluster-announce-ip", HOST),
        *("--cluster-require-full-coverage", "no"),
    )


class Watched:
    """A master and its replica, and the Sentinel that watches them."""

    def __init__(self, master: Node, replica: Node, port: int) -> None:
        self.master = master
        self.replica = replica
        self._port = port

    @property
    def url(self) -> str:
        """Return the REDIS_URL."""
        return f"redis+sentinel://{HOST}:{self._port}/{SERVICE}"

    def sentinel(self) -> Redis:
        """Return a client of the Sentinel; close it after use."""
        return Redis(host=HOST, port=self._port)

    def master_port(self) -> int:
        """Return the port of who is master, as the Sentinel knows."""
        with self.sentinel() as sentinel:
            found = cast("Any", sentinel).execute_command(
                "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE
            )
        return int(found[1])

    def wait_for_failover(self) -> None:
        """Wait until the replica is the master."""
        until(lambda: self.master_port() == self.replica.port)

    def wait_until_watched(self) -> None:
        """Wait until a failover would succeed."""
        with self.sentinel() as sentinel:
            until(
                lambda: cast("Any", sentinel).execute_command(
                    "SENTINEL", "REPLICAS", SERVICE
                )
            )


@contextmanager
def watched() -> Iterator[Watched]:
    """Run a master, a replica and a Sentinel."""
    with ExitStack() as stack:
        master = stack.enter_context(Node())
        replica = stack.enter_context(Node("--replicaof", HOST, str(master.port)))
        until(lambda: _follows(replica))
        made = Watched(master, replica, stack.enter_context(_sentinel(master)))
        made.wait_until_watched()
        yield made


def _follows(replica: Node) -> bool:
    told = replica.ask("INFO", "replication")
    return bool(told["master_link_status"] == "up")


SENTINEL = """
port {port}
bind {host}
dir {directory}
sentinel monitor {service} {host} {master} 1
sentinel down-after-milliseconds {service} 1000
sentinel failover-timeout {service} 5000
"""


@contextmanager
def _sentinel(master: Node) -> Iterator[int]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="porchlight-test-") as directory:
        file = Path(directory) / "sentinel.conf"
        file.write_text(
            SENTINEL.format(
                port=port,
                host=HOST,
                directory=directory,
                service=SERVICE,
                master=master.port,
            )
        )
        process = subprocess.Popen(
            [str(server_binary()), str(file), "--sentinel"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with Redis(host=HOST, port=port) as client:
                until(client.ping)
            yield port
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port nobody listens on, nor on the one of its cluster bus."""
    while True:
        with socket.socket() as one, socket.socket() as bus:
            one.bind((HOST, 0))
            port = int(one.getsockname()[1])
            try:
                bus.bind((HOST, port + 10_000))
            except (OSError, OverflowError):
                continue
            return port


def until(condition: Callable[[], object]) -> None:
    """Wait until something is true of servers that do not answer at first."""
    give_up = time.monotonic() + ENOUGH_SECONDS
    while not _is_true(condition):
        assert time.monotonic() < give_up, "not true of the servers in time"
        time.sleep(0.02)


def _is_true(condition: Callable[[], object]) -> bool:
    try:
        return bool(condition())
    except RedisError:
        return False
