"""Crisis: a case about somebody in danger calls a peer for them, as if they had asked.

The case, its line in the record and the need are one transaction: none is kept without
the others.
"""

from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.casework.acting import Unseal
from chat.casework.case import HOUSE
from chat.casework.dossier import Dossier
from chat.model import Grade, Handle, MemberId, RoomName
from chat.oncall.needs import Raised
from chat.opening import Opening

_SOURCES: Final = {"rule": "crisis", "report": "report"}
"""What may say that somebody is in danger, and how the need is marked for it."""


class Needs(Protocol):
    """Whoever calls a peer."""

    async def raise_within(
        self,
        tx: AsyncConnection,
        *,
        handle: Handle,
        room: RoomName,
        member: MemberId,
        who: bytes,
        source: str,
        case_id: str,
        grade: Grade,
        anew: bool,
    ) -> Raised | None:
        """Raise a need within a transaction; None: what called for one is over."""

    async def tell(self, raised: Raised) -> None:
        """Tell everybody of it, once it is kept."""


async def call(
    case: Dossier, opening: Opening, needs: Needs | None, unseal: Unseal
) -> Raised | None:
    """Raise a need for whoever a case is about, if an opening says they are in danger.

    Once for each case: when that need is over, bringing the case again raises none.
    """
    source = _SOURCES.get(opening.source, "")
    danger = source and opening.sealed and opening.grade >= Grade.HIGH
    if needs is None or not danger:
        return None
    anew = not any(event.kind == "need" for event in case.events)
    raised = await needs.raise_within(
        case.tx,
        handle=Handle(unseal(opening.sealed, opening.key)),
        room=opening.room,
        member=opening.member,
        who=opening.who,
        source=source,
        case_id=case.id,
        grade=opening.grade,
        anew=anew,
    )
    if raised and anew:
        await case.happens("need", HOUSE, need=raised.id)
    return raised
