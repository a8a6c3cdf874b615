"""Looking at a case: who does, what they read, and what that takes out of them."""

from collections.abc import Sequence
from typing import Final

from chat import bulletin
from chat.casework import casebook
from chat.casework.case import LEASE_SECONDS
from chat.casework.dossier import Dossier
from chat.casework.excerpt import Sentence
from chat.casework.ladder import check_note
from chat.casework.refusals import ReasonMissing
from chat.store import cases, exposure
from chat.wellbeing import UNITS

LOOK_SECONDS: Final = 60
"""How long somebody counts as looking who was heard of."""


async def look(case: Dossier, staff: str) -> bool:
    """Note that somebody looks just now; return whether that is news to others.

    Raises:
        NotAllowed: If that is not for them.

    """
    await case.role(staff)
    tx, now = case.tx, case.now
    before = {each.staff_id for each in await cases.looking(tx, now, [case.id])}
    await cases.look(tx, case.id, staff, now + LOOK_SECONDS)
    if case.state.claimed_by == staff:
        await cases.renew(tx, case.id, now + LEASE_SECONDS)
    if not any(each.kind == "look" and each.actor == staff for each in case.events):
        await case.happens("look", staff)
    return staff not in before


async def reveal(
    case: Dossier, staff: str, reason: str, upto: int
) -> Sequence[Sentence]:
    """Return the first sentences of what was said; who read them is recorded.

    Raises:
        NotAllowed, ReasonMissing, NoteTooLong, BadText: As they say.

    """
    check_note(reason)
    if not reason.strip():
        raise ReasonMissing
    await case.role(staff)
    if not any(each.kind == "reveal" and each.actor == staff for each in case.events):
        units = UNITS[case.state.grade]
        at, id_ = case.now, case.id
        await exposure.add(case.tx, staff, at=at, units=units, case_id=id_)
    found = await casebook.revealed(case, upto)
    await case.happens("reveal", staff, reason=reason.strip(), step=upto)
    return found


async def news(case: Dossier) -> bytes:
    """Return what staff pages are told of a case that changed."""
    state = case.state
    names = await cases.desk_names(case.tx, [state.claimed_by])
    looking = await cases.looking(case.tx, case.now, [case.id])
    return bulletin.case(
        case.id,
        str(state.queue),
        str(state.status),
        names.get(state.claimed_by, ""),
        [each.desk_name for each in looking],
    )
