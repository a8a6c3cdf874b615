"""A real Firefox without a window, driven over WebDriver BiDi.

With a profile of its own, that is told where its push service is.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect

NAMES = ("firefox-esr", "firefox")
START_SECONDS = 40
ANSWER_SECONDS = 20

_LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")


def firefox() -> str | None:
    """Return where there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Refused(Exception):
    """What was asked of the browser failed; the message says why."""


class Firefox:
    """A browser with one page."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._ids = itertools.count(1)
        self._page = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, profile: Path, push_service: str) -> AsyncIterator[Self]:
        """Run one until the caller leaves."""
        profile.mkdir(parents=True)
        (profile / "user.js").write_text(_settings(push_service))
        async with (
            _running(profile) as address,
            connect(f"{address}/session", max_size=None) as line,
        ):
            browser = cls(line)
            await browser._begin()
            yield browser

    async def _begin(self) -> None:
        await self.ask("session.new", capabilities={})
        tree = await self.ask("browsingContext.getTree")
        self._page = tree["contexts"][0]["context"]

    async def ask(self, method: str, **params: Any) -> Any:
        """Ask for something, and return what comes of it."""
        id_ = next(self._ids)
        said = {"id": id_, "method": method, "params": params}
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._line.send(json.dumps(said))
            while (answer := json.loads(await self._line.recv())).get("id") != id_:
                pass
        if answer["type"] == "error":
            raise Refused(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    async def keep_cookie(self, name: str, value: str) -> None:
        """Have a cookie for this machine's own pages, as if they were secure."""
        cookie = {
            "name": name,
            "value": {"type": "string", "value": value},
            "domain": "localhost",
            "path": "/",
            "secure": True,
            "httpOnly": True,
        }
        await self.ask("storage.setCookie", cookie=cookie)

    async def goto(self, url: str) -> None:
        """Open an address, and wait until all of it is there."""
        await self.ask(
            "browsingContext.navigate", context=self._page, url=url, wait="complete"
        )

    async def does(self, script: str) -> Any:
        """Run a script in the page as if somebody had just touched it.

        What it comes to, once it has come, is returned from JSON.
        """
        found = await self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({script})) ?? 'null')()",
            target={"context": self._page},
            awaitPromise=True,
            userActivation=True,
        )
        if found["type"] == "exception":
            raise Refused(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])


@asynccontextmanager
async def _running(profile: Path) -> AsyncIterator[str]:
    """Run the program, and return where it listens."""
    found = firefox()
    assert found is not None
    program = await asyncio.create_subprocess_exec(
        found,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--remote-debugging-port=0",
        "about:blank",
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        # So that the whole family can be ended.
        start_new_session=True,
        env={
            "HOME": str(profile),
            "PATH": "/usr/bin:/bin",
            "MOZ_CRASHREPORTER_DISABLE": "1",
        },
    )
    reading: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(START_SECONDS):
            address = await _address(program)
        reading = asyncio.create_task(_read_on(program))
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        await program.wait()
        if reading is not None:
            await reading


async def _address(program: Process) -> str:
    assert program.stderr is not None
    said = b""
    while line := await program.stderr.readline():
        said += line
        if found := _LISTENING.search(line):
            return found[1].decode()
    raise Refused(f"it did not start: {said[-2000:].decode(errors='replace')}")


async def _read_on(program: Process) -> None:
    """Read what else it says, so that it never waits for a reader."""
    assert program.stderr is not None
    while await program.stderr.read(65536):
        pass


def _settings(push_service: str) -> str:
    chosen: dict[str, object] = {
        "dom.push.enabled": True,
        "dom.push.connection.enabled": True,
        "dom.push.serverURL": push_service,
        "dom.push.testing.allowInsecureServerURL": True,
        "dom.push.testing.ignorePermission": True,
        "dom.serviceWorkers.testing.enabled": True,
        "dom.webnotifications.enabled": True,
        "permissions.default.desktop-notification": 1,
        # There is no desktop here that could show a message.
        "alerts.useSystemBackend": False,
        # Nothing that calls home, or asks something of whoever sits there.
        "app.update.enabled": False,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "extensions.update.enabled": False,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "services.settings.server": "",
        "toolkit.telemetry.enabled": False,
    }
    return "".join(
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
        for name, value in chosen.items()
    )
