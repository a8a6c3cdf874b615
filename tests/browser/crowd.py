"""A crowd without browsers: it fills a room with talk, quickly."""

import asyncio
import os
from collections.abc import Sequence
from itertools import count

from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from chat.protocol import SUBPROTOCOL, pack, unpack_value

SAYS_AT_ONCE = 5  # fewer than the house lets one device say in one breath
DONE = 34


async def fill(url: str, room: str, texts: Sequence[str]) -> None:
    """Say these in a room, in order, by as many members as it takes."""
    for start in range(0, len(texts), SAYS_AT_ONCE):
        await _speak(url, room, texts[start : start + SAYS_AT_ONCE])


async def _speak(url: str, room: str, texts: Sequence[str]) -> None:
    refs = count(1)
    address = url.replace("http", "ws") + "/ws"
    async with (
        asyncio.timeout(20),
        connect(
            address, origin=Origin(url), subprotocols=[Subprotocol(SUBPROTOCOL)]
        ) as line,
    ):
        await line.send(pack((1, next(refs), os.urandom(16))))
        await line.send(pack((2, next(refs), room, 0, True, 0, 0)))
        for text in texts:
            await line.send(pack((4, next(refs), room, os.urandom(8), text, 0)))
        for _ in texts:
            while _kind(await line.recv()) != DONE:
                pass


def _kind(frame: str | bytes) -> object:
    assert isinstance(frame, bytes)
    fields = unpack_value(frame)
    assert isinstance(fields, tuple)
    return fields[0]
