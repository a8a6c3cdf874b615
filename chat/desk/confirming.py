"""Confirming: an alert arrived, says whoever has its id, signed in or not.

The worker of a browser, the reader of a mail, and what bridges the webhook: for none of
them is there a sitting, and an id that cannot be guessed is all they need.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from chat.desk.frame import said
from chat.desk.guard import Guard
from chat.desk.templates import page
from chat.errors import StoreDown, Unavailable
from chat.oncall.enlisting import Enlisting
from chat.oncall.refusals import BadWay
from chat.oncall.ways import Ways

HERE: Final = "/staff/confirm"

MOST_BYTES: Final = 8192
AT_ONCE: Final = 4
"""How many are looked up at a time: more would take the database from the others."""
MOST_WAITING: Final = 400

_NOT_KEPT: Final = {"cache-control": "no-store"}


class Confirming:
    """What anybody may say about an alert whose id they know."""

    def __init__(
        self, *, guard: Guard, ways: Ways, enlisting: Enlisting, key: str
    ) -> None:
        self._guard = guard
        self._ways = ways
        self._enlisting = enlisting
        self._key = key
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    def routes(self) -> list[BaseRoute]:
        """Return the routes; all of them are open."""
        opened = self._guard.open
        return [
            Route(HERE, self.confirm, methods=["POST"]),
            Route(HERE, opened(self.ask), methods=["GET"]),
            Route(f"{HERE}/address", opened(self.address), methods=["POST"]),
            Route(f"{HERE}/moved", opened(self.moved), methods=["POST"]),
            Route(f"{HERE}/key", opened(self.key)),
        ]

    async def confirm(self, request: Request) -> Response:
        """Keep that an alert arrived; the answer tells nobody whether it was known.

        A bridge says no origin, a worker ours; another page has no business here.
        """
        headers = request.headers
        if "origin" in headers and not self._guard.is_from_us(headers):
            return Response(status_code=403, headers=_NOT_KEPT)
        alert_id = (await capped(request)).decode(errors="replace").strip()
        try:
            async with self._turn():
                await self._ways.confirm(alert_id)
        except (StoreDown, Unavailable):
            return _not_now()
        return Response(status_code=204, headers=_NOT_KEPT)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for a turn at the database.

        Raises:
            Unavailable: If too many wait already.

        """
        if self._waiting >= MOST_WAITING:
            raise Unavailable
        self._waiting += 1
        try:
            async with self._slots:
                yield
        finally:
            self._waiting -= 1

    async def ask(self, request: Request) -> Response:
        """Ask whoever followed the link in a first mail to press a button.

        Programs that look into mails follow links, and press nothing.
        """
        return page("confirm", alert=said(request.query_params, "alert", 64), done=None)

    async def address(self, request: Request) -> Response:
        """Confirm a mail address."""
        alert = said(await request.form(), "alert", 64)
        async with self._turn():
            done = await self._ways.confirm(alert)
        return page("confirm", 200 if done else 404, alert=alert, done=done)

    async def moved(self, request: Request) -> Response:
        """Keep the new address of a browser that knows its old one."""
        try:
            told = json.loads(await capped(request))
            was, proof = str(told["was"]), str(told["proof"])
            async with self._turn():
                await self._enlisting.moved(was, proof, told["subscription"])
        except (ValueError, TypeError, KeyError, RecursionError, BadWay):
            return Response(status_code=400)
        return Response(status_code=204)

    async def key(self, _request: Request) -> Response:
        """Return what a browser subscribes with."""
        return PlainTextResponse(self._key)


async def capped(request: Request) -> bytes:
    """Return what was sent; nothing where it is longer than anything we ask for."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return b""
    return bytes(body)


def _not_now() -> Response:
    return Response(status_code=503, headers=_NOT_KEPT | {"retry-after": "5"})
