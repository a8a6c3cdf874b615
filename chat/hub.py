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
    __slots__ = ("pending", "writers")

    def __init__(self) -> None:
        self.writers: dict[Connection, Writer] = {}
        self.pending: list[bytes] = []


class Hub:
    """Who follows what on this process."""

    def __init__(self, *, metrics: Metrics) -> None:
        self._metrics = metrics
        self._topics: dict[str, _Topic] = {}
        self._due: list[_Topic] = []

    def follow(self, topic: str, connection: Connection) -> None:
        """Let a connection hear a topic from now on, and nothing from before."""
        followed = self._topics.get(topic)
        if followed is None:
            followed = self._topics[topic] = _Topic()
        elif followed.pending:
            self._flush(followed)
        followed.writers[connection] = connection.writer

    def unfollow(self, topic: str, connection: Connection) -> None:
        """Let a connection hear a topic no longer."""
        followed = self._topics.get(topic)
        if followed is None:
            return
        followed.writers.pop(connection, None)
        if not followed.writers:
            del self._topics[topic]

    def follows(self, topic: str, connection: Connection) -> bool:
        """Tell whether a connection hears a topic."""
        followed = self._topics.get(topic)
        return followed is not None and connection in followed.writers

    def followers(self, topic: str) -> int:
        """Return how many connections hear a topic on this process."""
        followed = self._topics.get(topic)
        return len(followed.writers) if followed else 0

    def fan_out(self, topic: str, payload: bytes) -> None:
        """Send a frame to everyone who follows a topic, at the end of this tick."""
        followed = self._topics.get(topic)
        if followed is None:
            return
        if not followed.pending:
            if not self._due:
                asyncio.get_running_loop().call_soon(self._flush_all)
            self._due.append(followed)
        followed.pending.append(frame(payload))

    def _flush_all(self) -> None:
        due, self._due = self._due, []
        for followed in due:
            if followed.pending:
                self._flush(followed)

    def _flush(self, followed: _Topic) -> None:
        frames, followed.pending = followed.pending, []
        data = b"".join(frames)
        # A writer never calls back into us: a connection that cannot keep up is closed
        # in a later tick.
        for write in followed.writers.values():
            write(data)
        self._metrics.fanned_out.inc(len(frames) * len(followed.writers))
