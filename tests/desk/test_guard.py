"""The guard: who sees a staff page, and what a page must bring to change something."""

from collections.abc import AsyncIterator, Mapping

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chat.desk.guard import COOKIE, Guard, way
from chat.errors import StoreDown, Unavailable
from chat.passkeys import Site
from chat.roles import Role
from chat.signing.sittings import IDLE_SECONDS, PROOF_SECONDS, Deskmate, Sittings
from tests.support.clock import FakeClock
from tests.support.own_scripts import scripts_on

ORIGIN = "https://chat.example"
EVIL = "https://evil.example"
OURS = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}


class House:
    """A few staff pages behind a guard, and a browser to ask for them."""

    def __init__(self, sittings: Sittings, clock: FakeClock) -> None:
        self.sittings = sittings
        self.guard = Guard(sittings=sittings, origins=frozenset({ORIGIN}))
        self.done: list[str] = []
        self.clock = clock
        page = self.guard.page
        app = Starlette(
            routes=[
                Route("/staff/me", page(self._say, "desk")),
                Route("/staff", page(self._say, "cases")),
                Route("/staff/team", page(self._say, "staff")),
                Route("/staff/act", page(self._act, "cases"), methods=["POST"]),
                Route("/staff/broken", page(self._break, "desk")),
                Route("/staff/far", page(self._far, "desk")),
            ]
        )
        self.browser = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url=ORIGIN
        )

    async def _say(self, request: Request, me: Deskmate) -> Response:
        proved = self.guard.stepped_up(me)
        return PlainTextResponse(f"{me.desk_name} {proved}")

    async def _act(self, request: Request, me: Deskmate) -> Response:
        self.done.append(str((await request.form()).get("what", "")))
        return PlainTextResponse("done")

    async def _break(self, request: Request, me: Deskmate) -> Response:
        raise StoreDown

    async def _far(self, request: Request, me: Deskmate) -> Response:
        raise Unavailable

    async def seat(self, role: Role = Role.MODERATOR) -> Deskmate:
        """Sign the browser in."""
        token = await self.sittings.begin("0123456789abcdef", "Robin", role)
        self.browser.cookies.set(COOKIE, token)
        me = await self.sittings.look(token, active=True)
        assert me is not None
        return me

    async def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        return await self.browser.get(path, headers=headers)

    async def act(
        self, csrf: str | None, headers: Mapping[str, str] | None = None
    ) -> int:
        """Ask for a change; return how that was answered."""
        fields = {"what": "x"} if csrf is None else {"what": "x", "csrf": csrf}
        answer = await self.browser.post(
            "/staff/act",
            data=fields,
            headers=dict(OURS if headers is None else headers),
        )
        return answer.status_code


@pytest.fixture
async def house(redis_url: str, clock: FakeClock) -> AsyncIterator[House]:
    async def ring(_frame: bytes) -> None: ...

    async with scripts_on(redis_url) as scripts:
        house = House(Sittings(scripts=scripts, clock=clock, ring=ring), clock)
        async with house.browser:
            yield house


# Who


async def test_whoever_is_signed_in_sees_the_page(house: House):
    await house.seat()

    answer = await house.get("/staff")

    assert (answer.status_code, answer.text) == (200, "Robin True")
    assert answer.headers["cache-control"] == "no-store"


async def test_whoever_is_not_is_sent_to_sign_in_and_back(house: House):
    answer = await house.get("/staff/team?since=7")

    assert answer.status_code == 303
    assert (
        answer.headers["location"] == "/staff/sign-in?next=%2Fstaff%2Fteam%3Fsince%3D7"
    )


@pytest.mark.parametrize(
    ("came_from", "next_"),
    [
        (f"{ORIGIN}/staff/team", "%2Fstaff%2Fteam"),
        (f"{EVIL}/staff/team", "%2Fstaff"),
        (f"{ORIGIN}.evil.example/staff/team", "%2Fstaff"),
        ("http://[", "%2Fstaff"),
        (None, "%2Fstaff"),
    ],
)
async def test_whoever_is_signed_out_over_a_form_is_led_back_to_it(
    house: House, came_from: str | None, next_: str
):
    said = {} if came_from is None else {"referer": came_from}

    answer = await house.browser.post("/staff/act", headers={**OURS, **said})

    assert answer.status_code == 401
    assert f'href="/staff/sign-in?next={next_}"' in answer.text


async def test_a_script_that_is_signed_out_is_told_so(house: House):
    answer = await house.get("/staff", {"sec-fetch-mode": "cors"})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.PEER, "/staff/me", 200),
        (Role.PEER, "/staff", 403),
        (Role.PEER, "/staff/team", 403),
        (Role.FACILITATOR, "/staff", 200),
        (Role.MODERATOR, "/staff", 200),
        (Role.MODERATOR, "/staff/team", 403),
        (Role.COORDINATOR, "/staff/team", 200),
    ],
)
async def test_a_page_is_for_those_whose_role_has_it(
    house: House, role: Role, path: str, status: int
):
    await house.seat(role)

    assert (await house.get(path)).status_code == status


async def test_a_peer_cannot_change_what_they_cannot_see(house: House):
    me = await house.seat(Role.PEER)

    assert await house.act(me.csrf) == 403
    assert house.done == []


async def test_a_page_for_nobody_is_for_nobody(house: House):
    await house.seat(Role.COORDINATOR)
    app = Starlette(routes=[Route("/x", house.guard.page(house._say, "no such verb"))])

    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url=ORIGIN,
        cookies=house.browser.cookies,
    ) as browser:
        assert (await browser.get("/x")).status_code == 403


@pytest.mark.parametrize(
    "token", ["", "x", "0123456789abcdef." + "A" * 43, "a.b.c", '"']
)
async def test_a_guessed_cookie_opens_nothing(house: House, token: str):
    await house.seat()

    answer = await house.get("/staff", {"cookie": f"{COOKIE}={token}"})

    assert answer.status_code == 303


async def test_a_stolen_cookie_is_worth_nothing_after_signing_out(house: House):
    me = await house.seat()
    assert (await house.get("/staff")).status_code == 200

    await house.sittings.end(me)

    assert (await house.get("/staff")).status_code == 303
    assert await house.act(me.csrf) == 401


async def test_who_looks_at_pages_stays_signed_in(house: House):
    await house.seat()

    for _ in range(4):
        house.clock.advance(IDLE_SECONDS - 60)
        assert (await house.get("/staff")).status_code == 200


async def test_what_a_page_fetches_by_itself_does_not_keep_anybody_signed_in(
    house: House,
):
    await house.seat()

    for _ in range(29):
        house.clock.advance(60)
        fetched = await house.get("/staff", {"sec-fetch-mode": "cors"})
        assert fetched.status_code == 200
    house.clock.advance(60)

    assert (await house.get("/staff")).status_code == 303


# What changes something


async def test_a_form_of_this_sitting_changes_something(house: House):
    me = await house.seat()

    assert await house.act(me.csrf) == 200
    assert house.done == ["x"]


async def test_a_script_may_bring_the_token_in_a_header(house: House):
    me = await house.seat()

    assert await house.act(None, {**OURS, "x-csrf": me.csrf}) == 200


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "é"])
async def test_without_the_token_nothing_is_changed(house: House, csrf: str | None):
    await house.seat()

    assert await house.act(csrf) == 403
    assert house.done == []


async def test_nor_with_the_token_of_another_sitting(house: House):
    other = await house.seat()
    await house.seat()

    assert await house.act(other.csrf) == 403
    assert await house.act(None, {**OURS, "x-csrf": other.csrf}) == 403
    assert house.done == []


async def test_nor_with_a_file_for_a_token(house: House):
    await house.seat()

    answer = await house.browser.post("/staff/act", files={"csrf": b"x"}, headers=OURS)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": EVIL, "sec-fetch-site": "cross-site"},
        {"origin": EVIL},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {"origin": ORIGIN, "sec-fetch-site": "none"},
        {"origin": "http://chat.example"},
        {"origin": f"{ORIGIN}.evil.example"},
        {"origin": EVIL, "sec-fetch-site": "same-origin"},
        {},
    ],
)
async def test_what_another_page_asks_for_is_not_done(
    house: House, headers: dict[str, str]
):
    me = await house.seat()

    assert await house.act(me.csrf, headers) == 403
    assert house.done == []


@pytest.mark.parametrize(
    "headers",
    [{"origin": ORIGIN}, {"origin": "null", "sec-fetch-site": "same-origin"}],
)
async def test_browsers_that_say_less_are_heard_too(
    house: House, headers: dict[str, str]
):
    me = await house.seat()

    assert await house.act(me.csrf, headers) == 200


# Faults, ways and proofs


async def test_an_open_page_says_plainly_too_what_does_not_answer(house: House):
    async def broken(_request: Request) -> Response:
        raise StoreDown

    app = Starlette(
        routes=[Route("/x", house.guard.open(broken), methods=["GET", "POST"])]
    )
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=ORIGIN
    ) as browser:
        looked = await browser.get("/x")
        sent = await browser.post("/x", headers=OURS)
        evil = await browser.post("/x", headers={"origin": EVIL})

    assert (looked.status_code, sent.status_code, evil.status_code) == (503, 503, 403)
    assert looked.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/staff/broken", "/staff/far"])
async def test_what_does_not_answer_is_said_plainly(house: House, path: str):
    await house.seat()

    answer = await house.get(path)

    assert answer.status_code == 503
    assert "reload in a minute" in answer.text


async def test_a_proof_is_asked_for_again_after_five_minutes(house: House):
    me = await house.seat()
    house.clock.advance(PROOF_SECONDS)
    assert (await house.get("/staff")).text == "Robin False"

    await house.sittings.prove(me)

    assert (await house.get("/staff")).text == "Robin True"


def test_asking_again_leads_back(house: House):
    answer = house.guard.ask_again("/staff/cases/7f")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/staff/step-up?next=%2Fstaff%2Fcases%2F7f"


@pytest.mark.parametrize(
    "path", ["/staff", "/staff/cases/7f", "/staff?queue=held&since=7", "/staff/a-b/"]
)
def test_a_way_leads_to_pages_of_ours(path: str):
    assert way(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "/",
        "/staffing",
        "//evil.example",
        "/staff//evil.example",
        "https://evil.example/staff",
        "/staff/\\evil.example",
        "/staff\r\nset-cookie: x",
        "/staff/cases\n",
        "/staff/../ws?x=<script>",
        "javascript:alert(1)//staff",
    ],
)
def test_and_to_no_others(path: str | None):
    assert way(path) == "/staff"


@pytest.mark.parametrize(
    ("host", "site"),
    [("chat.example", Site(ORIGIN, "chat.example")), ("evil.example", None)],
)
async def test_passkeys_are_for_the_house_only(
    house: House, host: str, site: Site | None
):
    assert house.guard.site(asked_at("https", host)) == site


@pytest.mark.parametrize(
    ("origins", "door"),
    [
        ({"http://127.0.0.1:80", "http://localhost:80"}, "http://localhost:80"),
        ({"http://127.0.0.1:80", "http://other"}, "http://127.0.0.1:80"),
    ],
)
async def test_who_is_invited_is_led_to_where_passkeys_are_if_we_are_there(
    house: House, origins: set[str], door: str
):
    guard = Guard(sittings=house.sittings, origins=frozenset(origins))

    assert guard.door(asked_at("http", "127.0.0.1:80")) == door


def asked_at(scheme: str, host: str) -> Request:
    """Return a request for a page, as it names the house."""
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": scheme,
        "path": "/staff",
        "query_string": b"",
        "headers": [(b"host", host.encode())],
        "server": ("chat.example", 443),
    }
    return Request(scope)
