"""What a member may ask, and what they are told, through real sockets."""

import pytest

from chat.answers import MOST_ROOMS
from chat.model import RoomName
from chat.session import HELLO_SECONDS
from chat.text import MAX_CHARACTERS
from tests.support.clock import FakeClock
from tests.support.frames import (
    Done,
    History,
    Joined,
    Named,
    Presence,
    Reacted,
    Refused,
    Said,
    TakenBack,
    Welcome,
    code,
)
from tests.support.member import (
    EARLIER,
    HELLO,
    JOIN,
    LEAVE,
    NAME,
    REACT,
    SAY,
    TAKE_BACK,
    Member,
    new_id,
    new_secret,
)
from tests.support.service import House

COFFEE = RoomName("coffee")
WITH_YOU, ME_TOO = 0, 1
ROOMS = [
    "coffee", "newcomers", "aa", "na", "smart", "women", "men", "veterans", "grief",
]  # fmt: skip


@pytest.fixture
async def otter(house: House) -> Member:
    return await house.member("coffee")


@pytest.fixture
async def wren(house: House) -> Member:
    return await house.member("coffee")


# Hello


async def test_hello_is_answered_with_the_time_and_the_house_rules(
    house: House, clock: FakeClock
):
    visitor = await house.visitor()

    assert await visitor.hello() == Welcome(1, clock.seconds(), 60, 3600, 2000)


async def test_hello_comes_first(house: House):
    visitor = await house.visitor()

    refused = [
        await visitor.asks_to_join(),
        await visitor.leave(),
        await visitor.say("too soon"),
        await visitor.take_back(1),
        await visitor.react(1),
        await visitor.name(),
        await visitor.earlier(1),
    ]

    assert {code(answer) for answer in refused} == {"hello_first"}


async def test_a_second_hello_is_refused(house: House):
    visitor = await house.visitor()
    await visitor.hello()

    assert code(await visitor.hello()) == "hello_first"


async def test_a_secret_that_no_device_makes_is_refused(house: House):
    visitor = await house.visitor()

    assert code(await visitor.hello(bytes(16))) == "bad_secret"
    assert isinstance(await visitor.hello(), Welcome)


async def test_whoever_never_says_hello_is_sent_away(house: House):
    visitor = await house.visitor()

    for _ in range(HELLO_SECONDS + 2):
        house.service.wheel.tick()

    assert await visitor.closed() == (4202, "no_hello")


async def test_whoever_said_hello_may_be_silent(house: House):
    visitor = await house.visitor()
    await visitor.hello()

    for _ in range(HELLO_SECONDS + 2):
        house.service.wheel.tick()

    assert isinstance(await visitor.join(), Joined)


# Coming and going


async def test_who_joins_is_told_where_they_are_and_who_is_here(house: House):
    otter = await house.member()
    wren = await house.member()

    first = await otter.join()
    second = await wren.join()

    assert (first.room, first.position, first.whole) == ("coffee", 0, True)
    assert first.people == ((otter.who, False),)
    assert isinstance(second.people, tuple)
    assert set(second.people) == {(otter.who, False), (wren.who, False)}


async def test_one_flight_of_requests_is_answered_in_order(house: House):
    visitor = await house.visitor()
    secret, id_ = new_secret(), new_id()

    await visitor.send(HELLO, 1, secret)
    await visitor.send(JOIN, 2, "coffee", 0, False, 0, 0)
    await visitor.send(SAY, 3, "coffee", id_, "good morning", 0)
    await visitor.send(REACT, 4, "coffee", new_id(), 1, WITH_YOU, True)
    await visitor.send(TAKE_BACK, 5, "coffee", new_id(), 1)
    await visitor.send(NAME, 6, "coffee", 1)
    await visitor.send(EARLIER, 7, "coffee", 3)
    await visitor.send(LEAVE, 8, "coffee")

    answers = (Welcome, Joined, Done, Named, History, Refused)
    heard = [e for e in await visitor.all_heard() if isinstance(e, answers)]
    assert [answer.ref for answer in heard] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert not any(isinstance(answer, Refused) for answer in heard)


async def test_the_same_device_is_somebody_else_in_another_room(house: House):
    otter = await house.member()

    coffee, grief = await otter.join("coffee"), await otter.join("grief")

    assert coffee.who != grief.who


async def test_there_is_no_such_room(house: House):
    otter = await house.member()

    assert code(await otter.asks_to_join("attic")) == "no_such_room"
    assert code(await otter.name("attic")) == "no_such_room"


async def test_nobody_is_in_more_rooms_than_they_can_follow(house: House):
    otter = await house.member(*ROOMS[:MOST_ROOMS])

    assert code(await otter.asks_to_join(ROOMS[MOST_ROOMS])) == "too_many_rooms"
    assert isinstance(await otter.asks_to_join(ROOMS[0]), Joined)
    await otter.leave(ROOMS[0])
    assert isinstance(await otter.asks_to_join(ROOMS[MOST_ROOMS]), Joined)


async def test_outside_a_room_one_can_do_nothing_in_it(house: House):
    otter = await house.member("grief")
    await otter.typing()

    refused = [
        await otter.leave(),
        await otter.say("hello?"),
        await otter.take_back(1),
        await otter.react(1),
        await otter.earlier(1),
    ]

    assert {code(answer) for answer in refused} == {"not_in_room"}


async def test_who_has_left_hears_nothing_more(otter: Member, wren: Member):
    assert await wren.leave() == Done(2 + 1, 0, 0)
    await wren.all_heard()

    await otter.says("is wren still here?")

    assert await wren.all_heard() == []
    assert code(await wren.say("no")) == "not_in_room"


async def test_a_leave_is_told_to_the_others(house: House, otter: Member, wren: Member):
    await house.service.presence.tick()
    await wren.leave()
    await house.service.presence.tick()

    news = [e for e in await otter.all_heard() if isinstance(e, Presence)]
    assert news[-1] == Presence("coffee", 1, ((wren.who, 0, True),), ())


async def test_a_light_connection_is_spared_presence_and_typing(
    house: House, otter: Member
):
    light = await house.member("coffee", light=True)
    await otter.typing()
    await otter.says("still here?")
    await house.service.presence.tick()

    (heard,) = await light.all_heard()
    assert isinstance(heard, Said)


async def test_a_hidden_tab_is_away(house: House, otter: Member, wren: Member):
    await house.service.presence.tick()
    await wren.here(away=True)
    await wren.all_heard()
    await house.service.presence.tick()

    news = [e for e in await otter.all_heard() if isinstance(e, Presence)]
    assert news[-1].changes == ((wren.who, 2, False),)


async def test_two_tabs_are_one_member(house: House):
    secret = new_secret()
    phone = await house.member("coffee", secret=secret)
    laptop = await house.member("coffee", secret=secret)

    await phone.says("from the phone")

    said = await laptop.hears(Said)
    assert said.who == laptop.who == phone.who
    assert house.service.presence.count(COFFEE) == 1


# Names


async def test_a_name_is_told_before_one_comes_in(house: House):
    otter = await house.member()

    named = await otter.name(roll=3)
    joined = await otter.join(roll=3)

    assert isinstance(named, Named)
    assert (named.who, named.free) == (joined.who, True)


async def test_another_roll_is_another_name(house: House):
    otter = await house.member()

    names = [await otter.name(roll=roll) for roll in range(3)]

    assert len({named.who for named in names if isinstance(named, Named)}) == 3


async def test_a_name_that_somebody_has_is_refused_until_they_are_gone(house: House):
    otter, wren = await namesakes(house)
    await otter.join()

    named = await wren.name()
    assert isinstance(named, Named)
    assert not named.free
    assert code(await wren.asks_to_join()) == "name_taken"

    await otter.leave()
    await house.service.presence.tick()
    assert isinstance(await wren.asks_to_join(), Joined)


async def namesakes(house: House) -> tuple[Member, Member]:
    """Return two who would go by the same name; among thousands some do."""
    identity = house.service.rooms._identity
    seen: dict[bytes, bytes] = {}
    while True:
        secret = new_secret()
        face = identity.member(secret, COFFEE, 0).who[:3]
        if face in seen:
            return (
                await house.member(secret=seen[face]),
                await house.member(secret=secret),
            )
        seen[face] = secret


# Talking


async def test_what_is_said_is_heard_by_everyone_in_the_room(
    house: House, otter: Member, wren: Member, clock: FakeClock
):
    elsewhere = await house.member("grief")

    position = await otter.says("good morning 🌅")

    heard = Said("coffee", position, clock.seconds(), otter.who, "good morning 🌅")
    assert await wren.hears(Said) == await otter.hears(Said) == heard
    # Presence tells of itself, by its own second.
    heard_there = await elsewhere.all_heard()
    assert [e for e in heard_there if not isinstance(e, Presence)] == []


async def test_a_reply_says_to_what(otter: Member, wren: Member):
    asked = await otter.says("tea?")
    await wren.says("yes please", reply=asked)

    await otter.hears(Said)
    assert (await otter.hears(Said)).reply == asked


async def test_saying_it_again_with_the_same_id_is_saying_it_once(
    otter: Member, wren: Member
):
    id_ = new_id()
    first = await otter.say("just once", id_=id_)
    again = await otter.say("just once", id_=id_)

    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert (again.position, again.at) == (first.position, first.at)
    heard = [e for e in await wren.all_heard() if not isinstance(e, Presence)]
    assert [type(each) for each in heard] == [Said]


async def test_the_same_id_on_another_connection_is_the_same_message(house: House):
    secret, id_ = new_secret(), new_id()
    phone = await house.member("coffee", secret=secret)
    laptop = await house.member("coffee", secret=secret)

    first = await phone.say("just once", id_=id_)
    again = await laptop.say("just once", id_=id_)

    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert again.position == first.position


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "bad_text"),
        (" \n\t ", "bad_text"),
        ("a\x00b", "bad_text"),
        ("a\x1b[31m", "bad_text"),
        ("a\x85b", "bad_text"),
        ("a" * (MAX_CHARACTERS + 1), "text_too_long"),
        ("🌅" * (MAX_CHARACTERS + 1), "text_too_long"),
    ],
)
async def test_what_is_no_message_is_refused(otter: Member, text: str, why: str):
    assert code(await otter.say(text)) == why


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0x20000 + n) for n in range(MAX_CHARACTERS)),
        "two\nlines\tand a tab",
        '<b>plain</b> &amp; &lt;i&gt; "quoted"',
        "e\u0301 \u202e\u05e9\u05dc\u05d5\u05dd\u202c \U0001f469\u200d\U0001f467",
    ],
)
async def test_unicode_is_kept_whole(otter: Member, wren: Member, text: str):
    await otter.says(text)

    assert (await wren.hears(Said)).text == text


async def test_a_message_taken_back_is_gone_from_every_screen_and_from_history(
    house: House, otter: Member, wren: Member
):
    position = await otter.says("never mind")
    done = await otter.take_back(position)

    taken = await wren.hears(TakenBack)
    assert isinstance(done, Done)
    assert (taken.position, taken.target) == (done.position, position)
    late = await house.member()
    assert [type(event) for event in (await late.join()).events] == [TakenBack]


async def test_only_ones_own_message_can_be_taken_back(otter: Member, wren: Member):
    position = await otter.says("mine")

    assert code(await wren.take_back(position)) == "not_yours"


async def test_what_is_gone_can_neither_be_taken_back_nor_reacted_to(otter: Member):
    position = await otter.says("never mind")
    await otter.take_back(position)

    assert code(await otter.take_back(position)) == "gone"
    assert code(await otter.react(position)) == "gone"
    assert code(await otter.react(99)) == "gone"


async def test_a_reaction_is_set_and_withdrawn(otter: Member, wren: Member):
    position = await otter.says("one year today")
    await wren.react(position, ME_TOO)
    await wren.react(position, ME_TOO, on=False)

    first, second = await otter.hears(Reacted), await otter.hears(Reacted)
    assert (first.who, first.target, first.reaction) == (wren.who, position, ME_TOO)
    assert (first.on, second.on) == (True, False)


async def test_typing_is_told(house: House, otter: Member, wren: Member):
    await otter.typing()
    await otter.all_heard()
    await house.service.presence.tick()

    while not (await wren.hears(Presence)).typing:
        await house.service.presence.tick()


# Catching up


async def test_who_comes_back_gets_everything_since(house: House, otter: Member):
    joined = await otter.join()
    for n in range(3):
        await otter.says(f"{n}")

    back = await house.member()
    page = await back.join(since=(joined.epoch, 1))

    assert [event.text for event in page.events if isinstance(event, Said)] == [
        "1",
        "2",
    ]
    assert (page.whole, page.more, page.position) == (True, False, 3)


async def test_who_has_heard_of_another_history_is_told_that_it_is_not_whole(
    house: House, otter: Member
):
    await otter.says("all there is")
    back = await house.member()

    page = await back.join(since=(1, 1))

    assert not page.whole
    assert len(page.events) == 1


async def test_a_page_that_is_not_the_last_is_followed_by_no_live_events(
    house: House, otter: Member, clock: FakeClock
):
    for n in range(10):
        await otter.says(
            "".join(chr(0x4E00 + n + 9 * k) for k in range(MAX_CHARACTERS))
        )
        clock.advance(2)
    epoch = (await otter.join()).epoch
    await otter.all_heard()

    page = await otter.join(since=(epoch, 1))
    await otter.says("live")

    assert page.more
    assert [e for e in await otter.all_heard() if isinstance(e, Said)] == []


async def test_what_was_said_earlier_is_told_page_by_page(otter: Member):
    for n in range(3):
        await otter.says(f"{n}")

    history = await otter.earlier(3)

    assert isinstance(history, History)
    assert [e.text for e in history.events if isinstance(e, Said)] == ["0", "1"]
    assert not history.more


# Too fast


async def test_who_speaks_too_fast_is_told_how_long_to_wait(
    otter: Member, clock: FakeClock
):
    answers = [await otter.say(f"and thing number {n}") for n in range(6)]

    assert [type(answer) for answer in answers] == [Done] * 5 + [Refused]
    assert answers[-1] == Refused(answers[-1].ref, "too_fast", 4)
    clock.advance(4)
    assert isinstance(await otter.say("thanks"), Done)


async def test_a_second_connection_does_not_speak_faster(house: House):
    secret = new_secret()
    phone = await house.member("coffee", secret=secret)
    laptop = await house.member("coffee", secret=secret)
    for n in range(5):
        await phone.says(f"and thing number {n}")

    assert code(await laptop.say("from over here")) == "too_fast"


async def test_nobody_is_slowed_down_by_somebody_else(otter: Member, wren: Member):
    for n in range(6):
        await otter.say(f"and thing number {n}")

    assert isinstance(await wren.say("me"), Done)


async def test_who_joins_or_asks_for_names_too_fast_is_told_to_wait(house: House):
    otter = await house.member()
    for _ in range(15):
        await otter.name()

    refused = [await otter.asks_to_join(), await otter.name()]

    assert refused == [Refused(a.ref, "too_fast", 1) for a in refused]


async def test_who_reads_back_too_fast_is_told_to_wait(otter: Member):
    answers = [await otter.earlier(1) for _ in range(15)]

    assert code(answers[-1]) == "too_fast"


async def test_who_reacts_too_fast_is_told_to_wait(otter: Member):
    position = await otter.says("one year today")
    for _ in range(15):
        await otter.react(position)

    refused = [await otter.react(position), await otter.take_back(position)]

    assert refused == [Refused(a.ref, "too_fast", 1) for a in refused]


async def test_typing_too_fast_is_dropped_without_a_word(otter: Member):
    for _ in range(50):
        await otter.typing()

    heard = [e for e in await otter.all_heard() if not isinstance(e, Presence)]
    assert heard == []


# What a connection keeps


async def test_everybody_in_a_room_shares_one_copy_of_its_name(
    house: House, otter: Member, wren: Member
):
    assert otter.who != wren.who

    one, other = [next(iter(each.rooms)) for each in house.service.gateway.everybody()]

    assert one is other
