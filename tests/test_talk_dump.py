"""An hour after a talk nothing is left of it anywhere, but that there was one."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select

from chat.errors import Unavailable
from chat.logs import Formatter
from chat.model import RoomName
from chat.oncall.stages import PeerId
from chat.settings import Settings
from chat.store.schema import METADATA
from tests.support.clock import FakeClock
from tests.support.member import Member
from tests.support.peer import need_of
from tests.support.talkhouse import TalkHouse
from tests.test_anonymity import kept

CANARY = "rosebud77"
HOUR = 3600


@pytest.fixture
async def house(
    settings: Settings, clock: FakeClock, sqlite_template: Path
) -> AsyncIterator[TalkHouse]:
    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        yield house


async def dump(house: TalkHouse) -> dict[str, str]:
    """Return all that every table holds, as text."""
    async with house.house.service.backroom.database.read() as tx:
        return {
            table.name: repr((await tx.execute(select(table))).all())
            for table in METADATA.sorted_tables
        }


async def whole_talk(house: TalkHouse) -> tuple[Member, str]:
    """Have somebody press, be talked with by two, and be noted about; all ends."""
    otter = await house.member("coffee")
    birch, cedar = await house.peer(), await house.peer("Cedar")
    told = await otter.presses(f"{CANARY} again", room="coffee", shares="grief")
    need = need_of(told.talk)
    await otter.join(told.talk)
    await otter.says(f"are you there {CANARY}", told.talk)
    await birch.accepts(need)
    mine = await birch.says(f"i am here {CANARY}", need)
    await otter.react(mine, room=told.talk)
    await otter.typing(told.talk)
    gone = await otter.says(f"not this {CANARY}", told.talk)
    await otter.take_back(gone, told.talk)
    await house.needs.hand(need, birch.id, cedar.id)
    await house.needs.take_over(need, cedar.id)
    await cedar.enters(need)
    await cedar.says(f"now it is me {CANARY}", need)
    await house.needs.note(need, cedar.id, f"it was hard {CANARY}")
    await house.needs.block(need, cedar.id)
    await house.needs.finish(need, PeerId(cedar.id), "heard")
    return otter, told.talk


async def test_an_hour_later_nothing_of_it_is_anywhere(
    house: TalkHouse,
    clock: FakeClock,
    redis: Redis,
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.DEBUG, "chat")
    otter, talk = await whole_talk(house)
    identity = house.house.service.identity
    handle = identity.handle(otter.secret)
    pseudonym = identity.member(otter.secret, RoomName("coffee"), 0).who
    there = await dump(house)
    assert {name for name, rows in there.items() if CANARY in rows} == {
        "needs", "need_notes",
    }  # fmt: skip
    assert any(CANARY.encode() in value for value in kept(redis).values())

    clock.advance(HOUR + 1)
    await house.house.service.switchboard._forget()

    left = await dump(house)
    for canary in (CANARY, repr(bytes(handle))[2:-1], repr(pseudonym)[2:-1]):
        assert {name for name, rows in left.items() if canary in rows} == set()
    in_redis = kept(redis)
    assert {k for k, v in in_redis.items() if CANARY.encode() in v} == set()
    assert {k for k in in_redis if talk in k and ":log" in k} == set()
    written = "".join(map(Formatter().format, caplog.records))
    for canary in (CANARY, handle.hex(), otter.secret.hex(), pseudonym.hex()):
        assert canary not in written
    assert all(redis.ttl(k) > 0 for k in in_redis if talk in k), "gone within minutes"


async def test_a_talk_that_cannot_be_deleted_for_long_is_deleted_once_it_can(
    house: TalkHouse, clock: FakeClock, redis: Redis, monkeypatch: pytest.MonkeyPatch
):
    _otter, talk = await whole_talk(house)
    switchboard, keeper = house.service.switchboard, house.service.keeper

    async def away(_talk: RoomName) -> None:
        raise Unavailable

    with monkeypatch.context() as while_away:
        while_away.setattr(keeper, "forget", away)
        for _ in range(3):
            clock.advance(HOUR + 1)
            await switchboard._forget()
    assert any(talk in key and ":log" in key for key in kept(redis))

    await switchboard._forget()

    assert not [key for key in kept(redis) if talk in key and ":log" in key]
