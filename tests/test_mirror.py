"""What the room team decided reaches every process, whatever was down meanwhile."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chat.asides import Word
from chat.casework.ladder import Act, Kind
from chat.errors import StoreDown, Unavailable
from chat.model import RoomName
from chat.sanctions import Kept
from chat.settings import Settings
from chat.store.database import FILE
from tests.support.eventually import eventually
from tests.support.frames import Care, Controls, Done, Line, Said, code
from tests.support.member import Member
from tests.support.postgres import PostgresServer, binaries
from tests.support.redis_server import RedisServer
from tests.support.room_team import Moderator
from tests.support.service import House

COFFEE = RoomName("coffee")
IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
HELD = "how much fent should i cook to get high"
BREAK = "Please take a break."


@pytest.fixture
def on_file(own_redis: RedisServer, sqlite_template: Path, tmp_path: Path) -> Settings:
    """Return the settings of processes with one file and one Redis between them."""
    shutil.copy(sqlite_template, tmp_path / FILE)
    return Settings(data_dir=tmp_path, redis_url=own_redis.url)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    if binaries() is None:
        pytest.skip("!!!! PostgreSQL is missing: this was NOT run !!!!")
    with PostgresServer() as server:
        yield server


@pytest.fixture
def on_server(server: PostgresServer, redis_url: str, tmp_path: Path) -> Settings:
    """Return the settings of processes with a database that can be stopped."""
    return Settings(
        data_dir=tmp_path, redis_url=redis_url, database_url=server.new_database()
    )


@asynccontextmanager
async def two_houses(settings: Settings) -> AsyncIterator[tuple[House, House]]:
    async with House.open(settings) as one, House.open(settings) as two:
        yield one, two


async def a_case_about(otter: Member, house: House) -> str:
    """Let somebody say what the team must see; return the case of it."""
    await otter.says_to_the_team(HELD)
    (line,) = await eventually(lambda: house.service.backroom.cases.lines("held"))
    return line.id


def suspended() -> Act:
    return Act(Kind.SUSPENDED, "spam", words=BREAK, hours=1, message=Kind.REFUSE)


# The line to Redis is down


async def test_what_was_decided_while_the_line_was_down_is_known_when_it_is_back(
    on_file: Settings, own_redis: RedisServer
):
    async with two_houses(on_file) as (here, there):
        moderator = await Moderator.on_duty(here.service)
        otter = await there.member("coffee")
        case = await a_case_about(otter, here)
        own_redis.kill()
        assert not (await otter.hears(Line)).up

        await here.service.backroom.cases.act(case, moderator.id, suspended())
        await here.service.backroom.controls.set(COFFEE, by="ada", slow_seconds=30)
        own_redis.start()

        assert (await otter.hears(Controls)).slow == 30
        words = {(await otter.hears(Word)).kind for _ in range(2)}
        assert words == {"not_released", "suspended"}
        await eventually(lambda: there.service.lines.up)
        assert code(await otter.say("hello")) == "suspended"


async def test_what_nobody_rang_for_is_noticed_all_the_same(
    on_file: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chat.mirror.EVERY_SECONDS", 0.1)

    async def unheard(_channel: str, _data: bytes) -> None:
        raise Unavailable

    async with two_houses(on_file) as (here, there):
        moderator = await Moderator.on_duty(here.service)
        otter = await there.member("coffee")
        case = await a_case_about(otter, here)
        monkeypatch.setattr(here.service.scripts, "tell", unheard)

        await here.service.backroom.cases.act(case, moderator.id, suspended())

        assert {(await otter.hears(Word)).kind for _ in range(2)} == {
            "not_released",
            "suspended",
        }


# The database is down


async def a_suspended_member(settings: Settings) -> bytes:
    """Return the secret of somebody whom the room team has suspended."""
    async with House.open(settings) as house:
        moderator = await Moderator.on_duty(house.service)
        otter = await house.member("coffee")
        case = await a_case_about(otter, house)
        await house.service.backroom.cases.act(case, moderator.id, suspended())
        await otter.hears(Word)
    return otter.secret


async def test_a_process_that_starts_without_a_database_lets_talk_go_on(
    on_server: Settings, server: PostgresServer
):
    server.stop()
    async with House.open(on_server) as house:
        otter, wren = await house.member("coffee"), await house.member("coffee")

        await otter.says("good morning")
        position = await otter.says(IN_DANGER)

        assert (await otter.hears(Care)).position == position
        assert [(await wren.hears(Said)).text for _ in range(2)] == [
            "good morning",
            IN_DANGER,
        ]


async def test_what_was_flagged_before_the_first_sight_of_the_database_is_a_case(
    on_server: Settings, server: PostgresServer
):
    server.stop()
    async with House.open(on_server) as house:
        otter = await house.member("coffee")
        position = await otter.says(IN_DANGER)
        await otter.says_to_the_team(HELD)
        assert isinstance(await otter.report(position), Done)
        assert isinstance(await otter.bell(), Done)
        assert await waiting(house) == 4

        server.start()

        await eventually(lambda: nothing_waits(house))
        cases = house.service.backroom.cases
        (urgent,) = await cases.lines("urgent")
        assert (urgent.source, urgent.reasons) == ("rule", ("harassment",))
        assert [line.source for line in await cases.lines("held")] == ["rule"]
        assert [line.source for line in await cases.lines("reported")] == ["bell"]


async def test_a_process_that_starts_without_a_database_learns_sanctions_with_it(
    on_server: Settings, server: PostgresServer
):
    secret = await a_suspended_member(on_server)
    server.stop()
    async with House.open(on_server) as house:
        otter = await house.member("coffee", secret=secret)
        assert isinstance(await otter.say("good morning"), Done)

        server.start()

        words = {(await otter.hears(Word)).kind for _ in range(2)}
        assert words == {"not_released", "suspended"}
        assert code(await otter.say("hello")) == "suspended"


async def waiting(house: House) -> float:
    """Return how much waits for the room team, as the metric says it."""
    await house.service.backroom.flagged.round()
    lines = house.service.metrics.render().decode().splitlines()
    name = "porchlight_cases_waiting "
    return float(next(line for line in lines if line.startswith(name)).split()[-1])


async def nothing_waits(house: House) -> bool:
    return await waiting(house) == 0


async def test_what_changed_while_a_process_could_not_read_is_read_soon_after(
    on_server: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chat.mirror.AGAIN_SECONDS", 0.2)
    async with House.open(on_server) as house:
        backroom, mirror = house.service.backroom, house.service.mirror
        await Moderator.on_duty(house.service)
        otter = await house.member("coffee")
        with monkeypatch.context() as cannot_read:
            cannot_read.setattr(mirror, "_words", _down)
            mirror.look()
            assert not await mirror.round()
            cannot_read.setattr(backroom.controls, "_ring", _nobody_hears)
            await backroom.controls.set(COFFEE, by="ada", slow_seconds=30)
            assert backroom.held.of(COFFEE).slow_seconds == 0

        await eventually(lambda: backroom.held.of(COFFEE).slow_seconds == 30)

        assert (await otter.hears(Controls)).slow == 30


async def _down() -> list[Kept]:
    """Be a store that does not answer."""
    raise StoreDown


async def _nobody_hears(_frame: bytes) -> None:
    """Be a doorbell that nobody hears."""
