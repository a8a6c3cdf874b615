"""The casebook: cases as the room team sees them, in queues and one at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.casework import ladder
from chat.casework.case import HOUSE, MEMBER, Event, State, Status
from chat.casework.dossier import Dossier
from chat.casework.excerpt import Said, Sentence, steps
from chat.casework.ladder import Strike
from chat.model import Grade, Who
from chat.store import cases, excerpts, words

AS_MUCH_AS_A_GRADE: Final = 600
"""Seconds of waiting that weigh as much as one grade of danger: age wins in the end."""


READ_SECONDS: Final = 1800
"""For how long what somebody revealed stays on their page."""


class CaseLine(NamedTuple):
    """A case as a queue shows it: nothing of what was said, nor who said it."""

    id: str
    source: str
    room: str
    grade: Grade
    queue: str
    status: str
    claimed_by: str
    by: str
    """The desk name of who claimed it."""
    looking: tuple[str, ...]
    """The desk names of who looks at it."""
    outcome: str
    rules: tuple[str, ...]
    categories: tuple[str, ...]
    reasons: tuple[str, ...]
    needs_second: bool
    appealed: bool
    opened_at: int


class Finding(NamedTuple):
    """What a rule found, and where."""

    rule: str
    category: str
    reason: str
    phrase: str = ""
    """The words that it found; of personal details, what kind they are."""
    grade: Grade = Grade.NONE


@dataclass(frozen=True, slots=True)
class Case:
    """One case, with all that happened to it; what was said is revealed apart."""

    id: str
    source: str
    room: str
    who: Who = field(repr=False)
    state: State
    events: tuple[Event, ...] = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    names: Mapping[str, str]
    """What the staff in `events` are called at their desks, by id."""
    looking: tuple[str, ...]
    steps: int
    """How many sentences there are to reveal."""
    message_steps: int
    """How many of them are the message's own, and the appeal's; they come first."""
    weight: int
    """What lies on the member already; `ladder.next_step` says what that suggests."""
    forgotten: bool
    """Whether what was said is deleted."""


async def lines(
    tx: AsyncConnection, rows: Sequence[Row[Any]], now: int
) -> list[CaseLine]:
    """Return cases as queues show them."""
    looking: dict[str, list[str]] = {}
    for look in await cases.looking(tx, now, [row.id for row in rows]):
        looking.setdefault(look.case_id, []).append(look.desk_name)
    names = await cases.desk_names(tx, [row.claimed_by for row in rows])
    return [_line(row, now, names, looking.get(row.id, ())) for row in rows]


def _line(
    row: Row[Any], now: int, names: Mapping[str, str], looking: Iterable[str]
) -> CaseLine:
    lapsed = row.status == Status.CLAIMED and row.lease_until <= now
    claimed_by = "" if lapsed else row.claimed_by
    return CaseLine(
        id=row.id,
        source=row.source,
        room=row.room,
        grade=Grade(row.grade),
        queue=row.queue,
        status=str(Status.OPEN) if lapsed else row.status,
        claimed_by=claimed_by,
        by=names.get(claimed_by, ""),
        looking=tuple(looking),
        outcome=row.outcome,
        rules=tuple(row.rules),
        categories=tuple(row.categories),
        reasons=tuple(row.reasons),
        needs_second=row.needs_second,
        appealed=row.appealed,
        opened_at=row.opened_at,
    )


def pressing(line: CaseLine, now: int) -> float:
    """Return how pressing a case is: by its danger, then by how long it waits."""
    return line.grade + (now - line.opened_at) / AS_MUCH_AS_A_GRADE


async def whole(case: Dossier, handle: bytes) -> Case:
    """Return one case with everything but what was said."""
    tx, row, now = case.tx, case.row, case.now
    excerpt = await excerpts.of(tx, case.id)
    shown = steps(list(map(_said, excerpt)))
    actors = {event.actor for event in case.events} - {HOUSE, MEMBER}
    return Case(
        id=case.id,
        source=row.source,
        room=row.room,
        who=Who(row.who),
        state=case.state,
        events=tuple(map(_without_reporter, case.events)),
        findings=await _findings(case, excerpt),
        names=await cases.desk_names(tx, actors),
        looking=tuple(
            look.desk_name for look in await cases.looking(tx, now, [case.id])
        ),
        steps=len(shown),
        message_steps=sum(1 for each in shown if not _is_around(each)),
        weight=await _weight(case, handle),
        forgotten=row.forgotten_at is not None,
    )


def _without_reporter(event: Event) -> Event:
    """Return an event as it may be shown: nobody learns who reported."""
    detail = {key: value for key, value in event.detail.items() if key != "reporter"}
    return event._replace(detail=detail)


async def _findings(case: Dossier, excerpt: Sequence[Row[Any]]) -> tuple[Finding, ...]:
    """Return what rules found; once what was said is deleted, only that they did."""
    found = await excerpts.found(case.tx, case.id)
    text = next((said.text for said in excerpt if said.is_subject), "")
    if found:
        return tuple(_finding(row, text) for row in found)
    flags = (event.detail for event in case.events if event.kind == "flag")
    return tuple(Finding(flag["rule"], flag["category"], "") for flag in flags)


def _finding(row: Row[Any], text: str) -> Finding:
    phrase = row.placeholder or text[row.start : row.end]
    return Finding(row.rule, row.category, row.reason, phrase, Grade(row.grade))


def _is_around(sentence: Sentence) -> bool:
    return not sentence.said.is_subject and sentence.said.kind != "appeal"


async def _weight(case: Dossier, handle: bytes) -> int:
    strikes = await words.strikes_of(case.tx, handle) if handle else ()
    found = (Strike(row.weight, row.expires_at) for row in strikes)
    return ladder.weight(found, case.now)


async def revealed(case: Dossier, upto: int) -> Sequence[Sentence]:
    """Return the first sentences of what was said, as others in the room read it.

    In the order in which they are shown; `said.place` is the order of talk.
    """
    shown = steps([_said(row) for row in await excerpts.of(case.tx, case.id)])
    return shown[: max(0, upto)]


async def read_again(case: Dossier, staff: str) -> Sequence[Sentence]:
    """Return what somebody revealed a short while ago, which is recorded already."""
    since = case.now - READ_SECONDS
    steps_ = (
        event.detail["step"]
        for event in case.events
        if event.kind == "reveal" and event.actor == staff and event.at > since
    )
    return await revealed(case, max(steps_, default=0))


def _said(row: Row[Any]) -> Said:
    return Said(
        row.place, Who(row.who), row.at, row.masked, row.is_subject,
        row.kind,
    )  # fmt: skip
