"""One page of the room team: who sits at it, what it shows, and what it waits for."""

from collections import deque
from typing import Final, Protocol

from chat import bulletin, protocol
from chat.connection import Connection
from chat.desk.asked import Asked, Check, LookAgain, Typing, read
from chat.errors import Blocked, ChatError
from chat.model import Member
from chat.prefixes import Ticket
from chat.signing.sittings import Deskmate
from chat.wheel import Deadline, Wheel

SIGNED_OUT: Final = 4205
LOOK_AGAIN_SECONDS: Final = 30
MOST_WAITING: Final = 16
"""More than a page that chats ever asks before it has heard an answer."""


class House(Protocol):
    """Who is told what happens on a page."""

    @property
    def wheel(self) -> Wheel:
        """Return what wakes it."""

    def came(self, session: "StaffSession", connection: Connection) -> None:
        """Count a page in."""

    def went(self, session: "StaffSession", connection: Connection) -> None:
        """Count a page out."""

    def serve(self, session: "StaffSession") -> None:
        """Answer what waits."""

    def typed(self, session: "StaffSession", asked: Typing) -> None:
        """Pass on that somebody writes."""


class StaffSession:
    """One page of somebody of the room team; of nobody, to be told so."""

    def __init__(
        self, house: House, me: Deskmate | None, ticket: Ticket | None
    ) -> None:
        self.me = me
        self.case = ""
        self.talks: dict[str, Member] = {}
        """The needs whose talks it shows, and who they are there."""

        self.connection: Connection | None = None
        self._house = house
        self._ticket = ticket
        self._deadline: Deadline | None = None
        self._waiting: deque[Asked] = deque()
        self._serving = False

    def is_of(self, staff_id: str, ref: str) -> bool:
        """Tell whether it belongs to a sitting, or to any of somebody's."""
        me = self.me
        return me is not None and me.id == staff_id and ref in {"", me.sitting.ref}

    # What a page asks -----------------------------------------------------------------

    def received(self, connection: Connection, payload: bytes) -> None:
        """Take one frame."""
        asked = read(payload)
        if asked is None:
            connection.close(4200, "bad_frames")
        elif isinstance(asked, Typing):
            self._house.typed(self, asked)
        elif len(self._waiting) >= MOST_WAITING:
            connection.close(4201, "flood")
        else:
            self._wait(asked)

    def look_again(self) -> None:
        """Have it looked at whether somebody is signed in still."""
        self._once(LookAgain())

    def check(self, need: str) -> None:
        """Have it looked at whether they may be in a talk still."""
        if need in self.talks:
            self._once(Check(need))

    def _once(self, asked: Asked) -> None:
        if asked not in self._waiting:
            self._wait(asked)

    def _wait(self, asked: Asked) -> None:
        self._waiting.append(asked)
        if not self._serving:
            self._serving = True
            self._house.serve(self)

    def next(self) -> Asked | None:
        """Return what is to be answered next; None: nothing more for now."""
        if self._waiting and self.connection is not None:
            return self._waiting.popleft()
        self._serving = False
        return None

    # The line -------------------------------------------------------------------------

    def opened(self, connection: Connection) -> None:
        """Begin."""
        self.connection = connection
        if self.me is None:
            self.sign_out()
            return
        self._house.came(self, connection)
        self._later()

    def _later(self) -> None:
        self._deadline = self._house.wheel.after(LOOK_AGAIN_SECONDS, self._time_to_look)

    def _time_to_look(self) -> None:
        self.look_again()
        self._later()

    def send(self, frame: bytes) -> None:
        """Send a frame, if the page is there."""
        if self.connection is not None and frame:
            self.connection.send(frame)

    def refuse(self, asked: Asked, error: ChatError) -> None:
        """Say why something cannot be done, to a page that waits for an answer."""
        if ref := getattr(asked, "ref", 0):
            why = error.why if isinstance(error, Blocked) else ""
            self.send(protocol.refused(ref, error.code, error.wait, why))

    def sign_out(self) -> None:
        """Tell the page that nobody is signed in, and close."""
        self.send(bulletin.signed_out())
        self.close(SIGNED_OUT, "signed_out")

    def close(self, code: int, reason: str = "") -> None:
        """Close the line."""
        if self.connection is not None:
            self.connection.close(code, reason)

    def full(self, _connection: Connection) -> None:
        """Nothing more than what `closing` does: the page comes back and asks."""

    def shutting_down(self, _connection: Connection) -> None:
        """Nothing: pages of the room team come back by themselves."""

    def closing(self, connection: Connection) -> None:
        """Hear nothing more."""
        self.connection = None
        self._house.went(self, connection)
        if self._deadline is not None:
            self._deadline.cancel()

    def lost(self, _connection: Connection) -> None:
        """End."""
        if self._ticket is not None:
            self._ticket.leave()
