"""Collections are short however many are connected; what ends is not kept for good."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from chat.collector import FEW, Collector, hold_off


class Knot:
    """Something that only the garbage collector can free."""

    def __init__(self) -> None:
        self.itself = self


class Crowd:
    """So many are connected."""

    def __init__(self) -> None:
        self.number = FEW + 1

    def __call__(self) -> int:
        return self.number


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


@pytest.fixture
def collector(crowd: Crowd) -> Iterator[Collector]:
    collector = Collector(crowd)
    collector.start()
    yield collector
    collector.stop()


def full_collections() -> int:
    return int(gc.get_stats()[2]["collections"])


@pytest.mark.usefixtures("collector")
def test_what_a_full_collection_has_seen_is_set_aside_while_many_are_connected():
    things = [[number] for number in range(1000)]

    gc.collect()

    assert len(gc.get_objects()) < len(things)


@pytest.mark.usefixtures("collector")
def test_nothing_is_set_aside_while_few_are_connected(crowd: Crowd):
    crowd.number = FEW
    before = gc.get_freeze_count()
    things = [[number] for number in range(1000)]

    gc.collect()

    assert gc.get_freeze_count() <= before
    assert len(gc.get_objects()) > len(things)


def test_what_was_set_aside_is_looked_at_again_once_nobody_is_connected(
    collector: Collector, crowd: Crowd
):
    knot = Knot()
    seen = weakref.ref(knot)
    gc.collect()
    del knot

    crowd.number = 1
    collector.look_again()
    assert seen() is not None

    crowd.number = 0
    collector.look_again()
    assert seen() is None


def test_what_was_here_at_the_start_stays_set_aside(collector: Collector, crowd: Crowd):
    things = [[number] for number in range(1000)]
    gc.collect()
    crowd.number = 0

    collector.look_again()

    assert len(gc.get_objects()) < len(things)


def test_nothing_is_collected_when_nothing_was_set_aside(
    collector: Collector, crowd: Crowd
):
    crowd.number = 0
    before = full_collections()

    collector.look_again()

    assert full_collections() == before


def test_a_process_is_made_without_any_collection_until_its_collector_starts(
    crowd: Crowd,
):
    collector = Collector(crowd)
    hold_off()
    try:
        assert not gc.isenabled()
        collector.start()
        assert gc.isenabled()
    finally:
        gc.enable()
        collector.stop()


def test_the_garbage_collector_is_left_as_it_was(crowd: Crowd):
    callbacks = list(gc.callbacks)
    collector = Collector(crowd)
    collector.start()

    collector.stop()
    collector.stop()

    assert gc.callbacks == callbacks
    assert gc.get_freeze_count() == 0
