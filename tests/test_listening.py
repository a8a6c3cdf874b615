"""The peer's side of a talk, in the whole service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.settings import Settings
from tests.support.clock import FakeClock
from tests.support.frames import Done, code
from tests.support.talkhouse import TalkHouse


@pytest.fixture
async def house(
    settings: Settings, clock: FakeClock, sqlite_template: Path
) -> AsyncIterator[TalkHouse]:
    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        yield house


async def test_a_peer_needs_a_moment_once_for_each_line_that_waits(house: TalkHouse):
    talking = await house.talking()
    peer, need = talking.peer, talking.need

    for _ in range(2):
        await peer.says("I am here.", need)
        assert isinstance(await peer.needs_a_moment(need), Done), "nobody waits"
        await talking.member.says("My brother died.", talking.talk)
        await house.service.callroom._marks.round()

        assert isinstance(await peer.needs_a_moment(need), Done)
        assert code(await peer.needs_a_moment(need)) == "moment_over"
