"""Two members who want to talk in private: whom one may ask, and who reads it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat import protocol
from chat.asides import Word
from chat.calling import NEW_HERE_SECONDS
from chat.held import Held
from chat.model import Grade, RoomName
from chat.oncall.cards import ANSWER_WITHIN
from chat.sanctions import Kept
from chat.settings import Settings
from tests.support.by_heart import know_for_good
from tests.support.clock import FakeClock
from tests.support.eventually import eventually
from tests.support.frames import (
    CardTold,
    Care,
    Done,
    Joined,
    Presence,
    Said,
    StayTold,
    code,
)
from tests.support.member import Member
from tests.support.peer import need_of
from tests.support.room_team import Moderator
from tests.support.talkhouse import TalkHouse

COFFEE = RoomName("coffee")
IN_DANGER = "i took all my pills an hour ago and i cant stay awake"


@pytest.fixture
async def house(
    settings: Settings, clock: FakeClock, sqlite_template: Path
) -> AsyncIterator[TalkHouse]:
    async with TalkHouse.open(settings, sqlite_template, clock) as house:
        yield house


async def who_have_been_here(
    house: TalkHouse, clock: FakeClock
) -> tuple[Member, Member, int]:
    """Return two in the coffee room, and where the second said something."""
    otter, wren = await house.member("coffee"), await house.member("coffee")
    await wren.says("good morning")
    clock.advance(NEW_HERE_SECONDS + 1)
    return otter, wren, await wren.says("a hard day")


async def test_two_who_both_want_it_talk_in_private(house: TalkHouse, clock: FakeClock):
    otter, wren, position = await who_have_been_here(house, clock)

    assert isinstance(await otter.talk_more(position), Done)
    asked = await wren.hears(CardTold)
    await wren.card(asked.token, yes=True)

    assert (asked.room, asked.who, asked.state) == ("coffee", otter.who, "asked")
    mine, theirs = await otter.hears(CardTold), await wren.hears(CardTold)
    assert (mine.state, mine.talk, mine.who) == ("open", theirs.talk, wren.who)
    await otter.join(mine.talk)
    await wren.join(mine.talk)
    await otter.says("how are you really?", mine.talk)
    while (said := await wren.hears(Said)).room != mine.talk:
        pass
    assert said.text == "how are you really?"


async def test_nobody_else_comes_in_and_it_is_over_when_one_says_so(
    house: TalkHouse, clock: FakeClock
):
    otter, wren, position = await who_have_been_here(house, clock)
    heron = await house.member()
    await otter.talk_more(position)
    asked = await wren.hears(CardTold)
    await wren.card(asked.token, yes=True)
    talk = (await otter.hears(CardTold)).talk
    await otter.join(talk)

    assert code(await heron.asks_to_join(talk)) == "no_such_room"
    assert code(await heron.card(asked.token, yes=True)) == "gone"

    await wren.card(asked.token, yes=False)
    assert (await otter.hears(CardTold)).state == "over"
    assert code(await otter.say("wait", talk)) == "need_over"
    assert isinstance(await otter.asks_to_join(talk), Joined)


async def test_whoever_ended_a_talk_does_not_see_the_other_write_there(
    house: TalkHouse, clock: FakeClock
):
    otter, wren, position = await who_have_been_here(house, clock)
    talk, token = await in_private(otter, wren, position)
    await wren.card(token, yes=False)
    while (await otter.hears(CardTold)).state != "over":
        pass

    assert await where_it_writes(otter, wren, talk) == {"coffee"}


async def test_danger_in_a_talk_that_the_other_has_ended_is_heard_by_the_room_team(
    house: TalkHouse, clock: FakeClock
):
    moderator = await Moderator.on_duty(house.service)
    otter, wren, position = await who_have_been_here(house, clock)
    talk, token = await in_private(otter, wren, position)
    await wren.card(token, yes=False)

    assert code(await otter.say(IN_DANGER, talk)) == "need_over"

    assert (await otter.hears(Care)).grade == Grade.IMMINENT
    assert (await moderator.sees("urgent")).room == talk
    assert await heard_in(wren, talk) == []


async def test_a_no_is_told_to_nobody(house: TalkHouse, clock: FakeClock):
    otter, wren, position = await who_have_been_here(house, clock)
    await otter.talk_more(position)
    asked = await wren.hears(CardTold)

    await wren.card(asked.token, yes=False)

    assert (await wren.hears(CardTold)).state == "over"
    assert [e for e in await otter.all_heard() if isinstance(e, CardTold)] == []
    again = await house.member(secret=otter.secret)
    assert [e for e in await again.all_heard() if isinstance(e, CardTold)] == []


async def test_that_nobody_answered_is_told_to_whom_was_asked_alone(
    house: TalkHouse, clock: FakeClock
):
    otter, wren, position = await who_have_been_here(house, clock)
    await otter.talk_more(position)
    await wren.hears(CardTold)
    clock.advance(ANSWER_WITHIN.total_seconds())

    await house.service.callroom.cards.round()

    assert (await wren.hears(CardTold)).state == "over"
    assert [e for e in await otter.all_heard() if isinstance(e, CardTold)] == []


async def test_news_of_a_card_that_come_late_are_not_shown(
    house: TalkHouse, clock: FakeClock
):
    otter, wren, position = await who_have_been_here(house, clock)
    _talk, token = await in_private(otter, wren, position)
    (card,) = await house.service.callroom.cards.live()
    await wren.card(token, yes=False)
    while (await otter.hears(CardTold)).state != "over":
        pass

    await house.service.backroom.doorbell.changed(card.pack())
    await otter.stay(10)

    await otter.hears(StayTold)
    assert [e for e in await otter.all_heard() if isinstance(e, CardTold)] == []


async def test_who_is_asked_and_comes_back_is_asked_still(
    house: TalkHouse, clock: FakeClock
):
    otter, wren, position = await who_have_been_here(house, clock)
    await otter.talk_more(position)
    asked = await wren.hears(CardTold)

    again = await house.member(secret=wren.secret)

    assert await again.hears(CardTold) == asked


async def test_who_is_new_here_is_not_asked_and_who_asks_cannot_tell(house: TalkHouse):
    otter, wren = await house.member("coffee"), await house.member("coffee")
    position = await wren.says("hello, I am new")

    assert isinstance(await otter.talk_more(position), Done)

    assert [e for e in await wren.all_heard() if isinstance(e, CardTold)] == []
    again = await house.member(secret=wren.secret)
    assert [e for e in await again.all_heard() if isinstance(e, CardTold)] == []


@pytest.mark.parametrize("kind", ["held", "suspended", "warning"])
async def test_whom_the_room_team_holds_back_asks_nobody_and_cannot_tell(
    house: TalkHouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, kind: str
):
    otter, wren, position = await who_have_been_here(house, clock)
    hold_back(house, otter, kind, until=clock.seconds() + 86400, patch=monkeypatch)

    assert isinstance(await otter.talk_more(position), Done)

    assert [e for e in await wren.all_heard() if isinstance(e, CardTold)] == []
    assert (await otter.presses()).state == "raised"


@pytest.mark.parametrize(
    "controls", [Held(COFFEE, locked=True), Held(COFFEE, shield_since=1)]
)
async def test_nobody_is_asked_out_of_a_room_that_is_locked_or_shielded(
    house: TalkHouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, controls: Held
):
    otter, wren, position = await who_have_been_here(house, clock)
    know_for_good(house.service.backroom.held, [controls], monkeypatch)

    assert isinstance(await otter.talk_more(position), Done)

    assert [e for e in await wren.all_heard() if isinstance(e, CardTold)] == []


async def test_whose_words_are_read_first_has_them_read_first_in_private_too(
    house: TalkHouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    moderator = await Moderator.on_duty(house.service)
    otter, wren, position = await who_have_been_here(house, clock)
    talk, _token = await in_private(otter, wren, position)
    hold_back(house, otter, "held", until=clock.seconds() + 86400, patch=monkeypatch)

    await otter.says_to_the_team("you can trust me", talk)
    await wren.says("what is it?", talk)
    case = await moderator.sees("held")
    assert await heard_in(wren, talk) == ["what is it?"]

    await moderator.acts(case.id, "release")
    assert (await wren.hears(Said)).text == "you can trust me"


def hold_back(
    house: TalkHouse,
    member: Member,
    kind: str,
    *,
    until: int,
    patch: pytest.MonkeyPatch,
) -> None:
    """Let the service know what the room team has said to somebody."""
    word = Word(bytes(16), kind, "spam", "", until, False, COFFEE, b"")
    handle = house.service.identity.handle(member.secret)
    kept = [Kept(handle, word, heeded=False)]
    know_for_good(house.service.backroom.sanctions, kept, patch)


async def in_private(
    otter: Member, wren: Member, position: int
) -> tuple[RoomName, bytes]:
    """Return the room in which two talk, and the card that it came of."""
    await otter.talk_more(position)
    asked = await wren.hears(CardTold)
    await wren.card(asked.token, yes=True)
    talk = (await otter.hears(CardTold)).talk
    await otter.join(talk)
    await wren.join(talk)
    return RoomName(talk), asked.token


async def where_it_writes(otter: Member, wren: Member, talk: RoomName) -> set[str]:
    """Return in which of two rooms one sees the other write, who does in both."""
    await otter.typing(talk)
    await otter.typing("coffee")
    seen = set[str]()
    while "coffee" not in seen:
        presence = await wren.hears(Presence)
        seen |= {presence.room} if presence.typing else set()
    left = [each for each in await wren.all_heard() if isinstance(each, Presence)]
    return seen | {each.room for each in left if each.typing}


async def heard_in(member: Member, room: RoomName) -> list[str]:
    heard = await member.all_heard()
    return [each.text for each in heard if isinstance(each, Said) and each.room == room]


async def test_only_somebody_else_who_is_here_can_be_asked(
    house: TalkHouse, clock: FakeClock
):
    otter, wren, position = await who_have_been_here(house, clock)
    mine = await otter.says("me too")

    assert code(await otter.talk_more(mine)) == "card_to_oneself"
    assert code(await otter.talk_more(999)) == "gone"
    assert code(await otter.talk_more(position, "newcomers")) == "not_in_room"
    await wren.leave()
    author = house.service.identity.member(wren.secret, COFFEE, 0).id
    await eventually(lambda: not house.service.rooms.is_here(COFFEE, author))
    assert code(await otter.talk_more(position)) == "not_here"


async def test_there_is_no_other_way_into_a_private_room_with_a_member(
    house: TalkHouse, clock: FakeClock
):
    otter, wren, position = await who_have_been_here(house, clock)
    peer = await house.peer()
    told = await otter.presses()
    await wren.talk_more(position)

    for nobody in (wren, await house.member("coffee")):
        assert code(await nobody.asks_to_join(told.talk)) == "no_such_room"
        assert code(await nobody.talk_more(1, told.talk)) == "not_in_room"
        assert code(await nobody.card(bytes(16), yes=True)) == "gone"
    assert code(await peer.asks_to_enter(need_of(told.talk))) == "not_your_need"

    # Whatever a page sends that names the talk, it is told nothing of it.
    await otter.join(told.talk)
    await otter.says("only for who comes", told.talk)
    guesses = [
        (2, 1, told.talk, 0, False, 1, 1), (2, 1, told.talk, 1, True, 0, 0),
        (3, 2, told.talk), (5, 3, told.talk, bytes(8), 1),
        (6, 4, told.talk, bytes(8), 1, 0, True), (7, told.talk),
        (9, 5, told.talk, 1), (10, 6, told.talk, 9),
        (11, 7, told.talk, bytes(8), 1, "other"), (14, 8, told.talk, bytes(8)),
        (15, 9, told.talk, "", "", "", "en"), (18, 10, told.talk, 10, "en"),
    ]  # fmt: skip
    for guess in guesses:
        await wren.send_bytes(protocol.pack(guess))
    heard = await wren.all_heard()
    assert not [e for e in heard if getattr(e, "room", "") == told.talk]
    assert "only for who comes" not in str(heard)
