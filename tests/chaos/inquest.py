"""The inquest: every case against what was answered, and every act against the room."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from redis import Redis
from sqlalchemy import select

from chat.store.database import Database
from chat.store.schema import case_events, cases, effects, excerpts, words
from tests.chaos.caller import Answered, Asked

_TELLS_APART = {"flag": "rule", "report": "reporter"}
_MUST_BE_A_CASE = ("done", "waiting", "blocked")


class Acted(NamedTuple):
    """An act that was answered."""

    case: str
    kind: str
    event: int


class Room(NamedTuple):
    """What a room's log holds: whose messages stand where, and what was taken down."""

    said: dict[bytes, list[int]]
    taken: Counter[int]


class Kept(NamedTuple):
    """All that the database holds of cases."""

    cases: Sequence[Any]
    events: Sequence[Any]
    excerpts: Sequence[Any]
    words: Sequence[Any]
    undone: int
    """How many effects have not happened."""


class CaseVerdict(NamedTuple):
    """How often something was promised to callers and to the team, and broken."""

    cases: int
    acts: int
    cases_lost: int
    cases_doubled: int
    acts_lost: int
    leaked: int
    """What was held and is in a room although nobody released it."""


def room_of(client: Redis, room: str) -> Room:
    """Return what a room's log holds."""
    said: dict[bytes, list[int]] = {}
    taken: Counter[int] = Counter()
    entries = cast("list[Any]", client.xrange(f"porchlight:{{{room}}}:log"))
    for entry, fields in entries:
        if b"m" in fields:
            said.setdefault(fields[b"i"], []).append(int(entry.partition(b"-")[0]))
        elif fields[b"k"].startswith(b"t"):
            taken[int(fields[b"k"][1:])] += 1
    return Room(said, taken)


async def kept_by(database: Database) -> Kept:
    """Return all that the database holds of cases."""
    async with database.read() as tx:
        all_cases = (await tx.execute(select(cases))).all()
        events = (await tx.execute(select(case_events))).all()
        said = (await tx.execute(select(excerpts))).all()
        told = (await tx.execute(select(words))).all()
        due = (await tx.execute(select(effects).filter_by(done_at=None))).all()
    return Kept(all_cases, events, said, told, undone=len(due))


def examine(
    answered: Sequence[Answered],
    tried: Mapping[bytes, Asked],
    acts: Sequence[Acted],
    kept: Kept,
    rooms: Mapping[str, Room],
) -> CaseVerdict:
    """Count every broken promise."""
    about = Counter(row.message_id for row in kept.cases)
    return CaseVerdict(
        cases=len(kept.cases),
        acts=len(acts),
        cases_lost=sum(1 for each in _promised(answered) if not about[each])
        + sum(1 for each in _delivered(tried, rooms) if not about[each])
        + _reports_lost(answered, kept),
        cases_doubled=_repeated(kept) + _doubled(kept),
        acts_lost=sum(not _happened(act, kept, rooms) for act in acts),
        leaked=_leaked(tried, kept, rooms),
    )


def _promised(answered: Iterable[Answered]) -> list[bytes]:
    """Return what was answered, so that it must be a case of its own."""
    return [
        each.asked.id
        for each in answered
        if each.asked.kind != "report" and each.code in _MUST_BE_A_CASE
    ]


def _delivered(tried: Mapping[bytes, Asked], rooms: Mapping[str, Room]) -> list[bytes]:
    """Return what the rooms heard, answered or not."""
    return [id_ for room in rooms.values() for id_ in room.said if id_ in tried]


def _reports_lost(answered: Iterable[Answered], kept: Kept) -> int:
    reported = {
        (each.room, each.asked.target)
        for each in answered
        if each.asked.kind == "report" and each.code == "done"
    }
    known = {(row.room, row.position) for row in kept.cases if row.reports}
    return len(reported - known)


def _repeated(kept: Kept) -> int:
    """Count the cases that are one too many for what they are about.

    A case that knows no message is told by its place.
    """
    about = Counter(row.message_id or (row.room, row.position) for row in kept.cases)
    return sum(times - 1 for times in about.values())


def _doubled(kept: Kept) -> int:
    """Count what stands twice within a case: its flags, reporters, and its subject."""
    once = [
        (event.case_id, event.kind, event.detail.get(_TELLS_APART[event.kind], ""))
        for event in kept.events
        if event.kind in _TELLS_APART
    ]  # fmt: skip
    once += [(row.case_id, "subject", "") for row in kept.excerpts if row.is_subject]
    once += [(row.case_id, row.kind, str(row.event_id)) for row in kept.words]
    return sum(times - 1 for times in Counter(once).values())


def _happened(act: Acted, kept: Kept, rooms: Mapping[str, Room]) -> bool:
    """Tell whether an act that was answered has its effect, once."""
    case = next(row for row in kept.cases if row.id == act.case)
    room = rooms[case.room]
    told = [row.kind for row in kept.words if row.case_id == act.case]
    stands = len(room.said.get(case.message_id, ()))
    if act.kind == "release":
        return stands == 1 and told == ["released"]
    if act.kind == "refuse":
        return stands == 0 and told == ["not_released"]
    gone = stands == 0 and room.taken[case.position] == 1
    return gone and (act.kind != "suspended" or "suspended" in told)


def _leaked(tried: Mapping[bytes, Asked], kept: Kept, rooms: Mapping[str, Room]) -> int:
    """Count what was held and stands in a room without having been released."""
    released = {row.message_id for row in kept.cases if row.outcome == "release"}
    return sum(
        id_ not in released and tried[id_].kind in ("held", "blocked")
        for id_ in _delivered(tried, rooms)
    )
