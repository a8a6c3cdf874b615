"""Cards: two who both want to talk; whoever does not want it is left in peace."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

from chat import bulletin, protocol
from chat.errors import Gone, TooFast
from chat.model import Handle, RoomName
from chat.oncall.cards import (
    ANSWER_WITHIN,
    KEPT,
    MOST_A_DAY,
    MOST_AN_HOUR,
    MOST_SHOWN_A_DAY,
    SILENCE,
    Card,
    Cards,
    Side,
)
from chat.oncall.refusals import CardToOneself
from chat.store.database import Database
from chat.store.oncall import cards
from chat.talkroom import is_talk, need_of
from tests.support.clock import FakeClock

COFFEE = RoomName("coffee")
HOUR = timedelta(hours=1).total_seconds()


def side(name: str) -> Side:
    return Side(Handle(name.encode().ljust(16, b".")), name[:5].encode().ljust(5, b"."))


OTTER, WREN, HERON = side("otter"), side("wren"), side("heron")


class House:
    """Cards, and what everybody was told of them."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.clock = clock
        self.rung: list[tuple[Any, ...]] = []
        self.news: list[Card] = []
        self.cards = Cards(
            database=database, clock=clock, ring=self._ring, changed=self._changed
        )

    async def _ring(self, frame: bytes) -> None:
        self.rung.append(cast("tuple[Any, ...]", protocol.unpack_value(frame)))

    async def _changed(self, news: bytes) -> None:
        self.news.append(Card.of_news(news))

    async def offer(
        self, asks: Side = OTTER, asked: Side = WREN, *, shielded: bool = False
    ) -> None:
        await self.cards.offer(COFFEE, asks, asked, shielded=shielded)

    async def opened(self) -> Card:
        """Return a card that both have said yes to."""
        await self.offer()
        return await self.cards.answer(self.news[-1].token, WREN.handle, yes=True)


@pytest.fixture
def house(database: Database, clock: FakeClock) -> House:
    return House(database, clock)


# Asking and answering


async def test_who_is_asked_and_says_yes_has_a_private_room_with_who_asked(
    house: House,
):
    await house.offer()
    (asked,) = house.news

    card = await house.cards.answer(asked.token, WREN.handle, yes=True)

    assert (asked.state, asked.talk) == ("asked", "")
    assert (card.state, is_talk(card.talk)) == ("open", True)
    assert house.news[-1] == card
    assert await house.cards.of_talk(RoomName(card.talk)) == card


async def test_a_no_ends_it_and_there_is_no_room(house: House):
    await house.offer()

    card = await house.cards.answer(house.news[0].token, WREN.handle, yes=False)

    assert (card.state, card.talk) == ("no", "")
    assert await house.cards.live() == []
    with pytest.raises(Gone):
        await house.cards.answer(card.token, WREN.handle, yes=True)


async def test_who_asked_cannot_say_yes_for_the_other(house: House):
    await house.offer()

    with pytest.raises(Gone):
        await house.cards.answer(house.news[0].token, OTTER.handle, yes=True)


@pytest.mark.parametrize("yes", [True, False])
async def test_nobody_else_answers_a_card(house: House, yes: bool):
    await house.offer()

    for handle in (HERON.handle, Handle(b"")):
        with pytest.raises(Gone):
            await house.cards.answer(house.news[0].token, handle, yes=yes)
    with pytest.raises(Gone):
        await house.cards.answer(bytes(16), WREN.handle, yes=yes)


async def test_who_asked_may_take_it_back(house: House):
    await house.offer()

    card = await house.cards.answer(house.news[0].token, OTTER.handle, yes=False)

    assert card.state == "over"
    assert await house.cards.live() == []


@pytest.mark.parametrize("who", [OTTER, WREN])
async def test_either_may_end_it_at_any_time(house: House, who: Side):
    card = await house.opened()

    over = await house.cards.answer(card.token, who.handle, yes=False)

    assert (over.state, over.talk) == ("over", card.talk)
    assert house.news[-1] == over


async def test_a_yes_that_is_sent_again_opens_no_second_room(house: House):
    card = await house.opened()

    assert await house.cards.answer(card.token, WREN.handle, yes=True) == card


# Who is not asked


async def test_nobody_asks_themselves(house: House):
    with pytest.raises(CardToOneself):
        await house.offer(OTTER, OTTER._replace(who=b"other"))


async def test_who_is_shielded_is_not_asked_and_who_asks_cannot_tell(house: House):
    await house.offer(shielded=True)

    assert house.news == []
    assert await house.cards.live() == []


async def test_who_was_asked_is_not_asked_again_within_a_day(house: House):
    await house.offer()
    await house.cards.answer(house.news[0].token, WREN.handle, yes=False)
    told = len(house.news)

    await house.offer()
    house.clock.advance(23 * HOUR)
    await house.offer()
    assert len(house.news) == told

    house.clock.advance(24 * HOUR)
    await house.offer()
    assert len(house.news) == told + 1


async def test_a_device_asks_few_people_an_hour_and_a_day(house: House):
    for n in range(MOST_AN_HOUR):
        await house.offer(asked=side(f"m{n}"))
    with pytest.raises(TooFast) as too_fast:
        await house.offer(asked=side("one more"))
    assert 0 < too_fast.value.wait <= HOUR

    house.clock.advance(HOUR)
    for n in range(MOST_A_DAY - MOST_AN_HOUR):
        await house.offer(asked=side(f"n{n}"))
    house.clock.advance(HOUR)
    with pytest.raises(TooFast):
        await house.offer(asked=side("one too many"))

    house.clock.advance(23 * HOUR)
    await house.offer(asked=side("tomorrow"))


async def test_nobody_is_asked_by_ever_new_devices(house: House, clock: FakeClock):
    for number in range(MOST_SHOWN_A_DAY):
        await house.offer(side(f"new-{number}"))
        clock.advance(1)
        yes, no = not number, number < 3
        if yes or no:
            await house.cards.answer(house.news[-1].token, WREN.handle, yes=yes)
    shown = len(house.news)

    await house.offer(side("another"))
    assert len(house.news) == shown + 1, "what was taken up is no harassment"
    await house.offer(side("and-another"))
    assert len(house.news) == shown + 1
    await house.offer(OTTER, HERON)
    assert len(house.news) == shown + 2

    clock.advance(24 * HOUR + 1)
    await house.offer(side("and-another"))
    assert len(house.news) == shown + 3


async def test_who_is_not_asked_counts_as_who_is(house: House):
    await house.offer(asked=side("m1"), shielded=True)
    await house.offer(asked=side("m2"))
    await house.offer(asked=side("m2"))

    with pytest.raises(TooFast):
        await house.offer(asked=side("m3"))


async def test_another_device_may_ask_all_the_same(house: House):
    for n in range(MOST_AN_HOUR):
        await house.offer(asked=side(f"m{n}"))

    await house.offer(HERON)

    assert house.news[-1].asks == HERON


async def test_who_approaches_many_is_shown_to_the_room_team(house: House):
    for n in range(MOST_A_DAY):
        assert house.rung == []
        await house.offer(asked=side(f"m{n}"), shielded=n % 2 == 0)
        house.clock.advance(HOUR)

    assert house.rung == [(bulletin.ALARM, COFFEE, "cards", MOST_A_DAY)]


# Time passes


async def test_a_card_that_nobody_answers_lapses(house: House):
    await house.offer()
    house.clock.advance(ANSWER_WITHIN.total_seconds())

    assert await house.cards.round() == []

    assert house.news[-1].state == "over"
    assert await house.cards.live() == []


async def refused(house: House) -> None:
    await house.offer()
    await house.cards.answer(house.news[-1].token, WREN.handle, yes=False)


async def taken_back(house: House) -> None:
    await house.offer()
    await house.cards.answer(house.news[-1].token, OTTER.handle, yes=False)


async def lapsed(house: House) -> None:
    await house.offer()
    house.clock.advance(ANSWER_WITHIN.total_seconds())
    await house.cards.round()


async def talked(house: House) -> None:
    card = await house.opened()
    await house.cards.answer(card.token, OTTER.handle, yes=False)


async def shown_to_nobody(house: House) -> None:
    await house.offer(shielded=True)


@pytest.mark.parametrize(
    "comes_to", [refused, taken_back, lapsed, talked, shown_to_nobody]
)
async def test_once_a_card_is_over_it_tells_no_names_beside_a_device(
    house: House, database: Database, comes_to: Callable[[House], Awaitable[None]]
):
    """Its device is known for a day, and may be somebody else in another room."""
    await comes_to(house)

    async with database.read() as tx:
        (row,) = (await tx.execute(select(cards))).all()
    assert (row.room, row.from_who, row.to_who) == ("", b"", b"")
    assert row.from_handle == OTTER.handle


async def test_a_room_in_which_nobody_speaks_for_a_day_is_over(house: House):
    card = await house.opened()
    house.clock.advance(SILENCE.total_seconds() - 1)
    await house.cards.wrote(need_of(card.talk) or "")
    house.clock.advance(SILENCE.total_seconds() - 1)
    await house.cards.round()
    assert house.news[-1].state == "open"

    house.clock.advance(1)
    await house.cards.round()

    assert house.news[-1] == card._replace(state="over")


async def test_a_room_that_is_over_is_there_for_an_hour_and_then_forgotten(
    house: House,
):
    card = await house.opened()
    await house.cards.answer(card.token, WREN.handle, yes=False)
    room = RoomName(card.talk)
    house.clock.advance(KEPT.total_seconds() - 1)
    assert await house.cards.round() == []
    assert await house.cards.of_talk(room)

    house.clock.advance(1)
    assert await house.cards.of_talk(room) is None
    # Whoever is told may die before it is done, or not be able to for long.
    assert await house.cards.round() == [room]
    house.clock.advance(7200)
    assert await house.cards.round() == [room]

    await house.cards.faded([room])
    assert await house.cards.round() == []


async def test_nothing_of_it_is_kept_after_a_day(house: House, database: Database):
    card = await house.opened()
    await house.cards.answer(card.token, WREN.handle, yes=False)
    house.clock.advance(SILENCE.total_seconds())

    await house.cards.faded(await house.cards.round())
    await house.cards.round()

    async with database.read() as tx:
        assert (await tx.execute(select(cards))).all() == []
