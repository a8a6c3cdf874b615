"""Collections are short however many are connected; nothing is set aside for good."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from chat.collector import FEW, Collector


class Knot:
    """Something that only the garbage collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    collector.start()
    yield collector
    collector.stop()


def test_what_a_full_collection_has_seen_is_set_aside(collector: Collector):
    crowd = [[number] for number in range(1000)]

    gc.collect()

    assert len(gc.get_objects()) < len(crowd)


def test_what_was_set_aside_is_looked_at_again_when_few_are_connected(
    collector: Collector,
):
    knot = Knot()
    seen = weakref.ref(knot)
    gc.collect()
    del knot

    collector.look_again(FEW + 1)
    assert seen() is not None

    collector.look_again(FEW)
    assert seen() is None


def test_nothing_is_collected_when_nothing_was_set_aside(collector: Collector):
    collector.look_again(0)
    before = gc.get_stats()[2]["collections"]

    collector.look_again(0)

    assert gc.get_stats()[2]["collections"] == before


def test_the_garbage_collector_is_left_as_it_was():
    callbacks = list(gc.callbacks)
    collector = Collector()
    collector.start()

    collector.stop()
    collector.stop()

    assert gc.callbacks == callbacks
    assert gc.get_freeze_count() == 0
