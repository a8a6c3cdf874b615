"""Leases in Redis: a process lives while it beats, a place while it is renewed.

A lease's entry is the member's id (16 bytes) and the process's (4); its value whom the
others see (5 bytes) and their state (1 byte).
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Self, cast

from chat import protocol
from chat.errors import BadFrame
from chat.identity import face
from chat.model import Member, MemberId, RoomName, Who
from chat.redis import Script, Scripts
from chat.roster import Change, State

LEASE_SECONDS: Final = 150
"""A hidden tab beats once a minute, and may miss one."""

NODE_LEASE_SECONDS: Final = 10
NEWS: Final = b"p"
"""What begins a publication about presence: it has no position and is never kept."""

_NODE_BYTES = 4
_NODES = "porchlight:nodes"
_ARRIVE, _PRESENCE, _PRESENT = Script("arrive"), Script("presence"), Script("present")
_ALIVE, _UNNAME = Script("nodes"), Script("unname")

_News = tuple[bytes, list[tuple[bytes, bytes, int]], list[bytes]]


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

    def change(self) -> Change:
        """Return it as others hear of it."""
        return Change(self.member.id, self.member.who, self.state)


class Told(NamedTuple):
    """What one process tells the others: of whom something changed, who is writing."""

    node: bytes
    changes: list[Change]
    typing: list[Who]

    @classmethod
    def read(cls, news: bytes) -> Self:
        """Read what a process published.

        Raises:
            BadFrame: If it is nothing that a process of ours says.

        """
        try:
            node, changes, typing = cast("_News", protocol.unpack_value(news))
            heard = [Change(MemberId(m), Who(w), State(s)) for m, w, s in changes]
        except (TypeError, ValueError) as error:
            raise BadFrame from error
        return cls(node, heard, [Who(who) for who in typing])


class Alive(NamedTuple):
    """The processes that live, and whether the one asking was not among them."""

    back: bool
    nodes: set[bytes]


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
        self,
        room: RoomName,
        standings: Sequence[Standing],
        changed: Sequence[Standing],
        typing: Sequence[Who],
    ) -> None:
        """Renew the leases of those here, give up those of who left, tell the others.

        They are told what changed and who is writing, if there is anything to tell.
        """
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
            self._news(changed, typing),
            *pairs,
            *(s.entry(self.node) for s in gone),
        )

    def _news(self, changed: Sequence[Standing], typing: Sequence[Who]) -> bytes:
        if not changed and not typing:
            return b""
        changes = [(s.member.id, s.member.who, int(s.state)) for s in changed]
        return NEWS + protocol.pack((self.node, changes, typing))

    async def free_name(self, room: RoomName, member: Member) -> None:
        """Let somebody else have the name."""
        await self._scripts.call(_UNNAME, (_name(room, member),), member.id)

    async def present(self, room: RoomName) -> list[tuple[bytes, Change]]:
        """Return what each living process's leases say of a room: (node, change)."""
        alive = await self._nodes(b"")
        found = await self._scripts.call(_PRESENT, _keys(room))
        pairs = zip(found[::2], found[1::2], strict=True)
        entries = [_read(entry, value) for entry, value in pairs if value]
        return [(node, change) for node, change in entries if node in alive.nodes]

    async def alive(self) -> Alive:
        """Say that this process lives; return who does, and whether we were missed."""
        return await self._nodes(self.node)

    async def _nodes(self, node: bytes) -> Alive:
        new, *nodes = await self._scripts.call(
            _ALIVE, (_NODES,), node, NODE_LEASE_SECONDS * 1000
        )
        return Alive(bool(new), set(nodes))


def _read(entry: bytes, value: bytes) -> tuple[bytes, Change]:
    member = MemberId(entry[:-_NODE_BYTES])
    return entry[-_NODE_BYTES:], Change(member, Who(value[:-1]), State(value[-1]))


def _keys(room: RoomName) -> tuple[str, str]:
    return f"porchlight:{{{room}}}:leases", f"porchlight:{{{room}}}:people"


def _name(room: RoomName, member: Member) -> str:
    return f"porchlight:{{{room}}}:name:{face(member.who).hex()}"
