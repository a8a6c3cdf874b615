"""Crisis: a case about somebody in danger calls a peer for them, as if they had asked.

The case, its line in the record and the need are one transaction: none is kept without
the others. Only where a mistake of ours keeps the need from being raised, the case is
opened without it, since somebody of the room team must still see it.
"""

import logging
from typing import Final, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from chat.casework.acting import Unseal
from chat.casework.case import HOUSE
from chat.casework.dossier import Dossier
from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall.needs import Needs, Raised
from chat.opening import Opening
from chat.talkroom import is_talk

_SOURCES: Final = {"rule": "crisis", "report": "report"}
"""What may say that somebody is in danger, and how the need is marked for it."""


logger = logging.getLogger(__name__)


async def call(
    case: Dossier, opening: Opening, needs: Needs | None, unseal: Unseal
) -> Raised | None:
    """Raise a need for whoever a case is about, if an opening says they are in danger.

    Once for each case: when that need is over, bringing the case again raises none.
    """
    tells = opening.source in _SOURCES
    danger = tells and opening.sealed and opening.grade >= Grade.HIGH
    if needs is None or not danger:
        return None
    anew = not any(event.kind == "need" for event in case.events)
    raised = await _raised(case, opening, needs, unseal, anew=anew)
    if raised and anew:
        # Not which: two cases that called for one need would be one device's.
        await case.happens("need", HOUSE)
    return raised


class _Place(NamedTuple):
    """Where somebody was, and who they were there."""

    room: RoomName = RoomName("")
    member: MemberId = MemberId(b"")
    who: bytes = b""


def _place(opening: Opening) -> _Place:
    """Return where an opening says that somebody was; of a private talk, nothing.

    Who they are there is for those who are there too, and its name tells of it.
    """
    if is_talk(opening.room):
        return _Place()
    return _Place(opening.room, opening.member, opening.who)


async def _raised(
    case: Dossier, opening: Opening, needs: Needs, unseal: Unseal, *, anew: bool
) -> Raised | None:
    place = _place(opening)
    try:
        async with case.tx.begin_nested():
            return await needs.raise_within(
                case.tx,
                handle=Handle(unseal(opening.sealed, opening.key)),
                room=place.room,
                member=place.member,
                who=place.who,
                source=_SOURCES[opening.source],
                case_id=case.id,
                grade=opening.grade,
                anew=anew,
            )
    except (SQLAlchemyError, TimeoutError):
        # The store is away: case and need are tried again together.
        raise
    except Exception:
        logger.exception("nobody could be called for a case", extra={"case": case.id})
        return None
