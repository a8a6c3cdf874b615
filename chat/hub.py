"""Fan-out on this process: from a topic to the connections that follow it.

An event is framed once, whatever falls in one tick of the loop leaves in one write a
connection, and nothing on the way waits or allocates per connection.
"""

import asyncio
from collections.abc import Callable

from chat.connection import Connection, frame
from chat.metrics import Metrics

Writer = Callable[[bytes], None]


class _Topic:
    __slots__ = ("light", "pending", "writers")

    def __init__(self) -> None:
        self.writers: dict[Connection, Writer] = {}
        self.light: set[Connection] = set()
        self.pending: list[tuple[bytes, bool]] = []  # framed, and whether lively


class Hub:
    """Who follows what on this process."""

    def __init__(self, *, metrics: Metrics) -> None:
        self._metrics = metrics
        self._topics: dict[str, _Topic] = {}
        self._due: list[_Topic] = []

    def follow(
        self, topic: str, connection: Connection, *, light: bool = False
    ) -> None:
        """Let a connection hear a topic from now on, and nothing from before.

        A light one is spared what is lively: who comes, who goes, who is writing.
        """
        followed = self._topics.get(topic)
        if followed is None:
            followed = self._topics[topic] = _Topic()
        elif followed.pending:
            self._flush(followed)
        followed.writers[connection] = connection.writer
        if light:
            followed.light.add(connection)
        else:
            followed.light.discard(connection)

    def unfollow(self, topic: str, connection: Connection) -> None:
        """Let a connection hear a topic no longer."""
        followed = self._topics.get(topic)
        if followed is None:
            return
        followed.writers.pop(connection, None)
        followed.light.discard(connection)
        if not followed.writers:
            del self._topics[topic]

    def followers(self, topic: str) -> int:
        """Return how many connections hear a topic on this process."""
        followed = self._topics.get(topic)
        return len(followed.writers) if followed else 0

    def fan_out(self, topic: str, payload: bytes) -> None:
        """Send a frame to everyone who follows a topic, at the end of this tick."""
        self._queue(topic, payload, lively=False)

    def fan_out_lively(self, topic: str, payload: bytes) -> None:
        """Send a frame to everyone who follows a topic and is not light."""
        self._queue(topic, payload, lively=True)

    def _queue(self, topic: str, payload: bytes, *, lively: bool) -> None:
        followed = self._topics.get(topic)
        if followed is None:
            return
        if not followed.pending:
            if not self._due:
                asyncio.get_running_loop().call_soon(self._flush_all)
            self._due.append(followed)
        followed.pending.append((frame(payload), lively))

    def _flush_all(self) -> None:
        due, self._due = self._due, []
        for followed in due:
            if followed.pending:
                self._flush(followed)

    def _flush(self, followed: _Topic) -> None:
        pending, followed.pending = followed.pending, []
        everything = b"".join([framed for framed, _ in pending])
        if followed.light:
            self._write_apart(followed, pending, everything)
        else:
            # A writer never calls back into us: a connection that cannot keep up is
            # closed in a later tick.
            for write in followed.writers.values():
                write(everything)
        self._metrics.fanned_out.inc(len(pending) * len(followed.writers))

    def _write_apart(
        self, followed: _Topic, pending: list[tuple[bytes, bool]], everything: bytes
    ) -> None:
        quiet = b"".join([framed for framed, lively in pending if not lively])
        for connection, write in followed.writers.items():
            data = quiet if connection in followed.light else everything
            if data:
                write(data)
