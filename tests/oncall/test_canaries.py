"""Canaries: whoever is on shift is known to be reachable before somebody needs them."""

import pytest

from chat.oncall.canaries import Canaries
from chat.oncall.ways import Ways
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.needs import HERON, OTTER, WREN
from tests.support.on_call import OnCall


@pytest.fixture
async def on_call(database: Database, clock: FakeClock) -> OnCall:
    on_call = OnCall(database, clock)
    await on_call.come()
    return on_call


@pytest.fixture
def canaries(on_call: OnCall) -> Canaries:
    async def ring(_frame: bytes) -> None: ...

    return Canaries(
        database=on_call.database,
        clock=on_call.clock,
        ways=Ways(database=on_call.database, clock=on_call.clock, ring=ring),
        standbys=on_call.standbys,
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
