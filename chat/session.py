"""A session: whose connection it is, where they are, and what waits for an answer."""

from collections import deque
from collections.abc import Mapping
from typing import Final, Protocol

from chat import protocol
from chat.connection import Connection
from chat.model import Handle, Member, RoomName
from chat.prefixes import Ticket
from chat.requests import Request
from chat.wheel import Deadline, Wheel

HELLO_SECONDS: Final = 10
_NOWHERE: frozenset[RoomName] = frozenset()
_NEVER: Mapping[RoomName, int] = {}
_NAMELESS: Mapping[RoomName, str] = {}


class House(Protocol):
    """Who is told what happens in a session."""

    wheel: Wheel

    def came(self, session: "Session") -> None:
        """Count a session in."""

    def went(self, session: "Session", connection: Connection) -> None:
        """Count a session out, and take it out of its rooms."""

    def received(
        self, session: "Session", connection: Connection, payload: bytes
    ) -> None:
        """Take one frame."""

    def come_back_after(self) -> int:
        """Return milliseconds after which a page should come back."""


class Session:
    """One connection, as the gateway knows it."""

    __slots__ = (
        "_deadline",
        "_house",
        "bad_frames",
        "called",
        "connection",
        "device",
        "handle",
        "new_since",
        "owed",
        "rooms",
        "secret",
        "serving",
        "spoken_in",
        "ticket",
        "waiting",
    )

    def __init__(self, house: House, ticket: Ticket | None) -> None:
        self._house = house
        self._deadline: Deadline | None = None
        self.ticket = ticket
        self.connection: Connection | None = None
        self.secret = self.device = b""
        self.handle = Handle(b"")
        self.new_since: Mapping[RoomName, int] = _NEVER
        """When somebody new came into a room that was shielded."""

        self.spoken_in: frozenset[RoomName] = _NOWHERE
        self.owed = False
        """Whether something that is theirs may not have been told yet."""

        self.called: Mapping[RoomName, str] = _NAMELESS
        """What the device is called in each room before it asks for another name;
        empty until that is asked."""

        self.rooms: dict[RoomName, Member] = {}
        self.waiting: deque[Request] | None = None
        self.serving = False
        self.bad_frames = 0

    def opened(self, connection: Connection) -> None:
        """Begin, and expect a hello soon."""
        self.connection = connection
        self._deadline = self._house.wheel.after(HELLO_SECONDS, self._no_hello)
        self._house.came(self)

    def _no_hello(self) -> None:
        if self.connection is not None:
            self.connection.close(4202, "no_hello")

    def received(self, connection: Connection, payload: bytes) -> None:
        """Take one frame."""
        self._house.received(self, connection, payload)

    def greeted(self, secret: bytes, device: bytes, handle: Handle) -> None:
        """Know whose connection this is."""
        self.secret, self.device, self.handle = secret, device, handle
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def first_words_in(self, room: RoomName) -> bool:
        """Tell whether nothing was said there on this connection yet, and note it."""
        first = room not in self.spoken_in
        self.spoken_in |= {room}
        return first

    def full(self, _connection: Connection) -> None:
        """Nothing more than what `closing` does: the page comes back and resumes."""

    def shutting_down(self, connection: Connection) -> None:
        """Say when to come back, not all at once."""
        connection.send(protocol.bye(self._house.come_back_after()))

    def closing(self, connection: Connection) -> None:
        """Hear nothing more."""
        self._house.went(self, connection)

    def lost(self, _connection: Connection) -> None:
        """End."""
        self.connection = None
        if self._deadline is not None:
            self._deadline.cancel()
        if self.ticket is not None:
            self.ticket.leave()
