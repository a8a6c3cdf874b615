"""Crisis: a case about danger, its line in the record and its need are one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from chat.cases import Cases
from chat.desk.story import story
from chat.model import Grade
from chat.oncall.needs import Known
from chat.oncall.stages import State
from chat.opening import Opening
from chat.settings import Settings
from chat.store.database import Database
from chat.store.schema import audit
from chat.talkroom import talk_of
from tests.support.clock import FakeClock
from tests.support.desk import DANGER, HANDLE, IDENTITY, Desk, an_opening
from tests.support.needs import WREN, NeedsHouse
from tests.support.process import COFFEE, OTTER, WHO, Process


class CrisisDesk(Desk):
    """A desk whose cases call peers."""

    def __init__(self, database: Database, clock: FakeClock, process: Process) -> None:
        super().__init__(database, clock, process)
        self.house = NeedsHouse(database, clock)
        self.needs = self.house.needs
        self.cases = Cases(
            database=database,
            clock=clock,
            effects=self.effects,
            ring=self._ring,
            unseal=IDENTITY.unseal,
            keep_days=30,
            needs=self.needs,
        )

    async def open_needs(self) -> list[Known]:
        return await self.needs.open_needs()

    async def recorded(self) -> list[tuple[str, str]]:
        """Return who did what, as the record has it."""
        async with self.database.read() as tx:
            rows = (await tx.execute(select(audit).order_by(audit.c.id))).all()
        return [(row.actor, row.verb) for row in rows]

    def another(self) -> "CrisisDesk":
        return CrisisDesk(self.database, self.clock, self.process)


@pytest.fixture
async def desk(
    database: Database, settings: Settings, clock: FakeClock
) -> AsyncIterator[CrisisDesk]:
    async with Process(settings, clock).running() as process:
        desk = CrisisDesk(database, clock, process)
        await desk.staff("ada")
        yield desk


def danger(**changes: object) -> Opening:
    """Return something that a rule found to be somebody in danger."""
    return an_opening(**{"flags": (DANGER,), "grade": Grade.HIGH, **changes})


async def test_somebody_in_danger_is_called_for_without_asking(desk: CrisisDesk):
    case = await desk.cases.open(danger())

    (known,) = await desk.open_needs()
    assert (known.told.source, known.told.case_id) == ("crisis", case)
    assert (known.told.handle, known.told.who) == (HANDLE, WHO)
    assert (known.need.room, known.need.member) == (COFFEE, OTTER)
    assert (known.need.grade, known.told.words) == (Grade.HIGH, "")
    assert known.told.tags == ("of-coffee",)
    assert desk.house.news == [(known.need.id, HANDLE)]
    assert ("house", "need") in await desk.recorded()


async def test_a_need_tells_of_no_private_talk_in_which_danger_was_said(
    desk: CrisisDesk,
):
    await desk.cases.open(danger(room=talk_of("ab" * 16)))

    (known,) = await desk.open_needs()
    assert (known.told.handle, known.need.grade) == (HANDLE, Grade.HIGH)
    assert (known.need.room, known.need.member, known.told.who) == ("", b"", b"")


async def test_a_case_tells_that_a_peer_was_called(desk: CrisisDesk):
    id_ = await desk.cases.open(danger())

    case = await desk.cases.case(id_)

    told = [each.words for each in story(case, "ada-id", desk.clock.seconds())]
    assert told[-1] == "The house called a peer for them"


async def test_a_report_that_somebody_is_at_risk_calls_for_whom_it_is_about(
    desk: CrisisDesk,
):
    report = danger(source="report", flags=(), reason="risk_to_self", reporter=b"r")
    await desk.cases.open(report)

    (known,) = await desk.open_needs()
    assert (known.told.source, known.told.handle) == ("report", HANDLE)


async def test_nobody_is_called_without_danger_or_for_nobody(desk: CrisisDesk):
    calm: list[dict[str, object]] = [
        {"grade": Grade.MEDIUM},
        {"sealed": b""},
        {"source": "bell", "flags": ()},
        {"source": "unanswered", "flags": ()},
        {"source": "report", "flags": (), "reason": "spam", "grade": Grade.NONE},
    ]
    for changes in calm:
        await desk.cases.open(danger(**changes))

    assert await desk.open_needs() == []


async def test_the_same_opening_brought_again_raises_no_second_need(desk: CrisisDesk):
    opening = danger()
    other = desk.another()

    await asyncio.gather(*(each.cases.open(opening) for each in [desk, other] * 3))

    assert len(await desk.open_needs()) == 1
    assert [verb for _, verb in await desk.recorded()] == ["need"]


async def test_a_case_that_is_brought_again_rings_for_its_need_again(desk: CrisisDesk):
    """Whoever opened it may have died before they rang."""
    opening = danger()
    await desk.cases.open(opening)
    other = desk.another()

    await other.cases.open(opening)

    assert other.house.news == desk.house.news


async def test_a_need_that_is_over_is_not_raised_again_by_its_case(desk: CrisisDesk):
    opening = danger()
    await desk.cases.open(opening)
    await desk.needs.withdraw(HANDLE)

    await desk.cases.open(opening)
    report = replace(opening, source="report", flags=(), reason="risk_to_self")
    await desk.cases.open(replace(report, reporter=b"r"))

    assert await desk.open_needs() == []


async def test_another_message_in_danger_raises_another_need(desk: CrisisDesk):
    await desk.cases.open(danger())
    await desk.needs.withdraw(HANDLE)

    await desk.cases.open(danger())

    assert len(await desk.open_needs()) == 1


async def test_whoever_has_asked_already_gets_graver(desk: CrisisDesk):
    raised = await desk.house.press(HANDLE, words="can anybody hear me")
    await desk.needs.accept(raised.id, WREN)

    await desk.cases.open(danger(grade=Grade.IMMINENT))

    (known,) = await desk.open_needs()
    assert (known.need.id, known.need.grade) == (raised.id, Grade.IMMINENT)
    assert (known.told.words, known.told.source) == ("can anybody hear me", "pressed")
    assert known.need.state is State.ACCEPTED


async def test_who_presses_while_a_rule_calls_for_them_has_one_need(desk: CrisisDesk):
    others = [desk.another() for _ in range(3)]

    await asyncio.gather(
        desk.cases.open(danger()),
        *(each.house.press(HANDLE, words="please") for each in others),
        others[0].cases.open(danger()),
    )

    (known,) = await desk.open_needs()
    assert (known.need.grade, known.told.words) == (Grade.HIGH, "please")


async def test_a_promised_call_back_comes_at_once_when_there_is_danger(
    desk: CrisisDesk,
):
    raised = await desk.house.press(HANDLE)
    later = desk.clock.now() + timedelta(hours=5)
    await desk.needs.call_back(HANDLE, later)

    await desk.cases.open(danger())

    (known,) = await desk.open_needs()
    assert (known.need.id, known.need.state) == (raised.id, State.RAISED)


async def test_what_fails_keeps_neither_the_case_nor_the_need(
    desk: CrisisDesk, monkeypatch: pytest.MonkeyPatch
):
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    before = await desk.dump()
    monkeypatch.setattr("chat.store.audit.record", fails)
    with pytest.raises(RuntimeError):
        await desk.cases.open(danger())

    assert await desk.dump() == before
    assert desk.house.news == []
    assert desk.rung == []


async def test_a_need_that_cannot_be_raised_keeps_no_case_from_the_room_team(
    desk: CrisisDesk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    # The need is there by then, and has to go again.
    monkeypatch.setattr("chat.store.needs.add_event", fails)
    id_ = await desk.cases.open(danger())

    assert (await desk.cases.case(id_)).id == id_
    assert desk.rung
    assert await desk.open_needs() == []
    assert "nobody could be called for a case" in caplog.text
