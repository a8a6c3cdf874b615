"""Noting: what a peer writes down after a talk, for themselves."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from chat import text
from chat.oncall.need import Need
from chat.oncall.refusals import NotYourNeed
from chat.oncall.stages import PeerId
from chat.store import needs as store
from chat.store.instants import kept, moment


class Note(NamedTuple):
    """What a peer noted; empty once the need is forgotten."""

    at: datetime
    text: str


async def note(
    tx: AsyncConnection, need: Need, peer: PeerId, said: str, now: datetime
) -> None:
    """Keep a note.

    Raises:
        NotYourNeed, TextTooLong, BadText: As they say.

    """
    check_helped(need, peer)
    text.check(said)
    await store.add_note(tx, need.id, peer, kept(now), said.strip())


def check_helped(need: Need, peer: PeerId) -> None:
    """See that a peer has a need, sits in, or has had it.

    Raises:
        NotYourNeed: If they have not.

    """
    if peer not in need.helpers and peer not in need.went_silent:
        raise NotYourNeed


async def notes(tx: AsyncConnection, id_: str, peer: PeerId) -> list[Note]:
    """Return what a peer noted, in order."""
    rows = await store.notes(tx, id_, peer)
    return [Note(moment(row.at), row.text) for row in rows]
