"""The heartbeat: it is heard while all is well, and only then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from chat.oncall import heartbeat
from chat.oncall.heartbeat import Heartbeat
from tests.support.eventually import eventually


class Monitor:
    """A service outside that waits for the beat."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.status = 200

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._hear)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/beat/secret"
        finally:
            await runner.cleanup()

    async def _hear(self, request: web.Request) -> web.Response:
        self.heard.append(f"{request.method} {request.path}")
        return web.Response(status=self.status)


@pytest.fixture
def monitor() -> Monitor:
    return Monitor()


async def test_it_is_heard(monitor: Monitor):
    async with monitor.listening() as url:
        assert await Heartbeat(url=url, is_well=lambda: True).beat()

    assert monitor.heard == ["GET /beat/secret"]


async def test_it_beats_only_while_all_is_well(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(heartbeat, "LOOK_SECONDS", 0.01)
    well = False
    asked = 0

    def is_well() -> bool:
        nonlocal asked
        asked += 1
        return well

    async with monitor.listening() as url, asyncio.TaskGroup() as tasks:
        beating = tasks.create_task(Heartbeat(url=url, is_well=is_well).run())
        await eventually(lambda: asked > 3)
        assert monitor.heard == []
        well = True
        await eventually(lambda: len(monitor.heard) > 2)
        beating.cancel()


async def test_a_refusal_is_told_without_its_secret_address(
    monitor: Monitor, caplog: pytest.LogCaptureFixture
):
    monitor.status = 503

    async with monitor.listening() as url:
        assert not await Heartbeat(url=url, is_well=lambda: True).beat()

    assert "refused" in caplog.text
    assert "secret" not in repr([record.__dict__ for record in caplog.records])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/secret", "secret", "ftp://secret/", "http://[secret"]
)
async def test_where_nobody_listens_it_goes_on(
    url: str, caplog: pytest.LogCaptureFixture
):
    assert not await Heartbeat(url=url, is_well=lambda: True).beat()

    assert "secret" not in repr([record.__dict__ for record in caplog.records])
