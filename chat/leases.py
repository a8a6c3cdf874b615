"""Leases in Redis: a process lives while it beats, a place while it is renewed."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from chat.history import presence_keys
from chat.identity import face
from chat.model import Member, RoomName, Who
from chat.redis import Script, Scripts
from chat.roster import Change, State
from chat.standing import LEASE_SECONDS, Standing, Told, of_lease

NODE_LEASE_SECONDS: Final = 10
_NODES = "porchlight:nodes"
_ARRIVE, _PRESENCE, _PRESENT = Script("arrive"), Script("presence"), Script("present")
_ALIVE, _UNNAME = Script("nodes"), Script("unname")


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
                (*presence_keys(room), _name(room, member)),
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
        told = Told(self.node, [s.change() for s in changed], typing)
        await self._scripts.call(
            _PRESENCE,
            presence_keys(room),
            LEASE_SECONDS * 1000,
            len(kept),
            len(gone),
            self._channel(room),
            told.news(),
            *pairs,
            *(s.entry(self.node) for s in gone),
        )

    async def free_name(self, room: RoomName, member: Member) -> None:
        """Let somebody else have the name."""
        await self._scripts.call(_UNNAME, (_name(room, member),), member.id)

    async def present(self, room: RoomName) -> list[tuple[bytes, Change]]:
        """Return what each living process's leases say of a room: (node, change)."""
        alive = await self._nodes(b"")
        found = await self._scripts.call(_PRESENT, presence_keys(room))
        pairs = zip(found[::2], found[1::2], strict=True)
        entries = [of_lease(entry, value) for entry, value in pairs if value]
        return [(node, change) for node, change in entries if node in alive.nodes]

    async def alive(self) -> Alive:
        """Say that this process lives; return who does, and whether we were missed."""
        return await self._nodes(self.node)

    async def _nodes(self, node: bytes) -> Alive:
        new, *nodes = await self._scripts.call(
            _ALIVE, (_NODES,), node, NODE_LEASE_SECONDS * 1000
        )
        return Alive(bool(new), set(nodes))


def _name(room: RoomName, member: Member) -> str:
    return f"porchlight:{{{room}}}:name:{face(member.who).hex()}"
