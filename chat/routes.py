"""Every URL of the service, in one list."""

from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from chat.pages import Pages

Page = Callable[[Request], Awaitable[Response]]
Door = Callable[[WebSocket], Awaitable[None]]


def routes(
    *,
    door: Door,
    rooms: Page,
    talk: Iterable[BaseRoute],
    staff: Iterable[BaseRoute],
    pages: Pages,
) -> list[BaseRoute]:
    """Return the routes: socket, list of rooms, plain talk, desk, health, files."""
    return [
        WebSocketRoute("/ws", door),
        Route("/rooms.json", rooms),
        *talk,
        *staff,
        *pages.routes(),
    ]
