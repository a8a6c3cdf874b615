"""Scripts on a real server, for a test that needs nothing else of the service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chat.redis import Scripts, servers


@asynccontextmanager
async def scripts_on(url: str) -> AsyncIterator[Scripts]:
    """Serve calls for as long as the caller stays inside."""
    there = servers(url)
    scripts = Scripts(there)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(scripts.run())
        await asyncio.sleep(0)
        try:
            yield scripts
        finally:
            running.cancel()
            await there.aclose()
