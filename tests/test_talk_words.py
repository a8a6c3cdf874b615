"""What happens to words between the two of a talk, and who else is shown them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat.asides import Word
from chat.catalogue import BadRooms, load
from chat.errors import StoreDown
from chat.held import Held
from chat.identity import name_of
from chat.model import RoomName
from chat.sanctions import Kept
from chat.settings import Settings
from tests.support.by_heart import know_for_good
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.frames import Care, Done, Said, code
from tests.support.redis_server import RedisServer
from tests.support.room_team import Moderator
from tests.support.talkhouse import TalkHouse, Talking

IN_DANGER = "i took all my pills an hour ago and i cant stay awake"
ATTACK = "you're a worthless junkie, nobody wants you here"
HELD = "how much fent should i cook to get high"


@pytest.fixture
async def house(
    settings: Settings, clock: FakeClock, sqlite_template: Path
) -> AsyncIterator[TalkHouse]:
    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        yield house


async def heard_by_peer(talking: Talking) -> str:
    while (said := await talking.peer.hears(Said)).who == talking.peer.who:
        pass
    return said.text


async def test_nothing_is_held_between_the_two_and_the_room_team_sees_it(
    house: TalkHouse,
):
    moderator = await Moderator.on_duty(house.service)
    talking = await house.talking()

    assert isinstance(await talking.member.say(HELD, talking.talk), Done)

    assert await heard_by_peer(talking) == HELD
    await house.service.backroom.flagged.round()
    case = await moderator.sees("reported")
    assert case.room == talking.talk


async def test_what_may_be_said_nowhere_is_refused_here_too(house: TalkHouse):
    talking = await house.talking()

    assert code(await talking.member.say(ATTACK, talking.talk)) == "blocked"
    assert code(await talking.peer.say(ATTACK, talking.need)) == "blocked"


async def test_a_peers_words_are_masked_and_shown_to_the_team_like_everybodys(
    house: TalkHouse,
):
    moderator = await Moderator.on_duty(house.service)
    talking = await house.talking()

    await talking.peer.says("call me on 082 555 0177 tonight", talking.need)
    await talking.peer.says(HELD, talking.need)

    while (said := await talking.member.hears(Said)).who != talking.peer.who:
        pass
    assert said.text == "call me on [phone number] tonight"
    await house.service.backroom.flagged.round()
    assert (await moderator.sees("reported")).room == talking.talk


async def test_who_is_in_danger_in_a_talk_is_heard_and_shown_the_help_lines(
    house: TalkHouse,
):
    moderator = await Moderator.on_duty(house.service)
    talking = await house.talking()

    await talking.member.says(IN_DANGER, talking.talk)

    assert await heard_by_peer(talking) == IN_DANGER
    assert (await talking.member.hears(Care)).room == talking.talk
    await house.service.backroom.flagged.round()
    await moderator.sees("urgent")
    # It is the need of before that has become graver: nobody has two.
    (known,) = await house.needs.open_needs()
    assert (known.need.id, int(known.need.grade)) == (talking.need, 4)


async def test_a_name_of_elsewhere_is_masked(house: TalkHouse):
    otter = await house.member("coffee")
    name = name_of(otter.who)
    told = await otter.presses()
    await otter.join(told.talk)

    await otter.says(f"I am {name} in the coffee room", told.talk)

    while (said := await otter.hears(Said)).room != told.talk:
        pass
    assert name not in said.text


async def test_nothing_that_slows_or_closes_rooms_or_sanctions_reaches_a_need(
    house: TalkHouse, monkeypatch: pytest.MonkeyPatch
):
    backroom = house.service.backroom
    talking = await house.talking()
    handle = house.service.identity.handle(talking.member.secret)
    suspended = Word(bytes(16), "suspended", "spam", "", 2**31, False, "", b"")
    kept = Kept(handle, suspended, heeded=True)
    know_for_good(backroom.sanctions, [kept], monkeypatch)
    talk = RoomName(talking.talk)
    held = Held(talk, locked=True, slow_seconds=60, shield_since=1)
    know_for_good(backroom.held, [held], monkeypatch)

    for text in ("please", "I need somebody"):
        assert isinstance(await talking.member.say(text, talking.talk), Done)


async def test_both_may_report_what_was_said(house: TalkHouse):
    moderator = await Moderator.on_duty(house.service)
    talking = await house.talking()
    position = await talking.peer.says("you should pay me for this", talking.need)
    listening = house.service.callroom.listening

    assert isinstance(await talking.member.report(position, room=talking.talk), Done)
    await listening.report(talking.peer.id, talking.need, position, "other")

    await house.service.backroom.flagged.round()
    assert (await moderator.sees("reported")).room == talking.talk


async def test_words_arrive_though_the_store_is_away_and_are_marked_later(
    house: TalkHouse, monkeypatch: pytest.MonkeyPatch
):
    talking = await house.talking()
    await talking.peer.says("Hello. I am here.", talking.need)
    monkeypatch.setattr("chat.oncall.marks.AGAIN_SECONDS", 0.05)

    async def away(*_: object) -> None:
        raise StoreDown

    with monkeypatch.context() as while_away:
        for what in ("known", "wrote", "spoke"):
            while_away.setattr(house.needs, what, away)
        await talking.member.says("I drank again", talking.talk)
        assert isinstance(await talking.peer.say("Go on.", talking.need), Done)
        await talking.member.says("it was my birthday", talking.talk)

    async def waits() -> bool:
        return bool((await house.needs.known(talking.need)).need.unanswered_since)

    await eventually(waits)


async def test_a_talk_that_is_forgotten_leaves_nothing_behind(
    house: TalkHouse, clock: FakeClock, shared_redis: RedisServer
):
    talking = await house.talking()
    await talking.member.says("only for who comes", talking.talk)
    await talking.peer.says("Hello. I am here.", talking.need)
    await house.needs.finish(talking.need, talking.peer.id, "heard")
    await talking.peer.leave(talking.need)
    await talking.member.leave(talking.talk)
    await eventually(lambda: house.service.presence.empty(RoomName(talking.talk)))

    await house.service.keeper.forget(RoomName(talking.talk))

    with shared_redis.client() as client:
        left = {key.decode() for key in client.scan_iter("porchlight:{talk-*")}
        assert all(":once:" in key for key in left), left
        assert not any(b"only for" in (client.dump(key) or b"") for key in left)


def test_no_file_of_rooms_has_a_room_named_like_a_talk(tmp_path: Path):
    ours = Path(load.__code__.co_filename).with_name("rooms.toml").read_text("utf-8")
    file = tmp_path / "rooms.toml"
    file.write_text(ours.replace('slug = "coffee"', 'slug = "talk-about-it"', 1))

    with pytest.raises(BadRooms, match="talk-about-it is not a room's name"):
        load(file)
