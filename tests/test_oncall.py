"""Someone needs to talk, and a human comes: the story through the whole service."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from chat.asides import NeedNews
from chat.model import Grade
from chat.oncall.stages import End, State
from chat.roles import Role
from chat.settings import Settings
from tests.support.ahead import ClockAhead
from tests.support.eventually import eventually
from tests.support.frames import Care, Done, Joined, Said, code
from tests.support.member import Member
from tests.support.night_shift import NightShift, OnDuty
from tests.support.on_call import down
from tests.support.peer import Peer, need_of
from tests.support.push_service import PushService
from tests.support.redis_server import RedisServer
from tests.test_anonymity import found, kept
from tests.test_dump import tables

CANARY = "rosebud77"
WORDS = f"I miss my dad {CANARY}"
WAITING = f"is anybody there {CANARY}"
IN_DANGER = f"i took all my pills an hour ago and i cant stay awake {CANARY}"
HELLO = f"Hello. I am here, and I have time. {CANARY}"
ANSWER = f"It is a long night. {CANARY}"
TAKING_OVER = f"I have read it all, and I stay with you. {CANARY}"
SILENCE_SECONDS = 181
HOUR = 3600
LATE_SECONDS = 2


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
    with Redis.from_url(settings.redis_url or "", protocol=2) as redis:
        yield redis


async def is_told(member: Member, state: str, why: str = "") -> NeedNews:
    """Wait until a member is told that their need is so far."""
    while True:
        news = await member.hears(NeedNews)
        if (news.state, news.why) == (state, why):
            return news


async def hears_said(who: Member | Peer, text: str) -> Said:
    """Wait until somebody hears a line, whatever they hear before it."""
    while (said := await who.hears(Said)).text != text:
        pass
    return said


async def reads(peer: OnDuty, need: str) -> list[str]:
    """Enter a talk; return what was said there."""
    joined: Joined = await peer.page.enters(need)
    return [event.text for event in joined.events if isinstance(event, Said)]


async def all_of_it(night: NightShift, redis: Redis) -> dict[str, bytes]:
    """Return all that Redis and the database hold."""
    rows = await tables(night.house)
    return {**kept(redis), **{name: repr(rows[name]).encode() for name in rows}}


# The story


async def test_one_peer_comes_and_goes_silent_the_other_takes_over_and_nothing_stays(
    any_night: NightShift, redis: Redis
):
    night = any_night
    otter = await night.member("coffee")
    wren, robin = await night.on_duty("Wren"), await night.on_duty("Robin")
    told = await otter.presses(WORDS, room="coffee", wish="listen", shares="grief")
    need = need_of(told.talk)
    await otter.join(told.talk)
    await otter.says(WAITING, told.talk)

    came = await both_are_called_and_one_comes(need, wren, robin)
    other = robin if came is wren else wren
    await they_talk(otter, came, told.talk)
    await night.passes(SILENCE_SECONDS)

    left = await is_told(otter, "offered", "silent")
    assert (left.peers, left.alerted) == ((), 1)
    await takes_over(otter, other, need)

    everything = await all_of_it(night, redis)
    assert found({"words": CANARY.encode()}, everything)
    night.clock.advance(HOUR + 1)
    await night.service.switchboard._forget()
    await night.service.mirror.round()

    await nothing_is_left(night, redis, otter, told.talk)


async def both_are_called_and_one_comes(
    need: str, wren: OnDuty, robin: OnDuty
) -> OnDuty:
    """Have two peers press at once; return who has it, the other being thanked."""
    for peer in (wren, robin):
        await peer.sees(need, "raised")
        await peer.is_called(need)

    answers = await asyncio.gather(wren.accepts(need), robin.accepts(need))

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert "Taken, thank you" in late.text
    for peer in (wren, robin):
        await peer.sees(need, "accepted")
    return wren if answers[0].status_code == 303 else robin


async def they_talk(otter: Member, peer: OnDuty, talk: str) -> None:
    need = need_of(talk)
    coming = await is_told(otter, "accepted")
    assert await reads(peer, need) == [WAITING]
    assert coming.peers == (peer.page.who,)

    await peer.page.says(HELLO, need)
    assert (await hears_said(otter, HELLO)).who == peer.page.who
    await is_told(otter, "talking")
    await otter.says(ANSWER, talk)
    assert (await hears_said(peer.page, ANSWER)).who == otter.who


async def takes_over(otter: Member, peer: OnDuty, need: str) -> None:
    """Have another peer come, read what was said so far, speak, and end it."""
    assert await peer.is_called(need) == "need_again"
    assert (await peer.accepts(need)).status_code == 303
    assert await reads(peer, need) == [WAITING, HELLO, ANSWER]
    await peer.page.says(TAKING_OVER, need)
    assert (await hears_said(otter, TAKING_OVER)).who == peer.page.who
    await peer.ends(need, "next_step")
    await is_told(otter, "ended", "accepted_and_spoke")


async def nothing_is_left(
    night: NightShift, redis: Redis, otter: Member, talk: str
) -> None:
    """See that neither Redis nor the database knows of a talk, nor whose it was."""
    handle = night.service.identity.handle(otter.secret)
    everything = await all_of_it(night, redis)
    traces = {
        "words": CANARY.encode(),
        "handle": handle,
        "handle as text": repr(handle)[2:-1].encode(),
        "who": otter.who,
        "who as text": repr(otter.who)[2:-1].encode(),
    }
    assert found(traces, everything) == []
    # Redis lets go of the rest by itself, by its own clock, which nobody moves.
    left = [key for key in kept(redis) if talk in key]
    assert [key for key in left if not 0 < redis.ttl(key) <= HOUR] == []


async def test_a_member_and_a_peer_on_two_processes_find_each_other(
    settings: Settings, sqlite_template: Path
):
    clock = ClockAhead()
    async with (
        NightShift.open(settings, sqlite_template, clock) as here,
        NightShift.open(settings, sqlite_template, clock) as there,
    ):
        otter, wren = await here.member(), await there.on_duty("Wren")
        told = await otter.presses()
        need = need_of(told.talk)
        await otter.join(told.talk)
        await wren.is_called(need)
        await wren.accepts(need)
        await is_told(otter, "accepted")

        await reads(wren, need)
        await wren.page.says(HELLO, need)
        await hears_said(otter, HELLO)
        await otter.says(ANSWER, told.talk)
        await hears_said(wren.page, ANSWER)

        await otter.withdraw()
        await wren.sees(need, "ended")
        assert code(await wren.page.say("Are you there?", need)) == "need_over"


async def test_another_peer_is_asked_to_take_over_says_no_and_then_yes(
    night: NightShift,
):
    otter = await night.member()
    wren, robin = await night.on_duty("Wren"), await night.on_duty("Robin")
    told = await otter.presses()
    need = need_of(told.talk)
    await otter.join(told.talk)
    await wren.accepts(need)
    await reads(wren, need)
    await wren.page.says(HELLO, need)
    await is_told(otter, "talking")

    await wren.does(need, "hand", to=robin.id)
    await robin.does(need, "decline")
    assert (await night.needs.known(need)).need.peer == wren.id
    await wren.does(need, "hand", to=robin.id)
    await robin.does(need, "take-over")

    coming = await is_told(otter, "accepted", "handed")
    assert coming.peers == (night.needs.who_of_peer(robin.id, need_of(told.talk)),)
    assert await reads(robin, need) == [HELLO]
    await robin.page.says(TAKING_OVER, need)
    await hears_said(otter, TAKING_OVER)
    await robin.ends(need)
    await is_told(otter, "ended", "handed_over")


# Other ways to begin


async def test_danger_in_a_room_calls_a_peer_and_the_author_is_told(
    any_night: NightShift,
):
    night = any_night
    otter, wren = await night.member("coffee"), await night.on_duty("Wren")

    await otter.says(IN_DANGER)

    assert (await otter.hears(Care)).grade == Grade.IMMINENT
    told = await is_told(otter, "offered")
    known = await night.the_need()
    assert known.told.source == "crisis"
    assert known.told.case_id
    await wren.is_called(known.need.id)
    await wren.accepts(known.need.id)
    page = await wren.forms.reads(f"/staff/talks/{known.need.id}")
    assert "in danger now" in page
    assert "sounded like danger" in page
    assert isinstance(await otter.join(told.talk), Joined)


async def test_two_tabs_that_press_at_once_have_one_need(any_night: NightShift):
    otter = await any_night.member()
    tab = await any_night.member(secret=otter.secret)

    one, other = await asyncio.gather(otter.presses(WORDS), tab.presses())

    assert one.talk == other.talk
    known = await any_night.the_need()
    assert known.told.words in (WORDS, "")


async def test_whoever_asks_to_be_called_back_is_called_for_again_at_that_time(
    night: NightShift,
):
    otter = await night.member()
    told = await otter.presses()
    await otter.call_back(night.clock.seconds() + HOUR)
    promised = await is_told(otter, "ended", "call_back")
    assert promised.call_back_at >= night.clock.seconds() + HOUR - 5
    assert await night.needs.open_needs() == []

    night.clock.advance(HOUR)
    wren = await night.on_duty("Wren")

    assert (await night.the_need()).need.id == need_of(told.talk)
    await wren.is_called(need_of(told.talk))
    await is_told(otter, "offered")


# Nobody there


async def test_with_nobody_on_duty_the_member_is_told_so_and_a_coordinator_is_called(
    night: NightShift,
):
    otter = await night.member()
    await otter.presses()
    alone = await otter.hears(NeedNews)
    while not alone.nobody:
        alone = await otter.hears(NeedNews)
    assert alone.alerted == 0

    birch = await night.at_a_page("Birch", Role.COORDINATOR)

    need = (await night.the_need()).need.id
    await birch.is_called(need)
    assert (await is_told(otter, "offered")).alerted == 1


async def test_a_peer_who_has_not_done_the_course_is_not_called_and_cannot_come(
    night: NightShift,
):
    moss = await night.at_a_page("Moss")
    otter = await night.member()

    await otter.presses()

    need = (await night.the_need()).need.id
    assert (await moss.accepts(need)).status_code == 403
    known = await night.needs.known(need)
    assert (known.need.peer, known.alerted_at) == (None, None)


# Going


async def test_who_withdraws_is_called_for_no_more_and_nobody_can_come(
    night: NightShift,
):
    otter, wren = await night.member(), await night.on_duty("Wren")
    told = await otter.presses()
    need = need_of(told.talk)
    await wren.is_called(need)

    assert isinstance(await otter.withdraw(), Done)

    await is_told(otter, "ended", "withdrew")
    await wren.sees(need, "ended")
    late = await wren.accepts(need)
    assert late.status_code == 409
    assert "do not need anybody any more" in late.text
    assert (await night.needs.known(need)).need.end is End.WITHDREW


async def test_who_knows_the_name_of_a_talk_finds_no_such_room(night: NightShift):
    otter, heron = await night.member(), await night.member()
    told = await otter.presses()
    await otter.join(told.talk)
    await otter.says(WAITING, told.talk)

    assert code(await heron.asks_to_join(told.talk)) == "no_such_room"
    assert code(await heron.asks_to_join("talk-" + 32 * "0")) == "no_such_room"
    assert code(await heron.earlier(99, told.talk)) == "not_in_room"
    assert code(await heron.say("me too", told.talk)) == "not_in_room"


async def test_a_peer_who_has_not_come_hears_nothing_of_a_talk(night: NightShift):
    otter = await night.member()
    wren, robin = await night.on_duty("Wren"), await night.on_duty("Robin")
    told = await otter.presses()
    need = need_of(told.talk)
    await wren.accepts(need)

    assert code(await robin.page.asks_to_enter(need)) == "not_your_need"
    assert code(await robin.page.say("hello", need)) == "not_in_room"
    assert (await robin.forms.get(f"/staff/talks/{need}")).status_code == 404


# When something is down


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


async def test_phones_ring_and_steps_are_taken_while_redis_is_down(
    own_redis: RedisServer, settings: Settings, sqlite_template: Path
):
    async with PushService.open() as bridge:
        own = settings.model_copy(
            update={
                "redis_url": own_redis.url,
                "webhook_url": bridge.endpoint(),
                "webhook_secret": "a secret of the two of us",
            }
        )
        async with NightShift.open(own, sqlite_template, ClockAhead()) as night:
            otter, wren = await night.member(), await night.on_duty("Wren")
            await night.has_phone(wren)
            need = need_of((await otter.presses()).talk)
            await eventually(lambda: len(bridge.pushed) == 1)

            own_redis.kill()
            step = (await night.needs.known(need)).need.climb
            night.clock.advance((step.due - night.clock.now()).total_seconds())

            await eventually(lambda: len(bridge.pushed) == 2, within=LATE_SECONDS)
            known = await night.needs.known(need)
            assert known.need.climb.due > step.due
            assert known.need.state is State.OFFERED
            assert not await night.service.switchboard.auditor.audit()
            own_redis.start()
            await eventually(lambda: night.service.ready)
