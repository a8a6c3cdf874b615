"""A private room: for who needs to talk and who came, and to all others not there."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat import bulletin
from chat.asides import NeedNews, Word
from chat.model import RoomName
from chat.oncall.refusals import NeedTaken, NoSuchNeed, NotYourNeed
from chat.roles import Role
from chat.sanctions import Kept
from chat.settings import Settings
from chat.talkroom import talk_of
from tests.support.by_heart import know_for_good
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.frames import Done, Event, Joined, Presence, Said, code
from tests.support.member import Member
from tests.support.on_call import down
from tests.support.peer import need_of
from tests.support.redis_server import RedisServer
from tests.support.talkhouse import TalkHouse


@pytest.fixture
async def house(
    settings: Settings, clock: FakeClock, sqlite_template: Path
) -> AsyncIterator[TalkHouse]:
    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        yield house


def texts(joined: Joined) -> list[str]:
    return [event.text for event in joined.events if isinstance(event, Said)]


# Talking


async def test_who_presses_is_in_a_room_of_their_own_and_writes_meanwhile(
    house: TalkHouse,
):
    otter = await house.member("coffee")

    told = await otter.presses("I miss my dad", room="coffee", shares="grief")
    await otter.join(told.talk)
    await otter.says("is anybody there?", told.talk)

    assert (told.state, told.peers, told.next_in >= 0) == ("raised", (), True)
    known = await house.needs.known(need_of(told.talk))
    assert (known.told.words, known.told.shares) == ("I miss my dad", ("grief",))
    assert (known.need.room, known.told.who) == ("coffee", known.told.who)


async def test_a_peer_reads_what_was_said_before_and_is_heard(house: TalkHouse):
    otter, peer = await house.member(), await house.peer()
    told = await otter.presses()
    await otter.join(told.talk)
    await otter.says("is anybody there?", told.talk)

    await house.needs.accept(need_of(told.talk), peer.id)
    joined = await peer.enters(need_of(told.talk))
    await peer.says("Yes. I am here.", need_of(told.talk))

    assert texts(joined) == ["is anybody there?"]
    said = await otter.hears(Said)
    while said.who == otter.who:
        said = await otter.hears(Said)
    assert (said.text, said.who) == ("Yes. I am here.", peer.who)


async def test_the_member_is_told_who_of_them_is_a_peer(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()

    clock.advance(1)  # of a need a member is told at most once a second
    while (told := await talking.member.hears(NeedNews)).state != "accepted":
        clock.advance(1)

    assert told.peers == (talking.peer.who,)


async def test_a_first_line_makes_it_a_talk(house: TalkHouse):
    talking = await house.talking()

    await talking.peer.says("Hello. I am here.", talking.need)

    assert (await house.needs.known(talking.need)).need.state == "talking"


async def test_a_line_of_the_members_waits_until_it_is_answered(house: TalkHouse):
    talking = await house.talking()
    await talking.peer.says("Hello. I am here.", talking.need)

    await talking.member.says("I drank again", talking.talk)

    async def waits() -> bool:
        return bool((await house.needs.known(talking.need)).need.unanswered_since)

    await eventually(waits)
    await talking.peer.says("I am glad you say it.", talking.need)
    assert not await waits()


async def test_each_sees_that_the_other_is_there_and_writes(house: TalkHouse):
    talking = await house.talking()
    member, peer = talking.member, talking.peer

    await member.typing(talking.talk)
    await peer.typing(talking.need)

    here = 0
    while peer.who not in (heard := await member.hears(Presence)).typing:
        here = max(here, heard.here)
    while member.who not in (seen := await peer.hears(Presence)).typing:
        here = max(here, seen.here)
    assert 2 in (here, heard.here, seen.here)


async def test_all_pages_of_the_room_team_hear_of_a_need(house: TalkHouse):
    peer = await house.peer()
    otter = await house.member()

    told = await otter.presses()

    news = await peer.hears_news(bulletin.NEED)
    assert news == (bulletin.NEED, need_of(told.talk), "raised")


# Who may come in


async def test_to_everybody_else_there_is_no_such_room(
    house: TalkHouse, shared_redis: RedisServer
):
    otter, wren = await house.member(), await house.member()
    told = await otter.presses()
    nobodys = talk_of(secrets.token_hex(16))

    refused = [
        await wren.asks_to_join(told.talk),
        await wren.name(told.talk),
        await wren.asks_to_join(nobodys),
        await otter.asks_to_join(nobodys),
        await wren.say("hello", told.talk),
        await wren.earlier(9, told.talk),
        await wren.report(1, room=told.talk),
    ]

    assert [code(answer) for answer in refused] == [
        "no_such_room", "no_such_room", "no_such_room", "no_such_room",
        "not_in_room", "not_in_room", "not_in_room",
    ]  # fmt: skip
    with shared_redis.client() as client:
        assert not list(client.scan_iter("porchlight:{talk-*"))


async def test_a_peer_who_does_not_help_may_not_read(house: TalkHouse):
    talking = await house.talking()
    other = await house.peer("Cedar", Role.MODERATOR)

    refused = await other.asks_to_enter(talking.need)
    nowhere = await other.asks_to_enter(secrets.token_hex(16))
    unheard = await other.say("hello", talking.need)

    assert code(refused) == "not_your_need"
    assert code(nowhere) == "no_such_need"
    assert code(unheard) == "not_in_room"


async def test_who_sits_in_and_who_is_asked_to_take_over_may_read(house: TalkHouse):
    talking = await house.talking()
    cedar = await house.peer("Cedar", Role.COORDINATOR)
    maple = await house.peer("Maple")

    await house.needs.join(talking.need, cedar.id)
    await house.needs.hand(talking.need, talking.peer.id, maple.id)

    await cedar.enters(talking.need)
    await maple.enters(talking.need)
    assert len({cedar.who, maple.who, talking.peer.who, talking.member.who}) == 4


async def test_no_list_of_rooms_has_it(house: TalkHouse):
    otter = await house.member()
    told = await otter.presses()
    await otter.join(told.talk)

    assert b"talk-" not in await house.service.lobby.page()


async def test_whoever_was_removed_may_still_talk(
    house: TalkHouse, monkeypatch: pytest.MonkeyPatch
):
    otter = await house.member()
    told = await otter.presses()
    handle = house.service.identity.handle(otter.secret)

    removed = Word(bytes(16), "removed", "sourcing", "", 0, False, "", b"")
    sanctions = house.service.backroom.sanctions
    know_for_good(sanctions, [Kept(handle, removed, heeded=True)], monkeypatch)

    assert code(await otter.asks_to_join("coffee")) == "removed"
    await otter.join(told.talk)
    await otter.says("please", told.talk)


# A peer who goes


async def test_who_fell_silent_and_speaks_again_has_it_again(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    clock.advance(61)
    await _lapse(house, talking.need)

    await talking.peer.says("Sorry, my line broke.", talking.need)

    async def has_it_again() -> bool:
        need = (await house.needs.known(talking.need)).need
        return (need.peer, need.state) == (talking.peer.id, "talking")

    await eventually(has_it_again)


async def test_who_fell_silent_comes_back_to_the_talk_and_has_it_by_a_line(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    clock.advance(61)
    await _lapse(house, talking.need)

    await talking.member.says("are you there?", talking.talk)
    joined = await talking.peer.enters(talking.need)
    await talking.peer.says("Sorry, my line broke.", talking.need)

    assert texts(joined) == ["are you there?"]
    known = await house.needs.known(talking.need)
    assert known.need.peer == talking.peer.id


async def test_but_not_once_another_has_come(house: TalkHouse, clock: FakeClock):
    talking = await house.talking()
    cedar = await house.peer("Cedar")
    clock.advance(61)
    await _lapse(house, talking.need)
    await cedar.accepts(talking.need)

    refused = await talking.peer.asks_to_enter(talking.need)

    assert code(refused) == NotYourNeed.code


async def test_unless_another_was_quicker(house: TalkHouse, clock: FakeClock):
    talking = await house.talking()
    cedar = await house.peer("Cedar")
    clock.advance(61)
    await _lapse(house, talking.need)
    await cedar.accepts(talking.need)
    await cedar.says("Hello. I am here now.", talking.need)

    refused = await talking.peer.say("Sorry, my line broke.", talking.need)

    assert code(refused) in (NeedTaken.code, "not_in_room")
    assert "my line broke" not in str(await talking.member.all_heard())


async def test_who_has_it_no_more_hears_nothing_more(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    cedar = await house.peer("Cedar")
    clock.advance(61)
    await _lapse(house, talking.need)

    await cedar.accepts(talking.need)

    socket = house.service.desk.socket
    of_peer = [s for s in socket._sessions if s.is_of(talking.peer.id, "")]
    await eventually(lambda: not of_peer[0].talks)
    assert code(await talking.peer.earlier(talking.need, 9)) == "not_in_room"


async def test_nor_reads_what_was_said_where_that_could_not_be_told(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    await talking.member.says("I drank again", talking.talk)
    cedar = await house.peer("Cedar")
    house.service.backroom.doorbell.answer = lambda _news: None
    clock.advance(61)
    await _lapse(house, talking.need)

    await house.needs.accept(talking.need, cedar.id)

    assert code(await talking.peer.earlier(talking.need, 9)) == "not_in_room"
    assert code(await talking.peer.say("hello?", talking.need)) == "not_in_room"


async def _lapse(house: TalkHouse, need: str) -> None:
    """Do what the worker does with a lease that has run out, if it did not yet."""
    async with house.service.backroom.database.begin() as tx:
        known, now = await house.needs.ledger.locked(tx, need), house.needs.ledger.now()
        if known.need.lapsed(now):
            lapsed = known.need.lapse(now)
            known = await house.needs.ledger.keep(tx, known, lapsed, "silent")
    await house.needs.told(known)


# The end


async def test_a_talk_that_is_over_is_read_and_nothing_is_said_there(
    house: TalkHouse,
):
    talking = await house.talking()
    await talking.peer.says("Hello. I am here.", talking.need)
    await house.needs.finish(talking.need, talking.peer.id, "heard")

    again = await talking.member.join(talking.talk)

    assert texts(again) == ["Hello. I am here."]
    assert code(await talking.member.say("thank you", talking.talk)) == "need_over"
    assert code(await talking.peer.say("goodbye", talking.need)) == "need_over"
    with down(house.service.backroom.database):
        assert code(await talking.peer.say("still there?", talking.need)) == "need_over"
    await talking.peer.enters(talking.need)


async def test_nor_does_the_peer_see_the_member_write_there(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    otter, peer = talking.member, talking.peer
    await otter.join("coffee")
    await peer.says("Hello. I am here.", talking.need)
    await house.needs.finish(talking.need, peer.id, "heard")
    clock.advance(1)  # of a need a member is told at most once a second
    while (await otter.hears(NeedNews)).state != "ended":
        clock.advance(1)

    await otter.typing(talking.talk)
    await otter.typing("coffee")

    await sees_somebody_write(otter, "coffee")
    assert not who_writes(await peer.all_heard(talking.need))


async def test_nor_does_the_member_see_the_peer_write_there(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    peer = talking.peer
    still = await house.member()
    other = await still.presses()
    await still.join(other.talk)
    await peer.accepts(need_of(other.talk))
    await peer.says("Hello. I am here.", talking.need)
    await house.needs.finish(talking.need, peer.id, "heard")
    await peer.earlier(talking.need, 9)

    await peer.typing(talking.need)
    await peer.typing(need_of(other.talk))

    await sees_somebody_write(still, other.talk)
    assert not who_writes(await talking.member.all_heard())


async def sees_somebody_write(member: Member, room: str) -> None:
    while (told := await member.hears(Presence)).room != room or not told.typing:
        pass


def who_writes(heard: list[Event]) -> set[bytes]:
    told = [each for each in heard if isinstance(each, Presence)]
    return {who for each in told for who in each.typing}


async def test_nor_is_anything_changed_there(house: TalkHouse):
    talking = await house.talking()
    theirs = await talking.peer.says("Hello. I am here.", talking.need)
    mine = await talking.member.says("Hello.", talking.talk)
    await house.needs.finish(talking.need, talking.peer.id, "heard")

    reacted = await talking.member.react(theirs, 0, room=talking.talk)
    taken_back = await talking.member.take_back(mine, talking.talk)

    assert [code(reacted), code(taken_back)] == ["need_over", "need_over"]


async def test_who_is_in_danger_is_heard_even_then(house: TalkHouse):
    talking = await house.talking()
    await talking.peer.says("Hello. I am here.", talking.need)
    await house.needs.finish(talking.need, talking.peer.id, "heard")

    said = await talking.member.say("i took all my pills an hour ago", talking.talk)

    assert isinstance(said, Done)


async def test_once_it_is_forgotten_there_is_no_such_room(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    await talking.peer.says("Hello. I am here.", talking.need)
    await house.needs.finish(talking.need, talking.peer.id, "heard")
    clock.advance(3601)

    assert await house.needs.forget(clock.now()) == [RoomName(talking.talk)]

    assert code(await talking.member.asks_to_join(talking.talk)) == "no_such_room"
    with pytest.raises(NoSuchNeed):
        await house.service.callroom.talks.let_in(talking.peer.id, talking.need)


async def test_an_hour_after_a_call_back_was_promised_the_talk_is_gone_everywhere(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    await talking.peer.says("Hello. I am here.", talking.need)
    await talking.member.call_back(clock.seconds() + 30 * 3600)
    await talking.peer.enters(talking.need)
    await talking.peer.leave(talking.need)
    clock.advance(3601)

    await house.service.switchboard._forget()
    await house.service.tidings.learn()

    assert code(await talking.member.asks_to_join(talking.talk)) == "no_such_room"
    with pytest.raises(NoSuchNeed):
        await house.service.callroom.talks.let_in(talking.peer.id, talking.need)
    await eventually(lambda: not _is_served(house, talking.talk))

    clock.advance(29 * 3600)
    await talking.member.presses()
    again = await talking.member.join(talking.talk)
    assert texts(again) == []


def _is_served(house: TalkHouse, talk: str) -> bool:
    """Do what a process does with rooms that are quiet; tell whether a talk is none."""
    house.service.rooms.tidy()
    return talk in house.service.backplane.followed


# Who is who


def test_a_peer_is_somebody_else_in_each_talk(house: TalkHouse):
    identity = house.service.identity
    talks = [talk_of(secrets.token_hex(16)) for _ in range(200)]

    seen = [identity.peer("birch", talk, 0) for talk in talks]

    # Neither the id nor what others see is the same twice, and no part of the one can
    # be had from the other without the service's key.
    assert len({member.id for member in seen}) == len(talks)
    assert len({member.who for member in seen}) == len(talks)
    assert identity.peer("birch", talks[0], 0) == seen[0]
    assert identity.peer("cedar", talks[0], 0) != seen[0]
    assert all(m.id[:5] != m.who for m in seen)
