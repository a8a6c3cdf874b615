"""What every test may ask for: a server of our own, and settings that touch nothing."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.redis_server import RedisServer
from tests.support.service import House

# A busy machine is slow, not wrong. CI judges a change by the same examples each time;
# every other run looks for new ones.
hypothesis_settings.register_profile(
    "house", deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis_settings.load_profile("house")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no variable of this machine decide what a test sees."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


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
def settings(tmp_path: Path, redis_url: str) -> Settings:
    """Return settings with a directory and a server of the test's own."""
    return Settings(data_dir=tmp_path, redis_url=redis_url)


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that the test moves."""
    return FakeClock()


@pytest.fixture
async def house(settings: Settings, clock: FakeClock) -> AsyncIterator[House]:
    """Run the whole service, behind a port of its own."""
    async with House.open(settings, clock) as house:
        yield house
