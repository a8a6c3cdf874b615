"""The doorbell: nobody who rings is kept waiting by a server that does not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from chat import doorbell
from chat.doorbell import Doorbell
from chat.errors import Unavailable
from chat.redis import Lines, Scripts


class Deaf:
    """A Redis that answers when the test says so."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.answers = asyncio.Event()
        self.asked: list[bytes] = []
        self.told: list[bytes] = []

    async def tell(self, _channel: str, data: bytes) -> None:
        self.asked.append(data)
        if self.refuses:
            raise Unavailable(1)
        await self.answers.wait()
        self.told.append(data)

    def follow(self, _channel: str) -> None:
        """Be what a doorbell listens on, too."""

    def bell(self) -> Doorbell:
        return Doorbell(
            scripts=cast("Scripts", self),
            lines=cast("Lines", self),
            fan_out=lambda _topic, _frame: None,
        )


WAYS: list[Callable[[Doorbell, bytes], Awaitable[None]]] = [
    Doorbell.ring,
    Doorbell.call,
    Doorbell.changed,
]


@pytest.mark.parametrize("ring", WAYS)
async def test_whoever_rings_waits_for_a_moment_and_is_heard_later(
    ring: Callable[[Doorbell, bytes], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(doorbell, "LONGEST_SECONDS", 0)
    redis = Deaf()
    bell = redis.bell()

    await ring(bell, b"hello")

    assert "the doorbell takes long to be heard" in caplog.text
    assert redis.told == []
    redis.answers.set()
    await asyncio.gather(*bell._ringing)
    assert redis.told == redis.asked


async def test_what_nobody_hears_harms_nobody_who_rings(
    caplog: pytest.LogCaptureFixture,
):
    await Deaf(refuses=True).bell().ring(b"hello")

    assert "the doorbell was not heard" in caplog.text
