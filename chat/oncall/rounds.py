"""Rounds: what is done now and then, and what one of them cannot do stops no other."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from chat.errors import StoreDown, Unavailable

Round = Callable[[], Awaitable[object]]

logger = logging.getLogger(__name__)


async def every(seconds: float, rounds: Iterable[Round]) -> None:
    """Have each round, one after the other, again and again, until cancelled."""
    rounds = tuple(rounds)
    while True:
        for one in rounds:
            await once(one)
        await asyncio.sleep(seconds)


async def once(one: Round) -> None:
    """Have one round; whatever goes wrong with it is tried again with the next."""
    try:
        await one()
    except (StoreDown, Unavailable):
        logger.warning("a round was put off: something it needs is down")
    except Exception:
        logger.exception("a round failed")
