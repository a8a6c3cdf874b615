"""Someone needs to talk, and a human comes: the story through the whole service."""

import asyncio
from pathlib import Path

from redis import Redis

from chat.attendance import Attendance
from chat.busy import SLOT_SECONDS
from chat.oncall.usual import TEAM
from chat.roles import Role
from chat.settings import Settings
from tests.support.ahead import ClockAhead
from tests.support.frames import code
from tests.support.member import Member
from tests.support.night_shift import NightShift, OnDuty, hears_said, is_told
from tests.support.peer import need_of
from tests.test_anonymity import found, kept
from tests.test_dump import tables

CANARY = "rosebud77"
WORDS = f"I miss my dad {CANARY}"
WAITING = f"is anybody there {CANARY}"
HELLO = f"Hello. I am here, and I have time. {CANARY}"
ANSWER = f"It is a long night. {CANARY}"
TAKING_OVER = f"I have read it all, and I stay with you. {CANARY}"
SILENCE_SECONDS = 181
HOUR = 3600


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
        assert await peer.is_called(need) == "need"

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
    assert await peer.reads(need) == [WAITING]
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
    assert await peer.reads(need) == [WAITING, HELLO, ANSWER]
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


async def all_of_it(night: NightShift, redis: Redis) -> dict[str, bytes]:
    """Return all that Redis and the database hold."""
    rows = await tables(night.house)
    return {**kept(redis), **{name: repr(rows[name]).encode() for name in rows}}


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

        await wren.reads(need)
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
    await wren.reads(need)
    await wren.page.says(HELLO, need)
    await is_told(otter, "talking")

    await wren.does(need, "hand", to=robin.id)
    await robin.does(need, "decline")
    assert (await night.needs.known(need)).need.peer == wren.id
    await wren.does(need, "hand", to=robin.id)
    await robin.does(need, "take-over")

    coming = await is_told(otter, "accepted", "handed")
    assert coming.peers == (night.needs.who_of_peer(robin.id, need_of(told.talk)),)
    assert await robin.reads(need) == [HELLO]
    await robin.page.says(TAKING_OVER, need)
    await hears_said(otter, TAKING_OVER)
    await robin.ends(need)
    await is_told(otter, "ended", "handed_over")


async def test_a_coordinator_sits_in_and_the_member_sees_two_peers(night: NightShift):
    otter, wren = await night.member(), await night.on_duty("Wren")
    birch = await night.at_a_page("Birch", Role.COORDINATOR)
    told = await otter.presses()
    need = need_of(told.talk)
    await otter.join(told.talk)
    await wren.accepts(need)
    await wren.reads(need)
    await wren.page.says(HELLO, need)
    await is_told(otter, "talking")

    await birch.does(need, "join")

    assert await birch.reads(need) == [HELLO]
    assert set((await is_told(otter, "talking")).peers) == {
        wren.page.who,
        birch.page.who,
    }
    await birch.page.says(TAKING_OVER, need)
    await hears_said(otter, TAKING_OVER)
    await hears_said(wren.page, TAKING_OVER)


async def test_whoever_is_on_duty_and_reached_by_phone_counts_as_here(
    night: NightShift,
):
    wren, robin = await night.on_duty("Wren"), await night.at_a_page("Robin")
    await night.has_phone(wren)
    await night.has_phone(robin)
    # Beyond what was counted when they came: of one slot the largest count is kept.
    night.clock.advance(SLOT_SECONDS)

    await night.service.switchboard._count()

    attendance = Attendance(scripts=night.service.scripts, clock=night.clock)
    days = await attendance.counts(TEAM)
    slots = days[max(days)]
    assert slots[max(slots)] == 1
