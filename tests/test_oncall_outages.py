"""Someone needs to talk while something is down, or the house is started again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chat.oncall.stages import State
from chat.settings import Settings
from tests.support.ahead import ClockAhead
from tests.support.eventually import eventually
from tests.support.frames import code
from tests.support.night_shift import NightShift, hears_said, is_told, texts
from tests.support.on_call import down
from tests.support.peer import need_of
from tests.support.push_service import PushService
from tests.support.redis_server import RedisServer

WORDS = "I miss my dad"
WAITING = "is anybody there"
HELLO = "Hello. I am here, and I have time."
ANSWER = "It is a long night."
SILENCE_SECONDS = 181
LATE_SECONDS = 40
"""How late a busy machine may take a step; whoever waits for Redis is far later."""
FOREVER_SECONDS = 100


async def test_a_press_while_the_database_is_down_is_refused_and_succeeds_later(
    night: NightShift,
):
    otter, wren = await night.member(), await night.on_duty("Wren")
    with down(night.service.backroom.database):
        refused = await otter.asks_to_talk(WORDS)
        assert code(refused) == "store_down"

    told = await otter.presses(WORDS)

    assert (await night.the_need()).told.words == WORDS
    await wren.is_called(need_of(told.talk))


async def test_two_go_on_talking_while_the_database_is_down(night: NightShift):
    otter, wren = await night.member(), await night.on_duty("Wren")
    told = await otter.presses()
    need = need_of(told.talk)
    await otter.join(told.talk)
    await wren.accepts(need)
    await wren.reads(need)
    await wren.page.says("Hello.", need)
    await is_told(otter, "talking")

    with down(night.service.backroom.database):
        await otter.says(ANSWER, told.talk)
        await hears_said(wren.page, ANSWER)
        await wren.page.says(HELLO, need)
        await hears_said(otter, HELLO)
    await night.passes(SILENCE_SECONDS)

    assert (await night.needs.known(need)).need.state is State.TALKING
    await otter.says(WAITING, told.talk)
    await eventually(lambda: somebody_waits(night, need))
    await night.passes(SILENCE_SECONDS)
    await is_told(otter, "offered", "silent")


async def somebody_waits(night: NightShift, need: str) -> bool:
    return (await night.needs.known(need)).need.unanswered_since is not None


async def test_a_house_that_is_started_again_calls_for_who_still_waits(
    settings: Settings, sqlite_template: Path
):
    clock = ClockAhead()
    async with NightShift.open(settings, sqlite_template, clock) as night:
        otter = await night.member()
        told = await otter.presses(WORDS)
        await otter.join(told.talk)
        await otter.says(WAITING, told.talk)

    async with NightShift.open(settings, sqlite_template, clock) as night:
        again = await night.member(secret=otter.secret)
        wren = await night.on_duty("Wren")

        need = need_of(told.talk)
        await wren.is_called(need)
        assert (await is_told(again, "offered")).talk == told.talk
        await wren.accepts(need)
        assert await wren.reads(need) == [WAITING]
        assert texts(await again.join(told.talk)) == [WAITING]
        await wren.page.says(HELLO, need)
        await hears_said(again, HELLO)


@pytest.mark.parametrize(
    ("away", "back"),
    [(RedisServer.kill, RedisServer.start), (RedisServer.freeze, RedisServer.thaw)],
)
async def test_phones_ring_and_steps_are_taken_while_redis_is_away(
    away: Callable[[RedisServer], None],
    back: Callable[[RedisServer], None],
    own_redis: RedisServer,
    settings: Settings,
    sqlite_template: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("chat.redis.pipe.ANSWER_SECONDS", FOREVER_SECONDS)
    monkeypatch.setattr("chat.redis.scripts.PATIENCE_SECONDS", 3 * FOREVER_SECONDS)
    async with PushService.open() as bridge:
        own = settings.model_copy(
            update={
                "redis_url": own_redis.url,
                "webhook_url": bridge.endpoint(),
                "webhook_secret": "a secret of the two of us",
            }
        )
        async with NightShift.open(own, sqlite_template, ClockAhead()) as night:
            wren = await night.on_duty("Wren")
            await night.has_phone(wren)
            members = [await night.member() for _ in range(3)]
            ids = [need_of((await one.presses()).talk) for one in members]
            await eventually(lambda: len(bridge.pushed) == 3)

            away(own_redis)
            # The step after the next comes in its time, too.
            for rung in (6, 9):
                steps = [(await night.needs.known(id_)).need.climb for id_ in ids]
                last = max(step.due for step in steps)
                night.clock.advance((last - night.clock.now()).total_seconds())
                await eventually(has_rung(bridge, rung), within=LATE_SECONDS)
            known = await night.needs.known(ids[-1])
            assert known.need.climb.due > night.clock.now()
            assert known.need.state is State.OFFERED
            await eventually(lambda: all_is_well(night))
            back(own_redis)
            await eventually(lambda: night.service.ready)


async def all_is_well(night: NightShift) -> bool:
    return not await night.service.switchboard.auditor.audit()


def has_rung(bridge: PushService, times: int) -> Callable[[], bool]:
    return lambda: len(bridge.pushed) >= times
