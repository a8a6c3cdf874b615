"""python-socketio with its Redis manager: rooms are the library's own."""

import os

import socketio

manager = socketio.AsyncRedisManager(os.environ["REDIS_URL"])
server = socketio.AsyncServer(
    async_mode="asgi", client_manager=manager, cors_allowed_origins="*"
)


@server.event
async def join(sid, room):
    await server.enter_room(sid, room)
    return "ok"


@server.event
async def pub(_sid, request):
    message = {"room": request["room"], "user": "u1", "text": request["text"]}
    await server.emit("msg", message, room=request["room"])


app = socketio.ASGIApp(server)
