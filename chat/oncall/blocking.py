"""Blocking: a peer need not meet a member again, and nobody can tell whom they block.

A block keeps the member's device sealed for that one peer. So it is known again when it
comes, and neither the store nor two peers' blocks side by side tell who it is.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.model import Handle
from chat.oncall.known import Known
from chat.oncall.noting import check_helped
from chat.oncall.refusals import NotYourNeed
from chat.oncall.stages import PeerId
from chat.store import needs as store
from chat.store.instants import kept

Seal = Callable[[Handle, PeerId], bytes]


async def block(
    tx: AsyncConnection, known: Known, peer: PeerId, seal: Seal, now: datetime
) -> None:
    """Keep that a peer wants to meet a need's member no more.

    Raises:
        NotYourNeed: If they never had it, or it is forgotten.

    """
    await check_helped(tx, known.need.id, peer)
    if not known.told.handle:
        raise NotYourNeed
    await store.block(tx, peer, seal(known.told.handle, peer), kept(now))


async def blocked(tx: AsyncConnection, handle: Handle, seal: Seal) -> frozenset[PeerId]:
    """Return the peers who block a device."""
    if not handle:
        return frozenset()
    peers = [PeerId(id_) for id_ in await store.who_block(tx)]
    kept = await store.blocks_among(tx, (seal(handle, peer) for peer in peers))
    return frozenset(peer for peer in peers if (peer, seal(handle, peer)) in kept)


async def unblocked(
    tx: AsyncConnection, needs: Sequence[Known], peer: PeerId, seal: Seal
) -> list[Known]:
    """Return the needs of those whom a peer does not block, and those they have."""
    sealed = [
        seal(known.told.handle, peer) if known.told.handle else b"" for known in needs
    ]
    kept = await store.blocks_among(tx, sealed)
    return [
        known
        for known, block_ in zip(needs, sealed, strict=True)
        if (peer, block_) not in kept
        or peer in (*known.need.helpers, known.need.handing_to)
    ]
