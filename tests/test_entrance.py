"""The entrance: who may open a connection, and how many."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from chat.protocol import SUBPROTOCOL
from chat.settings import Settings
from tests.support.eventually import eventually
from tests.support.frames import Refused
from tests.support.member import Member, new_secret
from tests.support.service import House

OURS = "https://chat.example"
PROXIED = {"X-Forwarded-For": "203.0.113.7"}
NEIGHBOUR = {"X-Forwarded-For": "203.0.113.200"}
ELSEWHERE = {"X-Forwarded-For": "198.51.100.7"}


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    settings = settings.model_copy(
        update={
            "origins": f"{OURS}, http://[::1]:8000",
            "max_connections": 3,
            "max_connections_per_prefix": 2,
        }
    )
    async with House.open(settings) as house:
        yield house


@pytest.fixture
async def lines() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as lines:
        yield lines


def knock(
    house: House,
    origin: str | None = OURS,
    *,
    subprotocols: tuple[str, ...] = (SUBPROTOCOL,),
    headers: Mapping[str, str] | None = None,
    path: str = "/ws",
) -> connect:
    said = {**({} if origin is None else {"Origin": origin}), **(headers or {})}
    return connect(
        house.url.replace("http", "ws", 1) + path,
        subprotocols=[Subprotocol(each) for each in subprotocols] or None,
        additional_headers=said,
        proxy=None,
        close_timeout=1,
    )


async def status(house: House, *args: object, **kwargs: object) -> int:
    """Return how somebody who knocks is answered; 101 is to be let in."""
    try:
        async with knock(house, *args, **kwargs):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def let_in(
    lines: AsyncExitStack, house: House, headers: Mapping[str, str] | None = None
) -> ClientConnection:
    """Let somebody in who stays."""
    return await lines.enter_async_context(knock(house, headers=headers))


# Which pages


@pytest.mark.parametrize("origin", [OURS, "http://[::1]:8000"])
async def test_a_page_of_ours_may_connect(house: House, origin: str):
    assert await status(house, origin) == 101


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "http://chat.example",
        "https://chat.example:444",
        "https://chat.example:443",
        "https://chat.example/",
        "https://chat.example.evil.example",
        "https://evil-chat.example",
        "https://evil.example/?https://chat.example",
        "https://chat.example, https://evil.example",
        "https://CHAT.example",
        "https://chat.example\u00a0",
        "*",
    ],
)
async def test_any_other_page_may_not(house: House, origin: str | None):
    assert await status(house, origin) == 403


async def test_unless_told_otherwise_only_its_own_pages_may_connect(
    settings: Settings,
):
    async with House.open(settings) as house:
        port = house.url.rpartition(":")[2]

        assert await status(house, house.url) == 101
        assert await status(house, f"http://localhost:{port}") == 101
        assert await status(house, f"http://localhost:{int(port) + 1}") == 403
        assert await status(house, f"https://localhost:{port}") == 403


@pytest.mark.parametrize("offered", [(), ("porchlight.v0",), ("chat", "mqtt")])
async def test_whoever_does_not_speak_the_protocol_is_refused(
    house: House, offered: tuple[str, ...]
):
    assert await status(house, subprotocols=offered) == 400


async def test_whoever_speaks_it_among_others_is_answered_in_it(house: House):
    async with knock(house, subprotocols=("mqtt", SUBPROTOCOL)) as line:
        assert line.subprotocol == SUBPROTOCOL


async def test_nothing_in_the_url_says_who_somebody_is(house: House):
    secret = new_secret()
    async with knock(house, path=f"/ws?token={secret.hex()}&secret=x") as line:
        member = Member(line, secret)

        assert await member.asks_to_join() == Refused(1, "hello_first", 0)


# How many


async def test_a_full_house_says_when_to_come_back(house: House, lines: AsyncExitStack):
    for _ in range(3):
        await let_in(lines, house)

    with pytest.raises(InvalidStatus) as refused:
        await let_in(lines, house)

    assert refused.value.response.status_code == 503
    assert int(refused.value.response.headers["Retry-After"]) > 0


async def test_whoever_goes_makes_room(house: House, lines: AsyncExitStack):
    first, *_ = [await let_in(lines, house) for _ in range(3)]

    await first.close()
    await eventually(lambda: not house.service.gateway.full)

    assert await status(house) == 101


async def test_one_part_of_the_network_gets_only_so_many(
    house: House, lines: AsyncExitStack
):
    await let_in(lines, house, PROXIED)
    await let_in(lines, house, NEIGHBOUR)

    assert await status(house, headers=PROXIED) == 503
    assert await status(house, headers=ELSEWHERE) == 101


async def test_whoever_goes_gives_the_place_back(house: House, lines: AsyncExitStack):
    first = await let_in(lines, house, PROXIED)
    await let_in(lines, house, PROXIED)

    await first.close()
    await eventually(lambda: len(house.service.gateway._sessions) == 1)

    assert await status(house, headers=PROXIED) == 101


async def test_an_address_in_front_of_the_proxys_own_word_is_not_believed(
    house: House, lines: AsyncExitStack
):
    await let_in(lines, house, PROXIED)
    await let_in(lines, house, PROXIED)

    forged = {"X-Forwarded-For": f"198.51.100.9, {PROXIED['X-Forwarded-For']}"}
    assert await status(house, headers=forged) == 503


async def test_nobody_but_the_proxy_is_believed(settings: Settings):
    settings = settings.model_copy(
        update={"trusted_proxies": "192.0.2.1", "max_connections_per_prefix": 1}
    )
    async with House.open(settings) as house, AsyncExitStack() as lines:
        await lines.enter_async_context(knock(house, house.url, headers=PROXIED))

        with pytest.raises(InvalidHandshake):
            await lines.enter_async_context(knock(house, house.url, headers=ELSEWHERE))
