"""Leases in Redis: a process lives while it beats, a place while it is renewed.

A lease's entry is the member's id (16 bytes) and the process's (4); its value whom the
others see (5 bytes) and their state (1 byte).
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, cast

from chat.identity import face
from chat.model import Member, MemberId, RoomName, Who
from chat.redis import Script, Scripts
from chat.roster import Change, State

LEASE_SECONDS: Final = 150
"""A hidden tab beats once a minute, and may miss one."""

NODE_LEASE_SECONDS: Final = 10
_NODE_BYTES = 4
_NODES = "porchlight:nodes"
_ARRIVE, _PRESENCE, _PRESENT = Script("arrive"), Script("presence"), Script("present")
_ALIVE, _UNNAME = Script("nodes"), Script("unname")


class Standing(NamedTuple):
    """A member's state in a room, as one process sees it."""

    member: Member
    state: State

    def entry(self, node: bytes) -> bytes:
        """Return the lease's entry."""
        return self.member.id + node

    def value(self) -> bytes:
        """Return the lease's value."""
        return self.member.who + bytes((self.state,))


class Leases:
    """What one process holds and sees of places in rooms."""

    def __init__(
        self, *, scripts: Scripts, node: bytes, channel: Callable[[RoomName], str]
    ) -> None:
        self.node = node
        self._scripts = scripts
        self._channel = channel

    async def claim(self, room: RoomName, member: Member) -> bool:
        """Take a lease and a name; return whether nobody else has the name.

        Raises:
            Unavailable: If Redis does not answer; so with all that follows.

        """
        standing = Standing(member, State.HERE)
        return bool(
            await self._scripts.call(
                _ARRIVE,
                (*_keys(room), _name(room, member)),
                standing.entry(self.node),
                member.id,
                standing.value(),
                LEASE_SECONDS * 1000,
            )
        )

    async def renew(
        self, room: RoomName, standings: Sequence[Standing], news: bytes
    ) -> None:
        """Renew the leases of those here, give up those of who left, publish news."""
        kept = [s for s in standings if s.state is not State.LEFT]
        gone = [s for s in standings if s.state is State.LEFT]
        pairs = [part for s in kept for part in (s.entry(self.node), s.value())]
        await self._scripts.call(
            _PRESENCE,
            _keys(room),
            LEASE_SECONDS * 1000,
            len(kept),
            len(gone),
            self._channel(room),
            news,
            *pairs,
            *(s.entry(self.node) for s in gone),
        )

    async def free_name(self, room: RoomName, member: Member) -> None:
        """Let somebody else have the name."""
        await self._scripts.call(_UNNAME, (_name(room, member),), member.id)

    async def present(self, room: RoomName) -> list[tuple[bytes, Change]]:
        """Return what each process's leases say of a room: (node, change)."""
        found = await self._scripts.call(_PRESENT, _keys(room))
        pairs = zip(found[::2], found[1::2], strict=True)
        return [_read(entry, value) for entry, value in pairs if value]

    async def alive(self) -> set[bytes]:
        """Say that this process lives; return all that do."""
        return await self._nodes(self.node)

    async def living(self) -> set[bytes]:
        """Return all processes that live."""
        return await self._nodes(b"")

    async def _nodes(self, node: bytes) -> set[bytes]:
        alive = await self._scripts.call(
            _ALIVE, (_NODES,), node, NODE_LEASE_SECONDS * 1000
        )
        return set(cast("list[bytes]", alive))


def _read(entry: bytes, value: bytes) -> tuple[bytes, Change]:
    member = MemberId(entry[:-_NODE_BYTES])
    return entry[-_NODE_BYTES:], Change(member, Who(value[:-1]), State(value[-1]))


def _keys(room: RoomName) -> tuple[str, str]:
    return f"porchlight:{{{room}}}:leases", f"porchlight:{{{room}}}:people"


def _name(room: RoomName, member: Member) -> str:
    return f"porchlight:{{{room}}}:name:{face(member.who).hex()}"
