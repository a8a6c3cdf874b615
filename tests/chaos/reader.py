"""Reading a room's history as somebody does who comes in for the first time."""

import asyncio
import secrets
from typing import Any, cast

from chat import protocol
from chat.protocol import HISTORY, JOINED, REFUSED
from tests.chaos.frames import shown
from tests.chaos.log import Shown
from tests.chaos.page import HELLO, JOIN, Dial
from tests.chaos.socket import Socket

EARLIER = 10
_REF = 1


async def read_afresh(dial: Dial, room: str) -> list[Shown]:
    """Return what a newcomer is shown of a room, having read back to its beginning."""
    messages: asyncio.Queue[bytes] = asyncio.Queue()
    socket = await dial(messages.put_nowait, False)
    try:
        _send(socket, HELLO, secrets.token_bytes(16))
        _send(socket, JOIN, room, 0, True, 0, 0)
        found = [shown(e) for e in (await _answer(messages, JOINED))[-1]]
        more = bool(found)
        while more:
            _send(socket, EARLIER, room, found[0].position)
            answer = await _answer(messages, HISTORY, REFUSED)
            if answer[0] == REFUSED:
                await asyncio.sleep(max(1, answer[3]))
                continue
            *_, more, events = answer
            found = [*map(shown, events), *found]
        return found
    finally:
        socket.abort()


def _send(socket: Socket, kind: int, *fields: object) -> None:
    socket.send(protocol.pack((kind, _REF, *fields)))


async def _answer(messages: "asyncio.Queue[bytes]", *kinds: int) -> tuple[Any, ...]:
    while True:
        heard = cast("tuple[Any, ...]", protocol.unpack_value(await messages.get()))
        if heard[0] in kinds:
            return heard
