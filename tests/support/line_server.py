"""A small service on the real hand-over, for clients with bad manners."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import ClassVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from chat import logs
from chat.clock import Clock
from chat.connection import Connection, Session, frame
from chat.handover import Door, hand_over, http_protocol, websocket_protocol
from chat.prefixes import Prefixes
from chat.wheel import Wheel
from tests.support.raw_client import RawClient, request

SECOND = 0.03
"""How long a second of the wheel lasts here."""

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Echo:
    """Says back what it hears, and counts what it is told."""

    told: ClassVar[Counter[str]] = Counter()

    def opened(self, connection: Connection) -> None:
        self.told["opened"] += 1

    def received(self, connection: Connection, payload: bytes) -> None:
        self.told["received"] += 1
        connection.send(payload)

    def received_text(self, connection: Connection, text: str) -> None:
        connection.write(b"\x81" + frame(text.encode())[1:])

    def full(self, connection: Connection) -> None:
        self.told["full"] += 1

    def shutting_down(self, connection: Connection) -> None:
        connection.send(b"bye")

    def closing(self, connection: Connection) -> None:
        self.told["closing"] += 1

    def lost(self, connection: Connection) -> None:
        self.told["lost"] += 1


class Mute(Echo):
    """Hears, and says nothing."""

    def received(self, connection: Connection, payload: bytes) -> None:
        self.told["received"] += 1


class Blast(Echo):
    """Talks without end, as the busiest room would."""

    talking = True

    def opened(self, connection: Connection) -> None:
        super().opened(connection)
        self.talk(connection)

    def talk(self, connection: Connection) -> None:
        if self.talking:
            for _ in range(20):
                connection.writer(frame(bytes(1000)))
            asyncio.get_running_loop().call_later(0.01, self.talk, connection)

    def closing(self, connection: Connection) -> None:
        super().closing(connection)
        self.talking = False


class Busy(Echo):
    """Takes nothing for longer than a silent line is given."""

    def received(self, connection: Connection, payload: bytes) -> None:
        connection.pause()
        asyncio.get_running_loop().call_later(80 * SECOND, connection.resume)
        super().received(connection, payload)


class Faulty(Echo):
    """Has a bug."""

    def received(self, connection: Connection, payload: bytes) -> None:
        raise LookupError


SESSIONS = {
    "echo": Echo,
    "text": Echo,
    "mute": Mute,
    "blast": Blast,
    "busy": Busy,
    "faulty": Faulty,
}


def main(listening: int, per_prefix: int, lines: int, trusted: str) -> None:
    wheel = Wheel(period=SECOND)
    door = Door(
        wheel,
        Prefixes(per_prefix, Clock()),
        trusted=frozenset(trusted.split(",")),
        lines=lines,
        request_seconds=30,
        body_seconds=40,
    )
    config = uvicorn.Config(
        _application(wheel),
        http=http_protocol(door),
        ws=websocket_protocol(door),
        log_config=None,
    )
    logs.configure("INFO")
    uvicorn.Server(config).run([socket.socket(fileno=listening)])


def _application(wheel: Wheel) -> Starlette:
    app = Starlette(
        routes=[
            Route("/state", _state),
            Route("/take", _take, methods=["POST"]),
            WebSocketRoute("/talk/{kind}", _talk),
            WebSocketRoute("/refuse/{status:int}", _refuse),
            WebSocketRoute("/close", _close),
            WebSocketRoute("/accept-and-close", _accept_and_close),
            WebSocketRoute("/accept-and-leave", _accept_and_leave),
            WebSocketRoute("/fail", _fail),
            WebSocketRoute("/dawdle", _dawdle),
            WebSocketRoute("/too-late", _too_late),
        ],
        lifespan=_turning,
    )
    app.state.wheel = wheel
    return app


@contextlib.asynccontextmanager
async def _turning(app: Starlette) -> AsyncIterator[None]:
    app.state.wheel.start(asyncio.get_running_loop())
    yield
    app.state.wheel.stop()


async def _talk(websocket: WebSocket) -> None:
    kind = websocket.path_params["kind"]
    await websocket.accept(subprotocol="porchlight.v1", headers=[(b"x-more", b"yes")])
    _hand_over(websocket, SESSIONS[kind](), text=kind == "text")


def _hand_over(websocket: WebSocket, session: Session, *, text: bool = False) -> None:
    wheel = websocket.app.state.wheel
    hand_over(websocket, Connection(session, wheel, text=text))


async def _refuse(websocket: WebSocket) -> None:
    status = websocket.path_params["status"]
    await websocket.send_denial_response(
        Response("no", status, headers={"Retry-After": "30"})
    )


async def _close(websocket: WebSocket) -> None:
    await websocket.close()


async def _accept_and_close(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close(4100)


async def _accept_and_leave(websocket: WebSocket) -> None:
    await websocket.accept()


async def _fail(websocket: WebSocket) -> None:
    raise LookupError


async def _dawdle(websocket: WebSocket) -> None:
    await websocket.receive()
    await websocket.receive()


async def _too_late(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.receive()
    _hand_over(websocket, Echo())


async def _state(_: Request) -> JSONResponse:
    return JSONResponse(Echo.told)


async def _take(request: Request) -> Response:
    return Response(str(len(await request.body())))


class LineServer:
    """The server in a process of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process = process
        self.port = port

    def open(self, path: str, *, receive_buffer: int | None = None) -> RawClient:
        return RawClient(self.port, receive_buffer=receive_buffer).open(path)

    def told(self) -> Counter[str]:
        """Return how often sessions were told what."""
        with RawClient(self.port) as client:
            client.line.sendall(request("/state", [b"Host: x", b"Connection: close"]))
            return Counter(json.loads(client.rest().partition(b"\r\n\r\n")[2]))

    def memory(self) -> int:
        """Return the bytes of memory it takes."""
        statm = Path(f"/proc/{self.process.pid}/statm").read_text()
        return int(statm.split()[1]) * PAGE_BYTES

    def stop(self) -> tuple[float, str]:
        """Ask it to end; return the seconds that took, and all it ever wrote."""
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=20)
        return time.monotonic() - asked, said.decode()


@contextlib.contextmanager
def running(
    *, per_prefix: int = 1000, lines: int = 1000, trusted: str = ""
) -> Iterator[LineServer]:
    """Run a server for as long as the context lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        said = [str(listener.fileno()), str(per_prefix), str(lines), trusted]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.support.line_server", *said],
            pass_fds=[listener.fileno()],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            server = LineServer(process, listener.getsockname()[1])
            try:
                server.told()
                yield server
            finally:
                process.kill()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
