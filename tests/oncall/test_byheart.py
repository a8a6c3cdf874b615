"""What is known by heart is what was read, and what was heard meanwhile."""

from chat.model import Handle, RoomName
from chat.oncall.byheart import MOST_OVER, ByHeart
from chat.oncall.cards import Card, Side
from chat.oncall.stages import NeedId
from chat.oncall.stays import Stay

OTTER, WREN = Handle(b"otter"), Handle(b"wren")
STAY = Stay(OTTER, 20, 1200)


def card(state: str) -> Card:
    sides = Side(OTTER, b"o"), Side(WREN, b"w")
    return Card(b"token", RoomName("coffee"), *sides, state)


def test_what_changes_while_it_is_read_is_not_forgotten():
    known = ByHeart()
    known.begin()
    known.stay(STAY)
    known.need(NeedId("n"), WREN)
    known.card(card("asked"))

    assert known.learn({}, [], []) == set()

    assert known.stay_of(OTTER) == STAY
    assert known.has_need(WREN)
    assert known.cards_of(WREN) == [card("asked")]


def test_what_is_over_by_the_time_it_was_read_is_over():
    known = ByHeart()
    known.begin()
    known.stay(Stay(OTTER, 0, 0))
    known.card(card("over"))

    known.learn({}, [STAY], [card("asked")])

    assert known.stay_of(OTTER) is None
    assert known.cards_of(WREN) == []


def test_what_was_known_before_and_is_read_no_more_is_forgotten():
    known = ByHeart()
    known.stay(STAY)
    known.begin()

    known.learn({}, [], [card("asked")])
    known.begin()
    assert known.learn({}, [], []) == set()

    assert known.stay_of(OTTER) is None
    assert known.cards_of(OTTER) == []


def test_news_of_a_card_that_come_late_change_nothing():
    known = ByHeart()
    assert known.card(card("open"))
    assert not known.card(card("asked"))
    assert known.cards_of(WREN) == [card("open")]

    assert known.card(card("over"))
    assert not known.card(card("open"))
    assert known.cards_of(WREN) == []


def test_news_that_come_late_change_nothing_of_what_was_read():
    known = ByHeart()
    known.begin()
    known.card(card("asked"))

    known.learn({}, [], [card("open")])

    assert known.cards_of(WREN) == [card("open")]


def test_whoever_is_to_be_told_something_else_than_before_is_named():
    known = ByHeart()
    known.stay(STAY)
    known.card(card("asked"))
    known.begin()

    assert known.learn({}, [STAY], [card("open")]) == {OTTER, WREN}
    known.begin()
    assert known.learn({}, [STAY], [card("open")]) == set()
    known.begin()
    assert known.learn({OTTER: NeedId("n")}, [STAY], [card("open")]) == {OTTER}
    known.begin()
    later = STAY._replace(due=STAY.due + 600)
    assert known.learn({OTTER: NeedId("n")}, [later], [card("open")]) == {OTTER}


def test_only_the_last_of_many_cards_that_are_over_are_remembered():
    known = ByHeart()
    for number in range(MOST_OVER + 1):
        known.card(card("over")._replace(token=number.to_bytes(4)))

    assert not known.card(card("open")._replace(token=MOST_OVER.to_bytes(4)))
    assert known.card(card("open")._replace(token=bytes(4)))
