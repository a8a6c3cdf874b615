"""The usual way: an endpoint of Starlette that sends to one member after another.

With REDIS_URL it hears every message through one Pub/Sub reader per process, as one
does to run on several.
"""

import asyncio
import contextlib
import json
import os
from collections import defaultdict

import redis.asyncio as redis
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

REDIS_URL = os.environ.get("REDIS_URL")

rooms: dict[str, set[WebSocket]] = defaultdict(set)


async def tell(room: str, message: str) -> None:
    for member in list(rooms[room]):
        try:
            await member.send_text(message)
        except (WebSocketDisconnect, RuntimeError):
            rooms[room].discard(member)


class Redis:
    def __init__(self) -> None:
        self.client = redis.from_url(REDIS_URL)
        self.pubsub = self.client.pubsub()
        self.subscribed: set[str] = set()
        self.lock = asyncio.Lock()
        self.reader: asyncio.Task[None] | None = None

    async def follow(self, room: str) -> None:
        async with self.lock:
            if room not in self.subscribed:
                self.subscribed.add(room)
                await self.pubsub.subscribe(room)
            if self.reader is None:
                self.reader = asyncio.create_task(self.read())

    async def read(self) -> None:
        async for message in self.pubsub.listen():
            if message["type"] == "message":
                await tell(message["channel"].decode(), message["data"].decode())


async def endpoint(member: WebSocket) -> None:
    bus = member.app.state.bus
    room = None
    await member.accept()
    try:
        async for text in member.iter_text():
            request = json.loads(text)
            if request["type"] == "join":
                room = request["room"]
                rooms[room].add(member)
                if bus:
                    await bus.follow(room)
                await member.send_text('{"type":"joined"}')
                continue
            message = json.dumps(
                {
                    "type": "msg",
                    "room": request["room"],
                    "user": "u1",
                    "text": request["text"],
                }
            )
            if bus:
                await bus.client.publish(request["room"], message)
            else:
                await tell(request["room"], message)
    finally:
        rooms[room].discard(member)


@contextlib.asynccontextmanager
async def lifespan(app: Starlette):
    app.state.bus = Redis() if REDIS_URL else None
    yield


app = Starlette(routes=[WebSocketRoute("/ws", endpoint)], lifespan=lifespan)
