"""Fading: of what members said nothing outlives its case, in the tables or on disk."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from chat.casework.case import Queue
from chat.casework.ladder import DAY, Act, Kind
from chat.model import Action, Flag
from chat.store.database import FILE, Database
from chat.store.schema import METADATA, effects, looks
from chat.store.schema import cases as case_table
from chat.store.schema import words as word_table
from tests.support.desk import ABUSE, HANDLE, Desk, an_opening, heard
from tests.support.postgres import PostgresServer
from tests.support.process import OTTER, WHO

SAID = "zanzibar"
ACTS = (
    Act(Kind.TAKE_DOWN, "hate", words="We took it down", note="third time"),
    Act(Kind.SLOW, "spam", words="Slowly", message=Kind.TAKE_DOWN),
    Act(Kind.REMOVED, "predatory", words="Not here"),
)


async def a_long_story(desk: Desk) -> list[str]:
    """Have cases go through everything that can happen to one; return them."""
    ids = [await one_story(desk, act) for act in ACTS]
    held = await desk.cases.open(
        an_opening(held=True, position=0, text=SAID, masked=SAID)
    )
    event = await desk.cases.act(held, "ada-id", Act(Kind.RELEASE, "in_order"))
    await desk.cases.undo(held, "ben-id", event)
    await desk.cases.act(held, "ada-id", Act(Kind.REFUSE, "spam"))
    return [*ids, held]


async def one_story(desk: Desk, act: Act) -> str:
    receipt = await desk.process.say(f"{SAID} in the room")
    flag = Flag("linear.abuse", "abuse", f"the words: {SAID}", 0, 8, Action.HOLD)
    opening = an_opening(
        position=receipt.position, text=f"{SAID} 1. {SAID} 2.", masked=SAID,
        flags=(flag,),
    )  # fmt: skip
    id_ = await desk.cases.open(opening, heard(f"{SAID} before", begin=900))
    report = an_opening(
        key=opening.key, source="report", reason="hate", flags=(), reporter=b"somebody",
        text=SAID,
    )  # fmt: skip
    await desk.cases.open(report, heard(f"{SAID} again", begin=901))
    await desk.cases.claim(id_, "ada-id")
    await desk.cases.reveal(id_, "ada-id", "to judge it", 9)
    await desk.cases.note(id_, "ada-id", "our own words")
    await desk.cases.wrong_flag(id_, "ada-id", "linear.abuse")
    await desk.cases.act(id_, "ada-id", act)
    token = (await desk.words())[-1].token
    if (await desk.cases.case(id_)).state.second:
        await desk.cases.second(id_, "ben-id", True)
        token = next(row.token for row in await desk.words() if row.kind == "removed")
    await desk.cases.appeal(token, HANDLE, f"I never said {SAID}")
    await desk.cases.decide(id_, "ben-id", True, "We read it again")
    return id_


async def on_disk(
    desk: Desk, database_url: str | None, server: PostgresServer | None, path: Path
) -> bytes:
    if database_url is None or server is None:
        return b"".join(file.read_bytes() for file in path.glob(f"{FILE}*"))
    return server.dump(database_url).encode()


@pytest.fixture
def server(
    request: pytest.FixtureRequest, database_url: str | None
) -> PostgresServer | None:
    if database_url is None:
        return None
    found: PostgresServer = request.getfixturevalue("shared_postgres")
    return found


async def test_only_excerpts_and_findings_ever_hold_what_members_said(desk: Desk):
    await a_long_story(desk)

    async with desk.database.read() as tx:
        holding = {
            table.name
            for table in METADATA.sorted_tables
            if SAID in repr((await tx.execute(select(table))).all())
        }
    assert holding == {"excerpts", "findings"}


async def test_nothing_that_members_said_outlives_its_case(
    desk: Desk,
    database_url: str | None,
    server: PostgresServer | None,
    tmp_path: Path,
):
    await a_long_story(desk)
    assert SAID.encode() in await on_disk(desk, database_url, server, tmp_path)

    desk.clock.advance(30 * DAY + 1)
    await desk.cases.tidy(desk.clock.seconds())

    assert SAID not in await desk.dump()
    assert SAID.encode() not in await on_disk(desk, database_url, server, tmp_path)


async def test_nor_does_who_said_it(desk: Desk):
    for id_ in await a_long_story(desk):
        assert (await desk.cases.case(id_)).who == WHO

    desk.clock.advance(30 * DAY + 1)
    await desk.cases.tidy(desk.clock.seconds())

    dump = await desk.dump()
    assert repr(WHO) not in dump
    assert repr(OTTER) not in dump
    async with desk.database.read() as tx:
        rows = (await tx.execute(select(case_table.c.sealed))).scalars().all()
        assert set(rows) == {b""}


async def test_a_handle_is_kept_only_for_what_still_holds(desk: Desk):
    await a_long_story(desk)

    desk.clock.advance(30 * DAY + 1)
    await desk.cases.tidy(desk.clock.seconds())

    async with desk.database.read() as tx:
        kept = (await tx.execute(select(word_table.c.kind))).scalars().all()
        assert kept == ["removed"]
        assert (await tx.execute(select(effects))).all() == []
        assert (await tx.execute(select(looks))).all() == []


async def test_what_was_done_and_why_is_still_there(desk: Desk):
    id_, *_ = await a_long_story(desk)
    desk.clock.advance(30 * DAY + 1)
    await desk.cases.tidy(desk.clock.seconds())

    case = await desk.cases.case(id_)

    assert case.forgotten
    assert case.state.outcome == "take_down"
    assert [finding.rule for finding in case.findings] == ["linear.abuse"]
    assert await desk.cases.reveal(id_, "ada-id", "look", 9) == []


async def test_what_is_open_is_kept_however_old(desk: Desk):
    id_ = await desk.cases.open(an_opening())
    desk.clock.advance(300 * DAY)

    await desk.cases.tidy(desk.clock.seconds())

    assert (await desk.cases.case(id_)).steps == 1
    assert [line.id for line in await desk.cases.lines(Queue.REPORTED)] == [id_]


async def test_a_report_does_not_bring_back_what_was_forgotten(desk: Desk):
    opening = an_opening(text=SAID, masked=SAID)
    id_ = await desk.cases.open(opening)
    await desk.cases.act(id_, "ada-id", Act(Kind.NOTHING, "in_order"))
    desk.clock.advance(30 * DAY + 1)
    await desk.cases.tidy(desk.clock.seconds())

    again = an_opening(key=opening.key, flags=(ABUSE,), text=SAID, masked=SAID)
    assert await desk.cases.open(again) == id_

    assert SAID not in await desk.dump()


async def test_an_appeal_after_all_was_forgotten_is_forgotten_too(desk: Desk):
    id_ = await desk.cases.open(an_opening())
    await desk.cases.act(id_, "ada-id", Act(Kind.REMOVED, "predatory"))
    await desk.cases.second(id_, "ben-id", True)
    desk.clock.advance(30 * DAY + 1)
    await desk.cases.tidy(desk.clock.seconds())
    (told,) = await desk.words()

    await desk.cases.appeal(told.token, HANDLE, SAID)
    await desk.cases.decide(id_, "ben-id", True, "No")
    assert SAID in await desk.dump()
    desk.clock.advance(30 * DAY + 1)
    await desk.cases.tidy(desk.clock.seconds())

    assert SAID not in await desk.dump()


async def test_more_cases_than_fit_one_transaction_are_all_forgotten(desk: Desk):
    async with desk.database.begin() as tx:
        for n in range(250):
            await tx.execute(
                case_table.insert().values(
                    id=f"c{n}", key=n.to_bytes(16), room="coffee", at=1, opened_at=1,
                    status="resolved", closed_at=1, member=OTTER, rules=[],
                    categories=[], reasons=[],
                )
            )  # fmt: skip

    await desk.cases.tidy(desk.clock.seconds())

    assert repr(OTTER) not in await desk.dump()


async def test_copies_from_before_a_migration_go_as_well(tmp_path: Path):
    database = Database(None, tmp_path)
    await database.migrate()
    copy = tmp_path / f"{FILE}.before-0001"
    copy.write_text(SAID)

    await database.wipe(int(copy.stat().st_mtime) - 10)
    assert copy.exists()
    await database.wipe(int(copy.stat().st_mtime) + 10)

    assert not copy.exists()
    async with database.begin() as tx:
        assert (await tx.execute(text("SELECT 1"))).scalar_one() == 1
    await database.aclose()
