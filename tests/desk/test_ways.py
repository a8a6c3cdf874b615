"""How we reach you: said plainly, set up in a moment, and never half kept."""

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from chat.desk.confirming import MOST_BYTES
from chat.oncall.coverage import SOON
from chat.oncall.enlisting import MOST_ASKED, MOST_WAYS
from chat.oncall.notify import Outcome
from chat.oncall.ways import CONFIRM_MAIL, new_id
from chat.roles import Role
from chat.store.instants import kept
from chat.store.ways import Way
from tests.support.console import Colleague, Console
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.push_service import Browser
from tests.support.reached import Reached

FIREFOX = "https://updates.push.services.mozilla.com/wpush/v2/"
ADDRESS = "wren@post.example"
UNREACHABLE = "You are on the rota, but we cannot reach you"


# Pages are the same on every database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def reached(console: Console) -> Reached:
    return Reached(console)


@pytest.fixture
async def wren(console: Console, reached: Reached) -> AsyncIterator[Colleague]:
    async with console.colleague("Wren", Role.PEER) as wren:
        yield wren


@pytest.fixture
async def robin(console: Console, reached: Reached) -> AsyncIterator[Colleague]:
    async with console.colleague("Robin", Role.PEER) as robin:
        yield robin


@pytest.fixture
async def stranger(
    console: Console, reached: Reached
) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody, or some program, that is not signed in and says no origin."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(console.app), base_url=console.origin
    ) as client:
        yield client


async def subscribes(who: Colleague, browser: Browser, **more: Any) -> httpx2.Response:
    return await who.client.post(
        "/staff/ways/push",
        json={"subscription": browser.subscription, "label": "Firefox", **more},
        headers={"x-csrf": who.csrf},
    )


async def test_a_browser_is_called_nothing_that_no_database_keeps(
    wren: Colleague, reached: Reached
):
    told = await subscribes(wren, Browser(f"{FIREFOX}1"), label="\0Fire\nfox\x7f ")

    assert told.status_code == 200
    assert [way.label for way in await ways(reached)] == ["Fire fox"]


async def ways(reached: Reached, staff_id: str = "wren") -> list[Way]:
    return await reached.team.ways.of(staff_id)


async def states(who: Colleague) -> list[tuple[str, str]]:
    """Return how it stands with each way, as the page's script learns it."""
    told = json.loads(await who.reads("/staff/ways.json"))
    return [(each["state"], each["words"]) for each in told["ways"]]


# Devices


async def test_a_browser_is_kept_and_sent_a_test(wren: Colleague, reached: Reached):
    browser = Browser(f"{FIREFOX}one")

    assert (await subscribes(wren, browser)).status_code == 200

    (way,) = await ways(reached)
    assert (way.kind, way.label) == ("push", "Firefox")
    assert way.address.items() > browser.address.items()
    (alert,) = await reached.team.rows()
    assert (alert.kind, alert.state) == ("test", "waiting")
    assert (alert.way_id, alert.staff_id) == (way.id, "wren")
    assert json.loads(await wren.reads("/staff/ways.json"))["testing"]


async def test_a_browser_that_is_set_up_again_is_there_once(
    wren: Colleague, reached: Reached
):
    old, new = Browser(f"{FIREFOX}old"), Browser(f"{FIREFOX}new")
    await subscribes(wren, old)
    await subscribes(wren, old)

    await subscribes(wren, new, was=old.endpoint)

    assert [way.address["endpoint"] for way in await ways(reached)] == [new.endpoint]


async def test_a_browser_is_of_whoever_set_it_up_last(
    wren: Colleague, robin: Colleague, reached: Reached
):
    browser = Browser(f"{FIREFOX}shared")

    await subscribes(wren, browser)
    await subscribes(robin, browser)

    assert await ways(reached) == []
    assert len(await ways(reached, "robin")) == 1


async def test_a_strange_push_service_is_refused_in_plain_words(
    wren: Colleague, reached: Reached
):
    answer = await subscribes(wren, Browser("https://10.0.0.1/push"))

    assert answer.status_code == 400
    assert "does not know" in answer.json()["told"]
    assert await ways(reached) == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * MOST_BYTES, b"x" * (MOST_BYTES + 1)]
)
async def test_nonsense_is_refused(wren: Colleague, reached: Reached, body: bytes):
    answer = await wren.client.post(
        "/staff/ways/push", content=body, headers={"x-csrf": wren.csrf}
    )

    assert answer.status_code == 400
    assert await ways(reached) == []


async def test_a_form_instead_of_a_subscription_is_refused(
    wren: Colleague, reached: Reached
):
    told = await wren.post("/staff/ways/push", subscription="{}")

    assert told.status_code == 400
    assert await ways(reached) == []


async def test_there_is_an_end_to_how_many_ways_one_has(
    wren: Colleague, reached: Reached
):
    for number in range(MOST_WAYS):
        await subscribes(wren, Browser(f"{FIREFOX}{number}"))

    answer = await subscribes(wren, Browser(f"{FIREFOX}more"))

    assert "remove one first" in answer.json()["told"]
    assert len(await ways(reached)) == MOST_WAYS


async def test_a_browser_says_itself_that_it_moved(
    wren: Colleague, stranger: httpx2.AsyncClient, reached: Reached, console: Console
):
    old, *new = [Browser(f"{FIREFOX}{name}") for name in ("old", "new", "newer")]
    proof = (await subscribes(wren, old)).json()["proof"]
    ours = {"origin": console.origin, "sec-fetch-site": "same-origin"}

    for was, now in itertools.pairwise([old, *new]):
        said = {"was": was.endpoint, "proof": proof, "subscription": now.subscription}
        moved = await stranger.post("/staff/confirm/moved", json=said, headers=ours)

        assert moved.status_code == 204
        assert (await ways(reached))[0].address.items() > now.address.items()


@pytest.mark.parametrize("proof", ["", "x" * 43, "\udcff"])
async def test_who_knows_an_address_alone_leads_no_alerts_elsewhere(
    wren: Colleague,
    stranger: httpx2.AsyncClient,
    reached: Reached,
    console: Console,
    proof: str,
):
    """A push service knows it, and so does whoever has a dump."""
    theirs, evil = Browser(f"{FIREFOX}theirs"), Browser(f"{FIREFOX}evil")
    await subscribes(wren, theirs)
    (way,) = await ways(reached)
    ours = {"origin": console.origin, "sec-fetch-site": "same-origin"}

    for proves in (proof, way.address["proof"]):
        said = {"was": theirs.endpoint, "proof": proves} | {
            "subscription": evil.subscription
        }
        answer = await stranger.post(
            "/staff/confirm/moved", content=json.dumps(said), headers=ours
        )
        assert answer.status_code == 204

    assert await ways(reached) == [way]


async def test_a_stranger_who_tells_of_moves_holds_up_nobody(
    stranger: httpx2.AsyncClient, console: Console
):
    said = {"was": "x", "proof": "x", "subscription": Browser(FIREFOX).subscription}
    ours = {"origin": console.origin, "sec-fetch-site": "same-origin"}

    async with console.desk.database.begin(), asyncio.timeout(PATIENCE_SECONDS):
        answer = await stranger.post("/staff/confirm/moved", json=said, headers=ours)

    assert answer.status_code == 204


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        {"was": "x"},
        {"was": "x", "subscription": {"endpoint": "x"}},
        {"was": "x", "proof": "x", "subscription": {"endpoint": "x"}},
    ],
)
async def test_a_move_to_nowhere_is_refused(
    stranger: httpx2.AsyncClient, console: Console, said: object
):
    ours = {"origin": console.origin, "sec-fetch-site": "same-origin"}

    answer = await stranger.post("/staff/confirm/moved", json=said, headers=ours)

    assert answer.status_code == 400


async def test_a_move_that_is_no_json_is_refused(
    stranger: httpx2.AsyncClient, console: Console
):
    for body in (b"\xff", b"[" * MOST_BYTES):
        answer = await stranger.post(
            "/staff/confirm/moved", content=body, headers={"origin": console.origin}
        )
        assert answer.status_code == 400


async def test_a_worker_learns_what_to_subscribe_with(stranger: httpx2.AsyncClient):
    assert (await stranger.get("/staff/confirm/key")).text == "a-public-key"


async def test_nobody_tests_or_removes_what_is_not_theirs(
    wren: Colleague, robin: Colleague, reached: Reached
):
    await subscribes(wren, Browser(f"{FIREFOX}one"))
    (way,) = await ways(reached)

    await robin.post("/staff/ways/test", id=way.id)
    await robin.post("/staff/ways/remove", id=way.id)

    assert await ways(reached) == [way]
    assert len(await reached.team.rows()) == 1

    await wren.post("/staff/ways/remove", id=way.id)
    assert await ways(reached) == []


@pytest.mark.parametrize("asked", ["test", "remove"])
@pytest.mark.parametrize("form", [{}, {"id": ""}, {"id": "0" * 32}])
async def test_whoever_asks_for_a_way_that_is_not_there_is_told_so(
    wren: Colleague, asked: str, form: dict[str, str]
):
    answer = await wren.post(f"/staff/ways/{asked}", **form)

    assert answer.status_code == 400
    assert "You have no such way" in answer.text


async def test_a_first_mail_that_nobody_opened_yet_is_not_tested(
    wren: Colleague, reached: Reached
):
    await wren.post("/staff/ways/email", to=ADDRESS)
    (way,) = await ways(reached)
    sent = len(await reached.team.rows())

    answer = await wren.post("/staff/ways/test", id=way.id)

    assert "before you try it" in answer.text
    assert len(await reached.team.rows()) == sent


async def test_tests_are_not_sent_without_end(wren: Colleague, reached: Reached):
    way = await reached.team.way("wren")
    for _ in range(MOST_ASKED):
        await wren.post("/staff/ways/test", id=way.id)

    answer = await wren.post("/staff/ways/test", id=way.id)

    assert "try again in an hour" in answer.text
    assert len(await reached.team.rows()) == MOST_ASKED


# What the page says


async def test_whoever_is_on_the_rota_and_out_of_reach_is_told_so(
    wren: Colleague, reached: Reached, console: Console
):
    assert UNREACHABLE not in await wren.reads("/staff/ways")

    reached.on_rota["wren"] = console.clock.now() + timedelta(days=2)
    assert UNREACHABLE in await wren.reads("/staff/ways")

    way = await reached.team.way("wren")
    await reached.team.ways.confirm(await reached.team.alert(way, "test"))
    assert UNREACHABLE not in await wren.reads("/staff/ways")
    assert "We can reach you" in await wren.reads("/staff/ways")


async def test_silence_between_two_shifts_is_no_alarm_until_one_begins_soon(
    wren: Colleague, reached: Reached, console: Console
):
    way = await reached.team.way("wren")
    await reached.team.ways.confirm(await reached.team.alert(way))
    now = console.clock.now()
    await reached.team.change(way, confirmed_at=kept(now - timedelta(hours=13)))

    reached.on_rota["wren"] = now + SOON + timedelta(minutes=1)
    assert UNREACHABLE not in await wren.reads("/staff/ways")
    assert "We try it before your next shift" in await wren.reads("/staff/ways")

    reached.on_rota["wren"] = now + SOON
    assert UNREACHABLE in await wren.reads("/staff/ways")


async def test_each_way_says_how_it_stands(
    wren: Colleague, reached: Reached, console: Console
):
    way = await reached.team.way("wren")
    assert await states(wren) == [("waiting", "Nothing has arrived here yet.")]

    await reached.team.ways.confirm(await reached.team.alert(way))
    assert await states(wren) == [("good", "Works: an alert arrived just now.")]

    long_ago = kept(console.clock.now() - timedelta(hours=13))
    await reached.team.change(way, confirmed_at=long_ago)
    ((state, words),) = await states(wren)
    assert state == "old"
    assert "13 h ago" in words

    await reached.team.is_refused(way, "The push service refused (403).")
    assert await states(wren) == [("bad", "The push service refused (403).")]


async def test_what_one_calls_a_device_is_text(wren: Colleague, reached: Reached):
    await subscribes(wren, Browser(f"{FIREFOX}1"), label="<script>alert(1)</script>")

    assert "<script>alert" not in await wren.reads("/staff/ways")


async def test_only_what_is_set_up_here_is_offered(console: Console):
    Reached(console, kinds=["push"])
    async with console.colleague("Wren", Role.PEER) as wren:
        page = await wren.reads("/staff/ways")
        mail = await wren.post("/staff/ways/email", to=ADDRESS)
        phone = await wren.post("/staff/ways/webhook", label="phone")

    assert 'name="to"' not in page
    assert 'name="label"' not in page
    assert mail.status_code == phone.status_code == 400


async def test_a_coordinator_sees_who_is_out_of_reach_and_why(
    wren: Colleague, robin: Colleague, reached: Reached, console: Console
):
    good, bad = await reached.team.way("robin"), await reached.team.way("wren")
    await reached.team.ways.confirm(await reached.team.alert(good))
    await reached.team.is_refused(bad, "The push service refused (403).")

    async with console.colleague("Birch", Role.COORDINATOR) as birch:
        page = await birch.reads("/staff/ways")

    everybody = page.split("Everybody")[1]
    assert re.findall(r'<b dir="auto">(\w+)</b>', everybody) == [
        "Birch",
        "Wren",
        "Robin",
    ]
    for words in ("Has set up no way yet", "refused (403)", "Can be reached"):
        assert words in everybody
    assert "push.example" not in page
    assert "Everybody" not in await wren.reads("/staff/ways")


# Mail


async def test_an_address_is_used_once_its_owner_pressed_the_button(
    wren: Colleague, stranger: httpx2.AsyncClient, reached: Reached, console: Console
):
    await wren.post("/staff/ways/email", to=ADDRESS)
    (note,) = reached.fakes["email"].sent
    assert (note.kind, note.address) == ("confirm", {"to": ADDRESS})
    assert not (await ways(reached))[0].is_usable

    # A program that looks into mails follows the link.
    link = f"/staff/confirm?alert={note.id}"
    assert "Is this your address?" in (await stranger.get(link)).text
    assert not (await ways(reached))[0].is_usable

    ours = {"origin": console.origin, "sec-fetch-site": "same-origin"}
    answer = await stranger.post(
        "/staff/confirm/address", data={"alert": note.id}, headers=ours
    )

    assert "Thank you" in answer.text
    assert (await ways(reached))[0].is_usable


async def test_a_link_that_is_over_says_so(
    wren: Colleague, stranger: httpx2.AsyncClient, reached: Reached, console: Console
):
    await wren.post("/staff/ways/email", to=ADDRESS)
    (note,) = reached.fakes["email"].sent
    console.clock.advance(CONFIRM_MAIL.total_seconds() + 1)

    ours = {"origin": console.origin, "sec-fetch-site": "same-origin"}
    answer = await stranger.post(
        "/staff/confirm/address", data={"alert": note.id}, headers=ours
    )

    assert answer.status_code == 404
    assert "This link is over" in answer.text


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.LATER, "The mail server does not answer just now"),
        (Outcome.NO, "does not take mail for that address"),
        (Outcome.AMISS, "We cannot send mail just now; whoever runs this house"),
    ],
)
async def test_a_mail_that_cannot_be_sent_is_said_where_it_was_entered(
    wren: Colleague, reached: Reached, outcome: Outcome, words: str
):
    reached.fakes["email"].outcome = outcome

    answer = await wren.post("/staff/ways/email", to=ADDRESS)

    assert answer.status_code == 400
    assert words in answer.text.split('id="to-wrong"')[1]
    assert f'value="{ADDRESS}"' in answer.text
    assert await ways(reached) == []
    assert [row.state for row in await reached.team.rows()] == ["sent"]


@pytest.mark.parametrize(
    "to",
    [
        "",
        "wren",
        "wren@localhost",
        "a@b.c\r\nBcc: d@e.f",
        "<a@b.c>",
        "a\x85b@c.de",
        "a\x1cb@c.de",
        "a\x7fb@c.de",
        "\u202ea@b.cd",
        "a@b.c, d@e.f",
        "x" * 251 + "@b.c",
    ],
)
async def test_what_is_no_address_is_sent_nothing(
    wren: Colleague, reached: Reached, to: str
):
    answer = await wren.post("/staff/ways/email", to=to)

    assert "That is no mail address" in answer.text
    assert reached.fakes["email"].sent == []


async def test_nobody_has_many_mails_sent_to_others_by_asking_at_once(
    wren: Colleague, reached: Reached
):
    mail = reached.fakes["email"]
    mail.outcome = Outcome.NO

    asked = [wren.post("/staff/ways/email", to=f"a{n}@b.cd") for n in range(30)]
    answers = await asyncio.gather(*asked)

    assert len(mail.sent) == MOST_ASKED
    assert sum("try again in an hour" in each.text for each in answers) == 10


async def test_an_address_is_there_once(wren: Colleague, reached: Reached):
    await wren.post("/staff/ways/email", to=ADDRESS)

    assert (
        "You have that already"
        in (await wren.post("/staff/ways/email", to=ADDRESS)).text
    )
    assert len(reached.fakes["email"].sent) == 1


async def test_a_phone_is_kept_under_the_name_it_is_given(
    wren: Colleague, reached: Reached
):
    await wren.post("/staff/ways/webhook", label="  My   phone ")

    (way,) = await ways(reached)
    assert (way.kind, way.label) == ("webhook", "My phone")
    again = await wren.post("/staff/ways/webhook", label="other")
    assert "You have that already" in again.text


# Confirming


async def test_whoever_knows_an_alerts_id_may_confirm_it(
    wren: Colleague, stranger: httpx2.AsyncClient, reached: Reached
):
    way = await reached.team.way("wren")
    alert = await reached.team.alert(way)

    answer = await stranger.post("/staff/confirm", content=alert)

    assert answer.status_code == 204
    assert (await reached.team.kept(way)).confirmed_at


async def test_an_answer_tells_nobody_which_ids_there_are(
    stranger: httpx2.AsyncClient,
):
    for body in (
        new_id(),
        "",
        "x" * (MOST_BYTES + 1),
        "\udcff".encode(errors="replace"),
    ):
        answer = await stranger.post("/staff/confirm", content=body)
        assert (answer.status_code, answer.content) == (204, b"")


async def test_another_page_confirms_nothing(
    wren: Colleague, stranger: httpx2.AsyncClient, reached: Reached
):
    way = await reached.team.way("wren")
    alert = await reached.team.alert(way)
    evil = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}

    answer = await stranger.post("/staff/confirm", content=alert, headers=evil)

    assert answer.status_code == 403
    assert (await reached.team.kept(way)).confirmed_at is None


async def test_the_worker_may_be_started_on_that_page_alone(
    wren: Colleague, console: Console
):
    page = (await wren.get("/staff/ways")).headers["content-security-policy"]
    other = (await wren.get("/staff/me")).headers["content-security-policy"]

    assert "trusted-types worker;" in page
    assert "trusted-types 'none';" in other
    worker = await wren.get("/staff/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
