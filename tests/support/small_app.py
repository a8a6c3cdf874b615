"""An application as small as can be, for tests of the server around it.

`python -m tests.support.small_app alone|several [how it drains]`, in a process of its
own; what becomes of it can be read from its standard output.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chat import logs, server
from chat.clock import Clock
from chat.handover import Door
from chat.prefixes import Prefixes
from chat.wheel import Wheel

WORKERS = 2


def tell(what: object) -> None:
    """Write a line for the test to read."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


class SmallService:
    """A service that says goodbye in one of several ways."""

    def __init__(self, how: str) -> None:
        self.door = Door(Wheel(), Prefixes(1000, Clock()))
        self.how = how
        self.failed = False

    async def drain(self) -> None:
        """Tell the test."""
        tell("draining")
        if self.how == "never done":
            await asyncio.Event().wait()
        if self.how == "hangs":
            time.sleep(60)
        if self.how == "fails":
            raise ValueError("what a member said")


def create(how: str) -> Starlette:
    """Build the application."""
    app = Starlette(
        routes=[Route("/", who), Route("/slow", slow), Route("/ip", address)],
        lifespan=lifespan,
    )
    app.state.service = SmallService(how)
    return app


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Turn the wheel."""
    service = app.state.service
    if service.how == "refuses":
        raise ValueError("what a member said")
    service.door.wheel.start(asyncio.get_running_loop())
    if service.how == "breaks":
        service.failed = True
        signal.raise_signal(signal.SIGTERM)
    yield
    service.door.wheel.stop()
    tell("stopped")


async def who(_: Request) -> Response:
    """Tell which process answers."""
    return PlainTextResponse(str(os.getpid()))


async def address(request: Request) -> Response:
    """Tell who asks."""
    return PlainTextResponse(request.client.host if request.client else "")


async def slow(_: Request) -> Response:
    """Never answer."""
    tell("asked")
    await asyncio.Event().wait()
    return PlainTextResponse("never")


def alone(how: str) -> None:
    """Serve in this process."""
    (listener,) = server.listen("127.0.0.1", 0)
    url = server.address(listener)
    server.serve(create(how), listener, "127.0.0.1", lambda: tell(url))
    tell("over")


def one_of_several(how: str, listener: int) -> None:
    """Serve as a child."""
    server.serve(
        create(how),
        socket.socket(fileno=listener),
        "127.0.0.1",
        lambda: tell(os.getpid()),
        alone=False,
    )


def several(how: str) -> None:
    """Serve in two children."""
    listeners = server.listen("127.0.0.1", 0, WORKERS)
    tell(server.address(listeners[0]))
    script = f"from tests.support.small_app import *; one_of_several({how!r}, %d)"
    workers = server.Workers(
        listeners,
        lambda listener: [sys.executable, "-c", script % listener],
        lambda pid: tell(f"ended {pid}"),
    )
    status = asyncio.run(workers.run())
    tell("over")
    sys.exit(status)


if __name__ == "__main__":
    logs.configure("info")
    how = sys.argv[2] if len(sys.argv) > 2 else "well"
    {"alone": alone, "several": several}[sys.argv[1]](how)
