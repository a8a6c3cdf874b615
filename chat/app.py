"""The service, put together: the only file that knows every other."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from time import perf_counter

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from chat import doorbell, protocol
from chat.backroom import Backroom
from chat.clock import Clock
from chat.collector import Collector
from chat.entrance import Entrance
from chat.ground import Ground
from chat.model import RoomName
from chat.noticeboard import WORDS_CHANGED
from chat.oncall.stages import NeedId
from chat.pages import Pages, packed
from chat.parlour import Parlour
from chat.plain.page import plain_routes
from chat.record import Record
from chat.routes import routes
from chat.settings import Settings, listed
from chat.staffroom import Staffroom
from chat.switchboard import Switchboard

TIDY_SECONDS = 10
READ_SECONDS = 0.01
"""How long what was asked before the end is read, so that it is answered too."""

MAKING_SECONDS = 0.001
REST_SECONDS = 0.01
"""What screening may need yet is made a millisecond at a time, with rests between."""

logger = logging.getLogger(__name__)


class Service(Ground):
    """Everything one process serves with, wired but not yet running."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        self.collector = Collector(lambda: self.gateway.connections)
        self._open = True
        self._line_up = False
        self.failed = False
        """Whether a part of it could not go on."""

        self._team(settings)
        self._members()
        self._desk(settings)
        self.record = self._record(settings)

    def _team(self, settings: Settings) -> None:
        self.backroom = Backroom(
            settings=settings,
            clock=self.clock,
            scripts=self.scripts,
            lines=self.lines,
            catalogue=self.catalogue,
            history=self.history,
            identity=self.identity,
            hub=self.hub,
            backplane=self.backplane,
            metrics=self.metrics,
        )

    def _members(self) -> None:
        self.parlour = Parlour(ground=self, backroom=self.backroom)
        self.rooms, self.gateway = self.parlour.rooms, self.parlour.gateway
        self.callroom, self.tidings = self.parlour.callroom, self.parlour.tidings
        self.mirror, self.door = self.parlour.mirror, self.parlour.door
        self.wheel = self.parlour.wheel
        self.switchboard = Switchboard(
            ground=self, backroom=self.backroom, callroom=self.callroom
        )

    def _record(self, settings: Settings) -> Record:
        return Record(
            database=self.backroom.database,
            key=self._key,
            directory=settings.data_dir,
            clock=self.clock,
        )

    def _desk(self, settings: Settings) -> None:
        self.staffroom = Staffroom(
            ground=self,
            backroom=self.backroom,
            key=self._key,
            origins=origins(settings),
            door=self.door,
            open_=self.is_open,
            listening=self.callroom.listening,
            switchboard=self.switchboard,
        )
        self.desk = self.staffroom.desk
        self.tidings.need_changed = self._need_changed

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run all that goes on by itself, for as long as the caller stays inside."""
        self._hear()
        self.wheel.start(asyncio.get_running_loop())
        try:
            async with asyncio.TaskGroup() as tasks:
                going = [tasks.create_task(part) for part in self._parts()]
                # Needs that are open do not wait for it; only members do.
                await asyncio.to_thread(self.backroom.screening.warm_up)
                self.collector.start()
                going.append(tasks.create_task(self._make_patterns()))
                yield
                for task in going:
                    task.cancel()
        except BaseExceptionGroup:
            # Half a service is worse than none: end, and be started again.
            logger.critical("a part of the service failed", exc_info=True)
            self.failed = True
            signal.raise_signal(signal.SIGTERM)
            raise
        finally:
            self.wheel.stop()
            self.collector.stop()
            await self.aclose()

    def _hear(self) -> None:
        """Have each part told what the others find out."""
        self.backplane.news = self._news
        self.backroom.doorbell.answer = self._changed
        self.backroom.doorbell.told = self.backroom.told
        self.backroom.changed = self.mirror.look
        self.rooms.came = self.backroom.came
        self.backplane.line_changed = self._line_changed

    def _parts(self) -> list[Coroutine[None, None, None]]:
        return [
            self.scripts.run(),
            self.backplane.run(),
            self.presence.run(),
            self.gateway.run(),
            self.keeper.run(),
            self.backroom.run(
                self.mirror.run,
                self.record.run,
                self.tidings.run,
                *self.callroom.parts(),
                *self.switchboard.parts(),
            ),
            self.desk.run(),
            self._tidy(),
        ]

    async def aclose(self) -> None:
        """Let go of Redis, of the database, and of push services."""
        await self.switchboard.aclose()
        await self.servers.aclose()
        await self.backroom.aclose()

    def _news(self, room: RoomName, data: bytes) -> None:
        if room == doorbell.ROOM:
            self.backroom.doorbell.heard(data)
        else:
            self.presence.heard(room, data)

    def _changed(self, news: bytes) -> None:
        if news == WORDS_CHANGED:
            self.mirror.look()
        elif not self.tidings.heard(news):
            self.desk.heard(news)

    def _need_changed(self, id_: NeedId) -> None:
        self.switchboard.escalator.look()
        self.desk.need_changed(id_)

    def _line_changed(self, up: bool) -> None:
        if up is not self._line_up:
            self._line_up = up
            self.tidings.hears(up)
            self.gateway.tell_everyone(protocol.line(up))
            if up:
                self.presence.missed()
                self.mirror.look()
                self.tidings.missed()
                self.desk.missed()

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            self.rooms.tidy()
            self.collector.look_again()

    async def _make_patterns(self) -> None:
        """Make what screening may need yet, so gently that no message waits for it."""
        until = 0.0
        for _ in self.backroom.screening.making():
            if perf_counter() > until:
                await asyncio.sleep(REST_SECONDS)
                until = perf_counter() + MAKING_SECONDS

    @property
    def ready(self) -> bool:
        """Whether members may be sent to this process."""
        return self._open and self.lines.up

    def is_open(self) -> bool:
        """Tell whether new connections are let in."""
        return self._open

    async def drain(self) -> None:
        """Let nobody in any more; return when what was asked is answered."""
        self._open = False
        await asyncio.sleep(READ_SECONDS)
        await self.gateway.drain()

    async def rooms_page(self, request: Request) -> Response:
        """Answer what the list of rooms shows."""
        return packed(request, await self.lobby.page(), "application/json")


def create(settings: Settings, clock: Clock | None = None) -> Starlette:
    """Return the web application, whose `state.service` is the service."""
    service = Service(settings, clock)
    entrance = Entrance(
        gateway=service.gateway,
        door=service.door,
        origins=origins(settings),
        open_=service.is_open,
    )
    pages = Pages(ready=lambda: service.ready, metrics=service.metrics.render)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = Starlette(
        routes=routes(
            door=entrance.enter,
            rooms=service.rooms_page,
            talk=_plain_talk(service),
            staff=service.staffroom.routes(),
            pages=pages,
        ),
        lifespan=lifespan,
    )
    app.state.service = service
    return app


def _plain_talk(service: Service) -> list[BaseRoute]:
    return plain_routes(
        needs=service.switchboard.needs,
        stays=service.callroom.stays,
        calling=service.callroom.calling,
        speaking=service.parlour.speaking,
        rooms=service.rooms,
        identity=service.identity,
        settings=service.settings,
        clock=service.clock,
        is_from_us=service.desk.guard.is_from_us,
        hours=service.switchboard.cover.in_words,
        trusted=frozenset(listed(service.settings.trusted_proxies)),
    )


async def work(settings: Settings) -> None:
    """Keep the service's house, without serving anybody, until cancelled."""
    service = Service(settings)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(service.scripts.run())
            tasks.create_task(service.keeper.run())
            tasks.create_task(service.backroom.run(*service.switchboard.parts()))
    finally:
        await service.aclose()


def origins(settings: Settings) -> frozenset[str]:
    """Return the origins whose pages may connect."""
    if settings.origins:
        return frozenset(listed(settings.origins))
    hosts = {settings.host, "localhost", "127.0.0.1"}
    return frozenset(f"http://{host}:{settings.port}" for host in hosts)
