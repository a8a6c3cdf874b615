"""Processes that serve staff sockets, each behind a port, told by one real doorbell."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self, cast

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from chat import protocol, server
from chat.bulletin import SUBPROTOCOL, TOPIC
from chat.clock import Clock
from chat.desk.guard import COOKIE, Guard
from chat.desk.socket import StaffSocket
from chat.desk.talking import Talking
from chat.doorbell import CHANNEL, Doorbell
from chat.handover import Door, http_protocol, websocket_protocol
from chat.hub import Hub
from chat.listening import Listening
from chat.metrics import Metrics
from chat.prefixes import Prefixes
from chat.redis import Lines, Scripts, servers
from chat.roles import Role
from chat.signing.sittings import Deskmate, Sittings
from chat.signing.watch import Watch
from chat.standing import NEWS
from chat.wheel import Wheel
from tests.support.eventually import PATIENCE_SECONDS, eventually

NOT_LISTENING = cast("Listening", None)
"""For a house in which nobody needs to talk."""

ORIGIN = "https://chat.example"


class StaffHouse:
    """One process: its sittings, its hub, its staff socket."""

    def __init__(
        self,
        redis_url: str,
        clock: Clock,
        node: bytes,
        listening: Listening = NOT_LISTENING,
    ) -> None:
        self.servers = servers(redis_url)
        self.scripts = Scripts(self.servers)
        self.lines = Lines(
            servers=self.servers, node=node.hex(), tell=self.scripts.tell
        )
        self.hub = Hub(metrics=Metrics())
        self.bell = Doorbell(
            scripts=self.scripts, lines=self.lines, fan_out=self.hub.fan_out
        )
        self.sittings = Sittings(
            scripts=self.scripts, clock=clock, ring=self.bell.changed
        )
        self.watch = Watch(scripts=self.scripts, clock=clock)
        self.wheel = Wheel()
        self.looked: list[tuple[str, str]] = []
        self.seen: list[str] = []
        self.is_open = True
        door = Door(self.wheel, Prefixes(100, clock))
        self.socket = StaffSocket(
            guard=Guard(sittings=self.sittings, origins=frozenset({ORIGIN})),
            sittings=self.sittings,
            hub=self.hub,
            door=door,
            open_=lambda: self.is_open,
            looking=self._look,
            watch=self.watch,
            talking=Talking(listening=listening, clock=clock),
        )
        self.socket.page_seen = self._saw
        self.lines.heard = lambda _channel, data: self.bell.heard(
            data.removeprefix(NEWS)
        )
        self.bell.answer = self.socket.heard
        self.url = ""

    async def _saw(self, staff_id: str) -> None:
        self.seen.append(staff_id)

    async def _look(self, me: Deskmate, case: str) -> None:
        self.looked.append((me.desk_name, case))

    @classmethod
    @asynccontextmanager
    async def serving(cls, url: str, clock: Clock, node: bytes) -> AsyncIterator[Self]:
        """Serve until the caller leaves."""
        house = cls(url, clock, node)
        async with asyncio.TaskGroup() as tasks:
            parts = (house.scripts.run(), house.lines.run(), house.socket.run())
            running = [tasks.create_task(part) for part in parts]
            await house.lines.follows(CHANNEL)
            async with house._behind_a_port():
                yield house
            for task in running:
                task.cancel()
        await house.servers.aclose()

    @asynccontextmanager
    async def _behind_a_port(self) -> AsyncIterator[None]:
        app = Starlette(routes=[WebSocketRoute("/staff/ws", self.socket.enter)])
        (listener,) = server.listen("127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{listener.getsockname()[1]}/staff/ws"
        config = uvicorn.Config(
            app,
            http=http_protocol(self.socket.door),
            ws=websocket_protocol(self.socket.door),
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
        )
        config.load()
        serving = uvicorn.Server(config)
        serving.lifespan = config.lifespan_class(config)
        await serving.startup([listener])
        yield
        for connection in list(serving.server_state.connections):
            connection.shutdown()
        for each in serving.servers:
            each.close()

    async def seat(self, role: Role = Role.MODERATOR, staff_id: str = "ab12") -> str:
        """Sign somebody in; return their token."""
        return await self.sittings.begin(staff_id, "Robin", role)

    async def me(self, token: str) -> Deskmate:
        """Return whose token it is."""
        me = await self.sittings.look(token, active=False)
        assert me is not None
        return me

    @property
    def followers(self) -> int:
        """How many pages hear of cases."""
        return self.hub.followers(TOPIC)

    def turn(self, seconds: int) -> None:
        """Let time pass on the wheel."""
        for _ in range(seconds):
            self.wheel.tick()


class StaffPage:
    """A page of the room team, as far as its socket goes."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    @classmethod
    @asynccontextmanager
    async def at(
        cls, house: StaffHouse, token: str | None, origin: str = ORIGIN
    ) -> AsyncIterator[Self]:
        """Connect with a cookie."""
        async with connect(
            house.url,
            origin=Origin(origin),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"Cookie": f"{COOKIE}={token}"} if token else {},
            compression=None,
            ping_interval=None,
            proxy=None,
            close_timeout=1,
        ) as socket:
            yield cls(socket)

    async def asks(self, *fields: object) -> None:
        await self.socket.send(protocol.pack(fields))

    async def hears(self) -> object:
        """Return the next frame."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            data = await self.socket.recv()
        assert isinstance(data, bytes)
        return protocol.unpack_value(data)

    async def closed(self) -> tuple[int, str]:
        """Return why the line was closed, whatever comes before it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.socket.recv()
        return self.socket.close_code or 0, self.socket.close_reason or ""


class Pages:
    """Pages that stay until the end of a test."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def open(self, house: StaffHouse, token: str | None) -> StaffPage:
        """Open one, and return once it is counted in."""
        before = len(house.socket._sessions)
        page = await self._stack.enter_async_context(StaffPage.at(house, token))
        await eventually(lambda: len(house.socket._sessions) > before)
        return page
