"""That something was said is written down soon, whether the store is there or not."""

from datetime import datetime
from typing import cast

import pytest

from chat.errors import ChatError, StoreDown
from chat.oncall.cards import Cards
from chat.oncall.marks import LONGEST_SECONDS, MOST_WAITING, Mark, Marks
from chat.oncall.needs import Needs
from chat.oncall.refusals import NeedOver, NoSuchNeed, NotYourNeed
from chat.oncall.stages import PeerId
from tests.support.clock import FakeClock

WREN = PeerId("wren")


class Store:
    """Whom the marks are told, and how they answer."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.refusal: ChatError | None = None

    async def spoke(self, id_: str, peer: PeerId, said_at: datetime) -> None:
        self._answer("spoke " + peer, id_)
        self.said_at = said_at

    async def wrote(self, id_: str) -> None:
        self._answer("wrote", id_)

    def _answer(self, what: str, id_: str) -> None:
        if self.refusal:
            raise self.refusal
        self.told.append((what, id_))


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def marks(store: Store, clock: FakeClock) -> Marks:
    return marks_of(store, store, clock)


def marks_of(needs: Store, cards: Store, clock: FakeClock) -> Marks:
    return Marks(needs=cast("Needs", needs), cards=cast("Cards", cards), clock=clock)


async def test_each_who_spoke_is_written_down_in_their_order(
    marks: Marks, store: Store
):
    marks.note(Mark("a", WREN))
    marks.note(Mark("a"))
    marks.note(Mark("b"))

    assert await marks.round()

    assert store.told == [("spoke wren", "a"), ("wrote", "a"), ("wrote", "b")]
    assert await marks.round()
    assert len(store.told) == 3


async def test_it_is_told_when_a_peer_spoke_last_however_late_that_is_written_down(
    marks: Marks, store: Store, clock: FakeClock
):
    marks.note(Mark("a", WREN))
    clock.advance(60)
    marks.note(Mark("a", WREN))
    said_at = clock.now()
    clock.advance(60)

    await marks.round()

    assert store.said_at == said_at


async def test_many_lines_of_one_are_one_mark(marks: Marks, store: Store):
    for _ in range(5):
        marks.note(Mark("a"))

    await marks.round()

    assert store.told == [("wrote", "a")]


async def test_a_line_that_was_answered_waits_for_nobody(marks: Marks, store: Store):
    marks.note(Mark("a"))
    marks.note(Mark("a", WREN))
    marks.note(Mark("b"))
    marks.answered("b")

    await marks.round()

    assert store.told == [("spoke wren", "a")]


async def test_while_the_store_is_away_they_wait(marks: Marks, store: Store):
    store.refusal = StoreDown()
    marks.note(Mark("a"))
    assert not await marks.round()

    store.refusal = None

    assert await marks.round()
    assert store.told == [("wrote", "a")]


@pytest.mark.parametrize("refusal", [NeedOver(), NotYourNeed()])
async def test_what_comes_too_late_is_let_go(
    marks: Marks, store: Store, refusal: ChatError
):
    store.refusal = refusal
    marks.note(Mark("a", WREN))

    assert await marks.round()

    store.refusal = None
    assert await marks.round()
    assert store.told == []


async def test_what_has_waited_for_too_long_is_let_go(
    marks: Marks, store: Store, clock: FakeClock
):
    store.refusal = StoreDown()
    marks.note(Mark("a"))
    clock.advance(LONGEST_SECONDS + 1)
    marks.note(Mark("b"))

    await marks.round()
    store.refusal = None
    await marks.round()

    assert store.told == [("wrote", "b")]


async def test_what_was_said_half_an_hour_ago_is_written_down_when_the_store_is_back(
    marks: Marks, store: Store, clock: FakeClock
):
    store.refusal = StoreDown()
    marks.note(Mark("a"))
    clock.advance(1800)
    await marks.round()

    store.refusal = None
    await marks.round()

    assert store.told == [("wrote", "a")]


async def test_no_more_wait_than_can_be_kept(marks: Marks, store: Store):
    for n in range(MOST_WAITING + 1):
        marks.note(Mark(str(n)))

    await marks.round()

    assert len(store.told) == MOST_WAITING
    assert ("wrote", "0") not in store.told


async def test_a_mark_that_cannot_be_written_down_keeps_no_other_waiting(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    class Broken(Store):
        async def wrote(self, id_: str) -> None:
            if id_ == "a":
                raise ValueError(id_)
            await super().wrote(id_)

    store = Broken()
    marks = marks_of(store, store, clock)
    marks.note(Mark("a"))
    marks.note(Mark("b"))

    assert await marks.round()

    assert store.told == [("wrote", "b")]
    assert "a mark could not be written down" in caplog.text


async def test_a_line_in_a_talk_of_a_card_is_told_to_the_card(clock: FakeClock):
    needs, cards = Store(), Store()
    needs.refusal = NoSuchNeed()
    marks = marks_of(needs, cards, clock)
    marks.note(Mark("a"))

    await marks.round()

    assert cards.told == [("wrote", "a")]


async def test_a_line_said_while_one_is_written_down_is_a_mark_of_its_own(
    clock: FakeClock,
):
    class Slow(Store):
        async def wrote(self, id_: str) -> None:
            if not self.told:
                noting.note(Mark(id_))
            await super().wrote(id_)

    store = Slow()
    noting = marks_of(store, store, clock)
    noting.note(Mark("a"))

    await noting.round()

    assert store.told == [("wrote", "a")] * 2
