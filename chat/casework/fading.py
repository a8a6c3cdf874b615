"""Fading: what the store lets go of by the clock, so that nothing is kept for good.

What members said, and who, goes `CASE_DAYS` after their case was closed; strikes when
they expire; words when they hold no more.
"""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from chat.casework.dossier import Dossier
from chat.store import cases, effects, excerpts, words

AT_ONCE: Final = 100
"""Cases forgotten in one transaction: others want to write, too."""

_EFFECTS_SECONDS: Final = 86_400


async def lapse(tx: AsyncConnection, now: int) -> list[Dossier]:
    """Let go of cases whose claim ran out; return them."""
    lapsed = [await Dossier.open(tx, id_, now) for id_ in await cases.lapsed(tx, now)]
    for case in lapsed:
        await case.lapse()
    await cases.forget_looks(tx, now)
    return lapsed


async def forget(tx: AsyncConnection, now: int, keep_seconds: int) -> int:
    """Forget what was said in old cases; return of how many, at most `AT_ONCE`."""
    old = (await cases.closed_before(tx, now - keep_seconds))[:AT_ONCE]
    for id_ in old:
        await excerpts.forget(tx, id_)
        await cases.forget(tx, id_, now)
    await words.forget(tx, now, now - keep_seconds)
    await effects.forget(tx, now - _EFFECTS_SECONDS)
    return len(old)
