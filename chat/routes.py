"""Every URL of the service, in one list."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from chat.pages import Pages

Page = Callable[[Request], Awaitable[Response]]
Door = Callable[[WebSocket], Awaitable[None]]


def routes(*, door: Door, rooms: Page, pages: Pages) -> list[BaseRoute]:
    """Return the routes: the socket, what the list shows, health, and the page."""
    return [
        WebSocketRoute("/ws", door),
        Route("/rooms.json", rooms),
        *pages.routes(),
    ]
