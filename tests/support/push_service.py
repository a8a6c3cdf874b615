"""A push service of a test's own: HTTP for the house, and a line to a real Firefox.

It speaks as much of the autopush protocol as a browser needs to subscribe and to be
woken, and does as it is told when asked to deliver.
"""

import asyncio
import base64
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self

import http_ece  # type: ignore[import-untyped]
from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Pushed(NamedTuple):
    """What came for a browser."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class PushService:
    """Takes pushes, and hands them to the browsers on the line."""

    def __init__(self) -> None:
        self.port = 0
        self.status = 201
        self.delay = 0.0
        self.pushed: list[Pushed] = []
        self.acknowledged: list[str] = []
        self._lines: set[web.WebSocketResponse] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Serve until the caller leaves."""
        service = cls()
        app = web.Application()
        app.router.add_get("/line", service._line)
        app.router.add_post("/push/{channel}", service._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "localhost", 0)
        await site.start()
        assert site._server is not None
        service.port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        try:
            yield service
        finally:
            for line in list(service._lines):
                await line.close()
            await runner.cleanup()

    @property
    def host(self) -> str:
        """How it has to be named, to be allowed."""
        return f"localhost:{self.port}"

    @property
    def line(self) -> str:
        """Where a Firefox finds it: its `dom.push.serverURL`."""
        return f"ws://{self.host}/line"

    def endpoint(self, channel: str = "one") -> str:
        """Return where a browser is pushed to."""
        return f"http://{self.host}/push/{channel}"

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.pushed.append(Pushed(request.path, dict(request.headers), body))
        await asyncio.sleep(self.delay)
        if self.status == 201:
            await self._deliver(request.match_info["channel"], body)
        where = {"location": "http://localhost/"}
        return web.Response(status=self.status, headers=where)

    async def _deliver(self, channel: str, body: bytes) -> None:
        told = {
            "messageType": "notification",
            "channelID": channel,
            "version": secrets.token_hex(8),
            "data": base64.urlsafe_b64encode(body).rstrip(b"=").decode(),
            "headers": {"encoding": "aes128gcm"},
        }
        for line in list(self._lines):
            with contextlib.suppress(ConnectionError):
                await line.send_json(told)

    async def _line(self, request: web.Request) -> web.WebSocketResponse:
        line = web.WebSocketResponse(protocols=["push-notification"])
        await line.prepare(request)
        self._lines.add(line)
        try:
            async for message in line:
                if message.type is WSMsgType.TEXT:
                    await self._answer(line, json.loads(message.data))
        finally:
            self._lines.discard(line)
        return line

    async def _answer(self, line: web.WebSocketResponse, said: dict[str, Any]) -> None:
        kind = said.get("messageType")
        channel = said.get("channelID")
        answer: dict[str, Any] = {"messageType": kind, "status": 200}
        match kind:
            case "hello":
                uaid = said.get("uaid") or secrets.token_hex(16)
                answer |= {"uaid": uaid, "use_webpush": True, "broadcasts": {}}
            case "register":
                where = self.endpoint(str(channel))
                answer |= {"channelID": channel, "pushEndpoint": where}
            case "unregister":
                answer |= {"channelID": channel}
            case "ack":
                self.acknowledged += [u["channelID"] for u in said["updates"]]
                return
            case _:
                # An empty object is a ping.
                answer = {}
        await line.send_json(answer)


class Browser:
    """A browser as a push service knows it: it alone can read what comes for it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = generate_private_key(SECP256R1())
        self._auth = secrets.token_bytes(16)

    @property
    def subscription(self) -> dict[str, Any]:
        """What its `subscribe()` gives."""
        point = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": _text(point), "auth": _text(self._auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    @property
    def address(self) -> dict[str, str]:
        """The same as it is kept."""
        return {"endpoint": self.endpoint, **self.subscription["keys"]}

    def reads(self, body: bytes) -> Any:
        """Return what a push says."""
        found = http_ece.decrypt(
            body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"
        )
        return json.loads(found)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
