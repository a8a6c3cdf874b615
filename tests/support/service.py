"""The whole service in the test's own loop, behind a real port."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self

import uvicorn
from starlette.applications import Starlette

from chat import app, server
from chat.app import Service
from chat.clock import Clock
from chat.handover import http_protocol, websocket_protocol
from chat.pages import Guarded
from chat.settings import Settings
from tests.support.eventually import eventually
from tests.support.member import Member


class House:
    """A service, where it is, and a way in."""

    def __init__(self, service: Service, url: str) -> None:
        self.service = service
        self.url = url
        self._visits = AsyncExitStack()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, clock: Clock | None = None
    ) -> AsyncIterator[Self]:
        """Serve until the caller leaves."""
        (listener,) = server.listen(settings.host, 0)
        port = listener.getsockname()[1]
        settings = settings.model_copy(update={"port": port})
        application = app.create(settings, clock)
        house = cls(application.state.service, f"http://{settings.host}:{port}")
        serving = _serving(application, settings)
        await serving.startup([listener])
        try:
            await eventually(lambda: house.service.ready)
            async with house._visits:
                yield house
        finally:
            await _end(serving)

    async def visitor(self, secret: bytes | None = None) -> Member:
        """Return somebody who has connected, and gone by the end of the test."""
        return await self._visits.enter_async_context(Member.at(self.url, secret))

    async def member(
        self, *rooms: str, secret: bytes | None = None, light: bool = False
    ) -> Member:
        """Return somebody who has said hello, and is in some rooms."""
        member = await self.visitor(secret)
        await member.hello()
        for room in rooms:
            await member.join(room, light=light)
        return member


def _serving(application: Starlette, settings: Settings) -> uvicorn.Server:
    service: Service = application.state.service
    config = uvicorn.Config(
        Guarded(application),
        http=http_protocol(service.door),
        ws=websocket_protocol(service.door),
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=1,
    )
    config.load()
    serving = uvicorn.Server(config)
    serving.lifespan = config.lifespan_class(config)
    return serving


async def _end(serving: uvicorn.Server) -> None:
    """Shut it, but not as uvicorn does, which takes a tenth of a second for it."""
    await eventually(lambda: not serving.server_state.connections)
    for each in serving.servers:
        each.close()
    await serving.lifespan.shutdown()
