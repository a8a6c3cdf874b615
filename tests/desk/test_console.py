"""The pages of the room team: who may see and change what, and what stands in them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from chat.model import Flag, Grade
from chat.roles import Role, may
from chat.settings import Settings
from chat.store.database import Database
from tests.support.clock import FakeClock
from tests.support.console import Colleague, Console
from tests.support.desk import DANGER

SCRIPT = "<script>alert(1)</script>"
NOTHING_ANSWERS = "postgresql://porch@127.0.0.1:1/nothing"

PAGES = {
    "/staff": "desk",
    "/staff/queue.json": "cases",
    "/staff/rooms": "rooms",
    "/staff/rules": "rules",
    "/staff/numbers": "numbers",
    "/staff/me": "desk",
}


def paths(console: Console, method: str, case: str) -> Iterator[str]:
    """Return every path of the console that takes a method."""
    for route in console.routes:
        assert isinstance(route, Route)
        if method in (route.methods or ()):
            params = {"id": "7" if "id:int" in route.path else case, "room": "coffee"}
            filled = route.path.replace("{id:int}", params["id"])
            yield filled.format(**params)


async def test_every_page_is_there_for_a_coordinator(
    console: Console, birch: Colleague
):
    every = list(paths(console, "GET", await console.case()))

    answers = {path: (await birch.get(path)).status_code for path in every}

    assert answers == dict.fromkeys(every, 200)
    assert set(PAGES) < set(every)


@pytest.mark.parametrize("role", Role)
async def test_each_role_sees_its_pages_and_no_others(console: Console, role: Role):
    async with console.colleague("Wren", role) as wren:
        seen = {path: (await wren.get(path)).status_code for path in PAGES}

    home = {"/staff": 200 if may(role, "cases") else 303}
    others = {path: 200 if may(role, v) else 403 for path, v in PAGES.items()}
    assert seen == others | home


async def test_a_peer_can_change_nothing_but_what_is_their_own(console: Console):
    id_ = await console.case()
    async with console.colleague("Wren", Role.PEER) as wren:
        others = [p for p in paths(console, "POST", id_) if "/me" not in p]
        answers = {path: (await wren.post(path)).status_code for path in others}

    assert len(others) >= 15
    assert set(answers.values()) == {403}
    assert len(await console.desk.events(id_)) == 1


async def test_a_peer_cannot_read_a_case(console: Console):
    id_ = await console.case()
    async with console.colleague("Wren", Role.PEER) as wren:
        page = await wren.get(f"/staff/cases/{id_}")

    assert page.status_code == 403
    assert "insults somebody" not in page.text


async def test_nobody_gets_anywhere_without_signing_in(
    console: Console, birch: Colleague
):
    del birch.client.headers["cookie"]
    id_ = await console.case()

    for path in paths(console, "GET", id_):
        answer = await birch.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/staff/sign-in")
    for path in paths(console, "POST", id_):
        assert (await birch.post(path)).status_code == 401


async def test_no_form_works_without_its_token(console: Console, birch: Colleague):
    id_ = await console.case()
    every = list(paths(console, "POST", id_))

    without = {path: (await birch.client.post(path)).status_code for path in every}
    birch.csrf = "0" * 64
    wrong = {path: (await birch.post(path)).status_code for path in every}

    assert set(without.values()) == set(wrong.values()) == {403}
    assert len(await console.desk.events(id_)) == 1


async def test_no_form_works_from_another_site(console: Console, birch: Colleague):
    id_ = await console.case()
    birch.client.headers |= {"origin": "https://evil.example"}

    answers = [await birch.post(path) for path in paths(console, "POST", id_)]

    assert {answer.status_code for answer in answers} == {403}


async def test_nothing_is_changed_by_following_a_link(
    console: Console, birch: Colleague
):
    id_ = await console.case()
    only_forms = set(paths(console, "POST", id_)) - set(paths(console, "GET", id_))

    answers = {path: (await birch.get(path)).status_code for path in only_forms}

    # Of these, no path but a room's is also one of the browser's files.
    assert set(answers.values()) <= {404, 405}


@pytest.mark.parametrize(
    "guess", ["0" * 16, "1", "..%2f..", "a" * 500, "%00", "'%20or%201=1", "%C3%A9"]
)
async def test_a_guessed_case_is_not_there(birch: Colleague, guess: str):
    answers = [
        await birch.get(f"/staff/cases/{guess}"),
        await birch.get(f"/staff/cases/{guess}.json"),
        await birch.post(f"/staff/cases/{guess}/claim"),
        await birch.post(
            f"/staff/cases/{guess}/act", reason="spam", member="slow", message=""
        ),
        await birch.post(f"/staff/cases/{guess}/reveal", reason="danger", upto="1"),
    ]

    # A path of more parts is none of ours, and nobody's to post to.
    assert {answer.status_code for answer in answers} <= {404, 405}


@pytest.mark.parametrize("room", ["cellar", "staff", "..", "%00"])
async def test_a_guessed_room_is_not_there(birch: Colleague, room: str):
    answers = [
        await birch.post(f"/staff/rooms/{room}", locked="yes"),
        await birch.post(f"/staff/rooms/{room}/greet"),
        await birch.post(f"/staff/rooms/{room}/undo-arrivals", minutes="5", sure="yes"),
    ]

    assert {answer.status_code for answer in answers} <= {404, 405}


@pytest.mark.parametrize("wrong", ["7", "99999999999999999999", "-1"])
async def test_a_guessed_phrase_or_note_changes_nothing(birch: Colleague, wrong: str):
    phrase = await birch.post(f"/staff/rules/phrases/{wrong}", mode="live")
    note = await birch.post(f"/staff/me/notes/{wrong}")

    assert phrase.status_code in {400, 405}
    assert note.status_code in {303, 405}


async def test_what_anybody_wrote_stands_there_as_text(
    console: Console, birch: Colleague
):
    async with console.colleague(f"Fern{SCRIPT}") as fern:
        id_ = await hostile_case(console)
        await fern.post(f"/staff/cases/{id_}/note", note=SCRIPT)
        await fern.post(f"/staff/cases/{id_}/claim")
        await birch.post(f"/staff/cases/{id_}/reveal", reason="decide", upto="1")
        await birch.post("/staff/rooms/coffee", greeting=SCRIPT)
        await birch.post("/staff/rules/phrases", phrase=SCRIPT, action="2")
        await birch.post("/staff/me", partner="birch")
        await fern.post("/staff/me", partner="birch")
        await fern.post("/staff/me/offload", text=SCRIPT)

        case = await birch.reads(f"/staff/cases/{id_}")
        others = [await birch.reads(path) for path in PAGES if path != "/staff"]
        found = await birch.reads(f"/staff?search={SCRIPT}")
        own = await fern.reads("/staff/me")

    for page in (case, found, own, *(page for page in others if page[0] == "<")):
        assert "<script>alert" not in page
    assert case.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


async def hostile_case(console: Console) -> str:
    flag = Flag("abuse.insult", "abuse", f"insults {SCRIPT}", 0, len(SCRIPT))
    return await console.case(text=SCRIPT, masked=SCRIPT, flags=(flag,))


async def test_what_a_script_is_given_is_no_page(console: Console, birch: Colleague):
    await console.case(flags=(DANGER,), grade=Grade.HIGH)

    answer = await birch.get("/staff/queue.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.fixture
async def without_store(
    settings: Settings, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[Console]:
    database = Database(NOTHING_ANSWERS, tmp_path)
    async with Console.open(database, settings, clock) as console:
        yield console
    await database.aclose()


async def test_without_the_database_every_page_says_so_plainly(without_store: Console):
    async with without_store.seated("Birch", Role.COORDINATOR) as birch:
        pages = [await birch.get(path) for path in PAGES]

    assert {page.status_code for page in pages} == {503}
    assert all("The database is down" in page.text for page in pages)
