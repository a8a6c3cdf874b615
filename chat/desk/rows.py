"""Rows: a case as the queue shows it, on the server and in the page's script."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from chat.casework.case import Status
from chat.casework.casebook import CaseLine
from chat.desk.wording import GRADES, SOURCES, ago, listed, why
from chat.signing.sittings import Deskmate


class Row(NamedTuple):
    """A case as the queue shows it; the page's script is given the very same."""

    id: str
    why: str
    grade: str
    room: str
    opened_at: int
    age: str
    source: str
    claimed: str
    looking: str
    free: bool


BLANK: Final = Row("", "", "", "", 0, "", "", "", "", free=True)
"""What the page's script fills."""


def row(line: CaseLine, room: str, me: Deskmate, now: int) -> Row:
    """Return a case as somebody's queue shows it."""
    others = [name for name in line.looking if name not in (me.desk_name, line.by)]
    return Row(
        id=line.id,
        why=title(line),
        grade=GRADES[line.grade],
        room=room,
        opened_at=line.opened_at,
        age=ago(now - line.opened_at),
        source=SOURCES.get(line.source, ""),
        claimed=_outcome(line) or claimed(line.by, mine=line.claimed_by == me.id),
        looking=looking(others),
        free=line.status == Status.OPEN,
    )


def title(line: CaseLine) -> str:
    """Return in one line what a case is about."""
    words = why(line.source, line.categories, line.reasons, line.rules)
    if line.needs_second:
        return f"Needs a second pair of eyes. {words}"
    return f"Asks for another look. {words}" if line.appealed else words


def claimed(by: str, *, mine: bool) -> str:
    """Return who has a case."""
    if mine:
        return "you have it"
    return f"{by} has it" if by else ""


def _outcome(line: CaseLine) -> str:
    if line.status != Status.RESOLVED:
        return ""
    return f"done: {line.outcome.replace('_', ' ')}" if line.outcome else "done"


def looking(names: Sequence[str]) -> str:
    """Return who else looks at a case."""
    if not names:
        return ""
    return f"{listed(list(names))} {'is' if len(names) == 1 else 'are'} looking"
