"""Pages: what is served over HTTP: the browser's files, health and metrics.

Everything is read into memory at the start. A request picks from a dictionary, so no
path can lead anywhere else.
"""

import asyncio
import re
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat import packing
from chat.metrics import CONTENT_TYPE as METRICS_TYPE
from chat.webfiles import ASK_EACH_TIME, TYPES, WEB, File, Variant, looks_source, read

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'; connect-src 'self'"
)

_POWERS = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)

_STAFF_POWERS = frozenset({"publickey-credentials-create", "publickey-credentials-get"})
"""What the room team's own pages may do, and no other: they sign in by passkey."""


def _powers(allowed: Container[str] = ()) -> str:
    told = (f"{p}={'(self)' if p in allowed else '()'}" for p in _POWERS)
    return ", ".join(told)


HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": _powers(),
    # With none at all a browser hides from us, too, where a form comes from, and of
    # the older ones nothing else tells it. Other sites are told nothing either way.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
"""What every answer carries, but for powers on what pages are made of."""

STAFF_HEADERS = HEADERS | {"permissions-policy": _powers(_STAFF_POWERS)}

_WAYS = "/staff/ways"
"""The page that starts a worker, which browsers count as running a script."""
_WORKER = ("trusted-types 'none'", "trusted-types worker")

_LOOKS = "style-src 'self'"
_FIRST = frozenset({"/", "/index.html"})
"""The page that has its looks inside it."""

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_NOT_KEPT = {"cache-control": "no-store"}

_PARTS = (TYPES[".js"], TYPES[".css"], TYPES[".json"])
"""What pages are made of: it has no powers of its own that one could take away."""


class Guarded:
    """An application, each of whose answers keeps the page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(headers_for(scope))
                if headers.get("content-type", "").startswith(_PARTS):
                    del headers["permissions-policy"]
            await send(message)

        # Whoever leaves in the middle of what they send is no fault of the service's,
        # and not to be told of as one.
        with suppress(ClientDisconnect):
            await self._app(scope, receive, guarded)


def headers_for(scope: Scope) -> Mapping[str, str]:
    """Return what an answer to a request carries.

    Safari before 15.4 does not count a WebSocket to the page's own host as 'self', so
    that host is named as well.
    """
    request = HTTPConnection(scope)
    path, host = scope["path"], request.headers.get("host", "")
    is_staff = path == "/staff" or path.startswith("/staff/")
    headers = STAFF_HEADERS if is_staff else HEADERS
    policy = POLICY.replace(*_WORKER) if path == _WAYS else POLICY
    if path in _FIRST:
        policy = policy.replace(_LOOKS, f"{_LOOKS} {looks_source()}")
    if not _HOST.fullmatch(host):
        return headers | {"content-security-policy": policy}
    socket = "wss" if request.url.scheme == "https" else "ws"
    return headers | {"content-security-policy": f"{policy} {socket}://{host}"}


def packed(request: Request, body: bytes, type_: str) -> Response:
    """Answer with what many are told alike, packed for whoever can unpack it.

    Whoever has the same already is told so. Not for what is one person's: how long it
    is would then tell of what is in it.
    """
    coding = packing.coding_for(_accepted(request), packing.AT_ONCE)
    variant = _told(body, type_).packed(coding)
    return _answer(request, variant, ASK_EACH_TIME)


_told = lru_cache(maxsize=8)(File)


def _answer(request: Request, variant: Variant, kept: str) -> Response:
    headers = {**variant.headers, "cache-control": kept}
    if variant.is_known(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(variant.body, headers=headers)


def _accepted(request: Request) -> str:
    return request.headers.get("accept-encoding", "")


class Pages:
    """What there is to be had over HTTP beside the rooms."""

    def __init__(
        self,
        *,
        ready: Callable[[], bool],
        metrics: Callable[[], bytes],
        web: Path = WEB,
    ) -> None:
        self._files = read(web)
        self._ready = ready
        self._metrics = metrics

    def routes(self) -> list[BaseRoute]:
        """Return the routes; the last one takes every path that no other took."""
        return [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._tell),
            Route("/{path:path}", self._file),
        ]

    async def _healthz(self, _: Request) -> Response:
        return PlainTextResponse("alive\n", headers=_NOT_KEPT)

    async def _readyz(self, _: Request) -> Response:
        if self._ready():
            return PlainTextResponse("ready\n", headers=_NOT_KEPT)
        return PlainTextResponse("not ready\n", 503, _NOT_KEPT)

    async def _tell(self, _: Request) -> Response:
        return Response(self._metrics(), headers=_NOT_KEPT, media_type=METRICS_TYPE)

    async def _file(self, request: Request) -> Response:
        file = self._files.get(request.scope["path"])
        if file is None:
            return self._nothing(request)
        coding = packing.coding_for(_accepted(request))
        variant = file.known(coding)
        if variant is None:
            variant = await asyncio.to_thread(file.packed, coding)
        return _answer(request, variant, file.kept(request.url.query))

    def _nothing(self, request: Request) -> Response:
        """Say so; to a person, who may have opened a form's address, with a way on."""
        file = self._files.get("/nothing.html")
        if file is None or "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse("There is nothing here.\n", 404)
        return Response(file.plain.body, 404, _NOT_KEPT, media_type=TYPES[".html"])
