"""The guard: who may see a staff page, and whether what a page asks comes from us."""

import hmac
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chat.desk import templates
from chat.errors import StoreDown, Unavailable
from chat.passkeys import BadPasskey, Site
from chat.roles import may
from chat.signing.sittings import Deskmate, Sittings

COOKIE: Final = "__Host-porchlight"
HOME: Final = "/staff"
SIGN_IN: Final = "/staff/sign-in"
STEP_UP: Final = "/staff/step-up"

_OURS = re.compile(r"/staff(/[\w.-]+)*/?(\?[\w.=&%+-]*)?", re.ASCII)
_FORM = "application/x-www-form-urlencoded"
_ASKING = frozenset({"GET", "HEAD"})

Endpoint = Callable[[Request, Deskmate], Awaitable[Response]]
Page = Callable[[Request], Awaitable[Response]]


def post(path: str, page: Page) -> BaseRoute:
    """Return the route of what a page sends."""
    return Route(path, page, methods=["POST"])


class Guard:
    """Stands before every staff page."""

    def __init__(self, *, sittings: Sittings, origins: frozenset[str]) -> None:
        self._sittings = sittings
        self._origins = origins

    def page(self, endpoint: Endpoint, verb: str, *, proved: str = "") -> Page:
        """Return a page that only those see who may do what `verb` names.

        Others are sent to sign in, or told that it is not for them. What changes
        something must bring the sitting's own token, as the form's field `csrf` or the
        header `x-csrf`. Nothing of it stays in the browser. With `proved`, whoever has
        not just proved who they are does so first, and is led back to that page.
        """

        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            me = None
            try:
                me = await self.who(request)
                refusal = await self._refusal(request, me, verb, proved)
                answer = refusal or await endpoint(request, _sure(me))
            except StoreDown:
                answer = _store_down(me)
            except Unavailable:
                answer = _not_now()
            answer.headers.setdefault("cache-control", "no-store")
            return answer

        return guarded

    def open(self, endpoint: Page) -> Page:
        """Return a page for everybody; what changes something must come from us."""

        @wraps(endpoint)
        async def opened(request: Request) -> Response:
            try:
                if request.method in _ASKING or self.is_from_us(request.headers):
                    answer = await endpoint(request)
                else:
                    answer = _not_from_us()
            except (StoreDown, Unavailable):
                answer = _not_now()
            answer.headers.setdefault("cache-control", "no-store")
            return answer

        return opened

    async def who(self, connection: HTTPConnection) -> Deskmate | None:
        """Return who asks, if they are signed in.

        What a script fetches keeps nobody signed in: whether somebody is at the page
        it says on the staff socket.
        """
        token = connection.cookies.get(COOKIE, "")
        return await self._sittings.look(token, active=_is_somebody(connection))

    async def _refusal(
        self, request: Request, me: Deskmate | None, verb: str, proved: str
    ) -> Response | None:
        if me is None:
            return _sign_in_first(request)
        if not may(me.role, verb):
            return _sorry(
                403, "This page is not for you", "Your role does not have it."
            )
        if not await self._is_meant(request, me):
            return _not_from_us()
        if proved and not self.stepped_up(me):
            return self.ask_again(proved)
        return None

    async def _is_meant(self, request: Request, me: Deskmate) -> bool:
        """Tell whether a change is asked for by a page of ours, in this sitting."""
        if request.method in _ASKING:
            return True
        if not self.is_from_us(request.headers):
            return False
        brought = request.headers.get("x-csrf") or await _in_form(request)
        return isinstance(brought, str) and hmac.compare_digest(
            brought.encode(), me.csrf.encode()
        )

    def is_from_us(self, headers: Headers) -> bool:
        """Tell whether a browser says that a request comes from a page of ours."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in {None, "same-origin"}:
            return False
        # A page that tells nobody where it is sends no origin, or `null`.
        return origin in self._origins or (
            origin in {None, "null"} and site == "same-origin"
        )

    def is_our_origin(self, headers: Headers) -> bool:
        """Tell whether a page of ours asks, and says so: sockets must."""
        return headers.get("origin") in self._origins

    def site(self, request: Request) -> Site | None:
        """Return where a page is, for passkeys; None: there they do not work."""
        origin = _origin(request)
        return Site.at(origin) if origin in self._origins else None

    def here(self, request: Request) -> str:
        """Return the origin by which a page was reached, or else one of ours."""
        origin = _origin(request)
        return origin if origin in self._origins else min(self._origins)

    def door(self, request: Request) -> str:
        """Return where to lead whoever will make a passkey: an address has none."""
        here = self.here(request)
        named = here.replace("//127.0.0.1", "//localhost")
        return named if named in self._origins else here

    def sure_site(self, request: Request) -> Site:
        """Return where a page is.

        Raises:
            BadPasskey: If passkeys do not work there.

        """
        site = self.site(request)
        if site is None:
            raise BadPasskey
        return site

    def stepped_up(self, me: Deskmate) -> bool:
        """Tell whether somebody proved who they are within the last five minutes."""
        return self._sittings.is_proved(me)

    def ask_again(self, back: str) -> Response:
        """Return an answer that asks for a proof, and then leads to a page of ours."""
        return RedirectResponse(f"{STEP_UP}?{urlencode({'next': way(back)})}", 303)


def way(text: str | None) -> str:
    """Return a path of ours to lead somebody to: what was asked for, or else home."""
    return text if text and _OURS.fullmatch(text) else HOME


async def _in_form(request: Request) -> object:
    """Return what a form brings as its token; forms with files are none of ours."""
    if not request.headers.get("content-type", "").startswith(_FORM):
        return None
    return (await request.form()).get("csrf")


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def _is_somebody(connection: HTTPConnection) -> bool:
    """Tell whether a person asks, and no script of a page."""
    return connection.headers.get("sec-fetch-mode", "navigate") == "navigate"


def _sure(me: Deskmate | None) -> Deskmate:
    assert me is not None  # noqa: S101 - whoever is nobody was refused
    return me


def _sign_in_first(request: Request) -> Response:
    if request.method in _ASKING and _is_somebody(request):
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(_sign_in_for(path), 303)
    return _sorry(
        401,
        "You are signed out",
        "Nothing was changed. Please sign in and try again.",
        (_sign_in_for(_came_from(request)), "Sign in"),
    )


def _sign_in_for(path: str) -> str:
    """Return where to sign in, to come back to a page if it is one of ours."""
    return f"{SIGN_IN}?{urlencode({'next': way(path)})}"


def _came_from(request: Request) -> str:
    """Return the page of this house on which something was asked for, if it is told."""
    referer, origin = request.headers.get("referer", ""), _origin(request)
    return referer.removeprefix(origin) if referer.startswith(f"{origin}/") else ""


def _not_from_us() -> Response:
    return _sorry(
        403,
        "That did not come from this page",
        "Nothing was changed. Please go back, reload the page and try again.",
    )


def _not_now() -> Response:
    answer = _sorry(
        503,
        "Not just now",
        "What this page needs does not answer. It is tried again all the time; please "
        "reload in a minute. The rooms go on meanwhile.",
    )
    answer.headers["retry-after"] = "5"
    return answer


def _store_down(me: Deskmate | None) -> Response:
    answer = templates.page(
        "sorry",
        503,
        me=me,
        title="The database is down",
        words="Talk goes on in the rooms, and is screened. What you should see waits "
        "and is opened by itself as soon as the database answers: nothing is lost. "
        "Please reload in a minute.",
        way=(HOME, "Try again"),
    )
    answer.headers["retry-after"] = "5"
    return answer


def _sorry(
    status: int, title: str, words: str, way: tuple[str, str] = (HOME, "To the desk")
) -> Response:
    return templates.page("sorry", status, title=title, words=words, way=way)
