"""The one way for a test to wait: until something is true, and no longer."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")

LOOK_EVERY_SECONDS = 0.01
PATIENCE_SECONDS = 30
"""How long a busy machine may take over what takes an idle one no time at all."""


@overload
async def eventually(
    condition: Callable[[], Awaitable[T]], within: float = PATIENCE_SECONDS
) -> T: ...


@overload
async def eventually(
    condition: Callable[[], T], within: float = PATIENCE_SECONDS
) -> T: ...


async def eventually(
    condition: Callable[[], T | Awaitable[T]], within: float = PATIENCE_SECONDS
) -> T:
    """Return the condition's value as soon as it is true.

    Raises:
        AssertionError: If it is not within so many seconds.

    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + within
    while not (value := await _ask(condition)):
        assert loop.time() < give_up, f"not true within {within} seconds"
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return value


async def _ask(condition: Callable[[], T | Awaitable[T]]) -> T:
    value = condition()
    return await value if inspect.isawaitable(value) else value
