"""Nothing that was flagged is lost on its way from a room to the room team."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from redis import Redis
from sqlalchemy import select

from chat import catalogue
from chat.casework.ladder import Act, Kind
from chat.errors import Gone, Unavailable
from chat.flagged import AFTER, AGAIN_SECONDS, AT_ONCE, BEFORE
from chat.history import flagged_key
from chat.logs import Formatter
from chat.model import Grade, RoomName
from chat.opening import Opening
from chat.settings import Settings
from chat.store.database import FILE, Database
from chat.store.schema import case_events, excerpts
from chat.triage import ANSWER_WITHIN_SECONDS
from tests.support.clock import FakeClock
from tests.support.desk import HANDLE, IDENTITY
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.flags import Flags
from tests.support.postgres import PostgresServer
from tests.support.process import COFFEE, HERON, OTTER, WHO, Process

GRIEF = RoomName("grief")
CANARY = "rosebud77"
TAKEN_DOWN = Act(Kind.TAKE_DOWN, "hate")
NEVER = 2**64 - 1
"""A moment that no database can keep: to bring it is a mistake of ours."""


@pytest.fixture
async def flags(
    database: Database, settings: Settings, clock: FakeClock
) -> AsyncIterator[Flags]:
    async with Process(settings, clock).running() as process:
        await process.backplane.follow(COFFEE)
        yield Flags(database, clock, process)


# Opened once


async def test_what_is_flagged_becomes_a_case_where_it_stands(flags: Flags):
    position = await flags.says("they hurt me", flagged=True)

    await flags.flagged.round()

    (case,) = await flags.all_cases()
    assert (case.position, case.room, case.message) == (position, "coffee", "said")
    assert await flags.subjects() == ["they hurt me"]
    assert await flags.waiting() == 0


async def test_what_is_not_flagged_becomes_none(flags: Flags):
    await flags.says("good morning")

    await flags.flagged.round()

    assert await flags.all_cases() == []


async def test_a_process_that_dies_after_opening_leaves_nothing_to_be_doubled(
    flags: Flags,
):
    async def open_and_lose_the_line(opening: Opening, around: Sequence[bytes]) -> str:
        await flags.cases.open(opening, around)
        raise Unavailable

    await flags.says("they hurt me", flagged=True)
    await flags.opening_by(open_and_lose_the_line).round()
    kept = await flags.dump()
    assert await flags.waiting() == 1

    await flags.flagged.round()

    assert await flags.dump() == kept
    assert await flags.waiting() == 0


async def test_many_processes_that_open_at_once_open_everything_once(flags: Flags):
    said = [f"number {n}" for n in range(AT_ONCE + 5)]
    for text in said:
        await flags.says(text, flagged=True)

    others = [flags.opening_by(flags.another().cases.open) for _ in range(3)]
    await asyncio.gather(*(each.round() for each in (flags.flagged, *others)))

    assert await flags.subjects() == said
    for case in await flags.all_cases():
        assert [event.kind for event in await flags.events(case.id)] == ["flag"]


async def test_every_room_is_looked_at(flags: Flags):
    for room in (COFFEE, GRIEF):
        await flags.says("they hurt me", flagged=True, room=room)

    await flags.flagged.round()

    assert {case.room for case in await flags.all_cases()} == {"coffee", "grief"}


async def test_a_room_that_cannot_be_read_stops_no_other(flags: Flags):
    with Redis.from_url(flags.process.settings.redis_url or "") as redis:
        redis.set(flagged_key(COFFEE), "no queue")
    await flags.says("they hurt me", flagged=True, room=GRIEF)

    await flags.flagged.round()

    assert [case.room for case in await flags.all_cases()] == ["grief"]


async def test_no_room_waits_until_the_others_were_asked(
    flags: Flags, monkeypatch: pytest.MonkeyPatch
):
    everyone = asyncio.Barrier(len(catalogue.load(None).rooms))

    async def answer_all_at_once(*_: object) -> tuple[int, list[object]]:
        await everyone.wait()
        return 0, []

    monkeypatch.setattr(flags.process.scripts, "call", answer_all_at_once)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await flags.flagged.round()


# While the store is away


class Outage(NamedTuple):
    """A database that is not there, until it `comes`."""

    database: Database
    come: Callable[[], object]


@pytest.fixture(params=["sqlite", "postgres"])
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    """Return a database whose disk, or whose server, is not there yet."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        directory = tmp_path / "not mounted yet"

        def come() -> None:
            directory.mkdir()
            shutil.copy(template, directory / FILE)

        yield Outage(Database(None, directory), come)
        return
    request.getfixturevalue("shared_postgres")
    with PostgresServer() as server:
        url = server.new_database()
        asyncio.run(_migrated(url))
        server.stop()
        yield Outage(Database(url, tmp_path), server.start)


async def _migrated(url: str) -> None:
    database = Database(url, Path())
    await database.migrate()
    await database.aclose()


@pytest.fixture
async def cut_off(
    outage: Outage, settings: Settings, clock: FakeClock
) -> AsyncIterator[Flags]:
    async with Process(settings, clock).running() as process:
        await process.backplane.follow(COFFEE)
        yield Flags(outage.database, clock, process)
    await outage.database.aclose()


async def test_what_is_flagged_while_the_store_is_away_opens_in_order_afterwards(
    cut_off: Flags, outage: Outage
):
    said = [f"number {n}" for n in range(AT_ONCE + 5)]
    for text in said:
        await cut_off.says(text, flagged=True)
        await cut_off.flagged.round()
    assert cut_off.waits() == await cut_off.waiting() == len(said)
    assert cut_off.process.texts() == said

    outage.come()
    await cut_off.flagged.round()

    async with cut_off.database.read() as tx:
        assert await in_the_order_of_opening(tx) == said
    assert cut_off.waits() == await cut_off.waiting() == 0


async def in_the_order_of_opening(tx: Any) -> list[str]:
    asked = (
        select(excerpts.c.text)
        .join(case_events, case_events.c.case_id == excerpts.c.case_id)
        .where(excerpts.c.is_subject)
        .order_by(case_events.c.id)
    )
    return list((await tx.execute(asked)).scalars())


async def test_staff_pages_are_told_that_the_store_went_and_came(
    cut_off: Flags, outage: Outage
):
    await cut_off.flagged.round()
    await cut_off.says("they hurt me", flagged=True)
    await cut_off.says("they hurt me", flagged=True, room=GRIEF)
    await cut_off.flagged.round()
    outage.come()
    await cut_off.flagged.round()
    await cut_off.flagged.round()

    assert cut_off.stores() == [(False, 0), (False, 2), (True, 0)]


async def test_what_nobody_answered_while_the_store_is_away_is_not_forgotten(
    cut_off: Flags, outage: Outage, clock: FakeClock
):
    await cut_off.says("i am new", watch="n")
    clock.advance(ANSWER_WITHIN_SECONDS)
    await cut_off.flagged.round()
    assert cut_off.waits() == 1

    outage.come()
    await cut_off.flagged.round()

    assert [case.source for case in await cut_off.all_cases()] == ["unanswered"]


# What cannot be opened


async def test_what_cannot_be_read_stops_nothing_and_stays(flags: Flags):
    await flags.queues({"o": b"\xc1 nobody can read this", "p": 0})
    await flags.says("they hurt me", flagged=True)

    await flags.flagged.round()

    assert await flags.subjects() == ["they hurt me"]
    assert flags.waits() == await flags.waiting() == 1


async def test_however_much_cannot_be_opened_what_comes_after_it_is(flags: Flags):
    for n in range(AT_ONCE * 2):
        await flags.says(f"number {n}", flagged=True, at=NEVER)
    await flags.says("they hurt me", flagged=True)

    await flags.flagged.round()

    assert await flags.subjects() == ["they hurt me"]
    assert flags.waits() == await flags.waiting() == AT_ONCE * 2
    assert flags.stores() == [], "the store is there"


async def test_a_mistake_of_ours_is_logged_without_what_was_said(
    flags: Flags, caplog: pytest.LogCaptureFixture
):
    await flags.says(CANARY, flagged=True, at=NEVER)

    await flags.flagged.round()

    told = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert [r.message for r in told] == ["a case could not be opened"]
    assert CANARY not in "".join(map(Formatter().format, caplog.records))


async def test_what_could_not_be_opened_is_tried_again_but_not_at_once(
    flags: Flags, clock: FakeClock
):
    tries = 0

    async def mistaken(opening: Opening, around: Sequence[bytes]) -> str:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise LookupError
        return await flags.cases.open(opening, around)

    flagged = flags.opening_by(mistaken)
    await flags.says("they hurt me", flagged=True)
    await flagged.round()
    await flagged.round()
    assert (tries, await flags.waiting()) == (1, 1)

    clock.advance(AGAIN_SECONDS)
    await flagged.round()

    assert (tries, await flags.waiting()) == (2, 0)
    assert await flags.subjects() == ["they hurt me"]


# Reports


async def test_a_report_finds_whose_the_message_was_and_what_it_said(flags: Flags):
    position = await flags.says("a thing that hurt wren")

    await flags.reports(position, b"wren")
    await flags.flagged.round()

    (case,) = await flags.all_cases()
    assert IDENTITY.unseal(case.sealed, case.key) == HANDLE
    assert await flags.subjects() == ["a thing that hurt wren"]


async def test_reports_and_rules_about_one_message_are_one_case(flags: Flags):
    position = await flags.says("a thing that hurt wren", flagged=True)

    for reporter in (b"wren", b"robin", b"wren"):
        await flags.reports(position, reporter)
    await flags.flagged.round()

    (case,) = await flags.all_cases()
    assert case.reports == 2
    kinds = [event.kind for event in await flags.events(case.id)]
    assert kinds == ["flag", "report", "report"]


async def test_what_is_there_no_more_cannot_be_reported(flags: Flags):
    with pytest.raises(Gone):
        await flags.reports(4711, b"wren")

    assert await flags.waiting() == 0


async def test_what_went_after_it_was_reported_is_still_one_case(flags: Flags):
    position = await flags.says("a thing that hurt wren")
    for reporter in (b"wren", b"robin"):
        await flags.reports(position, reporter)
    await flags.process.take_back(position)

    await flags.flagged.round()

    (case,) = await flags.all_cases()
    assert (case.reports, case.position) == (2, position)
    assert await flags.excerpt() == []


async def test_whose_it_was_is_known_of_what_went_after_it_was_reported(flags: Flags):
    position = await flags.says("i cannot go on")
    await flags.reports(position, b"wren", "risk_to_self", Grade.HIGH)
    await flags.process.take_back(position)

    await flags.flagged.round()

    (case,) = await flags.all_cases()
    assert IDENTITY.unseal(case.sealed, case.key) == HANDLE
    assert (case.member, case.who, case.urgent) == (OTTER, WHO, True)


async def test_a_report_of_what_was_a_case_already_joins_it_though_it_went(
    flags: Flags,
):
    position = await flags.says("a thing that hurt wren", flagged=True)
    await flags.flagged.round()
    await flags.reports(position, b"wren")
    await flags.process.take_back(position)

    await flags.flagged.round()

    (case,) = await flags.all_cases()
    assert case.reports == 1
    assert await flags.subjects() == ["a thing that hurt wren"]


@pytest.mark.parametrize(
    ("reason", "grade", "status"),
    [("harassment", Grade.NONE, "resolved"), ("risk_to_self", Grade.MEDIUM, "open")],
)
async def test_a_report_of_what_was_taken_down_joins_its_case_and_danger_reopens_it(
    flags: Flags, reason: str, grade: Grade, status: str
):
    position = await flags.says("a thing that hurt wren", flagged=True)
    await flags.flagged.round()
    await flags.reports(position, b"wren", reason, grade)
    await flags.staff("ada")
    (case,) = await flags.all_cases()
    await flags.cases.act(case.id, "ada-id", TAKEN_DOWN)

    await flags.flagged.round()

    (case,) = await flags.all_cases()
    assert (case.reports, case.message, case.status) == (1, "taken_down", status)


async def test_a_report_brought_again_is_answered_again_though_it_went(flags: Flags):
    position = await flags.says("a thing that hurt wren")
    await flags.reports(position, b"wren")
    await flags.process.take_back(position)

    await flags.reports(position, b"wren")

    assert await flags.waiting() == 1


async def test_what_a_report_knew_only_by_its_place_still_becomes_a_case(flags: Flags):
    """As an older version left it waiting."""
    report = Opening(key=b"", source="report", room=COFFEE, at=1, reason="harassment")
    await flags.queues({"o": report.pack(), "p": 7})

    await flags.flagged.round()

    (case,) = await flags.all_cases()
    assert (case.source, case.position, case.member) == ("report", 7, b"")


async def test_in_a_room_without_history_a_report_knows_whose_message_it_was(
    database: Database, settings: Settings, clock: FakeClock
):
    settings = settings.model_copy(update={"history_hours": 0})
    async with Process(settings, clock).running() as process:
        flags = Flags(database, clock, process)
        position = await flags.says("a thing that hurt wren")

        await flags.reports(position, b"wren")
        await flags.flagged.round()

        (case,) = await flags.all_cases()
        assert IDENTITY.unseal(case.sealed, case.key) == HANDLE
        assert await flags.excerpt() == []


async def test_in_a_room_without_history_a_rule_keeps_what_it_flagged(
    database: Database, settings: Settings, clock: FakeClock
):
    settings = settings.model_copy(update={"history_hours": 0})
    async with Process(settings, clock).running() as process:
        flags = Flags(database, clock, process)
        await flags.says("good morning")
        await flags.says("they hurt me", flagged=True)

        await flags.flagged.round()

        assert await flags.excerpt() == ["they hurt me"]


# What stands around


async def test_a_case_keeps_a_few_words_before_and_after_and_no_more(flags: Flags):
    positions = [await flags.says(f"number {n}") for n in range(20)]

    await flags.reports(positions[10], b"wren")
    await flags.flagged.round()

    assert await flags.excerpt() == [
        f"number {n}" for n in range(10 - BEFORE, 10 + AFTER + 1)
    ]


async def test_a_case_about_the_latest_keeps_no_more_of_what_came_before(flags: Flags):
    for n in range(19):
        await flags.says(f"number {n}")
    await flags.says("number 19", flagged=True)

    await flags.flagged.round()

    assert await flags.excerpt() == [f"number {n}" for n in range(19 - BEFORE, 20)]


async def test_reactions_take_nobodys_place_among_those_words(flags: Flags):
    positions = [await flags.says(f"number {n}") for n in range(6)]
    for position in positions * 2:
        await flags.process.react(position, member=HERON)
    await flags.says("number 6", flagged=True)

    await flags.flagged.round()

    assert await flags.excerpt() == [f"number {n}" for n in range(6 - BEFORE, 7)]


async def test_a_held_message_shows_no_more_than_itself(flags: Flags):
    await flags.says("good morning")
    await flags.flagged.flag(
        flags.opening("hold me", HERON, b"12345678", COFFEE, held=True), b"once"
    )

    await flags.flagged.round()

    assert await flags.excerpt() == ["hold me"]


# Nobody answers


async def nobody_came(flags: Flags) -> list[str]:
    """Let the time go by in which somebody should have answered; return the cases."""
    flags.clock.advance(ANSWER_WITHIN_SECONDS)
    await flags.flagged.round()
    return [case.source for case in await flags.all_cases()]


@pytest.mark.parametrize("why", ["n", "d"])
async def test_a_newcomer_or_somebody_in_distress_is_not_left_alone(
    flags: Flags, why: str
):
    await flags.says("is anybody here", watch=why)
    await flags.flagged.round()
    assert await flags.all_cases() == [], "somebody may still answer"

    assert await nobody_came(flags) == ["unanswered"]
    assert await flags.subjects() == ["is anybody here"]


async def test_ones_own_words_are_no_answer(flags: Flags):
    await flags.says("is anybody here", watch="d")
    await flags.says("hello?")

    assert await nobody_came(flags) == ["unanswered"]


async def test_who_was_answered_is_no_case(flags: Flags):
    await flags.says("is anybody here", watch="d")
    await flags.says("i am", member=HERON)

    assert await nobody_came(flags) == []


async def test_a_reaction_is_no_answer(flags: Flags):
    position = await flags.says("is anybody here", watch="d")
    await flags.process.react(position, member=HERON)

    assert await nobody_came(flags) == ["unanswered"]


async def test_who_spoke_here_before_is_not_new(flags: Flags):
    await flags.says("good morning")
    await flags.says("is anybody here", watch="n")

    assert await nobody_came(flags) == []


async def test_who_is_in_distress_is_not_left_alone_though_they_spoke_before(
    flags: Flags,
):
    await flags.says("good morning")
    await flags.says("i cannot go on", watch="d")

    assert await nobody_came(flags) == ["unanswered"]


async def test_what_was_taken_back_needs_no_answer(flags: Flags):
    position = await flags.says("is anybody here", watch="d")
    await flags.process.take_back(position)

    assert await nobody_came(flags) == []


async def test_what_a_rule_flagged_and_nobody_answered_is_one_case(flags: Flags):
    await flags.says("i cannot go on", flagged=True, watch="d", grade=Grade.MEDIUM)
    await flags.flagged.round()

    assert await nobody_came(flags) == ["rule"]
    (case,) = await flags.all_cases()
    assert [event.kind for event in await flags.events(case.id)] == ["flag", "flag"]


async def test_several_processes_notice_somebody_alone_once(flags: Flags):
    await flags.says("is anybody here", watch="n")
    flags.clock.advance(ANSWER_WITHIN_SECONDS)
    others = [flags.opening_by(flags.another().cases.open) for _ in range(3)]

    await asyncio.gather(*(each.round() for each in (flags.flagged, *others)))

    (case,) = await flags.all_cases()
    assert len(await flags.events(case.id)) == 1
