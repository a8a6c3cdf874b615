"""What one member is told of what is theirs: on every page of theirs, and soon."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chat.asides import NeedNews
from chat.errors import StoreDown
from chat.mirror import Mirror
from chat.model import Handle, MemberId, RoomName
from chat.oncall.needs import Raised
from chat.settings import Settings
from chat.tidings import NO_NEED
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.frames import CardTold, StayTold
from tests.support.member import Member
from tests.support.on_call import down
from tests.support.peer import need_of
from tests.support.talkhouse import TalkHouse


@pytest.fixture
async def house(
    settings: Settings, clock: FakeClock, sqlite_template: Path
) -> AsyncIterator[TalkHouse]:
    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        yield house


def told(heard: list[object]) -> list[object]:
    return [e for e in heard if isinstance(e, NeedNews | StayTold | CardTold)]


async def all_told(member: Member) -> list[object]:
    return told(list(await member.all_heard()))


async def test_a_page_that_comes_back_is_told_how_its_need_stands(
    house: TalkHouse, clock: FakeClock
):
    otter = await house.member()
    news = await otter.presses()
    clock.advance(1)

    again = await house.member(secret=otter.secret)

    heard = await again.hears(NeedNews)
    assert (heard.state, heard.talk) == (news.state, news.talk)


async def test_an_end_is_told_to_a_page_that_was_away(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    await talking.peer.says("Hello. I am here.", talking.need)
    await house.needs.finish(talking.need, talking.peer.id, "heard")
    clock.advance(1)

    again = await house.member(secret=talking.member.secret)

    heard = await again.hears(NeedNews)
    assert (heard.state, heard.why) == ("ended", "accepted_and_spoke")


async def test_whoever_comes_back_without_a_need_costs_the_store_nothing(
    house: TalkHouse, monkeypatch: pytest.MonkeyPatch
):
    await (await house.member()).presses()
    asked: list[bytes] = []
    news = house.needs.news

    async def counted(handle: bytes) -> NeedNews | None:
        asked.append(handle)
        return await news(handle)  # type: ignore[arg-type]

    monkeypatch.setattr(house.needs, "news", counted)

    for _ in range(5):
        assert await all_told(await house.member()) == []
    assert asked == []


async def test_hello_does_not_wait_for_a_store_that_is_away(
    house: TalkHouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    otter = await house.member()
    await otter.presses()
    news = house.needs.news
    away = True

    async def unless_away(handle: bytes) -> NeedNews | None:
        if away:
            raise StoreDown
        return await news(handle)  # type: ignore[arg-type]

    monkeypatch.setattr(house.needs, "news", unless_away)
    monkeypatch.setattr("chat.tidings.AGAIN_SECONDS", 0.05)

    clock.advance(1)
    again = await house.member("coffee", secret=otter.secret)
    await again.says("hello")
    away = False

    assert (await again.hears(NeedNews)).state == "raised"


async def test_a_need_that_cannot_be_told_keeps_nobody_elses_from_being_told(
    house: TalkHouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    otter, heron = await house.member(), await house.member()
    await otter.presses()
    await heron.presses()
    handle = house.service.identity.handle(otter.secret)
    news = house.needs.news

    async def unless_broken(asked: Handle) -> NeedNews | None:
        if asked == handle:
            raise ValueError
        return await news(asked)

    monkeypatch.setattr(house.needs, "news", unless_broken)
    clock.advance(1)
    house.service.tidings.missed()

    assert (await heron.hears(NeedNews)).state == "raised"
    assert house.service.ready


async def test_however_much_happens_it_is_told_once_a_second(
    house: TalkHouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    talking = await house.talking()
    handle = house.service.identity.handle(talking.member.secret)
    clock.advance(2)
    await all_is_told(house, clock)
    asked: list[bytes] = []
    news = house.needs.news

    async def counted(handle: bytes) -> NeedNews | None:
        asked.append(handle)
        return await news(handle)  # type: ignore[arg-type]

    monkeypatch.setattr(house.needs, "news", counted)
    clock.advance(2)

    for _ in range(10):
        await house.needs.told(await house.needs.known(talking.need))
    await eventually(lambda: asked)
    await house.service.tidings.round()
    assert asked == [handle]

    await house.needs.told(await house.needs.known(talking.need))
    await eventually(lambda: handle in house.service.tidings._waiting)
    assert asked == [handle]
    clock.advance(1)
    await eventually(lambda: asked == [handle] * 2)


async def test_an_answer_that_comes_late_is_not_the_last_word_about_a_need(
    house: TalkHouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    otter, peer = await house.member(), await house.peer()
    raise_, states = house.needs.raise_, list[str]()
    callroom = house.service.callroom
    monkeypatch.setattr(callroom, "told", lambda news: states.append(news.state))

    async def accepted_before_it_is_answered(**told: Any) -> Raised:
        raised = await raise_(**told)
        await house.needs.accept(raised.id, peer.id)
        while "accepted" not in states:
            clock.advance(1)
            await asyncio.sleep(0.01)
        return raised

    monkeypatch.setattr(house.needs, "raise_", accepted_before_it_is_answered)

    await otter.asks_to_talk()

    told = [e for e in await otter.all_heard() if isinstance(e, NeedNews)]
    assert [told[-2].state, told[-1].state] == ["accepted", "raised"]
    clock.advance(1)
    assert (await otter.hears(NeedNews)).state == "accepted"


async def test_another_page_of_the_same_device_is_told_too(house: TalkHouse):
    otter = await house.member()
    other_page = await house.member(secret=otter.secret)

    await otter.presses()

    assert (await other_page.hears(NeedNews)).state == "raised"


async def test_nobody_else_is_told(house: TalkHouse):
    otter, wren = await house.member(), await house.member()

    await otter.presses()
    await otter.stay(10)

    assert await all_told(wren) == []


async def test_what_was_not_rung_for_is_learned_within_a_minute(
    house: TalkHouse, monkeypatch: pytest.MonkeyPatch
):
    otter = await house.member()
    monkeypatch.setattr(house.service.tidings, "heard", lambda _news: True)
    handle = house.service.identity.handle(otter.secret)
    await house.needs.raise_(
        handle=handle, room=RoomName(""), member=_nobody(), who=b"", source="crisis"
    )
    assert await all_told(otter) == []

    await house.service.mirror.round()

    assert (await otter.hears(NeedNews)).state == "raised"


def _nobody() -> MemberId:
    return MemberId(b"")


async def test_who_is_in_a_talk_that_is_forgotten_is_in_it_no_more(
    house: TalkHouse, clock: FakeClock
):
    talking = await house.talking()
    await talking.peer.says("Hello. I am here.", talking.need)
    await house.needs.finish(talking.need, talking.peer.id, "heard")
    clock.advance(3601)

    await house.needs.forget(clock.now())
    await house.service.keeper.forget(RoomName(talking.talk))
    await house.service.mirror.round()
    house.service.tidings._wait(house.service.identity.handle(talking.member.secret))

    while await talking.member.hears(NeedNews) != NO_NEED:
        clock.advance(1)
    (session,) = house.service.gateway.everybody()
    assert dict(session.rooms) == {}


async def test_a_need_that_is_raised_meanwhile_keeps_its_member_in_the_talk(
    house: TalkHouse, monkeypatch: pytest.MonkeyPatch
):
    otter = await house.member()
    talks = house.service.callroom.talks
    rooms = talks.rooms
    joined: list[str] = []

    async def read_before_they_press(ended: timedelta) -> object:
        monkeypatch.undo()
        found = await rooms(ended)
        news = await otter.presses()
        await otter.join(news.talk)
        joined.append(news.talk)
        return found

    monkeypatch.setattr(talks, "rooms", read_before_they_press)

    await house.service.tidings.learn()

    await otter.says("is anybody there?", joined[0])
    assert need_of(joined[0])


# What is not known yet is not over


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no house learn anything but when the test says so."""

    async def nothing(_mirror: Mirror) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Mirror, "run", nothing)


@pytest.fixture
async def ignorant(by_hand: None, house: TalkHouse) -> TalkHouse:
    """Return a house that has not learned anything yet."""
    assert by_hand is None
    return house


async def test_a_house_that_knows_everything_does_not_speak_of_it(
    ignorant: TalkHouse,
):
    assert await ignorant.service.mirror.round()

    otter = await ignorant.member("coffee")

    await otter.all_heard()
    assert otter.known == []


@pytest.mark.usefixtures("by_hand")
async def test_a_check_in_is_not_over_while_a_house_started_again_cannot_know_of_it(
    settings: Settings, clock: FakeClock, sqlite_template: Path
):
    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        otter = await house.member()
        await otter.stay(10)

    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        with down(house.service.backroom.database):
            again = await house.member(secret=otter.secret)
            assert not await house.service.mirror.round()
            assert await all_told(again) == []
            assert again.known == [False]

        assert await house.service.mirror.round()

        (stay,) = await all_told(again)
        assert isinstance(stay, StayTold)
        assert stay.minutes == 10
        assert again.known == [False, True]


async def test_whom_nothing_is_kept_for_is_told_so_once_it_is_known(
    ignorant: TalkHouse,
):
    otter = await ignorant.member()

    assert await ignorant.service.mirror.round()
    assert await ignorant.service.mirror.round()

    assert await all_told(otter) == []
    assert otter.known == [False, True]


async def all_is_told(house: TalkHouse, clock: FakeClock) -> None:
    """Let time go by until nobody waits to be told of a need."""
    tidings = house.service.tidings
    while tidings._waiting or tidings._telling:
        clock.advance(1)
        await asyncio.sleep(0.01)


async def test_that_a_need_is_all_there_is_is_said_after_the_need(
    ignorant: TalkHouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    assert await ignorant.service.mirror.round()
    otter = await ignorant.member()
    await otter.presses()
    monkeypatch.setattr("chat.tidings.AGAIN_SECONDS", 0.05)
    handle = ignorant.service.identity.handle(otter.secret)
    await eventually(lambda: ignorant.service.callroom.by_heart.has_need(handle))
    clock.advance(1)
    await all_is_told(ignorant, clock)
    clock.advance(1)
    with down(ignorant.service.backroom.database):
        again = await ignorant.member(secret=otter.secret)
        await again.all_heard()
        assert again.known[:1] == [False]
    heard: list[object] = []

    async def has_been_told_everything() -> bool:
        clock.advance(1)
        heard.extend(await again.all_heard())
        return again.known == [False, True]

    await eventually(has_been_told_everything)

    assert isinstance(told(heard)[0], NeedNews)


async def test_what_is_by_heart_may_be_old_once_the_others_were_not_heard(
    ignorant: TalkHouse,
):
    await eventually(lambda: ignorant.service._line_up)
    ignorant.service._line_changed(False)
    assert await ignorant.service.mirror.round()
    otter = await ignorant.member()
    await otter.all_heard()
    assert otter.known == [False]

    ignorant.service._line_changed(True)
    assert await ignorant.service.mirror.round()

    await otter.all_heard()
    assert otter.known == [False, True]
