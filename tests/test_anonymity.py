"""The promise: nothing that identifies anybody is kept, anywhere, by anything we write.

Whole stories with canaries are told to a service in a process of its own, and then
everything that it wrote is searched.
"""

import base64
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from redis import Redis
from websockets.exceptions import InvalidStatus

from chat.embedded import socket_path
from chat.settings import Settings
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.frames import Done, Line, Said
from tests.support.member import SAY, Member, new_id, new_secret
from tests.support.program import Program
from tests.support.service import House

SENTENCE = "rosebud77 was my sled"
SECRET = b"secret-canary-77"
ADDRESS = "203.0.113.77"
AGENT = "CanaryBrowser/77.7"
QUERY = "canary-query-77"
PATH = "canary-path-77"
ORIGIN = "https://canary-origin-77.example"
HEADERS = {"X-Forwarded-For": ADDRESS, "User-Agent": AGENT}

NEVER = {
    "address": ADDRESS.encode(),
    "packed address": socket.inet_aton(ADDRESS),
    "user agent": AGENT.encode(),
    "secret": SECRET,
    "secret in hex": SECRET.hex().encode(),
    "secret in base64": base64.b64encode(SECRET).rstrip(b"="),
    "query": QUERY.encode(),
    "path": PATH.encode(),
    "origin": ORIGIN.removeprefix("https://").encode(),
}
SAID = SENTENCE.partition(" ")[0].encode()
WHAT_WAS_SAID = {"what was said": SAID}
LOG = "porchlight:{coffee}:log"
PAGES = ("metrics", "rooms.json", "healthz", "readyz", PATH, "")


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def program(var: Path) -> Iterator[Program]:
    env = {"DATA_DIR": str(var), "PORT": "0", "LOG_LEVEL": "DEBUG"}
    with Program("-m", "chat", "serve", env=env) as program:
        yield program


@pytest.fixture
def url(program: Program) -> str:
    return program.line().split()[-1]


@pytest.fixture
async def otter(url: str) -> AsyncIterator[Member]:
    async with Member.at(url, SECRET, path=f"/ws?{QUERY}", headers=HEADERS) as otter:
        await otter.hello()
        await otter.join()
        yield otter


@pytest.fixture
def redis(url: str, var: Path) -> Iterator[Redis]:
    with Redis(unix_socket_path=str(socket_path(var)), protocol=2) as redis:
        yield redis


def found(canaries: dict[str, bytes], written: dict[str, bytes]) -> list[str]:
    """Return what was found where."""
    return [
        f"{name} in {place}"
        for place, content in written.items()
        for name, canary in canaries.items()
        if canary in content
    ]


def get(url: str, path: str) -> bytes:
    """Return what is answered, whatever the status."""
    try:
        with urlopen(
            Request(url + path, headers=HEADERS), timeout=PATIENCE_SECONDS
        ) as answer:
            return cast("bytes", answer.read())
    except HTTPError as error:
        with error:
            return error.read()


def raw(url: str, request: bytes) -> None:
    """Send something that may or may not be HTTP, and let it be."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.settimeout(PATIENCE_SECONDS)
        with suppress(OSError):
            line.sendall(request)
            line.recv(1000)


def kept(redis: Redis) -> dict[str, bytes]:
    """Return every key with its name and all that it holds."""
    return {key.decode(): key + _value(redis, key) for key in redis.scan_iter()}


def _value(redis: Redis, key: bytes) -> bytes:
    kind = redis.type(key)
    commands = {
        b"string": ("GET", key),
        b"hash": ("HGETALL", key),
        b"zset": ("ZRANGE", key, 0, -1, "WITHSCORES"),
        b"stream": ("XRANGE", key, "-", "+"),
    }
    command = commands[cast("bytes", kind)]
    value = redis.execute_command(*command)  # type: ignore[no-untyped-call]
    return b" ".join(_flat(value))


def _flat(value: object) -> Iterator[bytes]:
    if isinstance(value, dict):
        value = [*value.items()]
    if isinstance(value, list | tuple):
        for each in value:
            yield from _flat(each)
    else:
        yield value if isinstance(value, bytes) else str(value).encode()


def files(var: Path) -> dict[str, bytes]:
    """Return every file that the service wrote."""
    return {
        str(file.relative_to(var)): file.read_bytes()
        for file in var.rglob("*")
        if file.is_file()
    }


async def rewritten(redis: Redis) -> None:
    """Let the server write its file anew, as it does every hour."""
    redis.bgrewriteaof()
    await eventually(lambda: not redis.info("persistence")["aof_rewrite_in_progress"])


# One whole story


async def misbehave(url: str, otter: Member) -> None:
    """Do all that could make somebody write down what was said."""
    words = SENTENCE.encode()
    await otter.say(f"\x00 {SENTENCE}")
    await otter.say(SENTENCE * 100)
    await otter.say(SENTENCE, "no such room")
    await otter.asks_to_join(SENTENCE)
    await otter.send(SAY, 1, "coffee", b"short", SENTENCE, 0)
    await otter.send(SAY, SENTENCE)
    await otter.send(99, SENTENCE)
    await otter.send_bytes(words)
    await otter.send_bytes(b"\xc1" + words)
    await otter.send_bytes(b"\x91" * 2000 + words)
    for payload in (SENTENCE, words * 500):
        async with Member.at(url, path=f"/ws?{QUERY}", headers=HEADERS) as stranger:
            await stranger.hello(SECRET)
            await stranger.send_bytes(payload)
            await stranger.closed()
    with pytest.raises(InvalidStatus):
        async with Member.at(url, origin=ORIGIN, headers=HEADERS):
            pass


def misbehave_over_http(url: str) -> None:
    """The same, where a web server would write an access log or a traceback."""
    head = (
        f"Host: {ORIGIN}\r\nUser-Agent: {AGENT}\r\nX-Forwarded-For: {ADDRESS}\r\n\r\n"
    )
    for first in (
        f"GET /{PATH}?{QUERY} HTTP/9.9",
        f"{PATH} {QUERY}",
        f"GET /ws?{QUERY} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade",
        f"POST /metrics?{QUERY} HTTP/1.1\r\nContent-Length: x",
        f"GET /%00{PATH}?{QUERY}={SENTENCE} HTTP/1.1",
    ):
        raw(url, f"{first}\r\n{head}".encode())


async def the_story(url: str, otter: Member, redis: Redis) -> int:
    """Let people talk, and everything go wrong; return what otter takes back."""
    async with Member.at(url, headers=HEADERS) as wren:
        await wren.hello()
        await wren.join()
        position = await otter.says(SENTENCE)
        assert (await wren.hears(Said)).text == SENTENCE
        await wren.says("mine was a bicycle")
        await wren.react(position)
        await otter.typing()
        await misbehave(url, otter)
        misbehave_over_http(url)
        await lose_redis(otter, redis)
    return position


async def test_nothing_that_identifies_anybody_is_written_anywhere(
    program: Program, url: str, otter: Member, redis: Redis, var: Path
):
    position = await the_story(url, otter, redis)
    shown = {path: get(url, f"/{path}?{QUERY}") for path in PAGES}
    keys = kept(redis)
    ends = {key: redis.pttl(key) for key in keys}
    await rewritten(redis)
    on_disk = files(var)

    await otter.take_back(position)
    await rewritten(redis)
    afterwards = shown | kept(redis) | files(var)
    program.signal(signal.SIGTERM)
    assert program.wait() == 0
    told = {"out": "".join(program.lines()).encode(), "log": program.errors().encode()}

    assert b'"event"' in told["log"], "nothing was logged at all"
    assert found(WHAT_WAS_SAID, on_disk), "the search sees nothing"
    assert [key for key, value in keys.items() if SAID in value] == [LOG]
    assert found(NEVER, keys | on_disk) == []
    assert {key: end for key, end in ends.items() if end <= 0} == {}
    assert found(NEVER | WHAT_WAS_SAID, afterwards | told | files(var)) == []


async def lose_redis(otter: Member, redis: Redis) -> None:
    """Let a message be on its way while the server is killed."""
    os.kill(cast("int", redis.info("server")["process_id"]), signal.SIGKILL)
    await otter.send(SAY, 7777, "coffee", new_id(), SENTENCE, 0)
    while (await otter.hears(Line)).up:
        pass
    assert await otter.hears(Line) == Line(up=True)
    answer = await otter.answer(Done, 7777)
    if isinstance(answer, Done):
        await otter.take_back(answer.position)


# What is never kept at all


async def test_where_no_history_is_kept_no_file_ever_holds_what_was_said(var: Path):
    env = {"DATA_DIR": str(var), "PORT": "0", "HISTORY_HOURS": "0"}
    with Program("-m", "chat", "serve", env=env) as program:
        url = program.line().split()[-1]
        async with Member.at(url, SECRET) as otter:
            await otter.hello()
            await otter.join()
            await otter.says(SENTENCE)
            assert (await otter.hears(Said)).text == SENTENCE

        program.signal(signal.SIGTERM)
        assert program.wait() == 0

    assert found(WHAT_WAS_SAID, files(var)) == []


# One device in two rooms


async def test_nothing_heard_in_two_rooms_tells_that_two_members_are_one_device(
    settings: Settings,
):
    async with House.open(settings) as house:
        secret = new_secret()
        listeners = [await house.member(room) for room in ("coffee", "grief")]
        otters = [await house.member(secret=secret) for _ in range(2)]
        for otter, room in zip(otters, ("coffee", "grief"), strict=True):
            await otter.join(room)
            await live(otter, room)
        await house.service.presence.tick()
        coffee, grief = [set(_octets(await raw_frames(each))) for each in listeners]

    assert otters[0].who in coffee
    assert otters[1].who in grief
    assert coffee & grief == set()
    assert shared(coffee, grief, 3) == set()


async def live(otter: Member, room: str) -> None:
    """Do everything that others hear of."""
    position = await otter.says(f"good morning {room}", room)
    await otter.react(position, room=room)
    await otter.take_back(position, room)
    await otter.typing(room)
    await otter.here(away=True)
    await otter.all_heard()


async def raw_frames(listener: Member) -> list[object]:
    return [tuple(event) for event in await listener.all_heard()]


def _octets(value: object) -> Iterator[bytes]:
    """Return all that is neither a number nor words: names are made of that."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _octets(each)


def shared(some: set[bytes], others: set[bytes], size: int) -> set[bytes]:
    """Return the pieces of a size that both have."""
    return pieces(some, size) & pieces(others, size)


def pieces(all_: set[bytes], size: int) -> set[bytes]:
    return {each[n : n + size] for each in all_ for n in range(len(each) - size + 1)}
