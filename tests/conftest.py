"""What every test may ask for: a server of our own, and settings that touch nothing."""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings
from redis import Redis

from chat import credentials
from chat.settings import Settings
from chat.store import engines
from chat.store.database import FILE, Database
from tests.support.ahead import ClockAhead
from tests.support.clock import FakeClock
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.night_shift import NightShift
from tests.support.postgres import PostgresServer, SpareDatabases, binaries
from tests.support.redis_server import RedisServer
from tests.support.service import House

# A busy machine is slow, not wrong. CI judges a change by the same examples each time;
# every other run looks for new ones.
hypothesis_settings.register_profile(
    "house", deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis_settings.load_profile("house")


# In the order in which they begin. Several work through the files, each at one: what
# takes long begins first, and nobody waits for it at the end.
LONGEST = (
    "test_cli.py",
    "test_dump.py",
    "test_server.py",
    "test_anonymity.py",
    "test_mirror.py",
    "test_upkeep.py",
    "test_oncall.py",
    "test_database.py",
    "test_moderate.py",
    "test_drilling.py",
    "test_lines.py",
    "test_oncall_needs.py",
    "test_app.py",
    "test_gaps.py",
    "test_talks.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Look for no garbage among thousands of tests, all of which are here to stay."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes long begin first."""
    turns = {name: turn for turn, name in enumerate(LONGEST)}
    items.sort(key=lambda item: turns.get(item.path.name, len(turns)))


def pytest_collection_finish() -> None:
    """Nor look through them later."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def bare_environment() -> Iterator[None]:
    """Let no variable of this machine decide what a test sees."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        yield


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a database take longer whose disk is busy with all that others try."""
    monkeypatch.setattr("chat.store.database.ANSWER_SECONDS", PATIENCE_SECONDS)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a password cost nothing that nobody is going to guess."""
    monkeypatch.setattr(credentials, "_HASHER", PasswordHasher(1, 8, 1))


@pytest.fixture(autouse=True)
def steady_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait for a disk: processes are killed here, but no power is cut."""
    prepare = engines._prepare

    def prepared(connection: Any, record: object) -> None:
        prepare(connection, record)
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.close()

    monkeypatch.setattr(engines, "_prepare", prepared)


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """Run one server for all tests; those that hurt a server make their own."""
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis_url(shared_redis: RedisServer) -> str:
    """Return the URL of a server that knows nothing."""
    shared_redis.flush()
    return shared_redis.url


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """Run a server for one test, to be killed, frozen and started again."""
    with RedisServer() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, redis_url: str, sqlite_template: Path) -> Settings:
    """Return settings with a directory and a server of the test's own."""
    shutil.copy(sqlite_template, tmp_path / FILE)
    return Settings(data_dir=tmp_path, redis_url=redis_url)


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that the test moves."""
    return FakeClock()


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[PostgresServer]:
    """Run one PostgreSQL for all tests; those that hurt a server make their own."""
    if binaries() is None:
        pytest.skip(
            "!!!! PostgreSQL is missing: its half of the tests was NOT run !!!!"
        )
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with all tables and nothing in them."""
    directory = tmp_path_factory.mktemp("template")
    asyncio.run(_migrated(Database(None, directory)))
    return directory / FILE


@pytest.fixture(scope="session")
def postgres_template(shared_postgres: PostgresServer) -> str:
    """Return a database with all tables and nothing in them."""
    url = shared_postgres.new_database()
    asyncio.run(_migrated(Database(url, Path())))
    return url


@pytest.fixture(scope="session")
def spare_databases(
    shared_postgres: PostgresServer, postgres_template: str
) -> SpareDatabases:
    """Return databases with all tables and nothing in them."""
    return SpareDatabases(shared_postgres, postgres_template)


async def _migrated(database: Database) -> None:
    await database.migrate()
    await database.aclose()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str | None]:
    """Return the DATABASE_URL of a test's own database, its tables made."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / FILE)
        yield None
        return
    spare: SpareDatabases = request.getfixturevalue("spare_databases")
    url, make = spare.take()
    yield url
    spare.give_back(url, make)


@pytest.fixture
async def database(database_url: str | None, tmp_path: Path) -> AsyncIterator[Database]:
    """Open a database with nothing in it, once on SQLite and once on PostgreSQL."""
    opened = Database(database_url, tmp_path)
    yield opened
    await opened.aclose()


@pytest.fixture
async def house(settings: Settings, clock: FakeClock) -> AsyncIterator[House]:
    """Run the whole service, behind a port of its own."""
    async with House.open(settings, clock) as house:
        yield house


@pytest.fixture
async def night(settings: Settings, sqlite_template: Path) -> AsyncIterator[NightShift]:
    """Serve a night, on SQLite."""
    async with NightShift.open(settings, sqlite_template, ClockAhead()) as night:
        yield night


@pytest.fixture
async def any_night(
    settings: Settings, sqlite_template: Path, database_url: str | None
) -> AsyncIterator[NightShift]:
    """Serve a night, once on each kind of database."""
    own = settings.model_copy(update={"database_url": database_url})
    async with NightShift.open(own, sqlite_template, ClockAhead()) as night:
        yield night


@pytest.fixture
def redis(settings: Settings) -> Iterator[Redis]:
    """Look into the service's Redis."""
    with Redis.from_url(settings.redis_url or "", protocol=2) as redis:
        yield redis
