"""Whoever waits is always somebody's, whatever workers, phones and clocks do."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chat.errors import ChatError
from chat.model import Grade, Handle
from chat.oncall import policy
from chat.oncall.audiences import Standby
from chat.oncall.facts import QUIET, SILENCE
from chat.oncall.known import Known, of_row
from chat.oncall.notify import Outcome
from chat.oncall.sending import FURTHEST
from chat.oncall.stages import NeedId, PeerId, State
from chat.store import needs as store
from chat.store.database import FILE, Database
from chat.store.instants import kept
from chat.store.oncall import needs
from tests.support.clock import FakeClock
from tests.support.needs import HERON, OTTER, WREN
from tests.support.on_call import Crash, OnCall

DEVICES = [Handle(bytes([number]) * 16) for number in (1, 2)]
PEERS = [WREN, OTTER, HERON]
POINTS = [
    "called", "silent", "raised_again", "before_commit", "after_commit",
    "leased", "sending", "sent", "recorded",
]  # fmt: skip
AN_HOUR = 3600
LEASE_OVER_SECONDS = 2
LONGEST_PAUSE = timedelta(seconds=60)
"""For how long somebody who presses again and again has nobody called."""


class Night(OnCall):
    """Three on call, whose talks count, and all that is raised."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        super().__init__(database, clock)
        self.raised: list[NeedId] = []

    async def standbys(self, tx: AsyncConnection, now: datetime) -> Sequence[Standby]:
        talks = await store.talks_of(tx, kept(now - QUIET))
        return [replace(one, talks=talks.get(one.peer, 0)) for one in self.team]

    async def press(self, device: Handle, grade: Grade) -> None:
        came = await self.house.press(device, grade=grade)
        if came.new:
            self.raised.append(came.id)

    async def is_killed(self, point: str, times: int) -> None:
        """Have a worker die when it comes to a point for so many times."""
        left = times

        def kill(at: str) -> None:
            nonlocal left
            left -= at == point
            if at == point and left <= 0:
                raise Crash

        with suppress(Crash, BaseExceptionGroup):
            await self.worker(kill).tick()

    async def works(self) -> None:
        """Have a worker do all there is to do."""
        await self.worker().tick()
        async with self.database.read() as tx:
            team = await self.standbys(tx, self.clock.now())
            rows = (await tx.execute(select(needs))).all()
            for known in map(of_row, rows):
                blocked = await self.house.needs.blocked(tx, known.told.handle)
                free = [o for o in team if o.may_be_called and o.peer not in blocked]
                _check_worked(known, self.clock.now(), somebody=bool(free))


Step = Callable[[Night, NeedId], Awaitable[Any]]

_devices, _peers = st.sampled_from(DEVICES), st.sampled_from(PEERS)


def _peer_does(*deeds: str) -> st.SearchStrategy[Step]:
    def step(deed: str, peer: PeerId) -> Step:
        return lambda night, id_: getattr(night.house.needs, deed)(id_, peer)

    return st.builds(step, st.sampled_from(deeds), _peers)


def _presses(device: Handle, grade: Grade) -> Step:
    return lambda night, _: night.press(device, grade)


def _puts_off(device: Handle, minutes: int) -> Step:
    wait = timedelta(minutes=minutes)
    return lambda n, _: n.house.needs.call_back(device, n.clock.now() + wait)


async def _passes(night: Night, seconds: float) -> None:
    night.clock.advance(seconds)


async def _are_reached(night: Night, peers: Sequence[PeerId]) -> None:
    """Have these be reached, and no others."""
    for one in PEERS:
        night.change(one, reachable=one in peers)


async def _answers(night: Night, peer: PeerId, answer: Outcome) -> None:
    night.outside.answers[night.phones[peer].id] = answer


MEMBER: st.SearchStrategy[Step] = st.one_of(
    st.builds(_presses, _devices, st.sampled_from(Grade)),
    st.builds(_puts_off, _devices, st.integers(1, 90)),
    _devices.map(lambda d: lambda night, _: night.house.needs.withdraw(d)),
    st.just(lambda night, id_: night.house.needs.wrote(id_)),
)
PEER: st.SearchStrategy[Step] = st.one_of(
    _peer_does("accept", "spoke"),
    _peer_does("needs_a_moment", "let_go", "join", "leave", "take_over", "decline"),
    _peer_does("block"),
    st.tuples(_peers, _peers).map(lambda two: lambda n, i: n.house.needs.hand(i, *two)),
    _peers.map(lambda p: lambda n, i: n.house.needs.finish(i, p, "heard")),
)
WORK: st.SearchStrategy[Step] = st.just(lambda night, _: night.works())
HOUSE: st.SearchStrategy[Step] = st.one_of(
    WORK,
    WORK,
    st.tuples(st.sampled_from(POINTS), st.integers(1, 2)).map(
        lambda where: lambda night, _: night.is_killed(*where)
    ),
    st.just(lambda night, _: night.house.needs.forget(night.clock.now())),
)
OUTSIDE: st.SearchStrategy[Step] = st.one_of(
    st.integers(1, 200).map(lambda s: lambda night, _: _passes(night, s)),
    st.sampled_from([AN_HOUR, -AN_HOUR]).map(lambda s: lambda n, _: _passes(n, s)),
    st.sampled_from([(), PEERS, PEERS[:1], PEERS[1:]]).map(
        lambda peers: lambda night, _: _are_reached(night, peers)
    ),
    st.tuples(_peers, st.sampled_from(Outcome)).map(
        lambda of: lambda n, _: _answers(n, *of)
    ),
)
TALK = st.one_of(_peer_does("accept"), _peer_does("spoke"), MEMBER, PEER)
ROUNDS = st.tuples(st.lists(TALK, max_size=3), OUTSIDE, HOUSE, st.integers(0, 1))
"""What two do, what befalls them, and what the house makes of it."""


Round = tuple[list[Step], Step, Step, int]


@settings(max_examples=8)
@given(st.sampled_from([(), PEERS]), st.lists(ROUNDS, min_size=5, max_size=15))
def test_whoever_waits_has_a_next_step_in_time_or_a_peer(
    sqlite_template: Path, reached: Sequence[PeerId], rounds: list[Round]
):
    asyncio.run(_go(sqlite_template, reached, rounds))


async def _go(template: Path, reached: Sequence[PeerId], rounds: list[Round]) -> None:
    with TemporaryDirectory() as directory:
        shutil.copy(template, Path(directory) / FILE)
        database = Database(None, Path(directory))
        night = Night(database, FakeClock())
        await night.come()
        await _are_reached(night, reached)
        await night.press(DEVICES[0], Grade.NONE)
        await night.works()
        for deeds, befalls, house, about in rounds:
            for step in (*deeds, befalls, house):
                id_ = night.raised[max(-len(night.raised), -1 - about)]
                with suppress(ChatError):
                    await step(night, id_)
            await _check(night)
        night.clock.advance(LEASE_OVER_SECONDS)
        await night.works()
        await _check_sent(night)
        await database.aclose()


async def _check(night: Night) -> None:
    """Check what is so at every moment."""
    async with night.database.read() as tx:
        rows = (await tx.execute(select(needs))).all()
    assert {row.id for row in rows} == set(night.raised)
    open_for = [row.open_for for row in rows if row.open_for is not None]
    assert len(set(open_for)) == len(open_for)
    for row in rows:
        need = of_row(row).need
        assert (need.end is None) == need.is_open
        assert (row.open_for is not None) == (need.is_open or need.is_promised)
        assert need.next_moment is None or row.next_at is not None
        if need.is_open:
            assert (need.peer is None) == need.is_calling


def _check_worked(known: Known, now: datetime, *, somebody: bool) -> None:
    """Check what is so of a need when a worker has just done what was due."""
    need = known.need
    if need.next_moment is None:
        return
    assert need.next_moment > now
    if need.is_promised:
        return
    wait = need.next_moment - now
    assert wait <= max(policy.load().longest_wait, SILENCE + LONGEST_PAUSE)
    if need.is_calling and somebody:
        assert not need.climb.nobody
        assert need.state is State.OFFERED or wait <= LONGEST_PAUSE


async def _check_sent(night: Night) -> None:
    """Check that whatever was not sent will be tried again, and soon."""
    left = await night.rows(state="waiting")
    assert await night.rows(state="sending") == []
    assert all(row.next_at <= kept(night.clock.now() + FURTHEST) for row in left)
