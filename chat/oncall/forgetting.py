"""Forgetting: an hour after a need is over, nothing tells any more whose it was.

That it was, when, and how long each step took is kept for a quarter of a year, so that
people can be there when they are needed. A promised call-back keeps what it needs.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.model import RoomName
from chat.oncall.facts import REMEMBERED
from chat.store import needs as store
from chat.store.instants import kept
from chat.talkroom import need_of, talk_of

KEPT: Final = timedelta(days=90)

_BLANK: Final[dict[str, object]] = {
    "handle": b"",
    "open_for": None,
    "member": b"",
    "who": b"",
    "words": "",
    "wish": "",
    "shares": [],
    # Whose a case is stays with the case for longer.
    "case_id": "",
}


async def forget(tx: AsyncConnection, now: datetime) -> list[RoomName]:
    """Forget what is over for an hour; return the talks that are to be deleted."""
    rows = await store.to_forget(tx, kept(now - REMEMBERED))
    for row in rows:
        await store.change(tx, row.id, {**_forgotten(row), "forgotten_at": kept(now)})
    await store.forget_words(tx, [row.id for row in rows])
    await store.delete_ended(tx, kept(now - KEPT))
    return [talk_of(id_) for id_ in await store.to_fade(tx)]


async def faded(tx: AsyncConnection, talks: Sequence[RoomName], now: datetime) -> None:
    """Keep that nothing is left of some talks."""
    ids = [id_ for room in talks if (id_ := need_of(room))]
    await store.faded(tx, ids, kept(now))


def _forgotten(row: Any) -> dict[str, object]:
    return {} if row.end == store.CALL_BACK else dict(_BLANK)
