"""The team's page: coordinators invite and part; nobody else even sees it."""

import re

import pytest

from chat.roles import Role
from chat.signing.sittings import PROOF_SECONDS
from tests.support.authenticator import Authenticator
from tests.support.clock import FakeClock
from tests.support.signing_in import ORIGIN, Desk
from tests.support.signing_in_pages import Browser

LINK = re.compile(r"<code>(https://chat\.example/staff/enrol#[\w-]{43})</code>")


@pytest.fixture
async def browser(browser: Browser, desk: Desk) -> Browser:
    """Return the browser of the only coordinator."""
    _, phone = await desk.with_passkey("Robin", Role.COORDINATOR)
    await browser.shows(phone)
    return browser


async def does(browser: Browser, what: str, **fields: str) -> str:
    """Do something on the page; return what it shows, or where it leads."""
    csrf = await browser.csrf()
    answer = await browser.post(f"/staff/team/{what}", csrf=csrf, **fields)
    return answer.headers.get("location", answer.text)


async def test_a_link_is_shown_once_and_leads_in(
    browser: Browser, other: Browser, desk: Desk
):
    shown = LINK.search(await does(browser, "invite", role="facilitator"))
    assert shown is not None
    assert not LINK.search((await browser.get("/staff/team")).text)

    invitation = shown[1].partition("#")[2]
    await other.post("/staff/enrol", invitation=invitation, desk_name="Wren")
    said = Authenticator(ORIGIN).create(await other.asked("/staff/enrol/passkey"))
    await other.post("/staff/enrol/passkey", credential=said)

    assert (await other.get("/staff")).text == "Wren facilitator True"


async def test_whoever_is_let_in_no_more_is_out_at_once(
    browser: Browser, other: Browser, desk: Desk
):
    _, phone = await desk.with_passkey("Wren")
    await other.shows(phone)
    assert await other.is_in()

    assert await does(browser, "disable", desk_name="Wren") == "/staff/team"

    assert not await other.is_in()
    page = (await browser.get("/staff/team")).text
    assert "moderator until" in page
    assert 'value="Wren"' not in page


async def test_the_only_coordinator_stays(browser: Browser):
    assert "They stay" in await does(browser, "disable", desk_name="Robin")
    assert await browser.is_in()


async def test_nobody_of_that_name_is_nobody(browser: Browser):
    assert "Nobody of the team" in await does(browser, "disable", desk_name="<b>x</b>")


async def test_a_role_that_is_none_invites_nobody(browser: Browser, desk: Desk):
    assert await does(browser, "invite", role="boss") == "/staff/team"


@pytest.mark.parametrize(
    ("what", "fields"),
    [("invite", {"role": "peer"}), ("disable", {"desk_name": "Wren"})],
)
async def test_it_takes_a_proof_of_the_last_minutes(
    browser: Browser,
    desk: Desk,
    clock: FakeClock,
    what: str,
    fields: dict[str, str],
):
    await desk.with_passkey("Wren")
    clock.advance(PROOF_SECONDS)

    where = await does(browser, what, **fields)

    assert where == "/staff/step-up?next=%2Fstaff%2Fteam"
    assert all(mate.disabled_at is None for mate in await desk.staff.team())


@pytest.mark.parametrize("role", [Role.PEER, Role.FACILITATOR, Role.MODERATOR])
async def test_nobody_else_sees_it_or_does_any_of_it(
    browser: Browser, other: Browser, desk: Desk, role: Role
):
    _, phone = await desk.with_passkey("Wren", role)
    await other.shows(phone)

    assert (await other.get("/staff/team")).status_code == 403
    for what in ("invite", "disable"):
        answer = await other.post(
            f"/staff/team/{what}",
            csrf=await other.csrf(),
            role="coordinator",
            desk_name="Robin",
        )
        assert answer.status_code == 403
    assert await browser.is_in()


async def test_without_the_sittings_token_nobody_is_invited(browser: Browser):
    assert (await browser.post("/staff/team/invite", role="peer")).status_code == 403
