"""The pages of signing in, behind a browser of the test's own that runs no script."""

import html
import re
from collections.abc import Mapping

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from chat.desk.account import AccountPages
from chat.desk.enrolling import Enrolling
from chat.desk.guard import COOKIE, Guard
from chat.desk.signing_in import SigningIn
from chat.desk.team import TeamPages
from chat.pages import Guarded
from chat.signing.sittings import Deskmate
from tests.support.authenticator import Authenticator
from tests.support.signing_in import ORIGIN, PASSWORD, Desk

OURS = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}

_ASKED = re.compile(r'data-asked="([^"]*)"')
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


def pages_of(desk: Desk, origin: str = ORIGIN) -> list[BaseRoute]:
    """Return all routes of signing in, and two pages to come to."""
    guard = Guard(sittings=desk.sittings, origins=frozenset({origin}))

    async def say(request: Request, me: Deskmate) -> Response:
        return PlainTextResponse(f"{me.desk_name} {me.role} {guard.stepped_up(me)}")

    signing_in = SigningIn(
        guard=guard,
        proofs=desk.proofs,
        staff=desk.staff,
        sittings=desk.sittings,
        trusted=frozenset({"127.0.0.1"}),
    )
    enrolling = Enrolling(guard=guard, enrolments=desk.enrolments, staff=desk.staff)
    account = AccountPages(guard=guard, staff=desk.staff)
    team = TeamPages(guard=guard, staff=desk.staff)
    return [
        *signing_in.routes(),
        *enrolling.routes(),
        *account.routes(),
        *team.routes(),
        Route("/staff", guard.page(say, "cases")),
        Route("/staff/me", guard.page(say, "desk")),
    ]


class Browser:
    """Somebody's browser: keeps cookies, and says where it comes from."""

    def __init__(self, desk: Desk, origin: str = ORIGIN, address: str = "") -> None:
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(
                Guarded(Starlette(routes=pages_of(desk))),
                client=(address or "203.0.113.7", 40000),
            ),
            base_url=origin,
        )

    async def get(self, path: str) -> httpx2.Response:
        return await self.client.get(path)

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form, as a page of ours does."""
        return await self.client.post(path, data=fields, headers=OURS)

    async def post_from(
        self, headers: Mapping[str, str], path: str, **fields: str
    ) -> httpx2.Response:
        """Send a form, as another page would."""
        return await self.client.post(path, data=fields, headers=headers)

    async def asked(self, path: str) -> str:
        """Return what a page asks a passkey for."""
        found = _ASKED.search((await self.get(path)).text)
        assert found is not None, "the page asks for no passkey"
        return html.unescape(found[1])

    async def csrf(self, path: str = "/staff/account") -> str:
        """Return what a page's forms have to bring."""
        found = _CSRF.search((await self.get(path)).text)
        assert found is not None, "the page has no form"
        return found[1]

    async def signs_in(
        self, code: str, desk_name: str = "Robin", password: str = PASSWORD
    ) -> httpx2.Response:
        return await self.post(
            "/staff/sign-in", desk_name=desk_name, password=password, code=code
        )

    async def shows(self, phone: Authenticator, **fields: str) -> httpx2.Response:
        """Sign in by passkey."""
        said = phone.get(await self.asked("/staff/sign-in"))
        return await self.post("/staff/sign-in/passkey", credential=said, **fields)

    @property
    def token(self) -> str | None:
        """What this browser holds."""
        return self.client.cookies.get(COOKIE)

    async def is_in(self) -> bool:
        """Tell whether this browser is signed in."""
        return (await self.get("/staff/me")).status_code == 200
