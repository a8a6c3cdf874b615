"""The ladder: what the room team may do about a case, for which reasons, and who may.

It begins with a friendly word and ends with nobody being let in again; strikes, which
expire, say how far up somebody stands.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from chat.casework.refusals import (
    BadDuration,
    NotAllowed,
    NoteMissing,
    NoteTooLong,
    UnknownAct,
    UnknownReason,
    WordsMissing,
    WordsTooLong,
    WordsUnfilled,
)
from chat.errors import BadText
from chat.roles import Role

MOST_WORDS: Final = 500
MOST_NOTE: Final = 2000
HOUR: Final = 3600
DAY: Final = 24 * HOUR


class Kind(StrEnum):
    """What is done, the gentlest first."""

    NOTHING = "nothing"
    NUDGE = "nudge"
    TAKE_DOWN = "take_down"
    RELEASE = "release"
    REFUSE = "refuse"
    WARNING = "warning"
    SLOW = "slow"
    HELD = "held"
    SUSPENDED = "suspended"
    REMOVED = "removed"


MESSAGE_KINDS: Final = (Kind.TAKE_DOWN, Kind.RELEASE, Kind.REFUSE)
"""What is done to a message; it can be done beside what is done to its member."""

MEMBER_KINDS: Final = (
    Kind.NUDGE, Kind.WARNING, Kind.SLOW, Kind.HELD, Kind.SUSPENDED, Kind.REMOVED,
)  # fmt: skip

NOTHING_WRONG: Final = "in_order"

REASONS: Final = {
    "risk_to_self": "Risk to self",
    "risk_to_others": "Risk to others",
    "overdose": "Overdose in progress",
    "sourcing": "Sourcing or selling",
    "methods": "Methods or dosing",
    "identity_self": "Gave away who they are",
    "identity_other": "Gave away who somebody else is",
    "predatory": "Predatory contact",
    "harassment": "Harassment",
    "hate": "Hate",
    "proselytising": "Proselytising or programme-bashing",
    "medical_advice": "Medical advice",
    "cross_talk": "Cross-talk where there is none",
    "spam": "Spam",
    "raid": "Raid",
    "off_topic": "Off topic",
    NOTHING_WRONG: "Nothing against the rules of the house",
    "other": "Other (say what, in the note)",
}
"""The reasons by their code, as staff pages show them."""

HOURS: Final = (1, 3, 24, 7 * 24)
"""How long somebody can be suspended."""

SLOW_SECONDS: Final = DAY
HELD_SECONDS: Final = 3 * DAY

_LEAST_ROLE: Final = {
    Kind.NOTHING: Role.FACILITATOR,
    Kind.NUDGE: Role.FACILITATOR,
    Kind.TAKE_DOWN: Role.FACILITATOR,
    Kind.RELEASE: Role.FACILITATOR,
    Kind.REFUSE: Role.FACILITATOR,
    Kind.WARNING: Role.FACILITATOR,
    Kind.SLOW: Role.MODERATOR,
    Kind.HELD: Role.MODERATOR,
    Kind.SUSPENDED: Role.MODERATOR,
    Kind.REMOVED: Role.MODERATOR,
}

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_PLACE_TO_FILL = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Act:
    """What one of the room team does about a case, and says to its member."""

    kind: Kind
    reason: str
    note: str = field(default="", repr=False)
    """For the team alone."""
    words: str = field(default="", repr=False)
    """For the member, from "the room team"."""
    hours: int = 0
    """Of a suspension."""
    message: Kind | None = None
    """What becomes of the message, where `kind` is about its member."""

    @classmethod
    def asked(
        cls,
        kind: str,
        reason: str,
        *,
        note: str = "",
        words: str = "",
        hours: int = 0,
        message: str = "",
    ) -> "Act":
        """Return what a page asked for, if it can be done at all.

        Raises:
            UnknownAct, UnknownReason, NoteMissing, NoteTooLong, WordsMissing,
            WordsTooLong, WordsUnfilled, BadDuration, BadText: As they say.

        """
        if kind not in set(Kind) or message not in {"", *Kind}:
            raise UnknownAct
        beside = Kind(message) if message else None
        act = cls(Kind(kind), reason, note.strip(), words.strip(), hours, beside)
        act.check()
        return act

    def check(self) -> None:
        """Refuse what cannot be done, whoever asks; `asked` has done so already."""
        _check_message(self)
        _check_reason(self)
        _check_words(self)
        if (self.kind is Kind.SUSPENDED) != (self.hours in HOURS):
            raise BadDuration
        if self.kind is not Kind.SUSPENDED and self.hours:
            raise BadDuration

    @property
    def about_message(self) -> Kind | None:
        """What becomes of the message, if anything."""
        return self.kind if self.kind in MESSAGE_KINDS else self.message

    @property
    def about_member(self) -> Kind | None:
        """What becomes of its member, if anything."""
        return self.kind if self.kind in MEMBER_KINDS else None


def _check_message(act: Act) -> None:
    if act.message is None:
        return
    if act.kind not in MEMBER_KINDS or act.message not in MESSAGE_KINDS:
        raise UnknownAct


def _check_reason(act: Act) -> None:
    if act.reason not in REASONS:
        raise UnknownReason
    if act.reason == NOTHING_WRONG and act.kind not in (Kind.NOTHING, Kind.RELEASE):
        raise UnknownReason
    if act.reason == "other" and not act.note:
        raise NoteMissing
    check_note(act.note)


def check_note(note: str) -> None:
    """Refuse a note that cannot be kept.

    Raises:
        NoteTooLong, BadText: As they say.

    """
    if len(note) > MOST_NOTE:
        raise NoteTooLong
    _check_characters(note)


def _check_characters(text: str) -> None:
    """Refuse control characters: not every database can keep them."""
    if _CONTROL.search(text):
        raise BadText


def _check_words(act: Act) -> None:
    if act.kind in (Kind.NUDGE, Kind.WARNING) and not act.words:
        raise WordsMissing
    check_words(act.words)


def check_words(words: str) -> None:
    """Refuse words that a member cannot be sent.

    Raises:
        WordsTooLong, WordsUnfilled, BadText: As they say.

    """
    if len(words) > MOST_WORDS:
        raise WordsTooLong
    _check_characters(words)
    if _PLACE_TO_FILL.search(words):
        raise WordsUnfilled


def check_role(act: Act, role: Role) -> None:
    """Refuse what a role may not do.

    Raises:
        NotAllowed: If it may not.

    """
    if not role.reaches(_LEAST_ROLE[act.kind]):
        raise NotAllowed


def acts_of(role: Role) -> tuple[Kind, ...]:
    """Return what a role may do, the gentlest first."""
    return tuple(kind for kind in Kind if role.reaches(_LEAST_ROLE[kind]))


def needs_second(act: Act) -> bool:
    """Tell whether another moderator must agree: to whatever outlasts seven days."""
    return act.kind is Kind.REMOVED


UNTIL_AGREED: Final = 7 * DAY
"""Whoever is to be removed is suspended meanwhile, which one moderator may do alone."""


def until(act: Act, now: int) -> int:
    """Return when a sanction is over; 0: never, or it is over once it is read."""
    match act.kind:
        case Kind.SLOW:
            return now + SLOW_SECONDS
        case Kind.HELD:
            return now + HELD_SECONDS
        case Kind.SUSPENDED:
            return now + act.hours * HOUR
        case _:
            return 0


class Strike(NamedTuple):
    """What one act weighs, and until when."""

    weight: int
    expires_at: int


_WEIGHT: Final = {
    Kind.WARNING: (1, 30 * DAY),
    Kind.SLOW: (1, 30 * DAY),
    Kind.HELD: (2, 60 * DAY),
    Kind.SUSPENDED: (2, 60 * DAY),
    Kind.REMOVED: (5, 180 * DAY),
}
_LONG_SUSPENSION: Final = (3, 90 * DAY)


def strike(act: Act, now: int) -> Strike | None:
    """Return what an act weighs; a friendly word weighs nothing."""
    found = _WEIGHT.get(act.kind)
    if act.hours > 3:
        found = _LONG_SUSPENSION
    return Strike(found[0], now + found[1]) if found else None


def weight(strikes: Iterable[Strike], now: int) -> int:
    """Return what all strikes weigh that have not expired."""
    return sum(each.weight for each in strikes if each.expires_at > now)


_NEXT: Final = (
    (0, Kind.NUDGE, 0),
    (1, Kind.WARNING, 0),
    (2, Kind.SLOW, 0),
    (3, Kind.HELD, 0),
    (4, Kind.SUSPENDED, 1),
    (6, Kind.SUSPENDED, 24),
    (8, Kind.SUSPENDED, 7 * 24),
    (11, Kind.REMOVED, 0),
)


def next_step(weight_: int) -> tuple[Kind, int]:
    """Return the act, and its hours, that the ladder suggests; a human decides."""
    return [(kind, hours) for least, kind, hours in _NEXT if least <= weight_][-1]
