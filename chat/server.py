"""The server: its sockets, its processes, and how they come to their end."""

import asyncio
import logging
import os
import resource
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Protocol

import uvicorn
from starlette.applications import Starlette

from chat.handover import Door, http_protocol, websocket_protocol
from chat.leash import leashed
from chat.pages import Guarded
from chat.protocol import MAX_FRAME_BYTES

BACKLOG = 4096
DRAIN_SECONDS = 4  # the service promises three
LINGER_SECONDS = 2
LONGEST_END_SECONDS = 8
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
HEALTHY_SECONDS = 10  # having lived so long, a worker is restarted without a pause

logger = logging.getLogger(__name__)


class Service(Protocol):
    """What the server asks of the service that it serves: `app.state.service`."""

    @property
    def door(self) -> Door:
        """Return what everybody who knocks is held to."""

    @property
    def failed(self) -> bool:
        """Tell whether it ended by itself, because a part of it could not go on."""

    async def drain(self) -> None:
        """Tell every member when to come back, and finish what was asked."""


def listen(host: str, port: int, count: int = 1) -> Sequence[socket.socket]:
    """Open the port, once for each process that will serve it.

    Each process has its own socket, among which the kernel spreads new connections
    evenly; from one shared socket, one process would take most. All of them stay open
    in the parent, so that a restarted process finds those who knocked meanwhile.

    Raises:
        OSError: If the port cannot be opened.

    """
    if count == 1 or sys.platform != "linux":
        return [_open(host, port, shared=False)] * count
    with _open(host, port, shared=False) as free:
        port = free.getsockname()[1]
    return [_open(host, port, shared=True) for _ in range(count)]


def _open(host: str, port: int, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server(
        (host, port), family=family, backlog=BACKLOG, reuse_port=shared
    )


def address(listener: socket.socket) -> str:
    """Return where a browser on this machine finds what listens there."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def raise_open_files() -> None:
    """Allow this process and its children as many open files as the system does."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def serve(
    app: Starlette,
    listener: socket.socket,
    trusted_proxies: str,
    started: Callable[[], None],
    *,
    alone: bool = True,
) -> None:
    """Serve in this process until it is told to end.

    Being told twice means now; unless it is one of several, whose parent decides.

    Raises:
        SystemExit: If the service ended by itself.

    """
    service: Service = app.state.service
    config = uvicorn.Config(
        Guarded(app),
        loop="uvloop",
        interface="asgi3",
        workers=1,
        lifespan="on",
        http=http_protocol(service.door),
        ws=websocket_protocol(service.door),
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # the wheel pings
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        forwarded_allow_ips=trusted_proxies,
        backlog=BACKLOG,
        timeout_graceful_shutdown=LINGER_SECONDS,
    )
    _Server(config, service, started, alone=alone).run([listener])
    if service.failed:
        raise SystemExit(1)


class _Server(uvicorn.Server):
    """Uvicorn, but everybody is told before the lines are cut, and it always ends."""

    def __init__(
        self,
        config: uvicorn.Config,
        service: Service,
        started: Callable[[], None],
        *,
        alone: bool,
    ) -> None:
        super().__init__(config)
        self._service = service
        self._started = started
        self._alone = alone

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # Uvicorn would raise the signal once more at its end, and so kill the process
        # before its private Redis was ended.
        if self.should_exit and self._alone:
            os._exit(1)
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Whatever hangs from here on, the kernel ends this process in time.
        signal.alarm(LONGEST_END_SECONDS)
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        """Let the service say goodbye; if it cannot, the lines are cut without."""
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._service.drain()
        except Exception:
            logger.exception("not drained")


class Workers:
    """Several processes that serve one port, each restarted when it dies."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        command: Callable[[int], Sequence[str]],
        ended: Callable[[int], None],
    ) -> None:
        self._listeners = listeners
        self._command = command
        self._ended = ended
        self._stopping = asyncio.Event()
        self._processes: set[Process] = set()
        self._status = 0

    async def run(self) -> int:
        """Keep them all until told to end; return what to exit with.

        A worker that cannot even start the first time ends them all.
        """
        loop = asyncio.get_running_loop()
        for told in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(told, self._stop)
        async with asyncio.TaskGroup() as tasks:
            for listener in self._listeners:
                tasks.create_task(self._keep(listener))
        return self._status

    def _stop(self) -> None:
        """End them all in peace; told once more, at once."""
        if self._stopping.is_set():
            self._kill()
            return
        self._stopping.set()
        for listener in self._listeners:
            listener.close()
        self._tell(signal.SIGTERM)
        asyncio.get_running_loop().call_later(LONGEST_END_SECONDS + 1, self._kill)

    def _kill(self) -> None:
        self._tell(signal.SIGKILL)

    def _tell(self, told: signal.Signals) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError):  # it has just ended by itself
                process.send_signal(told)

    async def _keep(self, listener: socket.socket) -> None:
        pause, first = FIRST_PAUSE_SECONDS, True
        while not self._stopping.is_set():
            born = asyncio.get_running_loop().time()
            status = await self._one_life(listener)
            if self._stopping.is_set():
                return
            if asyncio.get_running_loop().time() - born > HEALTHY_SECONDS:
                pause, first = FIRST_PAUSE_SECONDS, False
            if first and status > 0:
                self._give_up(status)
                return
            logger.error("worker ended", extra={"status": status})
            await self._rest(pause)
            pause, first = min(pause * 2, LONGEST_PAUSE_SECONDS), False

    def _give_up(self, status: int) -> None:
        """End them all: what one could not start with, none can."""
        self._status = status
        self._stop()

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _one_life(self, listener: socket.socket) -> int:
        """Run a worker from its start to its end, and return its status."""
        process = await asyncio.create_subprocess_exec(
            *leashed(self._command(listener.fileno())),
            pass_fds=[listener.fileno()],
            # Ctrl-C goes to a terminal's whole group; the parent passes it on.
            start_new_session=True,
        )
        self._processes.add(process)
        if self._stopping.is_set():
            self._tell(signal.SIGTERM)
        status = await process.wait()
        self._processes.discard(process)
        self._ended(process.pid)
        return status
