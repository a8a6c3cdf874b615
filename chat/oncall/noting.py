"""Noting: what a peer writes down after a talk, for themselves."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import text
from chat.oncall.need import Need
from chat.oncall.refusals import NeedOver, NotYourNeed
from chat.oncall.stages import NeedId, PeerId
from chat.store import needs as store
from chat.store.instants import kept


async def note(
    tx: AsyncConnection, need: Need, peer: PeerId, said: str, now: datetime
) -> None:
    """Keep a note, until the need is forgotten.

    Raises:
        NotYourNeed, TextTooLong, BadText: As they say.
        NeedOver: If it is forgotten.

    """
    await check_helped(tx, need.id, peer)
    if need.has_faded(now):
        raise NeedOver
    text.check(said)
    await store.add_note(tx, need.id, peer, kept(now), said.strip())


async def check_helped(tx: AsyncConnection, id_: NeedId, peer: PeerId) -> None:
    """See that a peer has a need or sits in, or once did.

    Raises:
        NotYourNeed: If they never did.

    """
    if peer not in await store.helped(tx, id_):
        raise NotYourNeed
