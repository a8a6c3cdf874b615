"""Swaps: hours are offered, and are still somebody's until another takes them."""

from datetime import datetime

import pytest

from chat.oncall.hours import Hours
from chat.oncall.refusals import (
    NotOnShift,
    NotYourSwap,
    ShiftInverted,
    ShiftOverlaps,
    SwapOver,
)
from chat.oncall.shifts import Origin
from chat.oncall.stages import PeerId
from chat.oncall.swaps import Stage, Swap, SwapId
from tests.oncall.needs import HERON, OTTER, WREN
from tests.oncall.shifts import MONDAY, a_rota, line, span, utc

NOW = utc(MONDAY, 9)


TWO_HOURS = span(16, 18)


def a_swap(hours: Hours = TWO_HOURS, to: PeerId | None = None) -> Swap:
    return Swap(SwapId("s1"), WREN, hours, to).offered(a_rota(), NOW)


def test_hours_that_are_offered_are_still_somebody_s():
    assert a_swap().stage is Stage.OFFERED
    assert [one.peer for one in a_rota().on_shift(utc(MONDAY, 17))] == [WREN]


def test_whoever_takes_a_swap_has_its_hours_and_it_shows():
    swap, rota = a_swap().take(OTTER, a_rota(), NOW)

    assert (swap.stage, swap.taken_by) == (Stage.TAKEN, OTTER)
    shifts = rota.shifts(span(16, 20))
    assert [(one.peer, one.hours) for one in shifts] == [
        (OTTER, span(16, 18)), (WREN, span(18, 20)),
    ]  # fmt: skip
    assert (shifts[0].origin, shifts[0].instead_of) == (Origin.SWAP, WREN)


def test_only_the_first_takes_it():
    swap, rota = a_swap().take(OTTER, a_rota(), NOW)

    with pytest.raises(SwapOver, match="the swap was taken"):
        swap.take(HERON, rota, NOW)


def test_a_swap_is_withdrawn_by_who_offered_it():
    swap = a_swap().withdraw(WREN, NOW)

    assert swap.stage is Stage.WITHDRAWN
    with pytest.raises(SwapOver, match="the swap was withdrawn"):
        swap.take(OTTER, a_rota(), NOW)
    with pytest.raises(NotYourSwap):
        a_swap().withdraw(OTTER, NOW)


def test_a_swap_that_is_for_somebody_is_for_nobody_else():
    swap = a_swap(to=HERON)

    assert swap.take(HERON, a_rota(), NOW)[0].taken_by == HERON
    with pytest.raises(NotYourSwap):
        swap.take(OTTER, a_rota(), NOW)


def test_nobody_takes_their_own():
    with pytest.raises(NotYourSwap):
        a_swap().take(WREN, a_rota(), NOW)


def test_nobody_offers_what_they_have_not():
    with pytest.raises(NotOnShift):
        a_swap(span(20, 22))


def test_what_was_lost_meanwhile_cannot_be_taken():
    with pytest.raises(NotOnShift):
        a_swap().take(OTTER, a_rota(line("other", 1)), NOW)


def test_whoever_takes_it_has_no_shift_then():
    rota = a_rota(line(), line("with", 0, "19:00", "21:00", (OTTER,)))

    with pytest.raises(ShiftOverlaps):
        a_swap().take(OTTER, rota, NOW)


def test_hours_the_wrong_way_round_are_not_offered():
    with pytest.raises(ShiftInverted):
        a_swap(span(18, 16))


@pytest.mark.parametrize("late", [utc(MONDAY, 18), utc(MONDAY, 30)])
def test_hours_that_are_over_are_no_swap(late: datetime):
    with pytest.raises(SwapOver, match="its hours are over"):
        a_swap().take(OTTER, a_rota(), late)
    with pytest.raises(SwapOver):
        Swap(SwapId("s2"), WREN, span(16, 18)).offered(a_rota(), late)
