"""The room team as members reach it: what a report comes to."""

from typing import Any, cast

import pytest

from chat.flagged import Flagged
from chat.identity import Identity
from chat.model import Grade, Handle
from chat.opening import Opening
from chat.requests import Report
from chat.session import Session
from chat.team import URGENT_AN_HOUR, Team
from tests.support.clock import FakeClock

AN_HOUR = 3600


class Queue:
    """Takes what is flagged, in place of the queue."""

    def __init__(self) -> None:
        self.grades: list[Grade] = []

    async def flag(self, opening: Opening, _once: bytes, _target: int) -> None:
        self.grades.append(opening.grade)


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def team(queue: Queue, clock: FakeClock) -> Team:
    return Team(
        flagged=cast("Flagged", queue),
        words=cast("Any", None),
        identity=Identity(b"k" * 32),
        clock=clock,
    )


def of(handle: bytes) -> Session:
    session = Session(cast("Any", None), None)
    session.handle = Handle(handle * 16)
    return session


async def reports(team: Team, session: Session, times: int) -> None:
    for target in range(times):
        await team.report(
            session, Report(1, "coffee", bytes(8), target, "risk_to_self")
        )


async def test_a_report_of_danger_calls_a_peer_for_whom_it_is_about(
    team: Team, queue: Queue
):
    await reports(team, of(b"a"), 1)

    assert queue.grades == [Grade.HIGH]


async def test_one_device_cannot_ring_every_phone_by_its_reports(
    team: Team, queue: Queue, clock: FakeClock
):
    await reports(team, of(b"a"), URGENT_AN_HOUR + 2)
    await reports(team, of(b"b"), 1)

    assert queue.grades == [Grade.HIGH] * 4 + [Grade.MEDIUM] * 2 + [Grade.HIGH]
    clock.advance(AN_HOUR)
    await reports(team, of(b"a"), 1)
    assert queue.grades[-1] is Grade.HIGH
