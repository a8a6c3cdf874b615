"""A member's standing in a room: as a lease keeps it, and as processes tell each other.

A lease's entry is the member's id (16 bytes) and the process's (4); its value whom the
others see (5 bytes) and their state (1 byte).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Self, cast

from chat import protocol
from chat.errors import BadFrame
from chat.model import Member, MemberId, Who
from chat.roster import Change, State

LEASE_SECONDS: Final = 150
"""A hidden tab beats once a minute, and may miss one."""

NEWS: Final = b"p"
"""What begins a publication about presence: it has no position and is never kept."""

_NODE_BYTES = 4
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


def of_lease(entry: bytes, value: bytes) -> tuple[bytes, Change]:
    """Return what a lease says, and which process says it: (node, change)."""
    member = MemberId(entry[:-_NODE_BYTES])
    return entry[-_NODE_BYTES:], Change(member, Who(value[:-1]), State(value[-1]))


class Told(NamedTuple):
    """What one process tells the others: of whom something changed, who is writing."""

    node: bytes
    changes: Sequence[Change]
    typing: Sequence[Who]

    @classmethod
    def read(cls, news: bytes) -> Self:
        """Read what a process published, without what it begins with.

        Raises:
            BadFrame: If it is nothing that a process of ours says.

        """
        try:
            node, changes, typing = cast("_News", protocol.unpack_value(news))
            heard = [
                Change(MemberId(_octets(member)), Who(_octets(who)), State(state))
                for member, who, state in changes
            ]
            return cls(_octets(node), heard, [Who(_octets(who)) for who in typing])
        except (TypeError, ValueError) as error:
            raise BadFrame from error

    def news(self) -> bytes:
        """Return what to publish, or nothing if there is nothing to tell."""
        if not self.changes and not self.typing:
            return b""
        changes = [(c.member, c.who, int(c.state)) for c in self.changes]
        return NEWS + protocol.pack((self.node, changes, self.typing))


def _octets(value: bytes) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError
    return value
