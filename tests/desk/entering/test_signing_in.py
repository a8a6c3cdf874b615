"""Signing in: one way in, one token each time, and out means out."""

from contextlib import AsyncExitStack

import httpx2
import pytest

from chat.desk.guard import COOKIE
from chat.roles import Role
from chat.signing.guesses import FREE_FOR_ACCOUNT
from chat.signing.sittings import PROOF_SECONDS
from tests.support.authenticator import Authenticator
from tests.support.clock import FakeClock
from tests.support.signing_in import ORIGIN, PASSWORD, Desk, WithPassword, next_code
from tests.support.signing_in_pages import Browser

EVIL = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}


@pytest.fixture
async def robin(desk: Desk, clock: FakeClock) -> WithPassword:
    robin = await desk.with_password()
    next_code(clock)
    return robin


# In


async def test_a_password_and_a_code_lead_to_the_desk(
    browser: Browser, robin: WithPassword
):
    answer = await browser.signs_in(robin.code())

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert (await browser.get("/staff")).text == "Robin moderator True"


async def test_so_does_a_passkey(browser: Browser, desk: Desk):
    _, phone = await desk.with_passkey("Wren")

    answer = await browser.shows(phone)

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert (await browser.get("/staff")).text == "Wren moderator True"


async def test_the_cookie_is_for_this_house_and_no_script(
    browser: Browser, robin: WithPassword
):
    answer = await browser.signs_in(robin.code())

    said = answer.headers["set-cookie"]
    name, _, attributes = said.partition("=")
    kept = {part.strip().lower() for part in attributes.split(";")[1:]}
    assert name == COOKIE
    assert kept == {"httponly", "path=/", "samesite=strict", "secure"}


@pytest.mark.parametrize(
    ("role", "next_", "home"),
    [
        (Role.MODERATOR, "/staff/cases/7f", "/staff/cases/7f"),
        (Role.MODERATOR, "//evil.example", "/staff"),
        (Role.MODERATOR, "https://evil.example", "/staff"),
        (Role.PEER, "", "/staff/me"),
        (Role.PEER, "/staff/account", "/staff/account"),
    ],
)
async def test_whoever_signs_in_comes_where_they_wanted_in_this_house(
    browser: Browser, desk: Desk, role: Role, next_: str, home: str
):
    _, phone = await desk.with_passkey("Wren", role)

    answer = await browser.shows(phone, next=next_)

    assert answer.headers["location"] == home


async def test_a_token_from_before_is_not_the_one_after(
    browser: Browser, robin: WithPassword, clock: FakeClock
):
    planted = f"{robin.account.id}.{'A' * 43}"
    browser.client.cookies.set(COOKIE, planted, domain="chat.example", path="/")
    await browser.signs_in(robin.code())
    first = browser.token or ""
    next_code(clock)

    await browser.signs_in(robin.code())

    assert len({planted, first, browser.token}) == 3
    for old in (planted, first):
        browser.client.cookies.set(COOKIE, old, domain="chat.example", path="/")
        assert not await browser.is_in()


# Not in


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("Robin", "wrong", ""),
        ("Robin", PASSWORD, "000000"),
        ("Nobody", PASSWORD, "000000"),
        ("", "", ""),
        ("Robin\u0000", PASSWORD, "1"),
        ("x" * 4000, "y" * 4000, "z" * 4000),
    ],
)
async def test_whatever_does_not_fit_is_answered_the_same(
    browser: Browser, robin: WithPassword, name: str, password: str, code: str
):
    answer = await browser.signs_in(code, name, password)

    usual = await browser.signs_in("999999", "Somebody", "else entirely")
    assert answer.status_code == 403
    assert _without_challenge(answer) == _without_challenge(usual)
    assert browser.token is None


def _without_challenge(answer: httpx2.Response) -> str:
    before, _, rest = answer.text.partition('data-asked="')
    return before + rest.partition('"')[2]


async def test_who_guesses_is_told_how_long_to_wait(
    browser: Browser, robin: WithPassword, clock: FakeClock
):
    for _ in range(FREE_FOR_ACCOUNT + 1):
        assert (await browser.signs_in("000000")).status_code == 403

    answer = await browser.signs_in(robin.code())

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    assert "wait 1 seconds" in answer.text
    clock.advance(1)
    assert (await browser.signs_in(robin.code())).status_code == 303


async def test_another_page_signs_nobody_in(browser: Browser, robin: WithPassword):
    answer = await browser.post_from(
        EVIL,
        "/staff/sign-in",
        desk_name="Robin",
        password=PASSWORD,
        code=robin.code(),
    )

    assert answer.status_code == 403
    assert browser.token is None
    assert (await browser.signs_in(robin.code())).status_code == 303


async def test_a_passkey_shown_twice_lets_in_once(
    browser: Browser, other: Browser, desk: Desk
):
    _, phone = await desk.with_passkey("Wren")
    said = phone.get(await browser.asked("/staff/sign-in"))

    first = await browser.post("/staff/sign-in/passkey", credential=said)
    second = await other.post("/staff/sign-in/passkey", credential=said)

    assert (first.status_code, second.status_code) == (303, 403)
    assert not await other.is_in()


async def test_a_passkey_shown_to_another_page_lets_nobody_in(
    browser: Browser, desk: Desk
):
    _, phone = await desk.with_passkey("Wren")
    phone.origin = "https://chat.example.evil.example"

    assert (await browser.shows(phone)).status_code == 403


# Out


async def test_signing_out_ends_the_token_wherever_it_was_copied(
    browser: Browser, other: Browser, robin: WithPassword
):
    await browser.signs_in(robin.code())
    other.client.cookies.update(browser.client.cookies)
    assert await other.is_in()

    answer = await browser.post("/staff/sign-out", csrf=await browser.csrf())

    assert answer.headers["location"] == "/staff/sign-in"
    assert browser.token is None
    assert not await other.is_in()


async def test_a_page_elsewhere_signs_nobody_out(browser: Browser, robin: WithPassword):
    await browser.signs_in(robin.code())
    csrf = await browser.csrf()

    assert (
        await browser.post_from(EVIL, "/staff/sign-out", csrf=csrf)
    ).status_code == 403
    assert (await browser.post("/staff/sign-out")).status_code == 403
    assert await browser.is_in()


async def test_signing_out_everywhere_is_everywhere(
    browser: Browser, other: Browser, robin: WithPassword, clock: FakeClock
):
    await browser.signs_in(robin.code())
    next_code(clock)
    await other.signs_in(robin.code())

    await browser.post("/staff/sign-out/everywhere", csrf=await browser.csrf())

    assert not await browser.is_in()
    assert not await other.is_in()


async def test_signing_out_here_leaves_the_other_desk(
    browser: Browser, other: Browser, robin: WithPassword, clock: FakeClock
):
    await browser.signs_in(robin.code())
    next_code(clock)
    await other.signs_in(robin.code())

    await browser.post("/staff/sign-out", csrf=await browser.csrf())

    assert await other.is_in()


# Once more


async def test_it_is_proved_again_by_password_and_code(
    browser: Browser, robin: WithPassword, clock: FakeClock
):
    await browser.signs_in(robin.code())
    clock.advance(PROOF_SECONDS)
    assert (await browser.get("/staff")).text == "Robin moderator False"

    answer = await browser.post(
        "/staff/step-up",
        csrf=await browser.csrf(),
        password=PASSWORD,
        code=robin.code(),
        next="/staff/cases/7f",
    )

    assert answer.headers["location"] == "/staff/cases/7f"
    assert (await browser.get("/staff")).text == "Robin moderator True"


async def test_or_by_passkey(browser: Browser, desk: Desk, clock: FakeClock):
    _, phone = await desk.with_passkey("Wren")
    await browser.shows(phone)
    clock.advance(PROOF_SECONDS)

    said = phone.get(await browser.asked("/staff/step-up"))
    answer = await browser.post(
        "/staff/step-up/passkey", csrf=await browser.csrf(), credential=said
    )

    assert answer.headers["location"] == "/staff"
    assert (await browser.get("/staff")).text == "Wren moderator True"


async def test_but_not_by_somebody_elses(
    browser: Browser, desk: Desk, clock: FakeClock
):
    _, mine = await desk.with_passkey("Robin")
    _, theirs = await desk.with_passkey("Wren")
    await browser.shows(mine)
    clock.advance(PROOF_SECONDS)

    said = theirs.get(await browser.asked("/staff/step-up"))
    answer = await browser.post(
        "/staff/step-up/passkey", csrf=await browser.csrf(), credential=said
    )

    assert answer.status_code == 403
    assert (await browser.get("/staff")).text == "Robin moderator False"


async def test_nor_by_what_was_shown_to_sign_in(
    browser: Browser, desk: Desk, clock: FakeClock
):
    _, phone = await desk.with_passkey("Robin")
    await browser.shows(phone)
    clock.advance(PROOF_SECONDS)

    said = phone.get(await browser.asked("/staff/sign-in"))
    answer = await browser.post(
        "/staff/step-up/passkey", csrf=await browser.csrf(), credential=said
    )

    assert answer.status_code == 403


async def test_whoever_has_no_passkey_is_not_asked_for_one(
    browser: Browser, robin: WithPassword
):
    await browser.signs_in(robin.code())

    assert "data-asked" not in (await browser.get("/staff/step-up")).text


async def test_nor_with_a_wrong_password_or_an_old_code(
    browser: Browser, robin: WithPassword, clock: FakeClock
):
    code = robin.code()
    await browser.signs_in(code)
    clock.advance(PROOF_SECONDS)
    csrf = await browser.csrf()

    for password, shown in (("wrong", robin.code()), (PASSWORD, code)):
        answer = await browser.post(
            "/staff/step-up", csrf=csrf, password=password, code=shown
        )
        assert answer.status_code == 403
    assert (await browser.get("/staff")).text == "Robin moderator False"


async def test_whoever_is_signed_out_has_nothing_to_prove(browser: Browser):
    assert (await browser.get("/staff/step-up")).status_code == 303
    assert (await browser.post("/staff/step-up")).status_code == 401


# One's own account


async def test_a_passkey_is_added_with_a_name(
    browser: Browser, robin: WithPassword, desk: Desk, other: Browser
):
    await browser.signs_in(robin.code())
    phone = Authenticator(ORIGIN)

    said = phone.create(await browser.asked("/staff/account"))
    answer = await browser.post(
        "/staff/account/passkeys",
        csrf=await browser.csrf(),
        credential=said,
        name="<i>my</i> phone",
    )

    assert answer.status_code == 303
    assert "&lt;i&gt;my&lt;/i&gt; phone" in (await browser.get("/staff/account")).text
    assert (await other.shows(phone)).status_code == 303


@pytest.mark.parametrize("path", ["passkeys", "passkeys/remove", "recovery"])
async def test_nothing_of_an_account_is_changed_without_a_proof(
    browser: Browser, robin: WithPassword, clock: FakeClock, path: str, desk: Desk
):
    await browser.signs_in(robin.code())
    clock.advance(PROOF_SECONDS)

    answer = await browser.post(
        f"/staff/account/{path}", csrf=await browser.csrf(), id="00", credential="{}"
    )

    assert answer.headers["location"].startswith("/staff/step-up?")
    assert "data-asked" not in (await browser.get("/staff/account")).text
    assert await robin.prove(robin.recovery[0])


async def test_the_only_passkey_stays(browser: Browser, desk: Desk):
    _, phone = await desk.with_passkey("Wren")
    await browser.shows(phone)

    answer = await browser.post(
        "/staff/account/passkeys/remove",
        csrf=await browser.csrf(),
        id=phone.id.hex(),
    )

    assert answer.status_code == 403
    assert "only way in" in answer.text


async def test_new_recovery_codes_are_shown_once(browser: Browser, robin: WithPassword):
    await browser.signs_in(robin.code())

    answer = await browser.post("/staff/account/recovery", csrf=await browser.csrf())

    assert answer.text.count("<li><code>") == 10
    assert answer.headers["cache-control"] == "no-store"
    assert "<li><code>" not in (await browser.get("/staff/account")).text


async def test_one_page_is_not_kept_and_runs_nothing_of_its_own(browser: Browser):
    answer = await browser.get("/staff/sign-in")

    assert answer.headers["cache-control"] == "no-store"
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert "<script>" not in answer.text
    assert "publickey-credentials-get=(self)" in answer.headers["permissions-policy"]


async def test_the_pages_of_others_need_their_own_cookies(
    desk: Desk, robin: WithPassword
):
    async with AsyncExitStack() as stack:
        browsers = [Browser(desk) for _ in range(2)]
        for each in browsers:
            await stack.enter_async_context(each.client)
        await browsers[0].signs_in(robin.code())

        assert await browsers[0].is_in()
        assert not await browsers[1].is_in()
