"""The limit in Python: a bare protocol on uvloop that writes one prepared frame.

It checks nothing, stores nothing and knows one process only. Nobody could run this;
it shows how much of the cost is the kernel's and the loop's.
"""

import asyncio
import base64
import gc
import hashlib
import json
import sys
from collections import defaultdict

import uvloop

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
UPGRADE = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)

rooms = defaultdict(dict)


def frame(message):
    length = len(message)
    if length < 126:
        return bytes((0x81, length)) + message
    return b"\x81\x7e" + length.to_bytes(2, "big") + message


def unmasked(data, mask):
    length = len(data)
    keys = (mask * (length // 4 + 1))[:length]
    mixed = int.from_bytes(data, "little") ^ int.from_bytes(keys, "little")
    return mixed.to_bytes(length, "little")


JOINED = frame(b'{"type":"joined"}')


class Member(asyncio.Protocol):
    __slots__ = ("room", "transport", "unread", "upgraded")

    def connection_made(self, transport):
        self.transport = transport
        self.unread = b""
        self.upgraded = False
        self.room = None

    def connection_lost(self, _exc):
        rooms[self.room].pop(self, None)

    def data_received(self, data):
        data = self.unread + data
        if not self.upgraded:
            data = self.upgrade(data)
        while self.upgraded and (end := self.end_of_frame(data)):
            self.received(data[:end])
            data = data[end:]
        self.unread = data

    def upgrade(self, data):
        head, found, rest = data.partition(b"\r\n\r\n")
        if not found:
            return data
        key = head.lower().index(b"sec-websocket-key: ") + 19
        accept = base64.b64encode(
            hashlib.sha1(head[key : key + 24] + GUID, usedforsecurity=False).digest()
        )
        self.transport.write(UPGRADE + accept + b"\r\n\r\n")
        self.upgraded = True
        return rest

    @staticmethod
    def end_of_frame(data):
        if len(data) < 8:
            return 0
        length = data[1] & 127
        end = 6 + length
        if length == 126:
            end = 8 + int.from_bytes(data[2:4], "big")
        return end if len(data) >= end else 0

    def received(self, data):
        if data[0] & 15 == 8:
            self.transport.close()
            return
        at = 2 if data[1] & 127 < 126 else 4
        request = json.loads(unmasked(data[at + 4 :], data[at : at + 4]))
        if request["type"] == "join":
            self.room = request["room"]
            rooms[self.room][self] = self.transport
            self.transport.write(JOINED)
        else:
            self.tell(request)

    def tell(self, request):
        message = {
            "type": "msg",
            "room": request["room"],
            "user": "u1",
            "text": request["text"],
        }
        prepared = frame(json.dumps(message).encode())
        for transport in rooms[request["room"]].values():
            transport.write(prepared)


async def main(port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Member, "127.0.0.1", port, backlog=4096)
    gc.freeze()
    await server.serve_forever()


uvloop.run(main(int(sys.argv[1])))
