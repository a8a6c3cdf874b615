"""The entrance: which pages may open a connection, and how many at a time."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.websockets import WebSocket

from chat.connection import Connection
from chat.gateway import Gateway
from chat.handover import Door, hand_over
from chat.prefixes import Ticket
from chat.protocol import SUBPROTOCOL
from chat.session import Session

_NOT_ALLOWED = Response(status_code=403)
_NOT_OURS = Response(status_code=400)
_FULL = Response(status_code=503, headers={"Retry-After": "30"})


class Entrance:
    """The endpoint of the socket: lets a page in, or says why not."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        door: Door,
        origins: frozenset[str],
        open_: Callable[[], bool],
    ) -> None:
        self._gateway = gateway
        self._door = door
        self._origins = origins
        self._open = open_

    async def enter(self, websocket: WebSocket) -> None:
        """Accept a page's socket and hand its line to a connection of ours."""
        if websocket.headers.get("origin") not in self._origins:
            await websocket.send_denial_response(_NOT_ALLOWED)
        elif SUBPROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.send_denial_response(_NOT_OURS)
        elif self._gateway.full or not self._open():
            await websocket.send_denial_response(_FULL)
        else:
            await self._admit(websocket)

    async def _admit(self, websocket: WebSocket) -> None:
        address = websocket.client.host if websocket.client else ""
        ticket: Ticket | None = None
        if address not in self._door.trusted:
            ticket = self._door.prefixes.enter(address)
            if ticket is None:
                await websocket.send_denial_response(_FULL)
                return
        await websocket.accept(subprotocol=SUBPROTOCOL)
        session = Session(self._gateway, ticket)
        hand_over(websocket, Connection(session, self._door.wheel))
