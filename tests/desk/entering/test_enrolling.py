"""Enrolling: from a link to a desk, with nothing left lying about on the way."""

import re

import pyotp
import pytest

from chat.desk.enrolling import COOKIE
from chat.roles import Role
from tests.support.authenticator import Authenticator
from tests.support.clock import FakeClock
from tests.support.signing_in import ORIGIN, PASSWORD, Desk
from tests.support.signing_in_pages import Browser

SECRET = re.compile(r"Or type: <code>([A-Z2-7 ]+)</code>")
CODE = re.compile(r"<li><code>([a-z2-7-]+)</code></li>")


@pytest.fixture
async def invitation(desk: Desk) -> str:
    return await desk.staff.invite(Role.MODERATOR, "the test")


async def begins(
    browser: Browser, invitation: str, name: str = "Robin", **more: str
) -> str:
    """Begin, and return where that leads; empty: it was refused."""
    fields = {"invitation": invitation, "desk_name": name, **more}
    answer = await browser.post("/staff/enrol", **fields)
    return answer.headers.get("location", "")


async def test_a_passkey_makes_an_account_and_signs_in(
    browser: Browser, desk: Desk, invitation: str
):
    assert await begins(browser, invitation) == "/staff/enrol/passkey"
    phone = Authenticator(ORIGIN)

    said = phone.create(await browser.asked("/staff/enrol/passkey"))
    answer = await browser.post("/staff/enrol/passkey", credential=said)

    assert answer.headers["location"] == "/staff"
    assert (await browser.get("/staff")).text == "Robin moderator True"
    assert browser.client.cookies.get(COOKIE) is None


async def test_so_do_a_password_and_a_code_with_recovery_codes(
    browser: Browser, desk: Desk, invitation: str, clock: FakeClock
):
    where = await begins(browser, invitation, by="password", password=PASSWORD)
    assert where == "/staff/enrol/code"
    page = await browser.get(where)
    found = SECRET.search(page.text)
    assert found is not None
    code = pyotp.TOTP(found[1].replace(" ", "")).at(clock.now())

    answer = await browser.post("/staff/enrol/code", code=code)

    codes = CODE.findall(answer.text)
    assert len(codes) == 10
    assert answer.headers["cache-control"] == "no-store"
    assert (await browser.get("/staff")).text == "Robin moderator True"
    assert await desk.proofs.by_password("Robin", PASSWORD, codes[7], "")
    # Shown once: neither the secret nor the picture is to be had any more.
    assert "SECRET" not in (await browser.get("/staff/enrol/code")).text
    assert (await browser.get("/staff/enrol/secret.svg")).status_code == 404


async def test_the_picture_is_for_this_browser_and_is_not_kept(
    browser: Browser, desk: Desk, invitation: str
):
    await begins(browser, invitation, by="password", password=PASSWORD)

    picture = await browser.get("/staff/enrol/secret.svg")

    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    browser.client.cookies.clear()
    assert (await browser.get("/staff/enrol/secret.svg")).status_code == 404


async def test_a_wrong_code_may_be_tried_again(
    browser: Browser, desk: Desk, invitation: str
):
    await begins(browser, invitation, by="password", password=PASSWORD)

    answer = await browser.post("/staff/enrol/code", code="000000")

    assert answer.status_code == 403
    assert "time of your phone" in answer.text
    assert SECRET.search(answer.text)
    assert await desk.staff.team() == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"desk_name": "robin@chat.example"}, "must not be an address"),
        ({"desk_name": "Wren"}, "goes by that desk name"),
        ({"by": "password", "password": "short"}, "at least 12 characters"),
        ({"by": "password"}, "at least 12 characters"),
        ({"invitation": "A" * 43}, "older than 72 hours"),
        ({"invitation": ""}, "older than 72 hours"),
    ],
)
async def test_what_will_not_do_is_said_and_the_rest_is_kept(
    browser: Browser,
    desk: Desk,
    invitation: str,
    fields: dict[str, str],
    words: str,
):
    await desk.with_passkey("Wren")
    form = {"invitation": invitation, "desk_name": "Robin", **fields}

    answer = await browser.post("/staff/enrol", **form)

    assert answer.status_code == 403
    assert words in answer.text
    assert f'value="{form["desk_name"]}"' in answer.text
    assert "short" not in answer.text.replace("shorter", "")


async def test_an_invitation_is_not_used_up_by_looking(
    browser: Browser, desk: Desk, invitation: str
):
    for _ in range(3):
        assert await begins(browser, invitation)
    assert await begins(browser, invitation, "Somebody else")


async def test_a_used_invitation_leads_nowhere(
    browser: Browser, desk: Desk, invitation: str
):
    await begins(browser, invitation)
    said = Authenticator(ORIGIN).create(await browser.asked("/staff/enrol/passkey"))
    await browser.post("/staff/enrol/passkey", credential=said)

    assert await begins(browser, invitation, "Wren") == ""


async def test_what_another_page_sends_begins_nothing(
    browser: Browser, invitation: str
):
    answer = await browser.post_from(
        {"origin": "https://evil.example"},
        "/staff/enrol",
        invitation=invitation,
        desk_name="Robin",
    )

    assert answer.status_code == 403
    assert browser.client.cookies.get(COOKIE) is None


@pytest.mark.parametrize("path", ["/staff/enrol/passkey", "/staff/enrol/code"])
async def test_without_a_beginning_there_is_no_end(browser: Browser, path: str):
    looked = await browser.get(path)
    sent = await browser.post(path, credential="{}", code="000000")

    assert (looked.status_code, sent.status_code) == (403, 403)
    assert "begin again" in looked.text


async def test_words_of_a_stranger_are_words(browser: Browser, invitation: str):
    answer = await browser.post(
        "/staff/enrol",
        invitation='"><script>alert(1)</script>',
        desk_name='"><img src=x onerror=alert(1)>',
    )

    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
