"""Every way a request can be refused, and the code that the browser is told."""

from typing import ClassVar


class Amiss(Exception):
    """Something is amiss that an operator can put right; the message says what."""


class ChatError(Exception):
    """A request that cannot be done; `code` says why, `wait` when to try again."""

    code: ClassVar[str]

    def __init__(self, wait: float = 0) -> None:
        super().__init__(self.code)
        self.wait = wait


class BadFrame(ChatError):
    """The bytes are not exactly one well-formed request."""

    code = "bad_frame"


class UnknownRequest(ChatError):
    """The frame is well formed and its kind is none of ours."""

    code = "unknown_request"


class HelloFirst(ChatError):
    """Something was asked before the member said hello, or hello was said twice."""

    code = "hello_first"


class BadSecret(ChatError):
    """The secret cannot have been made by a device."""

    code = "bad_secret"


class NoSuchRoom(ChatError):
    """There is no room of that name."""

    code = "no_such_room"


class NotInRoom(ChatError):
    """The member acted on a room without having joined it."""

    code = "not_in_room"


class TooManyRooms(ChatError):
    """One connection joined more rooms than a person can follow."""

    code = "too_many_rooms"


class NameTaken(ChatError):
    """Somebody present already goes by that pseudonym."""

    code = "name_taken"


class BadText(ChatError):
    """The text is empty, or holds control characters."""

    code = "bad_text"


class TextTooLong(ChatError):
    """The text is longer than a message may be."""

    code = "text_too_long"


class TooFast(ChatError):
    """The member asks faster than the house allows; `wait` says how long to pause."""

    code = "too_fast"


class Gone(ChatError):
    """The message referred to is no longer there."""

    code = "gone"


class NotYours(ChatError):
    """The message was said by somebody else."""

    code = "not_yours"


class Unavailable(ChatError):
    """The backplane does not answer; the same request may be sent again."""

    code = "unavailable"


class Blocked(ChatError):
    """The message may not be said here; `why` is the concern."""

    code = "blocked"

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class Suspended(ChatError):
    """The member may read and not speak, for `wait` seconds."""

    code = "suspended"


class Removed(ChatError):
    """The member may not come into the rooms any more."""

    code = "removed"


class ReadFirst(ChatError):
    """A warning waits to be read before the member may speak again."""

    code = "read_first"


class RoomLocked(ChatError):
    """The room team has closed the room for a while."""

    code = "room_locked"


class StoreDown(ChatError):
    """The database does not answer; what waits for it is kept until it does."""

    code = "store_down"
