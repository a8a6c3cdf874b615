"""The course as its pages show it: read, practised, passed, and ready for duty."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from chat.desk.course import course_routes
from chat.oncall.course import COURSE
from chat.roles import Role
from chat.store.oncall import peers
from chat.store.schema import audit
from tests.oncall.test_course import ALL_GOOD, RIGHT, SLUGS
from tests.support.console import Colleague, Console

ALL_SO = "".join(map(str, ALL_GOOD))


@pytest.fixture
async def console(console: Console) -> Console:
    """Have the course beside the other pages, whoever wires it."""
    routes = course_routes(
        guard=console.guard, database=console.desk.database, clock=console.clock
    )
    console.routes = [*routes, *console.routes]
    console.app = console.app_with()
    return console


@pytest.fixture
async def moss(console: Console) -> AsyncIterator[Colleague]:
    """Have a peer."""
    async with console.colleague("Moss", Role.PEER) as moss:
        yield moss


async def reads_all(peer: Colleague) -> None:
    for slug in SLUGS:
        assert (await peer.post(f"/staff/course/{slug}")).status_code == 303


async def answers(peer: Colleague, right: int) -> str:
    given = {f"q{n}": number for n, number in enumerate(RIGHT[:right], 1)}
    return (await peer.post("/staff/course/quiz", **given)).text


async def ready_at(console: Console, peer: Colleague) -> int | None:
    async with console.desk.database.read() as tx:
        asked = select(peers.c.ready_at).filter_by(staff_id=peer.id)
        at: int | None = (await tx.execute(asked)).scalar()
        return at


async def test_a_peer_begins_with_the_first_chapter(moss: Colleague):
    page = await moss.reads("/staff/course")

    assert 'href="/staff/course/listening">Begin' in page


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=SLUGS)
async def test_a_chapter_is_shown_with_its_headings(moss: Colleague, chapter):
    page = await moss.reads(f"/staff/course/{chapter.slug}")

    assert f'<h1 class="title">{chapter.title}</h1>' in page
    assert "<h2>" in page
    assert "##" not in page


async def test_there_is_no_chapter_of_another_name(moss: Colleague):
    assert (await moss.get("/staff/course/power")).status_code == 404
    assert (await moss.post("/staff/course/power")).status_code == 404


async def test_whoever_has_read_a_chapter_comes_to_the_next(moss: Colleague):
    answer = await moss.post("/staff/course/listening")

    assert answer.headers["location"] == "/staff/course/boundaries"
    assert "1 of 6" in await moss.reads("/staff/course")


async def test_the_practice_begins_with_what_somebody_made_up_writes(moss: Colleague):
    page = await moss.reads("/staff/course/practice")

    assert page.count('class="choice"') == 3
    assert "61 days clean" in page


async def test_a_poor_answer_is_commented_kindly_and_taken_back(moss: Colleague):
    page = await moss.reads("/staff/course/practice?so=1")

    assert "it is advice before you know anything" in page
    assert 'href="/staff/course/practice?so=#now">Take it back' in page
    assert 'class="choice"' not in page


async def test_a_good_answer_goes_on(moss: Colleague):
    page = await moss.reads(f"/staff/course/practice?so={ALL_SO[:2]}")

    assert "theyd all be better off" in page
    assert page.count('class="choice"') == 3


@pytest.mark.parametrize("so", ["9", "x", "11", "-1", "٣", f"{ALL_SO}0"])
async def test_no_other_address_is_a_place_in_the_practice(moss: Colleague, so: str):
    answer = await moss.client.get("/staff/course/practice", params={"so": so})

    assert answer.status_code in {200, 303}
    if answer.status_code == 200:
        assert answer.text.count("line-of--mine") == 0


async def test_a_practice_that_was_not_gone_through_is_not_done(moss: Colleague):
    await moss.post("/staff/course/practice", so=ALL_SO[:-1])
    await moss.post("/staff/course/practice")

    assert "0 of 6" in await moss.reads("/staff/course")


async def test_what_was_wrong_in_the_quiz_is_explained(moss: Colleague):
    page = await answers(moss, 7)

    assert "7 of 10" in page
    assert page.count("Better: ") == 3
    assert await moss.reads("/staff/course/quiz")


async def test_eight_pass_and_what_was_wrong_is_explained_as_well(moss: Colleague):
    page = await answers(moss, 8)

    assert "you passed" in page
    assert page.count("Better: ") == 2


async def test_whoever_has_done_all_of_it_is_ready_and_that_is_recorded(
    console: Console, moss: Colleague
):
    await reads_all(moss)
    await moss.post("/staff/course/practice", so=ALL_SO)
    assert await ready_at(console, moss) is None

    await answers(moss, 10)

    assert await ready_at(console, moss) == console.clock.seconds() * 1000
    page = await moss.reads("/staff/course")
    assert "You are ready" in page
    for step in ('href="/staff/ways"', 'href="/staff/calls"'):
        assert step in page.partition("You are ready")[2]
    async with console.desk.database.read() as tx:
        asked = select(audit.c.actor).filter_by(verb="course_done")
        assert list((await tx.execute(asked)).scalars()) == [moss.id]


async def test_whoever_is_ready_may_do_it_all_again_and_stays_so(
    console: Console, moss: Colleague
):
    await reads_all(moss)
    await moss.post("/staff/course/practice", so=ALL_SO)
    await answers(moss, 10)
    before = await ready_at(console, moss)
    console.clock.advance(60)

    await answers(moss, 0)
    await reads_all(moss)

    assert await ready_at(console, moss) == before


async def test_a_coordinator_sees_who_is_ready_and_a_peer_does_not(
    console: Console, moss: Colleague, birch: Colleague
):
    await reads_all(moss)

    assert "4 of 6 done" in await birch.reads("/staff/course")
    assert "Who is ready" not in await moss.reads("/staff/course")


async def test_what_was_answered_is_kept_nowhere(console: Console, moss: Colleague):
    await answers(moss, 3)

    async with console.desk.database.read() as tx:
        (kept,) = (await tx.execute(select(peers.c.course))).scalars()
    assert kept == {"read": {}, "practised": 0, "passed": 0, "best": 3}
