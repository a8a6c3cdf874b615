"""A need is never lost, whoever does whatever in whatever order."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from chat.errors import ChatError
from chat.model import Grade, Handle
from chat.oncall.known import of_row
from chat.oncall.stages import End, NeedId, State
from chat.store.database import FILE, Database
from chat.store.oncall import needs
from tests.support.clock import FakeClock
from tests.support.needs import HERON, OTTER, WREN, NeedsHouse

DEVICES = [Handle(bytes([number]) * 16) for number in (1, 2)]
PEERS = [WREN, OTTER, HERON]
GIVES_BACK = ("silent", "let_go", "raised_again")

Step = Callable[[NeedsHouse, NeedId], Awaitable[Any]]

_devices, _peers = st.sampled_from(DEVICES), st.sampled_from(PEERS)


async def _work(house: NeedsHouse, _id: NeedId) -> None:
    """Do what time has come for, as the worker does."""
    ledger = house.needs.ledger
    async with house.database.claim() as tx:
        for row in await tx.execute(select(needs.c.id)):
            known = await ledger.locked(tx, row.id)
            need, now = known.need, ledger.now()
            if need.is_quiet(now):
                await ledger.keep(tx, known, need.close(now), "ended")
            elif need.lapsed(now):
                await ledger.keep(tx, known, need.lapse(now), "silent")
            elif need.call_back_at and need.call_back_at <= now:
                await ledger.keep(tx, known, need.raise_again(now), "raised_again")


async def _pass(house: NeedsHouse, seconds: int) -> None:
    house.clock.advance(seconds)
    await house.needs.forget(house.clock.now())


def _press(handle: Handle, grade: Grade) -> Step:
    return lambda house, _: house.press(handle, grade=grade)


def _put_off(handle: Handle, minutes: int) -> Step:
    wait = timedelta(minutes=minutes)
    return lambda house, _: house.needs.call_back(handle, house.clock.now() + wait)


STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(_press, _devices, st.sampled_from(Grade)),
    st.builds(_put_off, _devices, st.integers(0, 90)),
    _devices.map(lambda d: lambda house, _: house.needs.withdraw(d)),
    _peers.map(lambda p: lambda house, id_: house.needs.accept(id_, p)),
    _peers.map(lambda p: lambda house, id_: house.needs.spoke(id_, p)),
    _peers.map(lambda p: lambda house, id_: house.needs.let_go(id_, p)),
    _peers.map(lambda p: lambda house, id_: house.needs.join(id_, p)),
    _peers.map(lambda p: lambda house, id_: house.needs.leave(id_, p)),
    _peers.map(lambda p: lambda house, id_: house.needs.take_over(id_, p)),
    _peers.map(lambda p: lambda house, id_: house.needs.finish(id_, p, "heard")),
    st.tuples(_peers, _peers).map(
        lambda two: lambda house, id_: house.needs.hand(id_, *two)
    ),
    st.just(lambda house, id_: house.needs.wrote(id_)),
    st.just(_work),
    st.integers(1, 90_000).map(lambda s: lambda house, _: _pass(house, s)),
)


@settings(max_examples=25)
@given(st.lists(st.tuples(STEPS, st.integers(0, 3)), min_size=5, max_size=40))
def test_it_is_open_or_promised_or_has_one_of_four_ends(
    sqlite_template: Path, steps: list[tuple[Step, int]]
):
    asyncio.run(_go(sqlite_template, steps))


async def _go(template: Path, steps: list[tuple[Step, int]]) -> None:
    with TemporaryDirectory() as directory:
        shutil.copy(template, Path(directory) / FILE)
        database = Database(None, Path(directory))
        house, raised = NeedsHouse(database, FakeClock()), list[NeedId]()
        for step, about in steps:
            id_ = raised[-1 - about] if about < len(raised) else NeedId("none")
            with suppress(ChatError):
                came = await step(house, id_)
                if getattr(came, "new", False):
                    raised.append(came.id)
            await _check(house, raised)
        await database.aclose()


async def _check(house: NeedsHouse, raised: list[NeedId]) -> None:
    async with house.database.read() as tx:
        rows = (await tx.execute(select(needs))).all()
    assert {row.id for row in rows} == set(raised)
    waiting = [row.open_for for row in rows if row.open_for is not None]
    assert len(set(waiting)) == len(waiting)
    for row in rows:
        _check_row(row)
        await _check_story(house, row.id)


def _check_row(row: Any) -> None:
    need = of_row(row).need
    if need.is_calling:
        assert row.next_at is not None
        assert need.peer is None
    elif need.is_open:
        assert need.peer in PEERS
    else:
        assert need.end in list(End)
        assert need.state is State.ENDED
    assert (row.open_for is not None) == (need.is_open or need.is_promised)
    assert not need.is_promised or row.next_at == row.call_back_at


async def _check_story(house: NeedsHouse, id_: NeedId) -> None:
    """Check that nobody accepted what somebody else had."""
    has = ""
    for event in await house.needs.events(id_):
        if event.kind == "accepted":
            assert has == ""
            has = event.actor
        elif event.kind in GIVES_BACK:
            has = ""
