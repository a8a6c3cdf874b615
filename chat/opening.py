"""Openings: what becomes a case, as it waits in Redis until the store has it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self, cast

from chat.errors import BadFrame
from chat.model import Action, Flag, Grade, MemberId, RoomName, Who
from chat.protocol import pack, unpack_value

_NOBODY, _NO_WHO = MemberId(b""), Who(b"")

SOURCES: Final = ("rule", "report", "unanswered", "bell")


@dataclass(frozen=True, slots=True)
class Opening:
    """A message (or a call for the room team) that a human should look at.

    The same `key` opens the same case: a second opening adds to the first.
    """

    key: bytes
    """16 bytes, of the message or of the call."""
    source: str
    room: RoomName
    at: int
    """Seconds since 1970, when it was said or asked."""
    position: int = 0
    """Where it stands in the room's history; 0: nowhere, it is held or no message."""
    held: bool = False
    """Whether nobody has read it yet: the room team releases it, or does not."""
    member: MemberId = _NOBODY
    who: Who = _NO_WHO
    sealed: bytes = field(default=b"", repr=False)
    """The device's handle, which only the service can open, and only for this key."""
    id: bytes = b""
    """The id that the page gave the message."""
    text: str = field(default="", repr=False)
    masked: str = field(default="", repr=False)
    """The text as others read it."""
    reply: int = 0
    action: Action = Action.ALLOW
    grade: Grade = Grade.NONE
    flags: tuple[Flag, ...] = ()
    reason: str = ""
    """A report's reason code."""
    reporter: bytes = field(default=b"", repr=False)
    """Tells two reporters of one case apart, and nothing else."""

    def pack(self) -> bytes:
        """Encode, for the queue."""
        flags = [_flag_fields(flag) for flag in self.flags]
        return pack(
            [
                self.key, self.source, self.room, self.at, self.position, self.held,
                self.member, self.who, self.sealed, self.id, self.text, self.masked,
                self.reply, int(self.action), int(self.grade), flags, self.reason,
                self.reporter,
            ]
        )  # fmt: skip

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Decode what `pack` made.

        Raises:
            ValueError: If it is not that.

        """
        try:
            fields = cast("list[Any]", unpack_value(data))
            *before, action, grade, flags, reason, reporter = fields
            made = tuple(_flag(each) for each in flags)
            graded: list[Any] = [Action(action), Grade(grade), made, reason, reporter]
            return cls(*before, *graded)
        except (TypeError, ValueError, BadFrame):
            raise ValueError("not an opening") from None


def _flag_fields(flag: Flag) -> Sequence[object]:
    return (
        flag.rule, flag.category, flag.reason, flag.start, flag.end,
        int(flag.action), int(flag.grade), flag.placeholder,
    )  # fmt: skip


def _flag(fields: Sequence[Any]) -> Flag:
    rule, category, reason, start, end, action, grade, placeholder = fields
    return Flag(
        rule, category, reason, start, end, Action(action), Grade(grade), placeholder
    )
