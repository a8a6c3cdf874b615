"""The whole service at an address of its own, which a test may pull down and put up."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from urllib.request import urlopen

from tests.support.eventually import eventually
from tests.support.program import Program

READY_SECONDS = 60


class House:
    """`python -m chat serve` on one port, over one directory."""

    def __init__(self, directory: Path) -> None:
        self._port = 0
        self._directory = directory
        self._program: Program | None = None

    @classmethod
    @asynccontextmanager
    async def standing(cls, directory: Path) -> AsyncIterator[Self]:
        """Put one up for as long as it is needed."""
        house = cls(directory)
        try:
            await house.put_up()
            yield house
        finally:
            house.end()

    @property
    def url(self) -> str:
        """Return where a browser finds it."""
        return f"http://127.0.0.1:{self._port}"

    async def put_up(self) -> None:
        """Start it, and return when it is ready: where it was before, if anywhere."""
        here = {"PORT": str(self._port), "DATA_DIR": str(self._directory / "var")}
        self._program = Program("-m", "chat", "serve", env=here)
        opened = await asyncio.to_thread(self._program.line)
        self._port = int(opened.rpartition(":")[2])
        await eventually(self._ready, within=READY_SECONDS)

    def pull_down(self) -> None:
        """Kill it as a power cut would."""
        if self._program is not None:
            self._program.__exit__()
            self._program = None

    def end(self) -> None:
        """Let it come to its end."""
        if self._program is not None:
            self._program.signal(signal.SIGTERM)
            self._program.wait()
        self.pull_down()

    def _ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
