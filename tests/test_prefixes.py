"""Prefixes: counted together, and never remembered."""

import pytest

from chat.clock import Clock
from chat.prefixes import KEY_SECONDS, Prefixes


class MovedClock(Clock):
    """A clock that a test moves."""

    time = 0.0

    def monotonic(self) -> float:
        return self.time


def test_a_prefix_gets_so_many_and_gets_them_back():
    prefixes = Prefixes(2, Clock())
    first, second = prefixes.enter("192.0.2.1"), prefixes.enter("192.0.2.200")
    assert first is not None
    assert second is not None

    assert prefixes.enter("192.0.2.77") is None
    first.leave()
    first.leave()
    assert prefixes.enter("192.0.2.77") is not None
    assert prefixes.enter("192.0.2.78") is None


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("192.0.2.1", "::ffff:192.0.2.9", True),
        ("2001:db8:0:aa00::1", "2001:db8:0:aaff:1::", True),
        ("2001:db8:0:aa00::1", "2001:db8:0:ab00::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "no address", True),
        ("no address", "192.0.2.1", False),
    ],
)
def test_who_is_counted_together(one: str, other: str, together: bool):
    prefixes = Prefixes(1, Clock())
    assert prefixes.enter(one) is not None

    assert (prefixes.enter(other) is None) == together


def test_after_a_day_nobody_is_known_and_old_tickets_count_no_more():
    clock = MovedClock()
    prefixes = Prefixes(1, clock)
    yesterdays = prefixes.enter("192.0.2.1")
    assert yesterdays is not None

    clock.time = KEY_SECONDS
    todays = prefixes.enter("192.0.2.1")
    yesterdays.leave()

    assert todays is not None
    assert prefixes.enter("192.0.2.1") is None


def test_what_is_kept_is_neither_an_address_nor_the_same_twice():
    one, other = Prefixes(1, Clock()), Prefixes(1, Clock())

    for prefixes in (one, other):
        prefixes.enter("192.0.2.1")

    assert "192.0.2" not in repr(vars(one))
    assert bytes((192, 0, 2)) not in next(iter(one._counts))
    assert one._counts.keys() != other._counts.keys()


def test_a_prefix_that_has_gone_takes_no_memory():
    prefixes = Prefixes(1, Clock())
    for last in range(100):
        ticket = prefixes.enter(f"10.0.{last}.1")
        assert ticket is not None
        ticket.leave()

    assert len(prefixes._counts) == 0
