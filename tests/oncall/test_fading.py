"""Fading: what was said about a need goes an hour after it, alerts after a month."""

from collections.abc import Sequence

import pytest

from chat.model import RoomName
from chat.oncall.fading import Fading
from chat.store.database import Database
from chat.talkroom import talk_of
from tests.support.clock import FakeClock
from tests.support.needs import a_handle
from tests.support.on_call import OnCall


class Redis:
    """What keeps what is said in talks."""

    def __init__(self) -> None:
        self.deleted: list[RoomName] = []

    async def forget(self, talks: Sequence[RoomName]) -> None:
        self.deleted += talks


@pytest.fixture
async def on_call(database: Database, clock: FakeClock) -> OnCall:
    on_call = OnCall(database, clock)
    await on_call.come()
    return on_call


@pytest.fixture
def redis() -> Redis:
    return Redis()


@pytest.fixture
def fading(on_call: OnCall, redis: Redis) -> Fading:
    return Fading(
        database=on_call.database,
        clock=on_call.clock,
        needs=on_call.house.needs,
        forget_talks=redis.forget,
    )


async def test_a_talk_goes_an_hour_after_its_end(
    on_call: OnCall, fading: Fading, redis: Redis
):
    handle = a_handle()
    id_ = (await on_call.house.press(handle, words="please")).id
    await on_call.house.needs.withdraw(handle)

    on_call.clock.advance(3599)
    await fading.fade()
    assert redis.deleted == []
    on_call.clock.advance(2)
    await fading.fade()

    assert redis.deleted == [talk_of(id_)]
    assert (await on_call.house.needs.known(id_)).told.words == ""


async def test_alerts_go_after_a_month(on_call: OnCall, fading: Fading):
    await on_call.house.pressed()
    await on_call.worker().tick()

    on_call.clock.advance(30 * 86400)
    await fading.fade()
    assert len(await on_call.rows()) == 2
    on_call.clock.advance(1)
    await fading.fade()

    assert await on_call.rows() == []
