"""What is kept of a need: the need itself, what was told with it, and first times."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall.need import Need
from chat.oncall.ranking import rank
from chat.oncall.stages import Climb, End, NeedId, PeerId, State
from chat.store.instants import kept, moment

HOUSE: Final = "house"
"""Who does what nobody does."""
MEMBER: Final = "member"

PRESSED: Final = "pressed"
"""The source of a need that its member raised."""
ONE_OF_MANY: Final = "pressed_by_many"
"""The same, where very many came from one part of the network just then."""

_NOBODY: Final = Handle(b"")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told when a need was raised, and goes when it is forgotten."""

    source: str
    """`pressed`, `pressed_by_many`, `crisis`, `report`, `stay` or `drill`."""
    words: str = field(default="", repr=False)
    wish: str = ""
    shares: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """The tags of the room that they were in."""
    language: str = ""
    who: bytes = field(default=b"", repr=False)
    """Who they are to others in that room."""
    handle: Handle = field(default=_NOBODY, repr=False)
    """Their device; empty for a drill, and once it is forgotten."""
    case_id: str = ""
    """The case that raised it."""

    @property
    def is_one_of_many(self) -> bool:
        """Whether very many came with it, so that others come before it."""
        return self.source == ONE_OF_MANY


class Known(NamedTuple):
    """A need as it is kept."""

    need: Need
    told: Told
    alerted_at: datetime | None = None
    """When peers were first called, since it was raised."""
    opened_at: datetime | None = None
    """When one of them first opened such a call."""
    spoken_at: datetime | None = None
    """When a peer first said something."""


class Happened(NamedTuple):
    """Something that happened to a need."""

    at: datetime
    actor: str
    """A staff id, `member` or `house`."""
    kind: str
    detail: Mapping[str, Any]


def of_row(row: Any) -> Known:
    """Return the need that a row keeps."""
    times = row.alerted_at, row.opened_at, row.spoken_at
    return Known(_need(row), _told(row), *map(moment, times))


def readable(row: Any) -> Known | None:
    """Return the need that a row keeps; None: it makes no sense, as the log tells."""
    try:
        return of_row(row)
    except Exception:
        logger.exception("a need cannot be read", extra={"need": row.id})
        return None


def _need(row: Any) -> Need:
    due = moment(row.climb_due)
    return Need(
        id=NeedId(row.id),
        member=MemberId(row.member),
        room=RoomName(row.room),
        raised_at=moment(row.raised_at),
        climb=Climb(due, row.climb_step, row.climb_round, row.climb_nobody),
        grade=Grade(row.grade),
        state=State(row.state),
        peer=_peer(row.peer),
        joined=_peers(row.joined),
        handing_to=_peer(row.handing_to),
        handed_over=row.handed_over,
        accepted_at=moment(row.accepted_at),
        unanswered_since=moment(row.unanswered_since),
        quiet_since=moment(row.quiet_since),
        went_silent=_peers(row.went_silent),
        end=End(row.end) if row.end else None,
        ending=row.ending,
        ended_at=moment(row.ended_at),
        call_back_at=moment(row.call_back_at),
        drill=row.drill,
    )


def _peer(id_: str) -> PeerId | None:
    return PeerId(id_) if id_ else None


def _peers(ids: list[str]) -> tuple[PeerId, ...]:
    return tuple(map(PeerId, ids))


def _told(row: Any) -> Told:
    return Told(
        source=row.source,
        words=row.words,
        wish=row.wish,
        shares=tuple(row.shares),
        tags=tuple(row.tags),
        language=row.language,
        who=row.who,
        handle=Handle(row.handle),
        case_id=row.case_id,
    )


def columns(known: Known, next_at: datetime | None) -> dict[str, object]:
    """Return what a row keeps of a need, and when it is to be looked at next."""
    need, told = known.need, known.told
    waits = need.is_open or need.is_promised
    return {
        **_columns_of_need(need),
        **_columns_of_told(told),
        "open_for": (told.handle or None) if waits else None,
        "next_at": kept(next_at),
        "rank": kept(rank(need.raised_at, need.grade, one_of_many=told.is_one_of_many)),
        "alerted_at": kept(known.alerted_at),
        "opened_at": kept(known.opened_at),
        "spoken_at": kept(known.spoken_at),
    }


def _columns_of_need(need: Need) -> dict[str, object]:
    return {
        "member": need.member,
        "room": need.room,
        "drill": need.drill,
        "grade": int(need.grade),
        "state": str(need.state),
        "raised_at": kept(need.raised_at),
        "climb_due": kept(need.climb.due),
        "climb_step": need.climb.step,
        "climb_round": need.climb.round,
        "climb_nobody": need.climb.nobody,
        "peer": need.peer or "",
        "joined": list(need.joined),
        "handing_to": need.handing_to or "",
        "handed_over": need.handed_over,
        "accepted_at": kept(need.accepted_at),
        "unanswered_since": kept(need.unanswered_since),
        "quiet_since": kept(need.quiet_since),
        "went_silent": list(need.went_silent),
        "end": str(need.end or ""),
        "ending": need.ending,
        "ended_at": kept(need.ended_at),
        "call_back_at": kept(need.call_back_at),
    }


def _columns_of_told(told: Told) -> dict[str, object]:
    return {
        "source": told.source,
        "words": told.words,
        "wish": told.wish,
        "shares": list(told.shares),
        "tags": list(told.tags),
        "language": told.language,
        "who": told.who,
        "handle": told.handle,
        "case_id": told.case_id,
    }
