"""The websockets library and its broadcast(): one loop over members, no awaiting."""

import asyncio
import json
import sys
from collections import defaultdict

import uvloop
from websockets.asyncio.server import broadcast, serve

rooms = defaultdict(set)


async def talk(member):
    room = None
    try:
        async for text in member:
            request = json.loads(text)
            if request["type"] == "join":
                room = request["room"]
                rooms[room].add(member)
                await member.send('{"type":"joined"}')
                continue
            message = {
                "type": "msg",
                "room": request["room"],
                "user": "u1",
                "text": request["text"],
            }
            broadcast(rooms[request["room"]], json.dumps(message))
    finally:
        rooms[room].discard(member)


async def main(port):
    server = serve(
        talk, "127.0.0.1", port, compression=None, backlog=4096, open_timeout=60
    )
    async with server:
        await asyncio.Event().wait()


uvloop.run(main(int(sys.argv[1])))
