"""The service put together: what it answers, and how it comes to its end."""

import asyncio
import json
import signal
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from websockets.exceptions import InvalidStatus

from chat import app
from chat.oncall.escalator import Escalator
from chat.rules.pattern import Pattern, making
from chat.screening import Screening
from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.frames import Bye, Done, Joined
from tests.support.member import JOIN, SAY, Member, new_id
from tests.support.program import Program
from tests.support.redis_server import RedisServer
from tests.support.service import House

DRAIN_SECONDS = 3
AS_LONG_AS_IT_MAY_TAKE = 60


@pytest.fixture
async def house(settings: Settings, own_redis: RedisServer) -> AsyncIterator[House]:
    settings = settings.model_copy(update={"redis_url": own_redis.url})
    async with House.open(settings) as house:
        yield house


async def get(house: House, path: str) -> tuple[int, str]:
    """Return the status and the content that somebody gets."""
    return await asyncio.to_thread(_get, house.url + path)


def _get(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


# What it answers


async def test_it_is_alive_and_ready(house: House):
    assert await get(house, "/healthz") == (200, "alive\n")
    assert await get(house, "/readyz") == (200, "ready\n")


async def test_open_needs_do_not_wait_for_a_new_process_to_warm_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    looked_first = []

    def warm_up(_screening: Screening) -> None:
        looked_first.append(looked.wait(PATIENCE_SECONDS))

    async def look(_escalator: Escalator) -> int:
        looked.set()
        return 0

    looked = threading.Event()
    monkeypatch.setattr(Screening, "warm_up", warm_up)
    monkeypatch.setattr(Escalator, "tick", look)

    async with House.open(settings):
        assert looked_first == [True]


async def test_what_screening_may_need_yet_is_made_while_members_are_here(
    settings: Settings,
):
    list(making())
    waiting = Pattern("otter", 1 << 20)

    async with House.open(settings):
        await eventually(lambda: waiting.is_made)


async def test_without_redis_it_is_alive_and_not_ready(
    house: House, own_redis: RedisServer
):
    own_redis.kill()
    await eventually(lambda: not house.service.ready)

    assert (await get(house, "/healthz"))[0] == 200
    assert (await get(house, "/readyz"))[0] == 503


async def test_the_numbers_say_how_many_and_not_who(house: House):
    otter = await house.member("coffee")
    await otter.says("counted, not kept")
    await otter.say("")
    await house.service.presence.tick()

    _, numbers = await get(house, "/metrics")

    assert "porchlight_connections 1.0" in numbers
    assert "porchlight_members 1.0" in numbers
    assert "porchlight_messages_said_total 1.0" in numbers
    assert 'porchlight_refused_total{code="bad_text"} 1.0' in numbers
    assert "coffee" not in numbers


async def test_the_list_of_rooms_can_be_had(house: House):
    status, rooms = await get(house, "/rooms.json")

    assert status == 200
    assert json.loads(rooms)["rooms"][0]["slug"] == "coffee"


@pytest.mark.parametrize(
    ("chosen", "allowed"),
    [
        (
            {"host": "127.0.0.1", "port": 8000},
            {"http://127.0.0.1:8000", "http://localhost:8000"},
        ),
        (
            {"host": "10.0.0.7", "port": 80},
            {"http://10.0.0.7:80", "http://localhost:80", "http://127.0.0.1:80"},
        ),
        (
            {"origins": "https://a.example, https://b.example,"},
            {"https://a.example", "https://b.example"},
        ),
    ],
)
def test_which_pages_may_connect(chosen: dict[str, object], allowed: set[str]):
    settings = Settings(redis_url="unix:///nowhere").model_copy(update=chosen)

    assert app.origins(settings) == allowed


def test_without_a_server_there_is_no_service(tmp_path: Path):
    with pytest.raises(ValueError, match="REDIS_URL"):
        app.Service(Settings(data_dir=tmp_path))


async def test_a_worker_lets_talk_fade_where_nobody_serves(
    settings: Settings, shared_redis: RedisServer
):
    the_day_before_yesterday = datetime.now(UTC) - timedelta(days=2)
    async with House.open(settings, FakeClock(the_day_before_yesterday)) as house:
        await (await house.member("coffee")).says("long ago")

    work = asyncio.create_task(app.work(settings))
    with shared_redis.client() as client:
        await eventually(lambda: not client.exists("porchlight:{coffee}:log"))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


# How it ends


async def test_who_comes_while_it_ends_is_told_to_come_back(house: House):
    otter = await house.member("coffee")

    await house.service.drain()

    with pytest.raises(InvalidStatus) as refused:
        await house.visitor()
    assert refused.value.response.status_code == 503
    assert await otter.says("I am still here")


async def test_it_ends_only_when_what_was_asked_is_answered(
    house: House, own_redis: RedisServer
):
    otter = await house.member()
    own_redis.freeze()
    await otter.send(JOIN, 9, "coffee", 0, False, 0, 0)
    await eventually(lambda: house.service.gateway._at_work)
    own_redis.thaw()

    await house.service.drain()

    assert isinstance(await otter.answer(Joined, 9), Joined)


def environment(redis_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "DATA_DIR": str(tmp_path / "var"),
        "PORT": "0",
        "REDIS_URL": redis_url,
        "DRAIN_SECONDS": str(DRAIN_SECONDS),
    }


async def test_told_to_end_it_answers_what_it_had_not_read_yet(
    redis_url: str, tmp_path: Path
):
    env = environment(redis_url, tmp_path)
    with Program("-m", "chat", "serve", env=env) as program:
        async with Member.at(program.line().split()[-1]) as otter:
            await otter.hello()
            await otter.join()
            program.signal(signal.SIGSTOP)
            await otter.send(SAY, 100, "coffee", new_id(), "good night", 0)
            program.signal(signal.SIGTERM)
            program.signal(signal.SIGCONT)

            assert (await otter.closed())[0] == 1012
            assert [done.ref for done in otter.kept(Done)] == [100]


async def test_told_to_end_it_answers_what_was_asked_and_says_when_to_come_back(
    redis_url: str, tmp_path: Path
):
    quick = {"SAYS_PER_MINUTE": "6000", "FLOOD_GUARD": "false"}
    env = environment(redis_url, tmp_path) | quick
    with Program("-m", "chat", "serve", env=env) as program:
        url = program.line().split()[-1]
        async with (
            Member.at(url) as otter,
            Member.at(url) as wren,
            Member.at(url) as fox,
        ):
            for member in (otter, wren, fox):
                await member.hello()
                await member.join()
            for ref in range(100, 130):
                await otter.send(SAY, ref, "coffee", new_id(), f"{ref}", 0)
            assert isinstance(await otter.answer(Done, 100), Done)

            program.signal(signal.SIGTERM)

            for member in (otter, wren, fox):
                assert (await member.closed())[0] == 1012
            byes = [bye.after for m in (otter, wren, fox) for bye in m.kept(Bye)]
        assert program.wait(AS_LONG_AS_IT_MAY_TAKE) == 0
        assert [line["event"] for line in program.logged() if "error" in line] == []

    assert len(byes) == 3
    assert len(set(byes)) > 1
    assert all(0 <= after <= DRAIN_SECONDS * 1000 for after in byes)
    assert [done.ref for done in otter.kept(Done)] == list(range(101, 130))
