"""Canaries: whoever is on shift is known to be reachable before somebody needs them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.oncall.audiences import Standby
from chat.oncall.canaries import BEFORE, Canaries
from chat.oncall.ways import Ways
from tests.support.needs import HERON, OTTER, WREN
from tests.support.on_call import OnCall

Standbys = Callable[[AsyncConnection, datetime], Awaitable[Sequence[Standby]]]


@pytest.fixture
def canaries(on_call: OnCall) -> Canaries:
    return canaries_of(on_call, on_call.standbys)


def canaries_of(on_call: OnCall, standbys: Standbys) -> Canaries:
    async def ring(_frame: bytes) -> None: ...

    return Canaries(
        database=on_call.database,
        clock=on_call.clock,
        ways=Ways(database=on_call.database, clock=on_call.clock, ring=ring),
        standbys=standbys,
    )


async def test_everybody_at_work_has_one_a_shift(on_call: OnCall, canaries: Canaries):
    on_call.change(HERON, on_duty=False)

    assert await canaries.round() == 2
    assert await canaries.round() == 0

    await on_call.worker().outbox.deliver()
    assert sorted(on_call.pushed()) == sorted([WREN, OTTER])
    assert {note.kind for note in on_call.outside.got} == {"canary"}
    assert {note.need_id for note in on_call.outside.got} == {""}


async def test_a_shift_that_is_longer_than_a_confirmation_counts_has_another(
    on_call: OnCall, canaries: Canaries
):
    await canaries.round()

    on_call.clock.advance(6 * 3600 + 1)

    assert await canaries.round() == 3


@pytest.mark.parametrize(("quiet", "tried"), [(False, 1), (True, 0)])
async def test_somebody_s_phone_is_tried_before_their_shift_unless_they_sleep(
    on_call: OnCall, quiet: bool, tried: int
):
    begins = on_call.clock.now() + BEFORE
    heron = Standby(HERON, reachable=False, quiet=quiet)

    async def standbys(_tx: AsyncConnection, at: datetime) -> Sequence[Standby]:
        on_shift = at >= begins
        return [replace(heron, on_shift=on_shift, quiet=quiet and not on_shift)]

    canaries = canaries_of(on_call, standbys)

    on_call.clock.advance(-60)
    assert await canaries.round() == 0
    on_call.clock.advance(60)
    assert await canaries.round() == tried
    assert await canaries.round() == 0

    on_call.clock.advance(BEFORE.total_seconds())
    assert await canaries.round() == 1 - tried


@pytest.mark.parametrize(("quiet", "tried"), [(False, 1), (True, 0)])
async def test_a_coordinator_off_duty_is_tried_too_unless_they_sleep(
    on_call: OnCall, quiet: bool, tried: int
):
    on_call.team = [Standby(HERON, reachable=False, coordinator=True, quiet=quiet)]
    canaries = canaries_of(on_call, on_call.standbys)

    assert await canaries.round() == tried
    assert await canaries.round() == 0
