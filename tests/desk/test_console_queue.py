"""The queue: what comes to whom, in which order, and what is told of it."""

from typing import Any

import pytest

from chat.identity import COLOURS, SHAPES
from chat.model import Action, Flag, Grade, RoomName, Who
from chat.roles import Role
from chat.wellbeing import REST
from chat.words import FIRST_WORDS, SECOND_WORDS
from tests.support.clock import FakeClock
from tests.support.console import Colleague, Console
from tests.support.desk import ABUSE, DANGER

PLAN: dict[str, Any] = {"flags": (DANGER,), "grade": Grade.HIGH}
HELD: dict[str, Any] = {"held": True, "position": 0, "action": Action.HOLD}
A_MINUTE = 60


async def ids(colleague: Colleague, query: str = "") -> list[str]:
    """Return the cases that somebody is shown, in order."""
    answer = await colleague.get(f"/staff/queue.json?{query}")
    return [row["id"] for row in answer.json()["cases"]]


async def counts(colleague: Colleague) -> dict[str, int]:
    return dict((await colleague.get("/staff/queue.json")).json()["counts"])


async def test_a_row_says_why_where_and_how_grave_and_nothing_that_was_said(
    console: Console, fern: Colleague
):
    id_ = await console.case(**PLAN)
    console.clock.advance(3 * A_MINUTE)

    answer = await fern.get("/staff/queue.json")

    assert answer.json()["cases"] == [
        {
            "id": id_,
            "why": "Speaks of suicide",
            "grade": "high",
            "room": "Coffee room",
            "opened_at": console.clock.seconds() - 3 * A_MINUTE,
            "age": "3 min",
            "source": "seen by a rule",
            "claimed": "",
            "looking": "",
            "free": True,
        }
    ]
    assert "what was said" not in answer.text


async def test_the_page_shows_the_same_rows_as_its_script_is_given(
    console: Console, fern: Colleague
):
    await console.case(**PLAN)
    [row] = (await fern.get("/staff/queue.json")).json()["cases"]

    page = await fern.reads("/staff")

    assert f'data-case="{row["id"]}" data-grade="{row["grade"]}"' in page
    assert all(str(row[each]) in page for each in ("why", "room", "age", "source"))


async def test_each_case_stands_in_its_queue_and_is_counted_there(
    console: Console, fern: Colleague
):
    urgent = await console.case(**PLAN)
    held = await console.case(**HELD)
    reported = await console.case()

    assert await ids(fern) == [urgent]
    assert await ids(fern, "queue=held") == [held]
    assert await ids(fern, "queue=reported") == [reported]
    assert await counts(fern) == {"urgent": 1, "held": 1, "reported": 1, "appeals": 0}


async def test_a_queue_that_is_none_shows_the_urgent_one(
    console: Console, fern: Colleague
):
    urgent = await console.case(**PLAN)

    assert await ids(fern, "queue=cellar") == [urgent]


async def test_ones_own_case_comes_first_and_what_others_have_last(
    console: Console, fern: Colleague
):
    async with console.colleague("Moss") as moss:
        taken, free, own = [await console.case(**PLAN) for _ in range(3)]
        await moss.post(f"/staff/cases/{taken}/claim")
        await fern.post(f"/staff/cases/{own}/claim")

        assert await ids(fern) == [own, free, taken]


async def test_a_row_says_who_has_a_case_and_who_looks(
    console: Console, fern: Colleague
):
    id_ = await console.case(**PLAN)
    async with console.colleague("Moss") as moss, console.colleague("Reed") as reed:
        await moss.post(f"/staff/cases/{id_}/claim")
        await reed.reads(f"/staff/cases/{id_}")

    [row] = (await fern.get("/staff/queue.json")).json()["cases"]
    assert (row["claimed"], row["looking"]) == ("Moss has it", "Reed is looking")
    assert row["free"] is False


async def test_cases_of_another_room_are_left_out(console: Console, fern: Colleague):
    coffee = await console.case()
    other = await console.case(room=RoomName("newcomers"))

    assert set(await ids(fern, "queue=reported")) == {coffee, other}
    assert await ids(fern, "queue=reported&room=newcomers") == [other]


async def test_cases_are_found_by_rule_and_not_by_what_was_said(
    console: Console, fern: Colleague
):
    id_ = await console.case()

    assert await ids(fern, "queue=reported&search=insult") == [id_]
    assert await ids(fern, "queue=reported&search=what+was+said") == []


@pytest.mark.parametrize("search", ["QUIET heron", "heron", "plum", "plum star"])
async def test_cases_are_found_by_the_name_or_the_look_of_their_member(
    console: Console, fern: Colleague, search: str
):
    await console.case(who=a_who("Steady", "Lantern", "sea", "drop"))
    wanted = await console.case(who=a_who("Quiet", "Heron", "plum", "star"))

    assert await ids(fern, f"queue=reported&search={search}") == [wanted]
    assert await ids(fern, "queue=reported&search=quiet+lantern") == []


def a_who(first: str, second: str, colour: str, shape: str) -> Who:
    look = COLOURS.index(colour) | SHAPES.index(shape) << 3
    return Who(
        bytes((FIRST_WORDS.index(first), SECOND_WORDS.index(second), look, 1, 2))
    )


async def test_what_is_done_is_found_among_the_resolved(
    console: Console, fern: Colleague
):
    id_ = await console.case()
    await fern.post(f"/staff/cases/{id_}/act", member="", reason="in_order")

    assert await ids(fern, "queue=reported") == []
    assert await ids(fern, "queue=resolved") == [id_]


async def test_a_facilitator_is_shown_no_appeals(console: Console):
    async with console.colleague("Wren", Role.FACILITATOR) as wren:
        assert "appeals" not in await counts(wren)
        assert "queue=appeals" not in await wren.reads("/staff")


async def test_an_opted_out_topic_never_comes_and_nobody_is_told(
    console: Console, fern: Colleague
):
    id_ = await console.case(**PLAN)
    await console.watch.note("somebody else")
    await fern.post("/staff/me", topic="suicide", blur="yes")

    assert await ids(fern) == []
    assert (await counts(fern))["urgent"] == 0
    assert "suicide" not in (await fern.reads("/staff")).lower()
    async with console.colleague("Moss", Role.COORDINATOR) as moss:
        assert await ids(moss) == [id_]
        everywhere = ["/staff", "/staff/numbers", "/staff/me", f"/staff/cases/{id_}"]
        pages = [await moss.reads(path) for path in everywhere]
    assert not any("opted" in page and "Fern" in page for page in pages)


async def test_danger_comes_even_to_whom_it_should_not_when_nobody_else_is_there(
    console: Console, fern: Colleague
):
    id_ = await console.case(**PLAN)
    await fern.post("/staff/me", topic="suicide", blur="yes")

    assert await ids(fern) == [id_]


async def test_danger_that_nobody_took_comes_even_to_whom_it_should_not(
    console: Console, fern: Colleague, clock: FakeClock
):
    id_ = await console.case(**PLAN)
    await fern.post("/staff/me", topic="suicide", blur="yes")
    clock.advance(REST.total_seconds())
    await console.watch.note("somebody else")

    assert await ids(fern) == [id_]


async def test_what_one_took_stays_ones_own_whatever_one_opts_out_of(
    console: Console, fern: Colleague
):
    id_ = await console.case(**PLAN)
    await fern.post(f"/staff/cases/{id_}/claim")

    await fern.post("/staff/me", topic="suicide")

    assert await ids(fern) == [id_]


async def test_after_a_crisis_case_the_next_one_goes_to_others_first(
    console: Console, fern: Colleague
):
    await read_a_crisis(console, fern)
    await console.watch.note("moss")
    await console.case(**PLAN)

    page = await fern.reads("/staff")

    assert await ids(fern) == []
    assert "That was a hard one" in page
    assert len(await ids(fern, "anyway=yes")) == 1


async def test_after_ten_minutes_it_comes_to_everybody(
    console: Console, fern: Colleague, clock: FakeClock
):
    await read_a_crisis(console, fern)
    await console.case(**PLAN)

    clock.advance(REST.total_seconds())
    await console.watch.note("moss")

    assert len(await ids(fern)) == 1


async def test_nobody_in_danger_waits_while_the_only_one_there_rests(
    console: Console, fern: Colleague
):
    await read_a_crisis(console, fern)
    await console.case(**PLAN)

    assert len(await ids(fern)) == 1
    assert "That was a hard one" not in await fern.reads("/staff")


async def read_a_crisis(console: Console, colleague: Colleague) -> None:
    id_ = await console.case(**PLAN)
    await colleague.post(f"/staff/cases/{id_}/reveal", reason="danger", upto="1")
    await colleague.post(
        f"/staff/cases/{id_}/act", member="nudge", words="Hello.", reason="risk_to_self"
    )
    assert await ids(colleague) == []


async def test_not_tonight_offers_nothing_until_it_is_taken_back(
    console: Console, fern: Colleague
):
    id_ = await console.case(**PLAN)

    await fern.post("/staff/me/tonight", away="yes")
    assert await ids(fern) == []
    assert "You said “not tonight”" in await fern.reads("/staff")

    await fern.post("/staff/me/tonight", away="no")
    assert await ids(fern) == [id_]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": "bell", "flags": (), "text": "", "masked": ""}, "asks for one"),
        ({"source": "unanswered", "flags": ()}, "Nobody has answered"),
        ({"source": "report", "flags": (), "reason": "spam"}, "Reported: spam"),
        ({"flags": (Flag("crisis.broken", "crisis", "", 0, 0),)}, "could not be made"),
        ({"flags": (ABUSE, DANGER)}, "Speaks of suicide; harsh to somebody"),
    ],
)
async def test_every_kind_of_case_says_in_plain_words_why_it_is_there(
    console: Console, fern: Colleague, changes: dict[str, Any], words: str
):
    reporter = b"r" if changes.get("source") == "report" else b""
    await console.case(**{"reporter": reporter, **changes})

    answers = [await fern.get(f"/staff/queue.json?queue={q}") for q in ALL]
    [row] = [row for answer in answers for row in answer.json()["cases"]]

    assert words in row["why"]


ALL = ("urgent", "held", "reported")
