"""One room's events: each once, in order, however they arrive."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.feed import (
    EARLY_EVENTS,
    LATEST_FOR_NEWCOMERS,
    PAGE_BYTES,
    RECENT_EVENTS,
    Event,
    Feed,
    Page,
    newest,
    page,
)
from chat.model import NOWHERE, Epoch, Place, Position

EPOCH = 7


def at(position: int, epoch: int = EPOCH) -> Place:
    return Place(Epoch(epoch), Position(position))


def said(position: int, epoch: int = EPOCH, size: int = 10, at: int = 0) -> Event:
    return Event("s", epoch, position, at, 0, b"%*d" % (size, position))


def taken_back(position: int, target: int) -> Event:
    return Event("t", EPOCH, position, 0, target, b"t")


def reacted(position: int, target: int) -> Event:
    return Event("r", EPOCH, position, 0, target, b"r")


def several(first: int, last: int, epoch: int = EPOCH) -> list[Event]:
    return [said(position, epoch) for position in range(first, last + 1)]


def started(last: int = 0, recent: int = RECENT_EVENTS) -> Feed:
    """Return a feed that began where a log with events up to `last` ends."""
    feed = Feed(recent)
    feed.start(at(last), 0, several(1, last))
    return feed


def offered(feed: Feed, events: Iterable[Event]) -> list[int]:
    return [out.position for event in events for out in feed.offer(event)]


def positions(events: Iterable[Event] | None) -> list[int] | None:
    return None if events is None else [event.position for event in events]


# -- Each once, in order


@pytest.mark.parametrize(
    ("arriving", "let_out"),
    [
        ([1, 2, 3], [[1], [2], [3]]),
        ([1, 1, 2, 1], [[1], [], [2], []]),
        ([2, 1], [[], [1, 2]]),
        ([3, 2, 2, 3, 1], [[], [], [], [], [1, 2, 3]]),
        ([1, 3, 4, 2, 5], [[1], [], [], [2, 3, 4], [5]]),
        ([2, 4, 1, 3], [[], [], [1, 2], [3, 4]]),
    ],
)
def test_an_event_goes_out_when_all_before_it_did(
    arriving: list[int], let_out: list[list[int]]
):
    feed = started()

    assert [positions(feed.offer(said(n))) for n in arriving] == let_out
    assert not feed.behind


def test_nothing_goes_out_before_the_start():
    feed = Feed()

    assert offered(feed, several(1, 3)) == []
    assert feed.behind


def test_what_was_held_goes_out_at_the_start_if_the_log_has_not_got_it():
    feed = Feed()
    offered(feed, [said(4), said(2), said(3), said(5)])

    assert positions(feed.start(at(3), 0, several(1, 3))) == [4, 5]
    assert not feed.behind
    assert positions(feed.after(at(0))) == [1, 2, 3, 4, 5]


def test_an_event_of_an_older_epoch_is_dropped():
    feed = started(2)

    assert offered(feed, several(3, 9, epoch=EPOCH - 1)) == []
    assert not feed.behind


def test_an_event_of_a_newer_epoch_is_held_until_the_room_starts_again():
    feed = started(5)

    assert feed.offer(said(2, EPOCH + 1)) == []
    assert feed.restarted
    assert positions(feed.start(at(1, EPOCH + 1), 0, [said(1, EPOCH + 1)])) == [2]
    assert not feed.restarted


def test_the_old_epoch_goes_on_while_the_newer_one_is_held():
    feed = started(5)
    feed.offer(said(7, EPOCH + 1))

    assert offered(feed, [said(7), said(6)]) == [6, 7]
    assert feed.restarted


def test_an_early_event_never_takes_the_place_of_one_of_another_epoch():
    feed = started(5)
    offered(feed, [said(7), said(7, EPOCH + 1)])

    assert positions(feed.offer(said(6))) == [6, 7]


def test_no_server_may_know_less_than_what_was_heard_furthest():
    feed = started(5)
    assert feed.known == at(5)

    offered(feed, [said(9), said(8)])
    assert feed.known == at(9)

    feed.offer(said(2, EPOCH + 1))
    assert feed.known == at(2, EPOCH + 1)


@given(st.data())
def test_any_order_with_any_repeats_lets_each_out_once(data: st.DataObject):
    count = data.draw(st.integers(0, 12))
    before = data.draw(st.integers(0, count), label="in the log at the start")
    arrivals = data.draw(
        st.lists(st.integers(1, max(count, 1)), max_size=30).map(
            lambda extra: [n for n in extra if n <= count]
        ),
        label="repeats",
    )
    arrivals = data.draw(st.permutations([*arrivals, *range(before + 1, count + 1)]))
    start = data.draw(st.integers(0, len(arrivals)), label="arrivals before the start")
    feed = Feed()

    out = offered(feed, map(said, arrivals[:start]))
    assert out == []
    out += positions(feed.start(at(before), 0, several(1, before))) or []
    out += offered(feed, map(said, arrivals[start:]))

    assert out == list(range(before + 1, count + 1))
    assert feed.place == at(count)
    assert not feed.behind


@given(st.data())
def test_whatever_is_lost_on_the_line_comes_in_its_place_from_the_log(
    data: st.DataObject,
):
    """As a process does it: what is missing is read from a log that has grown since."""
    gone = data.draw(st.sets(st.integers(1, 12)), label="taken out of the log")
    feed = started()
    out: list[int] = []
    published = 0
    for _ in range(data.draw(st.integers(1, 5), label="readings")):
        published += data.draw(st.integers(0, 4))
        heard = data.draw(st.sets(st.integers(1, max(published, 1))), label="heard")
        out += offered(feed, [said(n) for n in sorted(heard) if n <= published])
        out += read_on(feed, published, gone)

    assert out == sorted(set(out))
    assert set(range(1, published + 1)) - set(out) <= gone
    assert feed.place == at(published)
    assert not feed.behind


def read_on(feed: Feed, published: int, gone: set[int]) -> list[int]:
    out: list[Event] = []
    for event in several(feed.place.position + 1, published):
        if event.position not in gone:
            out += feed.skip_to(event.position - 1)
            out += feed.offer(event)
    out += feed.skip_to(published)
    return [event.position for event in out]


def test_skipping_lets_out_what_waited_behind_the_gap():
    feed = started(1)
    offered(feed, [said(4), said(5)])

    assert positions(feed.skip_to(3)) == [4, 5]
    assert not feed.behind


def test_skipping_back_changes_nothing():
    feed = started(5)

    assert feed.skip_to(3) == []
    assert feed.place == at(5)


# -- Taking back


def test_what_was_taken_back_is_shown_to_nobody_who_comes_later():
    feed = started(2)

    out = offered(feed, [taken_back(3, target=1)])

    assert out == [3]
    assert positions(feed.after(at(0))) == [2, 3]
    assert positions(feed.latest()) == [2, 3]


def test_only_what_was_said_can_be_taken_back():
    feed = started(1)

    offered(feed, [reacted(2, target=1), taken_back(3, target=2)])

    assert positions(feed.latest()) == [1, 2, 3]


def test_a_message_held_too_early_is_taken_back_all_the_same():
    feed = started()

    assert offered(feed, [taken_back(2, target=1), said(1)]) == [1, 2]
    assert positions(feed.latest()) == [2]


# -- Memory


def test_only_the_latest_are_remembered():
    feed = started(recent=3)

    offered(feed, several(1, 10))

    assert positions(feed.latest()) == [8, 9, 10]


def test_no_more_is_remembered_from_the_log_than_from_the_line():
    feed = Feed(recent=3)

    feed.start(at(10), 0, several(1, 10))

    assert positions(feed.latest()) == [8, 9, 10]
    assert feed.after(at(6)) is None


def test_a_feed_may_remember_nothing():
    feed = started(recent=0)

    assert offered(feed, several(1, 3)) == [1, 2, 3]
    assert feed.latest() == []
    assert feed.after(at(2)) is None
    assert feed.after(at(3)) == []


@pytest.mark.parametrize("shuffled", [False, True])
def test_what_is_held_is_bounded_and_nothing_is_lost_by_that(shuffled: bool):
    feed = started()
    flood = several(2, 3 * EARLY_EVENTS)
    if shuffled:
        random.Random(1).shuffle(flood)

    assert offered(feed, flood) == []
    assert len(feed._early) == EARLY_EVENTS
    assert feed.known == at(3 * EARLY_EVENTS)

    out = read_on(feed, 2 * EARLY_EVENTS + 50, gone=set())
    out += read_on(feed, 3 * EARLY_EVENTS, gone=set())
    assert out == list(range(1, 3 * EARLY_EVENTS + 1))


def test_talk_fades():
    feed = Feed()
    feed.start(at(4), 0, [said(n, at=100 * n) for n in range(1, 5)])

    feed.forget_before(300)

    assert positions(feed.latest()) == [3, 4]
    assert feed.after(at(1)) is None
    assert positions(feed.after(at(2))) == [3, 4]

    feed.forget_before(1000)
    assert feed.latest() == []
    assert feed.after(at(4)) == []


# -- Who asks what they missed


@pytest.mark.parametrize(
    ("place", "missed"),
    [
        (at(0), [1, 2, 3]),
        (at(1), [2, 3]),
        (at(3), []),
        (at(4), None),
        (at(1, EPOCH - 1), None),
        (at(1, EPOCH + 1), None),
        (NOWHERE, None),
    ],
)
def test_who_was_away_gets_all_they_missed_or_a_plain_no(
    place: Place, missed: list[int] | None
):
    assert positions(started(3).after(place)) == missed


@pytest.mark.parametrize(
    ("place", "missed"), [(at(39), None), (at(40), [41, 42]), (at(41), [42])]
)
def test_a_feed_knows_how_far_back_it_reaches(place: Place, missed: list[int] | None):
    feed = Feed()

    feed.start(at(42), 40, several(41, 42))

    assert positions(feed.after(place)) == missed


def test_a_newcomer_is_shown_the_latest_fifty():
    feed = started(LATEST_FOR_NEWCOMERS + 20)

    assert positions(feed.latest()) == list(range(21, LATEST_FOR_NEWCOMERS + 21))


def test_of_long_messages_a_newcomer_is_shown_what_fits_a_page():
    events = [said(n, size=PAGE_BYTES // 3) for n in range(1, 6)]

    assert positions(newest(events)) == [3, 4, 5]


def test_a_page_holds_all_there_is():
    assert page(at(9), [said(3), said(9)]) == Page(
        EPOCH, 9, whole=True, more=False, events=[said(3).frame, said(9).frame]
    )


def test_a_page_of_nothing_stands_where_the_room_does():
    assert page(at(9), [], whole=False) == Page(
        EPOCH, 9, whole=False, more=False, events=[]
    )


def test_a_page_that_is_full_ends_earlier():
    events = [said(n, size=PAGE_BYTES // 3) for n in range(1, 6)]

    first = page(at(5), events)
    assert (first.position, first.more, len(first.events)) == (3, True, 3)

    second = page(at(5), events[3:])
    assert (second.position, second.more, len(second.events)) == (5, False, 2)


def test_a_page_has_at_least_one_event_however_long():
    huge = page(at(2), [said(1, size=2 * PAGE_BYTES), said(2)])

    assert (huge.position, huge.more, len(huge.events)) == (1, True, 1)


def test_what_was_said_is_never_in_an_event_s_repr():
    assert repr(said(3)) == "Event(s, epoch=7, position=3)"
